"""Which actions documents together allow and deny: kept as lists, turned into bits where somebody asks for all.

Documents differ by the ARNs in them, action lists hardly do, and a number of twenty thousand bits for each of ten
thousand principals is what an audit would pay most for. The lists are few and shared.
"""

from __future__ import annotations

from functools import lru_cache, reduce
from operator import and_, or_
from typing import TYPE_CHECKING, NamedTuple

from leastwise.policy.document import Policy
from leastwise.policy.spoken import united

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from leastwise.policy.document import Document, Statement, Unparsed
    from leastwise.policy.elements import Actions

Lists = tuple["Actions", ...]


class Plain(NamedTuple):
    """The lists of a policy that count under any condition, and the statements that set conditions."""

    allowed: Lists
    denied: Lists
    conditional: tuple[Statement, ...]


class Granted(NamedTuple):
    """The action lists that documents may allow somewhere, and those that they surely deny everywhere, in bundles."""

    allowed: tuple[Lists, ...]
    denied: tuple[Lists, ...]

    def bits(self, bits_of: Callable[[Actions], int]) -> int:
        """What is left of the allowed, in the bits that the function gives for a list."""
        allowed = denied = 0
        for lists in self.allowed:
            allowed = united(allowed, union(lists, bits_of))
        for lists in self.denied:
            denied |= union(lists, bits_of)
        return allowed & ~denied if denied else allowed


def granted(documents: Iterable[Document], holds: Callable[[Statement], bool | None]) -> Granted:
    """What the documents grant together. `holds` decides the conditions of a statement that sets some."""
    plain = [_plain(d.policy) for d in documents if isinstance(d.policy, Policy)]
    allowed = [one.allowed for one in plain if one.allowed]
    denied = [one.denied for one in plain if one.denied]
    for one in plain:
        for statement in one.conditional:
            if statement.allows and holds(statement) is not False:
                allowed.append((statement.actions,))
            elif statement.everywhere and not statement.allows and holds(statement):
                denied.append((statement.actions,))
    return Granted(tuple(allowed), tuple(denied))


def at_most(documents: Iterable[Document]) -> int:
    """A number of actions that is no smaller than that of what they allow: cheap, and often enough."""
    return sum([_number(d.policy) for d in documents])


def common(found: Iterable[Granted]) -> int:
    """The actions that all of them grant, as bits."""
    return reduce(and_, (one.bits(mask_of) for one in found))


def have_common(found: tuple[Granted, ...]) -> bool:
    """Whether there is such an action."""
    if len(found) > 1 or found[0].denied:
        return bool(common(found))
    return any(union(lists, mask_of) for lists in found[0].allowed)


def together(documents: Iterable[Document]) -> int:
    """The actions that some statement of the documents allows somewhere, whatever its conditions, as bits."""
    masks = [_anywhere(d.policy) for d in documents]
    return reduce(or_, masks) if masks else 0


@lru_cache(maxsize=1 << 14)
def union(lists: Lists, bits_of: Callable[[Actions], int]) -> int:
    """The bits of all the lists: many policies have the same ones."""
    return reduce(or_, map(bits_of, lists)) if lists else 0


def mask_of(actions: Actions) -> int:
    """The catalogue's bits of a list."""
    return actions.mask


@lru_cache(maxsize=1 << 17)
def _number(policy: Policy | Unparsed) -> int:
    return sum(map(_count, _allowed(policy))) if isinstance(policy, Policy) else 0


@lru_cache(maxsize=1 << 14)
def _count(actions: Actions) -> int:
    return actions.mask.bit_count()


@lru_cache(maxsize=1 << 17)
def _anywhere(policy: Policy | Unparsed) -> int:
    return union(_allowed(policy), mask_of) if isinstance(policy, Policy) else 0


@lru_cache(maxsize=1 << 17)
def _allowed(policy: Policy) -> Lists:
    return tuple(dict.fromkeys([s.actions for s in policy.statements if s.allows]))


@lru_cache(maxsize=1 << 17)
def _plain(policy: Policy) -> Plain:
    """Sorted out once for a policy. A deny of some resources only takes no action away."""
    always = [s for s in policy.statements if not s.conditions.tests]
    return Plain(
        tuple([s.actions for s in always if s.allows]),
        tuple([s.actions for s in always if s.everywhere and not s.allows]),
        tuple([s for s in policy.statements if s.conditions.tests]) if len(always) < len(policy.statements) else (),
    )
