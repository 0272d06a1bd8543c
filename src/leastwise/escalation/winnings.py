"""What becoming others is good for: the sensitive data actions that they may do and the source may not, and on what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise import access, catalog
from leastwise.arn import account_of
from leastwise.escalation.frontier import beyond
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
                mine = own if account == onward.home.id else ()
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


def _own(onward: Onward, action: str) -> tuple[Glob, ...]:
    """What the source may surely do it to."""
    return tuple(Glob.parse(scope) for scope, sure in scopes(onward.home, onward.holder, action) if sure)


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
    mask = 0
    source, *others = onward.reached.values()
    for reached in others:
        mask |= _possible(reached) & (~_possible(source) if account_of(reached.subject.arn) == onward.home.id else -1)
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
    found: dict[str, Frontier] = {}
    for reached in onward.reached.values():
        node = reached.node
        for one in beyond(onward.realm, node.account, node.what) if node else ():
            found.setdefault(one.roles, Frontier(account=one.account, roles=one.roles, through=reached))
    return tuple(found.values())
