"""A principal's policies being narrowed: clauses that start as its Allow statements and only ever shrink.

Nothing here widens: a clause keeps its statement's conditions, its actions and resources lie within the statement's,
and Deny statements are only added. `proof` checks that again on the result.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise.policy.document import Statement
from leastwise.policy.elements import Actions, Resources
from leastwise.results import Confidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.policy.document import Policy


class Move(StrEnum):
    """The kinds of change. The first two take away nothing that ever worked."""

    DEAD = "never takes effect"
    DUPLICATE = "granted elsewhere"
    SCOPED = "scoped"
    CLOSED = "escalation closed"


CLEANING = frozenset({Move.DEAD, Move.DUPLICATE})


class Bound(NamedTuple):
    """One condition more: operator, key and value."""

    operator: str
    key: str
    value: str


class Clause(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """One Allow in the making. `place` says which of the principal's policies its `origin` stands in."""

    origin: Statement
    place: int
    actions: Actions
    resources: Resources
    bounds: tuple[Bound, ...] = ()

    def listing(self, patterns: Iterable[str]) -> Clause:
        """The clause with these actions only."""
        return msgspec.structs.replace(self, actions=listed(patterns))

    def within(self, resources: Iterable[str], bounds: tuple[Bound, ...] = ()) -> Clause:
        """The clause on these resources only, under these conditions more."""
        return msgspec.structs.replace(self, resources=on(resources), bounds=(*self.bounds, *bounds))

    @property
    def is_changed(self) -> bool:
        """Whether anything was taken away."""
        same = self.actions is self.origin.actions and self.resources is self.origin.resources
        return not same or bool(self.bounds)


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A Deny to be added to the policy at `place`."""

    place: int
    action: str
    resources: tuple[str, ...]


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """One change to one statement, before it is known whose document it is."""

    move: Move
    place: int
    pointer: str
    reason: str
    confidence: Confidence
    before: str
    after: str = ""


class Draft:
    """All clauses of a principal's own policies, and the edits that led there."""

    __slots__ = ("_closed", "_narrowed", "clauses", "edits", "policies", "refusals", "shared", "warnings")

    def __init__(self, policies: tuple[Policy, ...], shared: tuple[bool, ...]) -> None:
        """Start from the policies as they are; `shared` tells which of them others hold, too."""
        self.policies = policies
        self.shared = shared
        self.clauses = [
            Clause(origin=s, place=place, actions=s.actions, resources=s.resources)
            for place, policy in enumerate(policies)
            for s in policy.statements
            if s.allows
        ]
        self.edits: list[Edit] = []
        self.refusals: list[Refusal] = []
        self.warnings: list[str] = []
        self._narrowed: set[int] = set()
        self._closed: set[int] = set()

    def swap(self, clause: Clause, by: Iterable[Clause], *edits: Edit) -> None:
        """Put what is left of a clause in its place."""
        at = self.clauses.index(clause)
        self.clauses[at : at + 1] = by
        self._note(edits)

    def refuse(self, refusal: Refusal, edit: Edit) -> None:
        """Add a Deny."""
        self.refusals.append(refusal)
        self._note((edit,))

    def _note(self, edits: tuple[Edit, ...]) -> None:
        self.edits.extend(edits)
        self._narrowed.update(e.place for e in edits if e.move not in CLEANING)
        self._closed.update(e.place for e in edits if e.move is Move.CLOSED)

    def revert(self, place: int) -> None:
        """Take back all that was done to one policy."""
        fresh = Draft(self.policies, self.shared)
        self.clauses = sorted(
            [c for c in self.clauses if c.place != place] + [c for c in fresh.clauses if c.place == place],
            key=lambda c: c.place,
        )
        self.edits = [e for e in self.edits if e.place != place]
        self.refusals = [r for r in self.refusals if r.place != place]
        self._narrowed.discard(place)
        self._closed.discard(place)

    def is_narrowed(self, place: int) -> bool:
        """Whether something that worked was taken from the policy."""
        return place in self._narrowed

    def is_open(self, place: int) -> bool:
        """Whether cleaning the policy is worth it: it is the principal's own, or gets replaced anyway."""
        return not self.shared[place] or self.is_narrowed(place)

    def closes(self, place: int) -> bool:
        """Whether an escalation hangs on changing the policy."""
        return place in self._closed

    def is_empty(self, place: int) -> bool:
        """Whether nothing is left of the policy: no clause, no Deny."""
        denies = any(not s.allows for s in self.policies[place].statements)
        return not denies and not any(r.place == place for r in self.refusals) and not any(self.of(place))

    def edited(self) -> tuple[int, ...]:
        """The places of the policies that changed."""
        return tuple(sorted({e.place for e in self.edits}))

    def of(self, place: int) -> Iterator[Clause]:
        """The clauses of one policy."""
        return (c for c in self.clauses if c.place == place)


def edit(clause: Clause, move: Move, reason: str, *, after: str = "", sure: bool = False) -> Edit:
    """An edit that the clause, as it was, and what is said of it make up."""
    return Edit(
        move=move,
        place=clause.place,
        pointer=clause.origin.pointer,
        reason=reason,
        confidence=Confidence.CERTAIN if sure else Confidence.CONDITIONAL,
        before=describe(clause),
        after=after,
    )


def describe(clause: Clause) -> str:
    """The clause in a few words, for people."""
    actions, resources = clause.actions, clause.resources
    words = ("all but " if actions.negated else "") + short(actions.patterns)
    where = ("all but " if resources.negated else "") + short(resources.patterns)
    bounds = "".join(f" if {b.key} = {b.value}" for b in clause.bounds)
    return f"{words} on {where}{bounds}"


def short(texts: Iterable[str], most: int = 4) -> str:
    """The first few of a list, and how many more there are."""
    found = list(texts)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


@lru_cache(maxsize=1 << 14)
def _sorted_actions(patterns: frozenset[str]) -> Actions:
    return Actions.of(tuple(sorted(patterns, key=lambda p: (p.lower(), p))), negated=False)


def listed(patterns: Iterable[str]) -> Actions:
    """An Action list in its order."""
    return _sorted_actions(frozenset(patterns))


def on(resources: Iterable[str]) -> Resources:
    """A Resource list in its order. Variables stay variables: whether they count is the policy's version's say."""
    return Resources.of(tuple(sorted(set(resources))), negated=False, variables=True)
