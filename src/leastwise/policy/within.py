"""One statement within another, plain to see from their texts: the same or fewer actions, resources and callers, under
the same or more conditions.

Quick, and sure where it says yes. Where it says no, `containment` has to look at what the statements mean.
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING

from leastwise.policy.entries import covers_list
from leastwise.policy.pattern import Glob, covered

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from leastwise.policy.condition import Conditions
    from leastwise.policy.document import Statement
    from leastwise.policy.elements import Principals, Resources


def each_within(parts: Iterable[Statement], wholes: Collection[Statement]) -> bool:
    """Whether each of the first lies within one of the second, all of which have the same effect."""
    same, near = set(wholes), deque(wholes)
    return all(part in same or _one_covers(near, part) for part in parts)


def _one_covers(wholes: deque[Statement], part: Statement) -> bool:
    """Whether one of them covers the part. It comes first the next time: the parts mostly stand in their order."""
    for number, whole in enumerate(wholes):
        if covers(whole, part):
            wholes.rotate(-number)
            return True
    return False


@lru_cache(maxsize=1 << 14)
def covers(whole: Statement, part: Statement) -> bool:
    """Whether the first statement speaks of all that the second speaks of, by their texts."""
    return (
        covers_list(whole.actions, part.actions)
        and _demands(whole.conditions) <= _demands(part.conditions)
        and _covers_resources(whole.resources, part.resources)
        and _names_alike(whole.principals, part.principals)
        and (part.principals is None or whole.is_whole is part.is_whole)
    )


@lru_cache(maxsize=1 << 12)
def _demands(conditions: Conditions) -> frozenset[tuple[object, ...]]:
    return frozenset((t.name, t.lower_key, t.values, t.variables) for t in conditions.tests)


def _covers_resources(whole: Resources, part: Resources) -> bool:
    if whole.is_any or whole is part:
        return True
    if whole.negated or part.negated:
        return False
    fixed = [Glob.parse(entry) for entry in whole.fixed]
    return all(covered(Glob.parse(entry), fixed) is True for entry in part.fixed) and (
        set(part.templates) <= set(whole.templates)
    )


def _names_alike(one: Principals | None, other: Principals | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.negated is other.negated and one.to_json() == other.to_json()
