"""What a path hangs on: the documents without which one of its hops cannot be made.

A hop needs all of its permissions, so it hangs on each document that alone grants one of them; where two documents
grant the same, changing one ends nothing, and neither counts. Where other roles would serve as well as the hop's
target, the path ends only when each of those ways does: it has a chain of causes for each, one of which must be ended.
"""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from leastwise.access import assume, cite, trusts_service
from leastwise.account.model import Group, Role, remember
from leastwise.escalation import standing, within_reach
from leastwise.escalation.claims import Admission
from leastwise.escalation.hops import may_pass
from leastwise.escalation.method import ASSUME_ROLE, PASS_ROLE, Method, methods
from leastwise.escalation.reach import reach_of, roles_trusting
from leastwise.leastprivilege.permission import ASSUME, PASS, Permission
from leastwise.remedy.sites import Place, Site, holders, is_spared, is_untouchable, site_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.access import Holder
    from leastwise.account.model import Account, User
    from leastwise.escalation.reach import Reach
    from leastwise.policy.evaluate import Bearing
    from leastwise.results import Edge, Evidence, Path


MOST = 24  # other roles that are named in one demand


class Demand(NamedTuple):
    """What shall end: a permission. `caller` is who comes through a trust policy, or the service that gets a role."""

    permission: Permission
    caller: str = ""


class Cause(NamedTuple):
    """What is demanded of one document so that it ends a hop of the source, and the statements at fault."""

    site: Site
    demands: tuple[Demand, ...]
    source: str
    statements: tuple[Evidence, ...] = ()


class Wanted(NamedTuple):
    """How roles are looked for: by which action or shape, for which service, and whether as the end of the path."""

    how: str
    service: str
    last: bool


Chain = tuple[Cause, ...]


def chains_of(account: Account, path: Path) -> tuple[Chain, ...]:
    """The ways that must end, each with the changes to one document that end it, hop by hop.

    At one place the least missed permission comes first. Nothing that would meet an exempt principal, or one whose
    policies AWS owns, is among them.
    """
    return remember(account, ("chains", path), lambda: tuple(_touchable(account, c) for c in _chains(account, path)))


def _touchable(account: Account, chain: Iterable[Cause]) -> Chain:
    return tuple(cause for cause in dict.fromkeys(chain) if not is_untouchable(account, cause.site))


def _chains(account: Account, path: Path) -> Iterator[list[Cause]]:
    """The listed way, and those around a hop through another role. A role too many is as good as any number of them."""
    so_far: list[Cause] = []
    for edge in path.edges:
        others = alternatives(account, edge, last=edge is path.edges[-1])
        so_far += _granted(account, edge, others)
        if len(others) >= MOST:
            break
        for role in others:
            yield [*so_far, *_entered(account, edge, role)]
        so_far += _entered(account, edge, edge.target)
    yield so_far


def refusals(account: Account, path: Path) -> tuple[Cause, ...]:
    """What is left where no one document is the cause: a Deny for who makes a hop. It is the only kind that adds."""
    found: list[Cause] = []
    for edge in path.edges:
        source, last = holders(account).get(edge.source), edge is path.edges[-1]
        others = alternatives(account, edge, last=last)
        if source is not None and not is_spared(source):
            site = Site(Place.ADDED, source.arn)
            found += [Cause(site, _demands(_or(account, edge, p), edge, others), source.arn) for p in _needed(edge)]
        if others:
            break
    return tuple(found)


def is_met(account: Account, cause: Cause) -> bool:
    """Whether, in this account, what the cause demands has ended: decided for this one hop by the engine."""
    source = holders(account)[cause.source]
    if cause.site.place is Place.TRUST:
        role = holders(account)[cause.site.holder]
        return isinstance(role, Role) and all(_is_shut(account, role, source, d.caller) for d in cause.demands)
    return not any(demand.permission.works(account, source) for demand in cause.demands)


def _is_shut(account: Account, role: Role, source: Holder, caller: str) -> bool:
    """Whether the role lets the caller in no more: a service, or the source."""
    if caller == source.arn:
        return not isinstance(source, Group) and assume(account, source, role).allowed is False
    return remember(role, ("lets in", caller), lambda: trusts_service(account, role, caller).allowed) is False


def _needed(edge: Edge) -> list[Permission]:
    """The permissions of a hop, the least missed first."""
    return sorted(dict.fromkeys(map(Permission.of, edge.permissions)), key=lambda p: p.missed)


def _granted(account: Account, edge: Edge, others: Iterable[str]) -> Iterator[Cause]:
    """The documents among the source's own policies that alone grant one of the hop's permissions."""
    source = holders(account).get(edge.source)
    cited = {(e.document, e.pointer) for used in edge.permissions for e in used.evidence}
    for permission in _needed(edge) if source else ():
        every = _or(account, edge, permission) if source else ()
        grants = tuple(g for each in every for g in _grants(account, source, each)) if source else ()
        documents = {g.document for g in grants}
        statements = tuple(dict.fromkeys(cite(g.document, g.statement) for g in grants))
        if source and len(documents) == 1 and any((s.document, s.pointer) in cited for s in statements):
            site = site_of(source, documents.pop())
            if site:
                yield Cause(site, _demands(every, edge, others), source.arn, statements)


def _or(account: Account, edge: Edge, permission: Permission) -> tuple[Permission, ...]:
    """The permission, and those that the source has and that would do in its place."""
    source = holders(account)[edge.source]
    instead = {a for need in _methods()[edge.method].needs if permission.action in need.actions for a in need.actions}
    rest = (Permission(action, permission.resource) for action in sorted(instead - {permission.action}))
    return (permission, *(each for each in rest if each.works(account, source)))


def _demands(permissions: Iterable[Permission], edge: Edge, others: Iterable[str]) -> tuple[Demand, ...]:
    """The permissions shall end; one that hands over or enters a role, for all roles that would serve."""
    found: list[Demand] = []
    for action, resource in permissions:
        service = _methods()[edge.method].trusts if action.lower() == PASS else ""
        roles = others if resource == edge.target and action.lower() in {PASS, ASSUME} else ()
        found += [Demand(Permission(action, arn), service) for arn in (resource, *roles)]
    return tuple(found)


def _grants(account: Account, source: Holder, permission: Permission) -> tuple[Bearing, ...]:
    return remember(source, ("grants", permission), lambda: permission.grants(account, source))


def _entered(account: Account, edge: Edge, arn: str) -> tuple[Cause, ...]:
    """The role's trust policy, where the hop goes through it, or would if it led to this role."""
    role, service = holders(account).get(arn), _methods()[edge.method].trusts
    if not isinstance(role, Role):
        return ()
    caller = service or edge.source
    if arn != edge.target:
        allows = (s for s in role.trust.statements if s.allows)
        return remember(
            role, ("entered", caller), lambda: _by_trust(role, caller, tuple(cite(role.trust, s) for s in allows))
        )
    through = tuple(e for e in edge.trust if e.document == arn and e.source == role.trust.source)
    return _by_trust(role, caller, through)


def _by_trust(role: Role, caller: str, statements: tuple[Evidence, ...]) -> tuple[Cause, ...]:
    demand = Demand(Permission(ASSUME, role.arn), caller)
    source = caller if caller.startswith("arn:") else role.arn  # by a service it is nobody's in particular
    return (Cause(Site(Place.TRUST, role.arn), (demand,), source, statements),) if statements else ()


def alternatives(account: Account, edge: Edge, *, last: bool) -> tuple[str, ...]:
    """Other roles that the source could use the same method on, by what it may do already.

    For the last hop other administrators; for one before it, also those who can become one.
    """
    source, method = holders(account).get(edge.source), _methods()[edge.method]
    if source is None or isinstance(source, Group) or not (method.trusts or method.shape == "assume"):
        return ()
    how = PASS_ROLE if any(used.action == PASS_ROLE for used in edge.permissions) else method.shape
    key = ("alternatives", edge.target, method.trusts, how, last)
    return remember(source, key, lambda: _alternatives(account, edge, source, Wanted(how, method.trusts, last)))


def _alternatives(account: Account, edge: Edge, source: User | Role, wanted: Wanted) -> tuple[str, ...]:
    candidates = [arn for arn in _worthwhile(account, source, wanted) if arn not in {edge.target, source.arn}]
    serve = (arn for arn in candidates if _serves(account, edge, source, arn, wanted.how))
    return tuple(islice(serve, MOST))


def _serves(account: Account, edge: Edge, source: User | Role, arn: str, how: str) -> bool:
    role = holders(account)[arn]
    if how == "assume":
        return isinstance(role, Role) and Admission(role).allowed(account, source) is not False
    return how != PASS_ROLE or may_pass(arn, _methods()[edge.method]).allowed(account, source) is not False


def _worthwhile(account: Account, source: User | Role, wanted: Wanted) -> tuple[str, ...]:
    """The roles worth having that may be within the source's reach, by a quick look."""
    action = {"assume": ASSUME_ROLE, PASS_ROLE: PASS_ROLE}.get(wanted.how, "")
    reach = reach_of(source, *filter(None, (action,)))

    def find() -> tuple[str, ...]:
        roles = _worth(account, last=wanted.last).get(wanted.service, ())
        if wanted.how == "assume":
            return tuple(r.arn for r in roles if _may_enter(account, source, r, reach))
        return tuple(r.arn for r in roles if not action or reach(r.arn))

    mine = source.arn if wanted.how == "assume" else ""
    return remember(account, ("worthwhile", wanted, mine, reach.lists), find)


def _worth(account: Account, *, last: bool) -> dict[str, tuple[Role, ...]]:
    """The administrators among the roles, or all who can become one, by the service they trust; "" has them all."""

    def find() -> dict[str, tuple[Role, ...]]:
        reached = within_reach(account)
        worth = {
            r.arn
            for r in account.roles
            if r.arn in reached and not (last and not standing(account, r).is_administrator)
        }
        lists = {"": account.roles, **roles_trusting(account)}
        return {service: tuple(r for r in roles if r.arn in worth) for service, roles in lists.items()}

    return remember(account, ("worth becoming", last), find)


def _may_enter(account: Account, source: User | Role, role: Role, reach: Reach) -> bool:
    """Whether the trust names the source, or its account while some statement of the source may allow the rest."""
    for statement in role.trust.statements:
        named = statement.principals
        if statement.allows and named is not None and (named.everyone or named.negated or source.arn in named.aws):
            return True
        if statement.allows and named is not None and {account.arn, account.id} & set(named.aws) and reach(role.arn):
            return True
    return False


@cache
def _methods() -> dict[str, Method]:
    return {method.id: method for method in methods()}
