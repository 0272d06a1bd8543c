"""A principal's policies being narrowed: clauses that start as its Allow statements and only ever shrink.

Nothing here widens: a clause keeps its statement's conditions, its actions and resources lie within the statement's,
and Deny statements are only added. `proof` checks that again on the result.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise.policy.document import Policy, Statement
from leastwise.policy.elements import Actions, Resources
from leastwise.results import Confidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Move(StrEnum):
    """The kinds of change. The first two take away nothing that ever worked."""

    DEAD = "never takes effect"
    DUPLICATE = "granted elsewhere"
    SCOPED = "scoped"
    CLOSED = "escalation closed"
    UNUSED = "unused"
    UNKNOWN = "use unknown"
    SEEN = "limited to what was used"


CLEANING = frozenset({Move.DEAD, Move.DUPLICATE})
BY_USE = frozenset({Move.UNUSED, Move.UNKNOWN, Move.SEEN})


class Bound(NamedTuple):
    """One condition more: operator, key and value."""

    operator: str
    key: str
    value: str


class Clause(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """One Allow in the making, and the statement it comes from.

    `aimed` are the actions by whose kinds of resource the resources were chosen: they surely act on some of them.
    """

    origin: Statement
    actions: Actions
    resources: Resources
    bounds: tuple[Bound, ...] = ()
    aimed: Actions | None = None

    def listing(self, patterns: Iterable[str]) -> Clause:
        """The clause with these actions only."""
        return msgspec.structs.replace(self, actions=listed(patterns))

    def within(self, resources: Iterable[str], bounds: tuple[Bound, ...] = ()) -> Clause:
        """The clause on these resources only, under these conditions more."""
        return msgspec.structs.replace(self, resources=on(resources), bounds=(*self.bounds, *bounds), aimed=None)

    @property
    def is_changed(self) -> bool:
        """Whether anything was taken away."""
        same = self.actions is self.origin.actions and self.resources is self.origin.resources
        return not same or bool(self.bounds)


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A Deny to be added to the policy."""

    action: str
    resources: tuple[str, ...]


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """One change to one statement, before it is known whose document it is."""

    move: Move
    pointer: str
    reason: str
    confidence: Confidence
    before: str
    after: str = ""


class Page(msgspec.Struct, frozen=True, eq=False, kw_only=True, dict=True):
    """One policy being narrowed: what is left of its Allow statements, and the edits that led there.

    All who hold the policy share its pages; what changes makes another page. `shared` tells that others hold the
    policy, too, `given_up` that it could be scoped in part, but stays as it is.
    """

    policy: Policy
    shared: bool
    clauses: tuple[Clause, ...]
    edits: tuple[Edit, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    given_up: bool = False

    @staticmethod
    @lru_cache(maxsize=1 << 14)
    def of(policy: Policy, shared: bool = False) -> Page:  # noqa: FBT001, FBT002 - a cache is quicker so
        """The policy as it is."""
        clauses = [Clause(origin=s, actions=s.actions, resources=s.resources) for s in policy.statements if s.allows]
        return Page(policy=policy, shared=shared, clauses=tuple(clauses))

    def swap(self, clause: Clause, by: Iterable[Clause], *edits: Edit) -> Page:
        """Put what is left of a clause in its place."""
        at = self.clauses.index(clause)
        clauses = (*self.clauses[:at], *by, *self.clauses[at + 1 :])
        return msgspec.structs.replace(self, clauses=clauses, edits=(*self.edits, *edits))

    def refuse(self, refusal: Refusal, edit: Edit) -> Page:
        """Add a Deny."""
        return msgspec.structs.replace(self, refusals=(*self.refusals, refusal), edits=(*self.edits, edit))

    @cached_property
    def is_narrowed(self) -> bool:
        """Whether something that worked was taken from the policy."""
        return any(e.move not in CLEANING for e in self.edits)

    @property
    def is_open(self) -> bool:
        """Whether cleaning the policy is worth it: it is the principal's own, or gets replaced anyway."""
        return not self.shared or self.is_narrowed

    @cached_property
    def closes(self) -> bool:
        """Whether an escalation hangs on changing the policy."""
        return any(e.move is Move.CLOSED for e in self.edits)

    @cached_property
    def follows_use(self) -> bool:
        """Whether it was narrowed to what was used."""
        return any(e.move in BY_USE for e in self.edits)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left of the policy: no clause, no Deny."""
        return not self.clauses and not self.refusals and all(s.allows for s in self.policy.statements)

    @cached_property
    def masked(self) -> tuple[tuple[int, Clause], ...]:
        """The clauses, each with the actions that it lists as bits."""
        return tuple([(clause.actions.mask, clause) for clause in self.clauses])

    @cached_property
    def once_and_twice(self) -> tuple[int, int]:
        """The actions that the clauses list, and those that more than one of them lists, as bits."""
        once = twice = 0
        for mask, _ in self.masked:
            twice |= once & mask
            once |= mask
        return once, twice


class Draft:
    """The pages of a principal's own policies, each at its place."""

    __slots__ = ("pages",)

    def __init__(self, pages: Iterable[Page]) -> None:
        """Start from these pages."""
        self.pages = list(pages)

    @property
    def edits(self) -> Iterator[Edit]:
        """All edits, page by page."""
        return chain.from_iterable(page.edits for page in self.pages)

    def refuses(self, action: str) -> bool:
        """Whether a Deny of the action was added somewhere."""
        return any(r.action == action for page in self.pages for r in page.refusals)

    def gives_up(self) -> bool:
        """Whether a policy stays as it is though it could be scoped in part."""
        return any(page.given_up for page in self.pages)

    def edited(self) -> tuple[int, ...]:
        """The places of the policies that changed."""
        return tuple(place for place, page in enumerate(self.pages) if page.edits)


def edit(clause: Clause, move: Move, reason: str, *, after: str = "", sure: bool = False) -> Edit:
    """An edit that the clause, as it was, and what is said of it make up."""
    return Edit(
        move=move,
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
