"""What becoming others is good for: the sensitive data actions that they may do and the source may not, and on what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise import access, catalog
from leastwise.arn import account_of, is_account_id
from leastwise.escalation.method import ASSUME_ROLE
from leastwise.escalation.onward import Reached
from leastwise.escalation.powers import SENSITIVE, bit, powers, statements_of
from leastwise.policy.glob import Glob
from leastwise.policy.pattern import covered
from leastwise.results import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.escalation.onward import Onward

EVERYTHING = "*"


class Win(msgspec.Struct, frozen=True, kw_only=True):
    """An action that is won on some resources, by becoming whom, and how surely.

    `scope` is a pattern of ARNs from the statement that allows it, within the account.
    """

    action: str
    scope: str
    account: str
    through: Reached
    verdict: Verdict


def wins(onward: Onward) -> tuple[Win, ...]:
    """The sensitive actions that are won, each on each scope through the surest and nearest, the widest first."""
    found: dict[tuple[str, str, str], Win] = {}
    for action in SENSITIVE:
        own = _own(onward, action)
        for reached in list(onward.reached.values())[1:]:
            for account, scope, sure in _scopes_of(reached, action):
                mine = own if account == _home(onward).id else ()
                if not covered(Glob.parse(scope), mine):
                    verdict = reached.verdict if sure else Verdict.CONDITIONAL
                    win = Win(action=action, scope=scope, account=account, through=reached, verdict=verdict)
                    found.setdefault((action, account, scope), win)
    return tuple(win for action in SENSITIVE for win in _widest([w for w in found.values() if w.action == action]))


def _widest(found: list[Win]) -> Iterator[Win]:
    """Those on everything first, without what these cover as surely."""
    everywhere = [win for win in found if win.scope == EVERYTHING]
    covering = {(win.account, win.verdict) for win in everywhere}
    yield from everywhere
    for win in found:
        if win.scope != EVERYTHING and not {(win.account, v) for v in (Verdict.PROVEN, win.verdict)} & covering:
            yield win


def _home(onward: Onward) -> Account:
    node = onward.source.node
    if node is None:
        raise ValueError("a search starts at a principal")
    return node.account


def _own(onward: Onward, action: str) -> tuple[Glob, ...]:
    """What the source may surely do it to."""
    node = onward.source.node
    own = scopes(node.account, node.what, action) if node else ()
    return tuple(Glob.parse(scope) for scope, sure in own if sure)


def _scopes_of(reached: Reached, action: str) -> Iterator[tuple[str, str, bool]]:
    if reached.node is None:
        yield account_of(reached.subject.arn), EVERYTHING, True
    else:
        account = reached.node.account
        yield from ((account.id, scope, sure) for scope, sure in scopes(account, reached.node.what, action))


def scopes(account: Account, holder: Holder, action: str) -> tuple[tuple[str, bool], ...]:
    """The patterns of resources on some of which the engine lets the principal do it, and whether surely."""
    bounds, mark = powers(account, holder), bit(action)
    if bounds.sure & mark:
        return ((EVERYTHING, True),)
    if not bounds.held & mark:
        return ()
    context = access.context_of(account, holder)
    spoken = [s for mask, s in statements_of(holder) if mask & mark and s.allows]
    patterns = [g.text for s in spoken for g in s.resources.globs(context)]
    patterns += [EVERYTHING for s in spoken if s.resources.negated]
    answers = ((pattern, access.may(account, holder, action, pattern).allowed) for pattern in dict.fromkeys(patterns))
    return tuple((pattern, allowed is True) for pattern, allowed in answers if allowed is not False)


def actions_won(onward: Onward) -> int:
    """The catalogue's actions that are won, on some resource, as bits; abroad all that may be done there count."""
    home, mask = _home(onward), 0
    source, *others = onward.reached.values()
    for reached in others:
        mask |= _possible(reached) & (~_possible(source) if account_of(reached.subject.arn) == home.id else -1)
    return mask


def _possible(reached: Reached) -> int:
    node = reached.node
    return access.possible_actions(node.account, node.what) if node else catalog.universe().everything


class Frontier(msgspec.Struct, frozen=True, kw_only=True):
    """Roles of an account that was not given, which somebody who is reached may assume as far as his own side says."""

    account: str
    roles: str
    through: Reached


def frontiers(onward: Onward) -> tuple[Frontier, ...]:
    """Where the search ends because an account was not given, each place through the surest and nearest."""
    found: dict[tuple[str, str], Frontier] = {}
    for reached in onward.reached.values():
        node = reached.node
        for scope, _ in scopes(node.account, node.what, ASSUME_ROLE) if node else ():
            account = account_of(scope)
            if is_account_id(account) and account not in onward.realm.accounts:
                found.setdefault((account, scope), Frontier(account=account, roles=scope, through=reached))
    return tuple(found.values())
