"""Quick bounds on what a principal may do with the few actions that techniques name.

Nearly every principal can be passed over by two small integers: `held`, an upper bound (some statement allows it,
boundaries and SCPs counted, of denies only the outright), and `sure`, a lower bound (allowed on everything without a
condition, and no statement denies it however narrowly). Only what lies between is asked of the engine. Action lists
and documents are interned, so an account of ten thousand principals computes each distinct one once.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.access import layers_of, scps_of
from leastwise.account.model import Group, remember
from leastwise.escalation.method import IMPLIED, methods
from leastwise.policy.document import Policy, Unparsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.access import Holder
    from leastwise.account.model import Account, Role, User
    from leastwise.policy.document import Document, Statement
    from leastwise.policy.elements import Actions

SENSITIVE = (
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "kms:Decrypt",
    "rds:DownloadDBLogFilePortion",
    "redshift:GetClusterCredentials",
    "s3:GetObject",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
)


class Hot(NamedTuple):
    """The actions that matter here: their bits, all together too, and where they stand in the catalogue."""

    bits: dict[str, int]
    universe: int
    squeezed: dict[int, int]
    strange: tuple[str, ...]
    everything: int
    known: int


@cache
def hot() -> Hot:
    """The bits of all actions that some method names."""
    named = {action.lower() for method in methods() for action in method.actions}
    names = sorted(named | {a.lower() for a in (*IMPLIED, *SENSITIVE)})
    bits = {name: 1 << place for place, name in enumerate(names)}
    places = {name: catalog.universe().index(name) for name in names}
    known = {place: bits[name] for name, place in places.items() if place is not None}
    return Hot(
        bits,
        universe=sum(1 << place for place in known),
        squeezed=known,
        strange=tuple(name for name, place in places.items() if place is None),
        everything=sum(bits.values()),
        known=sum(known.values()),
    )


@lru_cache(maxsize=1024)
def bit(action: str) -> int:
    """The bit of one action that a method names."""
    return hot().bits[action.lower()]


def bits(actions: Iterable[str]) -> int:
    """The bits of several."""
    union = 0
    for action in actions:
        union |= bit(action)
    return union


@lru_cache(maxsize=1 << 16)
def hot_mask(actions: Actions) -> int:
    """Which of the actions that matter the list covers."""
    table = hot()
    rest = actions.mask & table.universe
    if rest == table.universe:
        out = table.known
    else:
        out = 0
        while rest:
            lowest = rest & -rest
            out |= table.squeezed[lowest.bit_length() - 1]
            rest ^= lowest
    for name in table.strange:
        if actions.match(name):
            out |= table.bits[name]
    return out


class Powers(NamedTuple):
    """What some documents allow: `held` at most, `sure` at least.

    `denied` is what some statement denies, `banned` what one denies on everything without a condition.
    """

    held: int = 0
    sure: int = 0
    denied: int = 0
    banned: int = 0


@lru_cache(maxsize=1 << 17)
def hot_statements(policy: Policy) -> tuple[tuple[int, Statement], ...]:
    """The statements of a document that speak of actions which matter, with these actions."""
    return tuple((mask, s) for s in policy.statements if (mask := hot_mask(s.actions)))


@lru_cache(maxsize=1 << 17)
def of_policy(policy: Policy | Unparsed) -> Powers:
    """What one document allows; one that could not be understood allows nothing that is known, and may deny all."""
    if not isinstance(policy, Policy):
        return Powers(denied=hot().everything)
    held = sure = denied = banned = 0
    for mask, statement in hot_statements(policy):
        everywhere = statement.everywhere and not statement.conditions.tests
        if statement.allows:
            held |= mask
            sure |= mask if everywhere else 0
        else:
            denied |= mask
            banned |= mask if everywhere else 0
    return Powers(held, sure, denied, banned)


def powers(account: Account, holder: Holder) -> Powers:
    """The bounds of a principal, within what the organization leaves of it."""
    found = holder.memo.get("powers")  # asked so often that a call of `remember` counts
    return found if isinstance(found, Powers) else remember(holder, "powers", lambda: _powers(account, holder))


def _powers(account: Account, holder: Holder) -> Powers:
    found = own_powers(holder)
    for level in scps_of(account, holder):
        found = _within(found, _together(level), is_read=all(isinstance(d.policy, Policy) for d in level))
    guarded = _together([d for level in account.guards for d in level]).denied if account.guards else 0
    return found._replace(sure=found.sure & ~guarded, denied=found.denied | guarded) if guarded else found


def own_powers(holder: Holder) -> Powers:
    """The bounds of a principal by its own policies and boundary."""
    return remember(holder, "own powers", lambda: _own_powers(holder))


def _own_powers(holder: Holder) -> Powers:
    own = _together(holder.documents)
    if own.denied:
        own = own._replace(held=own.held & ~own.banned, sure=own.sure & ~own.denied)
    boundary = None if isinstance(holder, Group) else holder.boundary
    return _within(own, of_policy(boundary.policy), is_read=isinstance(boundary.policy, Policy)) if boundary else own


def _together(documents: Iterable[Document]) -> Powers:
    """Of documents that count together, their denies not yet taken off what they allow."""
    held = sure = denied = banned = 0
    for document in documents:
        some = of_policy(document.policy)
        held |= some[0]
        sure |= some[1]
        denied |= some[2]
        banned |= some[3]
    return Powers(held, sure, denied, banned)


def _within(found: Powers, limit: Powers, *, is_read: bool) -> Powers:
    """What a limit leaves: one that could not be read may allow anything, and lets nothing be sure."""
    held = found.held & limit.held if is_read else found.held
    denied = found.denied | limit.denied
    banned = found.banned | limit.banned
    return Powers(held & ~banned, found.sure & limit.sure & ~denied, denied, banned)


def statements_of(holder: Holder) -> Iterator[tuple[int, Statement]]:
    """The principal's own statements that speak of actions which matter, with these actions."""
    for document in holder.documents:
        if isinstance(document.policy, Policy):
            yield from hot_statements(document.policy)


def signature(account: Account, holder: User | Role, mark: int) -> int | None:
    """What decides the holder's answers about some actions, the statements that speak of them, as a number.

    Two holders with the same number get the same answers. None where a condition or a variable asks who the holder is,
    where he shows more than others do, or where a document could not be read.
    """
    return remember(holder, ("signature", mark), lambda: _signature(account, holder, mark))


def _signature(account: Account, holder: User | Role, mark: int) -> int | None:
    if holder.shows:
        return None
    layers = layers_of(account, holder)
    above = (*layers.scps, *layers.rcps)
    if any(_is_personal_of(document, mark) for layer in above for document in layer.documents):
        return None
    limits = (holder.boundary,) if holder.boundary else ()
    out: list[object] = [holder.kind.value, len(layers.scps), len(limits)]
    for document in (*limits, *holder.documents):
        if not isinstance(document.policy, Policy):
            return None
        for mask, statement in hot_statements(document.policy):
            if mask & mark:
                if _is_personal(statement):
                    return None
                out += mask & mark, statement.allows, statement.spares, statement.patterns, statement.conditions
        if document is holder.boundary:
            out.append(None)  # ends the boundary's statements
    numbers: dict[object, int] = remember(account, "signatures", dict)
    return numbers.setdefault(tuple(out), len(numbers))


def crowd(account: Account, holder: User | Role) -> int | None:
    """The signature for actions by the way."""
    return signature(account, holder, _by_the_way())


@lru_cache(maxsize=1024)
def is_by_the_way(actions: tuple[str, ...]) -> bool:
    """Whether all of the actions are such as rows of services ask for, besides the role: the same few for many rows."""
    return not bits(actions) & ~_by_the_way()


@cache
def _by_the_way() -> int:
    rows = (method for method in methods() if method.shape in {"pass_role", "bend_resource"})
    return bits({action for method in rows for action in method.actions} - set(IMPLIED))


def _is_personal_of(document: Document, mark: int) -> bool:
    """Whether a document has different answers about the action for different holders, or none at all."""
    policy = document.policy
    return not isinstance(policy, Policy) or any(m & mark and _is_personal(s) for m, s in hot_statements(policy))


def _is_personal(statement: Statement) -> bool:
    return statement.conditions.is_personal or any("${" in pattern for pattern in statement.patterns)
