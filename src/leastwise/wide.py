"""What a principal may do on every resource there is, statement by statement, after denies, boundary and SCPs."""

from __future__ import annotations

from enum import Enum
from functools import cache, lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.access import Holder, alike_context, context_of, limits_of
from leastwise.account.granted import terms
from leastwise.account.model import remember
from leastwise.catalog import AccessLevel
from leastwise.policy.bounds import mirrored, restricts
from leastwise.policy.breadth import wide_part
from leastwise.policy.condition import Context
from leastwise.policy.document import Unparsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from leastwise.account.model import Account, ManagedPolicy
    from leastwise.policy.condition import Conditions
    from leastwise.policy.document import Document, Policy, Statement
    from leastwise.policy.elements import Actions

    Documents = tuple[Document, ...]
    Truths = dict[Conditions, bool]

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


class Seen(NamedTuple):
    """What is known of the circumstances, put together when somebody asks.

    For conditions that do not ask who the principal is, it is `alike` for all of its kind, and `known` whether they
    bound.
    """

    context: Callable[[], Context]
    alike: Context
    known: Truths


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


def may_grant_widely(documents: Iterable[Document], partition: str) -> frozenset[Policy | Unparsed]:
    """The policies with a statement that is wide, before anything limits it: most documents have none."""
    return frozenset(policy for policy in {d.policy for d in documents} if _wide_of(policy, partition))


def wide_grants(account: Account, holder: Holder, documents: Iterable[Document]) -> Iterator[Grant]:
    """The statements of some documents, held by the principal, that are wide for it."""
    known: Truths = remember(account, ("unbound", holder.kind), dict)
    seen = Seen(lambda: context_of(account, holder), alike_context(account, holder), known)
    wide = _unbound(documents, account.partition, seen)
    bearing = (holder.documents, *limits_of(account, holder)) if wide else ()
    return _effective(wide, account.partition, bearing, seen)


def wide_alone(account: Account, document: Document) -> Iterator[Grant]:
    """As `wide_grants`, for a document that nobody holds: only its own denies count."""
    seen = Seen(Context, Context(), {})
    return _effective(_unbound((document,), account.partition, seen), account.partition, ((document,),), seen)


def is_unheld(account: Account, policy: ManagedPolicy) -> bool:
    """Whether the policy is attached to nobody, nor anyone's boundary."""
    return policy.arn not in remember(account, "held policies", lambda: frozenset(_held(account)))


def _held(account: Account) -> Iterator[str]:
    for holder in account.holders:
        yield from (document.arn for document in holder.attached)
    yield from (one.boundary.arn for one in account.principals if one.boundary)


def _unbound(documents: Iterable[Document], partition: str, seen: Seen) -> list[Grant]:
    """The wide statements that no condition bounds."""
    wide = ((document, *found) for document in documents for found in _wide_of(document.policy, partition))
    return [Grant(document, s, actions, ()) for document, s, actions in wide if _is_unbound(s, seen)]


def _effective(wide: list[Grant], partition: str, bearing: tuple[Documents, ...], seen: Seen) -> Iterator[Grant]:
    """What denies and limits leave. `bearing` are the principal's own documents, and those above it, level by level."""
    limits = _limits(partition, bearing, reduce(or_, (grant.actions for grant in wide), 0), seen)
    for grant in wide:
        left = grant.actions & limits.left
        doubts = (d for d in limits.doubts if d.actions.mask & left)
        texts = dict.fromkeys(f"not: {test}" for d in doubts for test in d.conditions.undecided(seen.context()))
        if left:
            yield grant._replace(actions=left, assumes=tuple(texts))


@lru_cache(maxsize=1 << 17)
def _wide_of(policy: Policy | Unparsed, partition: str) -> tuple[tuple[Statement, int], ...]:
    """The allow statements that are wide by their resources, with the actions for which it matters."""
    if isinstance(policy, Unparsed):
        return ()
    found: list[tuple[Statement, int]] = []
    for s in policy.statements:
        actions = _worth(s.actions) if s.allows else 0
        if actions and not s.everywhere:
            actions &= wide_part(s, partition)
        if actions:
            found.append((s, actions))
    return tuple(found)


@lru_cache(maxsize=1 << 14)
def _worth(actions: Actions) -> int:
    return actions.mask & worth_scoping()


def _is_unbound(statement: Statement, seen: Seen) -> bool:
    """Whether the statement may apply, and no condition of it narrows what it is good for."""
    conditions = statement.conditions
    if not conditions.tests:
        return True
    if conditions.is_personal:
        return _bounds_nobody(conditions, seen.context())
    if conditions not in seen.known:
        seen.known[conditions] = _bounds_nobody(conditions, seen.alike)
    return seen.known[conditions]


def _bounds_nobody(conditions: Conditions, context: Context) -> bool:
    truth = conditions.evaluate(context)
    return truth is True or (truth is None and not any(map(restricts, conditions.undecided(context))))


def _limits(partition: str, bearing: tuple[Documents, ...], stake: int, seen: Seen) -> _Limits:
    left = stake
    doubts: list[Statement] = []
    for deny in (s for documents in bearing for d in documents for s in terms(d.policy).denies):
        truth = deny.actions.mask & stake and deny.conditions.evaluate(seen.context())
        if truth is True:
            left &= ~wide_part(deny, partition)
        elif truth is None and _demands(deny, seen.context()):
            doubts.append(deny)
    for documents in bearing[1:]:
        left &= _let_through(documents, partition, seen)
    return _Limits(left, tuple(doubts))


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
        while len(names) < most and (some := rest & mask):
            first = some & -some
            names.append(catalog.universe().names[first.bit_length() - 1])
            rest ^= first
    more = rest.bit_count()
    return ", ".join(names) + (f" and {more:,} more" if more else "")
