"""Which actions documents together allow and deny: kept as lists, turned into bits where somebody asks for all.

Documents differ by the ARNs in them, action lists hardly do, and a number of twenty thousand bits for each of ten
thousand principals is what an audit would pay most for. The lists are few and shared.
"""

from __future__ import annotations

from functools import lru_cache, reduce
from operator import and_, or_
from typing import TYPE_CHECKING, NamedTuple

from leastwise.policy.document import Policy
from leastwise.policy.spoken import less, united

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from leastwise.policy.document import Document, Statement, Unparsed
    from leastwise.policy.elements import Actions

Lists = tuple["Actions", ...]


class Terms(NamedTuple):
    """A policy's statements, sorted once for all who hold it: they differ by their resources, and hardly otherwise.

    `allowed` and `denied` are the lists that count under any condition, `conditional` the statements that set some;
    `anywhere` are all lists that are allowed, and `denies` all statements that deny. `bans` tells whether one of these
    may take an action away, as a deny of some resources only does not; `number` is no smaller than that of the actions.
    """

    allowed: Lists = ()
    denied: Lists = ()
    conditional: tuple[Statement, ...] = ()
    anywhere: Lists = ()
    denies: tuple[Statement, ...] = ()
    bans: bool = False
    number: int = 0


NOTHING = Terms()


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
        return less(allowed, denied) if denied else allowed


def granted(documents: Iterable[Document], holds: Callable[[Statement], bool | None]) -> Granted:
    """What the documents grant together. `holds` decides the conditions of a statement that sets some."""
    said = [terms(d.policy) for d in documents]
    allowed = [one.allowed for one in said if one.allowed]
    denied = [one.denied for one in said if one.denied]
    for one in said:
        for statement in one.conditional:
            if statement.allows and holds(statement) is not False:
                allowed.append((statement.actions,))
            elif statement.everywhere and not statement.allows and holds(statement):
                denied.append((statement.actions,))
    return Granted(tuple(allowed), tuple(denied))


def at_most(documents: Iterable[Document]) -> int:
    """A number of actions that is no smaller than that of what they allow: cheap, and often enough."""
    return sum([terms(d.policy).number for d in documents])


def common(found: Iterable[Granted]) -> int:
    """The actions that all of them grant, as bits."""
    return reduce(and_, (one.bits(mask_of) for one in found))


def together(documents: Iterable[Document]) -> int:
    """The actions that some statement of the documents allows somewhere, whatever its conditions, as bits."""
    masks = [union(terms(d.policy).anywhere, mask_of) for d in documents]
    return reduce(united, masks, 0)


@lru_cache(maxsize=1 << 14)
def union(lists: Lists, bits_of: Callable[[Actions], int]) -> int:
    """The bits of all the lists: many policies have the same ones."""
    return reduce(or_, map(bits_of, lists)) if lists else 0


def mask_of(actions: Actions) -> int:
    """The catalogue's bits of a list."""
    return actions.mask


@lru_cache(maxsize=1 << 14)
def _number(lists: Lists) -> int:
    return sum(map(_count, lists))


@lru_cache(maxsize=1 << 14)
def _count(actions: Actions) -> int:
    return actions.mask.bit_count()


@lru_cache(maxsize=1 << 17)
def terms(policy: Policy | Unparsed) -> Terms:
    """What a policy says, sorted."""
    if not isinstance(policy, Policy):
        return NOTHING
    allowed, denied, conditional, denies = [], [], [], []
    for s in policy.statements:
        if s.conditions.tests:
            conditional.append(s)
        elif s.allows:
            allowed.append(s.actions)
        elif s.everywhere:
            denied.append(s.actions)
        if not s.allows:
            denies.append(s)
    anywhere = tuple(dict.fromkeys((*allowed, *[s.actions for s in conditional if s.allows])))
    bans = any(s.everywhere for s in denies)
    return Terms(tuple(allowed), tuple(denied), tuple(conditional), anywhere, tuple(denies), bans, _number(anywhere))
