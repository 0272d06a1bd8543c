"""Escalation closed: the smallest change to a principal's own policies that ends the first hop of each path.

Of the permissions a hop needs, the one goes that is least missed: a role that is passed is taken from the roles that
may be passed, else the most powerful action is removed. What cannot be written as a shorter list becomes a Deny; so
does `sts:AssumeRole`, because a trust policy that names the principal stands by itself and only a Deny stops it:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-rps.html
"""

from __future__ import annotations

from functools import reduce
from itertools import islice
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise import catalog
from leastwise.access import full_administrator
from leastwise.account.model import Group, remember
from leastwise.leastprivilege.draft import Clause, Draft, Move, Refusal, edit, short
from leastwise.leastprivilege.ground import FEW, members, passable
from leastwise.leastprivilege.permission import ASSUME, PASS, Permission
from leastwise.leastprivilege.shorthand import without
from leastwise.policy.entries import is_wild

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.leastprivilege.ground import Ground
    from leastwise.policy.elements import Actions
    from leastwise.results import Edge, Path


class Cut(NamedTuple):
    """A permission to take away, and what that ends."""

    permission: Permission
    ends: str


def starting_at(account: Account, holder: Holder, paths: dict[str, list[Path]]) -> tuple[Path, ...]:
    """The escalations that start at the principal, or at a member of the group."""
    starts = members(account, holder) if isinstance(holder, Group) else (holder.arn,)
    return tuple(path for start in starts for path in paths.get(start, ()) if path.edges)


def first_hops(paths: Iterable[Path]) -> tuple[Edge, ...]:
    """The first hops of the paths, each once."""
    return tuple(dict.fromkeys(path.edges[0] for path in paths))


def cuts_of(holder: Holder, hops: Iterable[Edge], used: int = 0) -> tuple[Cut, ...]:
    """For each hop the permission that the principal's own policies grant and that is least missed.

    What is known to be `used`, as bits, is never taken away.
    """
    own = dict.fromkeys(s.actions for d in (*holder.inline, *holder.attached) for s in d.statements if s.allows)
    union, bit = reduce(or_, (actions.mask for actions in own), 0), catalog.universe().mask
    grants: dict[str, bool] = {}
    chosen: dict[Cut, None] = {}
    for hop in hops:
        needed = [*map(Permission.of, hop.permissions)]
        for action in {p.action.lower() for p in needed} - grants.keys():
            grants[action] = bool(bit(action) & union) if bit(action) else any(a.match(action) for a in own)
        granted = [p for p in needed if grants[p.action.lower()] and not bit(p.action) & used]
        if granted:
            target = hop.target.rpartition(":")[2]
            chosen[Cut(min(granted, key=lambda p: p.missed), f"{hop.title} ({target})")] = None
    return tuple(chosen)


def still_open(account: Account, before: Holder, after: Holder, hops: Iterable[Edge]) -> Iterator[Edge]:
    """The hops of which nothing that worked before was taken away."""
    for hop in hops:
        needed = sorted(map(Permission.of, hop.permissions), key=lambda p: p.missed)  # the first is mostly gone
        if not any(p.works(account, before) and not p.works(account, after) for p in needed):
            yield hop


def close(draft: Draft, cuts: Iterable[Cut], ground: Ground) -> None:
    """Take the permissions away, action by action, in the statements that grant them."""
    by_action: dict[str, list[Cut]] = {}
    for cut in cuts:
        by_action.setdefault(cut.permission.action, []).append(cut)
    for action, found in sorted(by_action.items()):
        closer = _Closer(draft, action, found, ground)
        bit = catalog.universe().mask(action)
        for place, page in enumerate(draft.pages):
            for mask, clause in page.masked:
                if (mask & bit or not bit) and _grants(clause, found, ground):
                    closer.narrow(place, clause)


def _grants(clause: Clause, cuts: Iterable[Cut], ground: Ground) -> bool:
    return any(
        clause.actions.match(action.lower())
        and not (bound and clause.resources.match(resource, ground.context) is False)
        for (action, resource), bound in ((c.permission, c.permission.is_bound(ground.account)) for c in cuts)
    )


class _Closer:
    """One action being taken away."""

    def __init__(self, draft: Draft, action: str, cuts: list[Cut], ground: Ground) -> None:
        self.draft = draft
        self.action = action
        permissions = [cut.permission for cut in cuts]
        bound = all(p.is_bound(ground.account) for p in permissions)
        self.resources = tuple(sorted({p.resource for p in permissions})) if bound else ("*",)
        self.ends = short(dict.fromkeys(cut.ends for cut in cuts))
        self.ground = ground

    def narrow(self, place: int, clause: Clause) -> None:
        """Take the action from a clause: by fewer roles, by a shorter list, or by a Deny."""
        rest = without(clause.actions, self.action)
        roles = self._roles(clause)
        unnameable = len(roles) > FEW or (roles and clause.resources.negated)
        if self.action.lower() == ASSUME or rest is None or unnameable:
            self._refuse(place, clause)
            return
        left = _replaced(clause, rest)
        kept = (clause.listing((self.action,)).within(roles),) if roles else ()
        after = f"{self.action} on {short(roles)}" if roles else f"{self.action} removed"
        dated = any(is_wild(p) for p in clause.actions.patterns)
        date = f"; wildcards are spelled out by the catalogue of {catalog.version()}" if dated else ""
        reason = f"ends: {self.ends}{date}"
        pages = self.draft.pages
        pages[place] = pages[place].swap(clause, (*left, *kept), edit(clause, Move.CLOSED, reason, after=after))

    def _roles(self, clause: Clause) -> tuple[str, ...]:
        """The roles that may still be passed, neither on a path nor of an administrator: at most one more than few."""
        if self.action.lower() != PASS:
            return ()
        ground, matches = self.ground, clause.resources.match
        used = frozenset(self.resources)
        left = (arn for arn in passable(ground) if arn not in used and matches(arn, ground.context))
        return tuple(islice((arn for arn in left if not _is_administrator(ground.account, arn)), FEW + 1))

    def _refuse(self, place: int, clause: Clause) -> None:
        if not self.draft.refuses(self.action):
            refusal = Refusal(action=self.action, resources=self.resources)
            after = f"Deny {self.action} on {short(self.resources)}"
            pages = self.draft.pages
            pages[place] = pages[place].refuse(refusal, edit(clause, Move.CLOSED, f"ends: {self.ends}", after=after))


def _replaced(clause: Clause, actions: Actions) -> tuple[Clause, ...]:
    """The clause with other actions; nothing where none are left."""
    some = actions.patterns or actions.negated
    return (msgspec.structs.replace(clause, actions=actions),) if some else ()


def _is_administrator(account: Account, role: str) -> bool:
    roles = remember(account, "roles by arn", lambda: {r.arn: r for r in account.roles})
    return bool(full_administrator(account, roles[role]))
