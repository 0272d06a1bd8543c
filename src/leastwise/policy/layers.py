"""The policies that bear on a request, by type, and for each action the few statements that speak of it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from functools import lru_cache, reduce
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from leastwise.policy.document import Document, Policy, Statement, Unparsed
from leastwise.policy.spoken import Spoken, bit_of, shared, united

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Bearing(NamedTuple):
    """A statement that speaks of an action, in the document where it stands."""

    document: Document
    statement: Statement


class Bears(NamedTuple):
    """The statements of a layer that speak of one action."""

    denies: tuple[Bearing, ...]
    allows: tuple[Bearing, ...]


class Layer:
    """Documents that count together: an allow in any of them allows, a deny in any of them denies."""

    __slots__ = ("_allowed", "_denied", "_groups", "_memo", "_parts", "documents")

    def __init__(self, documents: Iterable[Document]) -> None:
        """Documents in any order."""
        self.documents = tuple(documents)
        self._groups = tuple([(d, d.policy.spoken) for d in self.documents if isinstance(d.policy, Policy)])
        self._memo: dict[str, Bears] = {}
        self._allowed: int | None = None
        self._denied: int | None = None
        self._parts: dict[tuple[Statement | None, ...], Layer] | None = None

    @staticmethod
    @lru_cache(maxsize=1 << 15)
    def of(documents: tuple[Document, ...]) -> Layer:
        """The shared layer for these documents, which are compared by identity."""
        return Layer(documents)

    def only(self, pick: Callable[[Statement], Statement | None]) -> Layer:
        """The layer with what is picked of each statement: this one itself where all are, as they are."""
        picked = tuple([pick(s) for _, spoken in self._groups for s in spoken.statements])
        if picked == tuple([s for _, spoken in self._groups for s in spoken.statements]):  # by identity
            return self
        if self._parts is None:
            self._parts = {}
        if picked not in self._parts:
            self._parts[picked] = self._part(iter(picked))
        return self._parts[picked]

    def _part(self, picked: Iterator[Statement | None]) -> Layer:
        """The layer with these in place of its statements. Many callers share it, and what it says of an action."""
        other = Layer(self.documents)
        groups = ((d, islice(picked, len(spoken.statements))) for d, spoken in self._groups)
        other._groups = tuple([(d, Spoken(filter(None, some))) for d, some in groups])
        return other

    @property
    def statements(self) -> tuple[Bearing, ...]:
        """All statements, each with its document."""
        return tuple(Bearing(document, s) for document, spoken in self._groups for s in spoken.statements)

    @property
    def unparsed(self) -> tuple[Document, ...]:
        """The documents that could not be understood: what they allow or deny is unknown."""
        return tuple([d for d in self.documents if isinstance(d.policy, Unparsed)])

    def bearing(self, action: str) -> Bears:
        """The statements that speak of the action, given in lower case."""
        found = self._memo.get(action)
        if found is None:
            bit = bit_of(action)
            found = self._memo[action] = self._known(bit) if bit else self._unknown(action)
        return found

    def _known(self, bit: int) -> Bears:
        """By the masks: of all statements together first, since most documents say nothing of an action."""
        groups = self._groups
        return Bears(
            tuple([Bearing(d, s) for d, spoken in groups if spoken.denied & bit for m, s in spoken.denies if m & bit]),
            tuple([Bearing(d, s) for d, spoken in groups if spoken.allowed & bit for m, s in spoken.allows if m & bit]),
        )

    def _unknown(self, action: str) -> Bears:
        """By the patterns, for an action that the catalogue does not know."""
        groups = self._groups
        return Bears(
            tuple([Bearing(d, s) for d, spoken in groups for _, s in spoken.denies if s.actions.match(action)]),
            tuple([Bearing(d, s) for d, spoken in groups for _, s in spoken.allows if s.actions.match(action)]),
        )

    @property
    def can_allow(self) -> bool:
        """Whether there is an allow in it at all."""
        return any(spoken.allows for _, spoken in self._groups)

    @property
    def can_deny(self) -> bool:
        """Whether there is a deny in it."""
        return any(spoken.denies for _, spoken in self._groups)

    @property
    def allow_mask(self) -> int:
        """The catalogue's actions that some statement allows somewhere, as bits."""
        if self._allowed is None:
            self._allowed = shared(reduce(united, [spoken.allowed for _, spoken in self._groups], 0))
        return self._allowed

    @property
    def denied_mask(self) -> int:
        """The catalogue's actions that some statement denies somewhere, as bits."""
        if self._denied is None:
            self._denied = reduce(united, [spoken.denied for _, spoken in self._groups], 0)
        return self._denied


class Layers(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """All policies that bear on a request, by type.

    `boundaries` and `sessions` must each allow (none given: no limit); each level of `scps` must allow; of `rcps` the
    denies count; each of `endpoints`, the policies of the VPC endpoints on the way, must allow. `resource` is the
    policy of the resource, which for a role is its trust policy. `resource_must_allow` asks what the
    policy of the resource gives: identity-based policies alone never suffice then, as they never do for roles and keys,
    of which the engine knows it (rules 7, 8).

    Give SCPs only for principals of member accounts, never of the management account; give the RCPs of the
    resource's account, or of the caller's for an action without a resource, again never the management account's, nor
    for AWS-managed keys (rules 10, 11). Which callers and services they spare the engine knows.
    """

    identity: Layer | None = None
    boundaries: tuple[Layer, ...] = ()
    sessions: tuple[Layer, ...] = ()
    scps: tuple[Layer, ...] = ()
    rcps: tuple[Layer, ...] = ()
    endpoints: tuple[Layer, ...] = ()
    resource: Layer | None = None
    resource_must_allow: bool = False
    memo: dict[object, Any] = {}

    def __post_init__(self) -> None:
        """What was remembered of other layers is not this one's, when one is made from another."""
        msgspec.structs.force_setattr(self, "memo", {})
