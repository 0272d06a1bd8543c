"""How much a Resource list leaves out: nothing, for which actions?

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

`arn:aws:s3:::*` is all of S3 and scopes nothing, though it is not `*`. A list is *wide* for an action when it covers
every resource that each of the action's required types can have, whatever account and region; where AWS names
alternatives only, one of them under a pattern whose name is nothing but wildcards. An ARN that gives the account or
the region is not wide.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.policy.pattern import Glob, covers

if TYPE_CHECKING:
    from leastwise.policy.elements import Resources

ARN_PARTS = 6
_WILD = re.compile(r"[*?]")
_AFTER_ANY_TYPE = "\x7f"  # sorts after every character of an ARN


class Kinds(NamedTuple):
    """The resource types that some actions share, as ARN patterns without their partition."""

    required: frozenset[str]
    alternatives: frozenset[str]


@lru_cache(maxsize=1 << 16)
def wide_actions(resources: Resources, partition: str) -> int:
    """The catalogue's actions for which the list leaves nothing out, under NotResource not much, as bits."""
    everything = catalog.universe().everything
    if resources.is_any:
        return everything
    every: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()
    for text in resources.entries:
        found = _covered(text, partition) if "*" in text and "${" not in text else frozenset()
        every |= found
        bare |= found if _is_bare(text) else frozenset()
    covered = _taken_whole(every, bare) if every else 0
    return everything & ~covered if resources.negated else covered


def _taken_whole(every: frozenset[str], bare: frozenset[str]) -> int:
    union = 0
    for kinds, actions in _actions_by_kinds().items():
        if kinds.required <= every if kinds.required else kinds.alternatives & bare:
            union |= actions
    return union


def _is_bare(text: str) -> bool:
    return not text.split(":", ARN_PARTS - 1)[-1].strip("*?/:")


def _covered(text: str, partition: str) -> frozenset[str]:
    """The types all of whose ARNs the pattern matches. What comes before its first wildcard spares most of the work."""
    start, head = f"arn:{partition}", _WILD.split(text, maxsplit=1)[0]
    if not head.startswith(start) and not start.startswith(head):
        return frozenset()
    types, rest = _types(), head[len(start) :]
    candidates = types[bisect_left(types, rest) : bisect_left(types, rest + _AFTER_ANY_TYPE)]
    return frozenset(t for t in candidates if covers(Glob.parse(text), Glob.parse(start + t)))


@cache
def _types() -> list[str]:
    """All resource types, sorted."""
    return sorted({t for kinds in _actions_by_kinds() for t in (*kinds.required, *kinds.alternatives)})


@cache
def _actions_by_kinds() -> dict[Kinds, int]:
    universe = catalog.universe()
    found: dict[Kinds, int] = {}
    for action, alike in universe.alike():
        required = frozenset(map(_without_partition, universe.required_resource_patterns(action)))
        every = frozenset(map(_without_partition, universe.resource_patterns(action)))
        kinds = Kinds(required, every)
        found[kinds] = found.get(kinds, 0) | alike
    return found


def _without_partition(pattern: str) -> str:
    """`:s3:::*` of `arn:*:s3:::*`."""
    return pattern.removeprefix("arn:*")
