"""What a principal may do on every resource there is, statement by statement, after denies, boundary and SCPs."""

from __future__ import annotations

from enum import Enum
from functools import cache, lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.access import Holder, context_of, layers_of, must_allow
from leastwise.account.model import remember
from leastwise.catalog import AccessLevel
from leastwise.policy.bounds import mirrored, restricts
from leastwise.policy.breadth import wide_part
from leastwise.policy.condition import Context
from leastwise.policy.document import Policy
from leastwise.policy.evaluate import Layer, Layers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, ManagedPolicy
    from leastwise.policy.document import Document, Statement


DATA = (
    "dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "s3:GetObject*",
    "secretsmanager:GetSecretValue", "sqs:ReceiveMessage", "ssm:GetParameter*",
)  # fmt: skip


class Harm(Enum):
    """What the worst of some actions do, worst first."""

    PERMISSIONS = "permissions can be changed"
    WRITE = "things can be written or deleted"
    DATA = "data or secrets can be read"
    READ = "settings can be read, or tags written"


class Grant(NamedTuple):
    """A statement that allows scopable actions on everything, and what would bound it if it were so."""

    document: Document
    statement: Statement
    actions: int
    assumes: tuple[str, ...]


class _Limits(NamedTuple):
    """What denies and limits leave of wide grants: actions as bits, and the denies that may take some away."""

    left: int
    doubts: tuple[Statement, ...]


@cache
def worth_scoping() -> int:
    """The actions a narrower Resource would tame: AWS lets them be scoped, and they do more than list or describe."""
    universe = catalog.universe()
    plain = universe.level_mask(AccessLevel.LIST) | universe.mask("*:Describe*") | universe.mask("*:List*")
    return universe.scopable & ~plain


def wide_grants(account: Account, holder: Holder, document: Document) -> Iterator[Grant]:
    """The statements of a document, held by the principal, that are wide for it."""
    if _wide(document, account.partition):
        context = context_of(account, holder)
        limits = remember(holder, "wide", lambda: _limits(account, layers_of(account, holder), context))
        yield from _effective(document, account.partition, limits, context)


def wide_alone(account: Account, document: Document) -> Iterator[Grant]:
    """As `wide_grants`, for a document that nobody holds: only its own denies count."""
    context = Context()
    limits = _limits(account, Layers(identity=Layer.of((document,))), context)
    return _effective(document, account.partition, limits, context)


def is_unheld(account: Account, policy: ManagedPolicy) -> bool:
    """Whether the policy is attached to nobody, nor anyone's boundary."""
    return policy.arn not in remember(account, "held policies", lambda: frozenset(_held(account)))


def _held(account: Account) -> Iterator[str]:
    for holder in account.holders:
        yield from (document.arn for document in holder.attached)
    yield from (one.boundary.arn for one in account.principals if one.boundary)


def _effective(document: Document, partition: str, limits: _Limits, context: Context) -> Iterator[Grant]:
    for statement, actions in _wide(document, partition):
        left = actions & limits.left
        if left and _is_unbound(statement, context):
            doubts = (d for d in limits.doubts if d.actions.mask & left)
            texts = dict.fromkeys(f"not: {test}" for d in doubts for test in d.conditions.undecided(context))
            yield Grant(document, statement, left, tuple(texts))


def _wide(document: Document, partition: str) -> tuple[tuple[Statement, int], ...]:
    """The allow statements that are wide by their resources, with the actions for which it matters."""
    return _wide_of(document.policy, partition) if isinstance(document.policy, Policy) else ()


@lru_cache(maxsize=1 << 16)
def _wide_of(policy: Policy, partition: str) -> tuple[tuple[Statement, int], ...]:
    found = ((s, wide_part(s, partition)) for s in policy.statements if s.allows)
    return tuple([(s, actions & worth_scoping()) for s, actions in found if actions & worth_scoping()])


def _is_unbound(statement: Statement, context: Context) -> bool:
    """Whether the statement may apply, and no condition of it narrows what it is good for."""
    truth = statement.conditions.evaluate(context)
    return truth is True or (truth is None and not any(map(restricts, statement.conditions.undecided(context))))


def _limits(account: Account, layers: Layers, context: Context) -> _Limits:
    left = catalog.universe().everything
    doubts: list[Statement] = []
    for layer in must_allow(layers):
        for statement in _denies(layer):
            truth = statement.conditions.evaluate(context)
            if truth is True:
                left &= ~wide_part(statement, account.partition)
            elif truth is None and _demands(statement, context):
                doubts.append(statement)
    for layer in (*layers.boundaries, *layers.scps):
        left &= _let_through(layer, account.partition, context)
    return _Limits(left, tuple(doubts))


def _denies(layer: Layer) -> Iterator[Statement]:
    return (s for document in layer.documents for s in document.statements if not s.allows)


def _let_through(limit: Layer, partition: str, context: Context) -> int:
    union = 0
    for document in limit.documents:
        for s in document.statements:
            if s.allows and _is_unbound(s, context):
                union |= wide_part(s, partition)
    return union if not limit.unparsed else catalog.universe().everything


def _demands(deny: Statement, context: Context) -> bool:
    """Whether the deny spares only who meets a demand that not everybody meets."""
    spared = map(mirrored, deny.conditions.undecided(context))
    return any(test is not None and restricts(test) for test in spared)


@cache
def weighty() -> int:
    """The actions that do harm: they write, change permissions, or read data."""
    return reduce(or_, _harms().values())


@cache
def identity_writing() -> int:
    """Those of them that belong to IAM."""
    return weighty() & catalog.universe().mask("iam:*")


def harm_of(actions: int) -> Harm:
    """What the worst of the actions does."""
    return next((harm for harm, mask in _harms().items() if actions & mask), Harm.READ)


@cache
def _harms() -> dict[Harm, int]:
    universe = catalog.universe()
    return {
        Harm.PERMISSIONS: universe.level_mask(AccessLevel.PERMISSIONS_MANAGEMENT),
        Harm.WRITE: universe.level_mask(AccessLevel.WRITE),
        Harm.DATA: reduce(or_, map(universe.mask, DATA)),
    }


@lru_cache(maxsize=1 << 14)
def examples(actions: int, most: int = 3) -> str:
    """A few of the actions by name, the worst first, and how many more there are."""
    names: list[str] = []
    rest = actions
    for mask in (identity_writing(), *_harms().values(), actions):
        while rest & mask and len(names) < most:
            first = rest & mask & -(rest & mask)
            names.append(catalog.universe().names[first.bit_length() - 1])
            rest ^= first
    more = rest.bit_count()
    return ", ".join(names) + (f" and {more:,} more" if more else "")
