"""The hops into one target, found backwards: who may assume, seize, or have a service bear it.

One function per shape. Every row of a shape is treated alike.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from leastwise import access
from leastwise.account.model import Role, remember
from leastwise.escalation.claims import Admission, Circumstances, Claim, EitherOf, Permit, ServiceTrust, decide
from leastwise.escalation.entering import entry
from leastwise.escalation.graph import Graph, Hop, Node
from leastwise.escalation.method import PASS_ROLE, Method, of_shape
from leastwise.escalation.powers import bit, signature
from leastwise.escalation.reach import reach_of, roles_trusting
from leastwise.escalation.supposing import CERTAIN, Case, beside, may_be_borne, named, placed, seen, told, usable
from leastwise.escalation.wants import bound, claims_of
from leastwise.escalation.whereabouts import whereabouts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.escalation.search import Reached


def into(graph: Graph, target: Node, done: Mapping[Node, Reached]) -> Iterator[Hop]:
    """The hops by which principals that are not done yet become the target."""
    yield from target.ways
    if target.changed:
        return
    yield from _seizing(graph, target, done)
    if isinstance(target.what, Role):
        yield from _assuming(graph, target, target.what, done)
        if not target.what.is_service_linked:
            yield from _bearing(graph, target, target.what, done)


def _hop(  # noqa: PLR0913 - the joint where all shapes meet
    account: Account,
    ends: tuple[Node, Node],
    method: Method,
    claims: tuple[Claim, ...],
    *,
    on: dict[str, str] | None = None,
    case: Case = CERTAIN,
) -> Hop | None:
    """The hop between two nodes, unless a claim fails."""
    node, target = ends
    truth = decide(claims, account, node.holder)
    if truth is False:
        return None
    return Hop(
        node,
        target,
        method,
        subject=target.what.subject,
        claims=claims,
        certain=truth is True,
        on={**(on or {}), **named(case)},
        supposes=told(case.supposes, target.what),
        at=case.at,
    )


def _assuming(graph: Graph, target: Node, role: Role, done: Collection[Node]) -> Iterator[Hop]:
    for node in graph.admitted(role):
        hop = None if node in done else assuming(graph, node, target, role)
        if hop:
            yield hop


def assuming(graph: Graph, node: Node, target: Node, role: Role) -> Hop | None:
    """`assume`: where both sides agree."""
    (method,) = of_shape("assume")
    return _hop(graph.account, (node, target), method, (Admission(role),))


def _seizing(graph: Graph, target: Node, done: Collection[Node]) -> Iterator[Hop]:
    """`take_over` of somebody who is worth it as he is, by what wins all that he may do."""
    for method in seizures(target.what.kind.value):
        if method.within:
            continue
        for node in graph.holding(method.needs[0].action, target.arn):
            if node not in done and node.arn != target.arn and method in node.rows.get("take_over", ()):
                hop = seizing(graph.account, node, target, method)
                if hop:
                    yield hop


@cache
def seizures(kind: str) -> tuple[Method, ...]:
    """The rows that take a target of this kind as it is."""
    return tuple(m for m in of_shape("take_over") if m.target == kind and not m.change and not m.makes)


def seizing(account: Account, node: Node, target: Node, method: Method) -> Hop | None:
    """The hop, where the target can be entered that way."""
    permits = claims_of(account, method, {"target": target.arn}, Circumstances(target.what))
    if decide(permits, account, node.holder) is False:
        return None
    entered = entry(account, node.holder, target.what, method)
    if entered is None:
        return None
    facts = (*(fact.text for fact in method.supposes), *entered[1])
    return _hop(account, (node, target), method, (*permits, *entered[0]), case=Case(supposes=facts))


def _bearing(graph: Graph, target: Node, role: Role, done: Mapping[Node, Reached]) -> Iterator[Hop]:
    """`pass_role`, and `bend_resource` for what bears the role already."""
    for service in access.trusted_services(role):
        rows = by_service("pass_role", service), by_service("bend_resource", service)
        if not any(rows) or ServiceTrust(role, service).believes(graph.account) is False:
            continue
        yield from _passing(graph, target, rows[0], done)
        for method in rows[1]:
            yield from _bending(graph, target, method, done)
    for method in by_service("pass_role", ""):
        yield from _helping(graph, target, method, done)


@cache
def by_service(shape: str, service: str) -> tuple[Method, ...]:
    """The rows of a shape for roles that trust the service; "" for those that trust a helping role."""
    return tuple(method for method in of_shape(shape) if method.trusts == service)


def _helping(graph: Graph, target: Node, method: Method, done: Collection[Node]) -> Iterator[Hop]:
    """`pass_role` of a helping role, which the target trusts."""
    able = graph.able(method)
    helpers = _admitted_helpers(graph, target.what, method) if able and isinstance(target.what, Role) else ()
    passers = dict.fromkeys(node for helper in helpers for node in graph.passers(method, helper.arn))
    for node in passers:
        if node not in done and node.arn != target.arn:
            hop = passing(graph, node, target, method)
            if hop:
                yield hop


def _admitted_helpers(graph: Graph, role: Role, method: Method) -> list[Role]:
    """The helping roles that the role may let in, by ARN."""
    helpers = remember(graph.account, ("helpers", method.helper), lambda: _by_arn(graph.account, method.helper))
    names = {node.arn for node in graph.admitted(role)} if helpers else ()
    return [helpers[name] for name in sorted(names) if name in helpers]


def _by_arn(account: Account, service: str) -> dict[str, Role]:
    return {role.arn: role for role in roles_trusting(account).get(service, ())}


def _passing(graph: Graph, target: Node, rows: tuple[Method, ...], done: Collection[Node]) -> Iterator[Hop]:
    """The rows of one service. A row that leads a principal to one target is not tried on the next."""
    waiting = graph.waiting(rows)
    if not waiting:
        return
    permission = may_pass(target.arn, rows[0])
    refused: set[object] = set()  # the sorts of holders who may not; a large account has many of each
    for node in graph.holding(PASS_ROLE, target.arn, among=waiting):
        if node in done:
            del waiting[node]
            continue
        sort = signature(graph.account, node.holder, bit(PASS_ROLE))
        if node.arn == target.arn or sort in refused:
            continue
        if permission.allowed(graph.account, node.holder) is False:
            refused |= {sort} - {None}
            continue
        for method in tuple(waiting[node]):
            hop = passing(graph, node, target, method)
            if hop:
                if hop.sure_but_for_supposing:
                    waiting[node].remove(method)
                yield hop
        if not waiting[node]:
            del waiting[node]


def may_pass(role: str, method: Method, region: str = "") -> Permit | EitherOf:
    """The permission to hand the role to the service, in a region if one was chosen."""
    claims = tuple(_pass_to(role, service, region) for service in method.receivers)
    return claims[0] if len(claims) == 1 else EitherOf(claims)


def _pass_to(role: str, service: str, region: str) -> Permit:
    return Permit((PASS_ROLE,), role, Circumstances(service=service, region=region))


def passing(graph: Graph, node: Node, target: Node, method: Method) -> Hop | None:
    """`pass_role`: where the role may be passed to the service, which it trusts."""
    role = cast("Role", target.what)
    first: Hop | None = None
    ways = (  # one by one: a large account has many profiles, and the first will mostly do
        ((profile, helper), case)
        for profile in _profiles(graph, node, role, method)
        for helper in _helpers(graph, node, role, method)
        for case in usable(graph, node, method, role)
    )
    for handed, case in ways:
        hop = _passed(graph, (node, target), role, method, case=case, handed=handed)
        if hop and (hop.sure_but_for_supposing or not case.at):
            return hop if hop.sure_but_for_supposing else first or hop
        first = first or hop
    return first


def _passed(  # noqa: PLR0913 - one way of many, all named
    graph: Graph, ends: tuple[Node, Node], role: Role, method: Method, *, case: Case, handed: tuple[str, Role | None]
) -> Hop | None:
    """By this instance profile, beside this helping role, to such a resource."""
    profile, helper = handed
    on = {"profile": profile, "helper": helper.arn if helper else ""}

    def hop_in(region: str) -> Hop | None:
        claims = (*_handing(role, helper, method, region), *bound(method, on))
        return _hop(
            graph.account, ends, method, (*claims, *placed(graph.account, method, case, region)), on=on, case=case
        )

    return _surest(graph.account, ends[0], case, hop_in)


def _surest(account: Account, node: Node, case: Case, hop_in: Callable[[str], Hop | None]) -> Hop | None:
    """The hop in no region in particular; where that hangs on a condition, in one of the attacker's choice that settles
    it; none where every region is barred.
    """
    first = hop_in("")
    if first is None or first.sure_but_for_supposing or case.at or case.dark:
        return first
    where = whereabouts(account, node.holder)
    barred = where.is_all and bool(where.regions)
    for region in where.regions:
        hop = hop_in(region)
        if hop and hop.sure_but_for_supposing:
            return hop
        barred = barred and hop is None
    return None if barred else first


def _handing(role: Role, helper: Role | None, method: Method, region: str) -> tuple[Claim, ...]:
    """That the roles may be handed over and accept it: the target's, and the helping role beside it or before it."""
    own = (may_pass(role.arn, method, region), ServiceTrust(role, method.trusts)) if method.trusts else ()
    if helper is None:
        return own
    accepts = () if method.trusts else (Admission(role, by=helper),)
    return (*own, _pass_to(helper.arn, method.helper, region), ServiceTrust(helper, method.helper), *accepts)


def _helpers(graph: Graph, node: Node, role: Role, method: Method) -> Iterator[Role | None]:
    """The helping roles within reach; one None where no help is needed."""
    if not method.helper:
        yield None
        return
    reach = reach_of(node.holder, PASS_ROLE)
    helpers = roles_trusting(graph.account).get(method.helper, []) if method.trusts else None
    for helper in _admitted_helpers(graph, role, method) if helpers is None else helpers:
        if helper.arn != role.arn and reach(helper.arn):
            yield helper


def _profiles(graph: Graph, node: Node, role: Role, method: Method) -> Iterator[str]:
    """The instance profiles that would do: one "" where none is needed."""
    if method.profile == "existing":
        yield from role.instance_profiles[:1]
    elif method.profile == "swapped":
        reach = reach_of(node.holder, method.needs[0].action)
        yield from (arn for arn, other in graph.profiles(reach) if other.arn != role.arn)
    elif method.profile == "" or not role.instance_profiles:
        yield ""


def supposed(method: Method, who: Holder) -> tuple[str, ...]:
    """What the row supposes, about this role or user."""
    return told((fact.text for fact in method.supposes), who)


def _bending(graph: Graph, target: Node, method: Method, done: Mapping[Node, Reached]) -> Iterator[Hop]:
    """Whoever may alter a resource that bears this role, of those that the inventory shows; or, where it does not show
    them all, whoever may alter such resources at all.

    Which one nobody knows then, so that is said once of a row, of the nearest target that fits.
    """
    role = target.what
    if not isinstance(role, Role) or (method.profile == "existing" and not role.instance_profiles):
        return
    for crew in graph.crews(method) if may_be_borne(graph.account, method, role) else ():
        for case in seen(graph.account, method, role, crew.reaches):
            yield from _altering(graph, crew.nodes, target, method, case, done=done)
    for case in beside(graph.account, method, role) if (None, method) not in graph.served else ():
        graph.served.add((None, method))
        rest = [n for n in graph.open_to(method) if n not in done and (n, method) not in graph.served]
        yield from _supposing(graph, rest, target, method, case, near=(done[target].distance, method.rank))


def _supposing(  # noqa: PLR0913 - as below
    graph: Graph, nodes: list[Node], target: Node, method: Method, case: Case, *, near: tuple[int, int]
) -> Iterator[Hop]:
    """Whoever may alter such resources at all, but for those who have a nearer or a preferred way as uncertain."""
    for node in nodes:
        if case.supposes and graph.supposed.get(node, near) < near:
            continue
        for hop in _bent(graph, [node], target, method, case) if graph.ready(node, method) is not False else ():
            graph.supposed[node] = near
            yield hop


def _altering(  # noqa: PLR0913 - one crew, one target, one way
    graph: Graph, nodes: list[Node], target: Node, method: Method, case: Case, *, done: Collection[Node]
) -> Iterator[Hop]:
    """Whoever of these may alter this very resource. A row that leads one to one target is not tried on the next."""
    nodes[:] = [node for node in nodes if node not in done and (node, method) not in graph.served]
    for hop in _bent(graph, nodes, target, method, case):
        if hop.sure_but_for_supposing:
            graph.served.add((hop.source, method))
        yield hop


def _bent(graph: Graph, nodes: Collection[Node], target: Node, method: Method, case: Case) -> Iterator[Hop]:
    for node in nodes:
        hop = bending(graph, node, target, method, case) if node.arn != target.arn else None
        if hop:
            yield hop


def bending(graph: Graph, node: Node, target: Node, method: Method, case: Case) -> Hop | None:
    """`bend_resource`: where the role is borne as the case says, and what bears it may be altered."""
    role = cast("Role", target.what)
    trust = ServiceTrust(role, method.trusts)

    def bent_in(region: str) -> Hop | None:
        claims = (trust, *placed(graph.account, method, case, region))
        return _hop(graph.account, (node, target), method, claims, case=case)

    return _surest(graph.account, node, case, bent_in)
