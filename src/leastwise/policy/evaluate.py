"""Whether a request is allowed: one function per layer, and one which combines.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

Truth is three-valued: True, False, or None where a condition could not be decided. Speed comes from `Layer`, which
remembers for each action the few statements that bear on it.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise import catalog
from leastwise.policy.condition import all_of, any_of, negate
from leastwise.policy.document import Document, Statement, Unparsed
from leastwise.policy.elements import Named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.policy.condition import Conditions
    from leastwise.policy.request import Caller, Request

ALWAYS_ALLOWED = frozenset({"sts:getcalleridentity"})


class Outcome(Enum):
    """What the combined policies say."""

    ALLOWED = "allowed"
    CONDITIONAL = "conditional"
    DENIED = "implicitly denied"
    EXPLICITLY_DENIED = "explicitly denied"


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

    __slots__ = ("_allow_mask", "_deny_mask", "_memo", "documents")

    def __init__(self, documents: Iterable[Document]) -> None:
        """Documents in any order."""
        self.documents = tuple(documents)
        self._memo: dict[str, Bears] = {}
        self._allow_mask: int | None = None
        self._deny_mask: int | None = None

    @staticmethod
    @lru_cache(maxsize=1 << 15)
    def of(documents: tuple[Document, ...]) -> Layer:
        """The shared layer for these documents, which are compared by identity."""
        return Layer(documents)

    def bearing(self, action: str) -> Bears:
        """The statements that speak of the action, given in lower case."""
        if action not in self._memo:
            found = [Bearing(d, s) for d in self.documents for s in d.statements if s.actions.match(action)]
            self._memo[action] = Bears(
                tuple(b for b in found if not b.statement.allows),
                tuple(b for b in found if b.statement.allows),
            )
        return self._memo[action]

    @property
    def unparsed(self) -> tuple[Document, ...]:
        """The documents that could not be understood: what they allow or deny is unknown."""
        return tuple(d for d in self.documents if isinstance(d.policy, Unparsed))

    @property
    def allow_mask(self) -> int:
        """The catalogue's actions that some statement allows somewhere, as bits."""
        if self._allow_mask is None:
            union = 0
            for document in self.documents:
                for statement in document.statements:
                    if statement.allows:
                        union |= statement.actions.mask
            self._allow_mask = union
        return self._allow_mask

    @property
    def deny_mask(self) -> int:
        """The catalogue's actions that are denied on every resource without a condition, as bits."""
        if self._deny_mask is None:
            union = 0
            for document in self.documents:
                for s in document.statements:
                    if not s.allows and s.resources.is_any and not s.conditions.tests:
                        union |= s.actions.mask
            self._deny_mask = union
        return self._deny_mask

    @property
    def open_mask(self) -> int:
        """The catalogue's actions that are allowed on every resource without a condition, denies not yet counted."""
        union = 0
        for document in self.documents:
            for s in document.statements:
                if s.allows and s.resources.is_any and not s.conditions.tests:
                    union |= s.actions.mask
        return union


class Layers(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """All policies that bear on a request, by type.

    `boundaries` and `sessions` must each allow (None-like when empty: no limit); each level of `scps` must allow;
    `rcps` likewise; `resource` is the policy of the resource, which for a role is its trust policy.
    `resource_must_allow` marks the departures in which identity-based policies alone never suffice (rules 7, 8).
    """

    identity: Layer | None = None
    boundaries: tuple[Layer, ...] = ()
    sessions: tuple[Layer, ...] = ()
    scps: tuple[Layer, ...] = ()
    rcps: tuple[Layer, ...] = ()
    resource: Layer | None = None
    resource_must_allow: bool = False


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that had a say: in which layer, whether it allows, and whether it applied (None: undecided).

    `undecided` are the tests that were left open, as text.
    """

    layer: str
    document: Document
    statement: Statement
    applies: bool | None
    undecided: tuple[str, ...] = ()


class Answer:
    """The outcome of a request. Reasons are worked out only when asked for."""

    __slots__ = ("_layers", "_request", "outcome")

    def __init__(self, outcome: Outcome, request: Request, layers: Layers) -> None:
        """Made by `evaluate`."""
        self.outcome = outcome
        self._request = request
        self._layers = layers

    @property
    def request(self) -> Request:
        """What was asked."""
        return self._request

    @property
    def allowed(self) -> bool | None:
        """True, False, or None where it depends on conditions that could not be decided."""
        if self.outcome is Outcome.ALLOWED:
            return True
        return None if self.outcome is Outcome.CONDITIONAL else False

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The statements that had a say, layer by layer, those that decided first."""
        return explain(self._request, self._layers)

    @property
    def grants(self) -> tuple[Reason, ...]:
        """The allow statements of identity and resource layers that applied or may apply."""
        return tuple(
            r
            for r in self.reasons
            if r.statement.allows and r.applies is not False and r.layer in {"identity", "resource"}
        )

    @property
    def conditions(self) -> tuple[str, ...]:
        """What was left undecided, in words: the residual conditions."""
        texts: dict[str, None] = {}
        for reason in self.reasons:
            word = "" if reason.statement.allows else "not: "
            for text in reason.undecided:
                texts[word + text] = None
        return tuple(texts) if self.outcome is Outcome.CONDITIONAL else ()


def evaluate(request: Request, layers: Layers) -> Answer:
    """Decide one request by rules 1 to 10 of AWS's evaluation logic."""
    action = request.action.lower()
    if action in ALWAYS_ALLOWED:
        return Answer(Outcome.ALLOWED, request, layers)
    denied = _denied(request, action, layers)
    if denied is True:
        return Answer(Outcome.EXPLICITLY_DENIED, request, layers)
    allowed = all_of((negate(denied), _limits(request, action, layers), _granted(request, action, layers)))
    outcome = {True: Outcome.ALLOWED, False: Outcome.DENIED, None: Outcome.CONDITIONAL}[allowed]
    return Answer(outcome, request, layers)


def applies(request: Request, statement: Statement, *, by_resource: bool) -> bool | None:
    """Whether a statement that speaks of the action covers the rest of the request.

    `by_resource` says that the document is a resource policy, whose Principal element counts; there a statement
    without one matches nobody.
    """
    if by_resource and not _named(request.caller, statement):
        return False
    resource = statement.resources.match(request.resource, request.context)
    if resource is False:
        return False
    conditions: Conditions = statement.conditions
    return all_of((resource, conditions.evaluate(request.context) if conditions.tests else True))


def _named(caller: Caller, statement: Statement) -> Named:
    return statement.principals.match(caller) if statement.principals else Named.NOT


def _denied(request: Request, action: str, layers: Layers) -> bool | None:
    """Rule 1: an applicable deny in any policy of any type ends it."""
    undecided = False
    for layer, by_resource in _each(layers):
        for bearing in layer.bearing(action).denies:
            answer = applies(request, bearing.statement, by_resource=by_resource)
            if answer:
                return True
            undecided = undecided or answer is None
    return None if undecided else False


def _each(layers: Layers) -> Iterable[tuple[Layer, bool]]:
    if layers.identity:
        yield layers.identity, False
    for layer in (*layers.boundaries, *layers.sessions, *layers.scps):
        yield layer, False
    for layer in layers.rcps:
        yield layer, True
    if layers.resource:
        yield layers.resource, True


def _layer_allows(request: Request, action: str, layer: Layer) -> bool | None:
    return any_of(applies(request, b.statement, by_resource=False) for b in layer.bearing(action).allows)


def _limit_allows(request: Request, action: str, layer: Layer) -> bool | None:
    """As `_layer_allows`; a limit that could not be read may allow anything or nothing."""
    allowed = _layer_allows(request, action, layer)
    return None if allowed is False and layer.unparsed else allowed


def _limits(request: Request, action: str, layers: Layers) -> bool | None:
    """Rule 10: each SCP level must allow, on every path. RCPs limit by their denies alone (rule 11)."""
    return all_of(_limit_allows(request, action, layer) for layer in layers.scps)


def _granted(request: Request, action: str, layers: Layers) -> bool | None:
    """Rules 3 to 7: what identity and resource grant together."""
    narrowed = all_of(_limit_allows(request, action, layer) for layer in (*layers.boundaries, *layers.sessions))
    identity = _layer_allows(request, action, layers.identity) if layers.identity else False
    by_identity = all_of((identity, narrowed))
    if layers.resource is None:
        return by_identity
    direct, through_account = _by_resource(request, action, layers, narrowed)
    if not request.caller.has_identity:
        return direct
    any_resource = any_of((direct, through_account))
    if request.resource_account and request.caller.account != request.resource_account:
        return all_of((by_identity, any_resource))
    delegated = all_of((by_identity, through_account)) if layers.resource_must_allow else by_identity
    return any_of((direct, delegated))


def _by_resource(
    request: Request,
    action: str,
    layers: Layers,
    narrowed: bool | None,  # noqa: FBT001 - a truth, not a flag
) -> tuple[bool | None, bool | None]:
    """What the resource policy grants: to the caller itself, and to its account, which only delegates (rule 3).

    A role's ARN is limited by boundary and session policies, a user's, a session's and `*` are not (rules 5, 6).
    """
    direct: list[bool | None] = []
    through_account: list[bool | None] = []
    for bearing in layers.resource.bearing(action).allows if layers.resource else ():
        level = _named(request.caller, bearing.statement)
        answer = applies(request, bearing.statement, by_resource=True)
        if level is Named.ACCOUNT:
            through_account.append(answer)
        elif level is Named.PRINCIPAL and request.caller.is_role:
            direct.append(all_of((answer, narrowed)))
        elif level:
            direct.append(answer)
    return any_of(direct), any_of(through_account)


def explain(request: Request, layers: Layers) -> tuple[Reason, ...]:
    """The statements that speak of the request and may apply to it, denies before allows."""
    action = request.action.lower()
    out: list[Reason] = []
    for name, layer, by_resource in _named_layers(layers):
        bears = layer.bearing(action)
        for bearing in (*bears.denies, *bears.allows):
            answer = applies(request, bearing.statement, by_resource=by_resource)
            if answer is not False:
                open_tests = bearing.statement.conditions.undecided(request.context) if answer is None else ()
                out.append(
                    Reason(
                        layer=name,
                        document=bearing.document,
                        statement=bearing.statement,
                        applies=answer,
                        undecided=tuple(map(str, open_tests)) or _open_variables(bearing.statement, answer),
                    )
                )
    return tuple(sorted(out, key=lambda r: (r.statement.allows, r.applies is None)))


def _open_variables(statement: Statement, answer: bool | None) -> tuple[str, ...]:  # noqa: FBT001 - a truth, not a flag
    """A statement left open by its resources alone: the patterns whose variables are not known."""
    return tuple(f"Resource {p}" for p in statement.resources.patterns if "${" in p) if answer is None else ()


def _named_layers(layers: Layers) -> Iterable[tuple[str, Layer, bool]]:
    groups: tuple[tuple[str, tuple[Layer, ...], bool], ...] = (
        ("identity", (layers.identity,) if layers.identity else (), False),
        ("boundary", layers.boundaries, False),
        ("session", layers.sessions, False),
        ("SCP", layers.scps, False),
        ("RCP", layers.rcps, True),
        ("resource", (layers.resource,) if layers.resource else (), True),
    )
    for name, found, by_resource in groups:
        for layer in found:
            yield name, layer, by_resource


def possible(layers: Layers) -> int:
    """The catalogue's actions that the layers may allow on some resource under some condition, as bits.

    An upper bound: nothing outside it is allowed to a caller by its own policies.
    """
    mask = layers.identity.allow_mask & ~layers.identity.deny_mask if layers.identity else 0
    for layer in (*layers.boundaries, *layers.sessions, *layers.scps):
        if not layer.unparsed:
            mask &= layer.allow_mask & ~layer.deny_mask
    return mask


def certain(layers: Layers) -> int:
    """The catalogue's actions that the layers allow on every resource under any condition, as bits.

    A lower bound: any deny of an action, however narrow, takes it out.
    """
    mask = catalog.universe().everything
    everyone = tuple(filter(None, (layers.identity,)))
    for layer in (*everyone, *layers.boundaries, *layers.sessions, *layers.scps):
        mask &= layer.open_mask & ~_any_deny(layer)
    return mask if layers.identity else 0


def _any_deny(layer: Layer) -> int:
    union = 0
    for document in layer.documents:
        for statement in document.statements:
            if not statement.allows:
                union |= statement.actions.mask
    return union
