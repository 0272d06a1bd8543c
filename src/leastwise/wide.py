"""What a principal may do on every resource there is, statement by statement, after denies, boundary and SCPs."""

from __future__ import annotations

from enum import Enum
from functools import cache, lru_cache, partial, reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.access import Holder, context_of, scps_of
from leastwise.account.model import Group, remember
from leastwise.catalog import AccessLevel
from leastwise.policy.bounds import mirrored, restricts
from leastwise.policy.breadth import may_be_wide, wide_part
from leastwise.policy.condition import Context
from leastwise.policy.document import Policy, Unparsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from leastwise.account.model import Account, ManagedPolicy
    from leastwise.policy.document import Document, Statement
    from leastwise.policy.elements import Actions

    Documents = tuple[Document, ...]
    Seen = Callable[[], Context]  # what is known of the circumstances, put together when somebody asks

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
        seen = partial(context_of, account, holder)
        boundary = None if isinstance(holder, Group) else holder.boundary
        above = (*(((boundary,),) if boundary else ()), *scps_of(account, holder))
        limits = remember(holder, "wide", lambda: _limits(account.partition, holder.documents, above, seen))
        yield from _effective(document, account.partition, limits, seen)


def wide_alone(account: Account, document: Document) -> Iterator[Grant]:
    """As `wide_grants`, for a document that nobody holds: only its own denies count."""
    limits = _limits(account.partition, (document,), (), Context)
    return _effective(document, account.partition, limits, Context)


def is_unheld(account: Account, policy: ManagedPolicy) -> bool:
    """Whether the policy is attached to nobody, nor anyone's boundary."""
    return policy.arn not in remember(account, "held policies", lambda: frozenset(_held(account)))


def _held(account: Account) -> Iterator[str]:
    for holder in account.holders:
        yield from (document.arn for document in holder.attached)
    yield from (one.boundary.arn for one in account.principals if one.boundary)


def _effective(document: Document, partition: str, limits: _Limits, seen: Seen) -> Iterator[Grant]:
    for statement, actions in _wide(document, partition):
        left = actions & limits.left
        if left and _is_unbound(statement, seen):
            doubts = (d for d in limits.doubts if d.actions.mask & left)
            texts = dict.fromkeys(f"not: {test}" for d in doubts for test in d.conditions.undecided(seen()))
            yield Grant(document, statement, left, tuple(texts))


def _wide(document: Document, partition: str) -> tuple[tuple[Statement, int], ...]:
    """The allow statements that are wide by their resources, with the actions for which it matters."""
    return _wide_of(document.policy, partition) if isinstance(document.policy, Policy) else ()


@lru_cache(maxsize=1 << 16)
def _wide_of(policy: Policy, partition: str) -> tuple[tuple[Statement, int], ...]:
    some = [s for s in policy.statements if s.allows and _worth(s.actions)]
    found = [(s, wide_part(s, partition) & worth_scoping()) for s in some if may_be_wide(s, partition)]
    return tuple([(s, actions) for s, actions in found if actions])


@lru_cache(maxsize=1 << 14)
def _worth(actions: Actions) -> bool:
    return bool(actions.mask & worth_scoping())


def _is_unbound(statement: Statement, seen: Seen) -> bool:
    """Whether the statement may apply, and no condition of it narrows what it is good for."""
    if not statement.conditions.tests:
        return True
    truth = statement.conditions.evaluate(seen())
    return truth is True or (truth is None and not any(map(restricts, statement.conditions.undecided(seen()))))


def _limits(partition: str, own: Documents, above: tuple[Documents, ...], seen: Seen) -> _Limits:
    left = catalog.universe().everything
    doubts: list[Statement] = []
    for document in (d for documents in (own, *above) for d in documents):
        for statement in _denies(document.policy) if isinstance(document.policy, Policy) else ():
            truth = statement.conditions.evaluate(seen())
            if truth is True:
                left &= ~wide_part(statement, partition)
            elif truth is None and _demands(statement, seen()):
                doubts.append(statement)
    for documents in above:
        left &= _let_through(documents, partition, seen)
    return _Limits(left, tuple(doubts))


@lru_cache(maxsize=1 << 16)
def _denies(policy: Policy) -> tuple[Statement, ...]:
    return tuple([s for s in policy.statements if not s.allows])


def _let_through(limit: Documents, partition: str, seen: Seen) -> int:
    if any(isinstance(document.policy, Unparsed) for document in limit):
        return catalog.universe().everything
    union = 0
    for statement in (s for document in limit for s in document.statements):
        if statement.allows and _is_unbound(statement, seen):
            union |= wide_part(statement, partition)
    return union


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
