"""The hops out of one principal, found forward: whom it can assume, seize, or have a service bear.

Candidates come from the tables and resource lists that all principals share, so that one who may pass every role is
not tried on every role again and again: what has been reached is left out before anything is asked.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from leastwise.account.model import Role, remember
from leastwise.escalation import abroad
from leastwise.escalation.claims import ServiceTrust
from leastwise.escalation.graph import Graph, Hop, Node, trusted
from leastwise.escalation.hops import assuming, bending, may_pass, passing, seizing, seizures
from leastwise.escalation.making import become, of_itself, of_others
from leastwise.escalation.method import ASSUME_ROLE, PASS_ROLE
from leastwise.escalation.reach import reach_of, roles_trusting
from leastwise.escalation.supposing import usable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from leastwise.account.model import Account
    from leastwise.escalation.method import Method
    from leastwise.escalation.reach import Reach

    Done = Callable[[str], bool]


def out_of(graphs: Mapping[str, Graph], node: Node, done: Collection[str]) -> Iterator[Hop]:
    """The hops of one who is no certain administrator to principals whose ARN is not done yet.

    Those that make an administrator have no target.
    """
    graph = graphs[node.account.id]
    for role in graph.admitting(node):
        if role.arn not in done:
            yield from filter(None, (assuming(graph, node, graph.by_arn[role.arn][0], role),))
    if len(graphs) > 1:
        yield from _abroad(graphs, node, done)
    yield from _by_methods(graph, node, done)


def leaving(graphs: Mapping[str, Graph], node: Node) -> Hop | None:
    """A hop into another account, a certain one if there is one."""
    hops = list(_abroad(graphs, node, ())) if len(graphs) > 1 else []
    return min(hops, key=lambda hop: (not hop.certain, hop.order), default=None)


def _abroad(graphs: Mapping[str, Graph], node: Node, done: Collection[str]) -> Iterator[Hop]:
    reach = reach_of(node.holder, ASSUME_ROLE)
    for graph in graphs.values():
        if graph.account is not node.account:
            for role in _open_to(graph.account, node.account.arn, node.arn):
                if role.arn not in done and reach(role.arn):
                    yield from abroad.crossing(node, graph.by_arn[role.arn][0], role)


def _open_to(account: Account, *names: str) -> list[Role]:
    """The roles whose trust policies name one of these, or everyone."""
    table: dict[str, list[Role]] = remember(account, "doors by name", lambda: _doors(account))
    return [role for name in ("*", *names) for role in table.get(name, ())]


def _doors(account: Account) -> dict[str, list[Role]]:
    table: dict[str, list[Role]] = {}
    for role in account.roles:
        names, everyone = trusted(account, role)
        for name in ("*",) if everyone else names:
            table.setdefault(name, []).append(role)
    return table


def _by_methods(graph: Graph, node: Node, done: Collection[str]) -> Iterator[Hop]:
    yield from _making(graph, node)
    yield from _seizing(graph, node, done)
    served: set[str] = set()  # for each target the preferred row is enough
    for shape, hops in (("pass_role", _passing), ("bend_resource", _bending)):
        for method in node.rows.get(shape, ()):
            if graph.ready(node, method) is not False:
                for hop in hops(graph, node, method, lambda arn: arn in done or arn in served or arn == node.arn):
                    if hop.certain or shape == "bend_resource":
                        served.add(hop.subject.arn)
                    yield hop


def _making(graph: Graph, node: Node) -> Iterator[Hop]:
    """An administrator, of itself or of others; else what it can make of itself short of one."""
    own = [*of_itself(graph, node), *of_others(graph, node)]
    yield from own
    if not any(hop.certain for hop in own):
        yield from (hop for changed in become(graph, node) for hop in changed.ways)


def _seizing(graph: Graph, node: Node, done: Collection[str]) -> Iterator[Hop]:
    for method in node.rows.get("take_over", ()):
        if method in seizures(method.target) and not method.within:
            reach = reach_of(node.holder, method.needs[0].action)
            for target in _targets(graph, method):
                if target.arn not in done and target.arn != node.arn and reach(target.arn):
                    yield from filter(None, (seizing(graph.account, node, target, method),))


def _targets(graph: Graph, method: Method) -> Iterator[Node]:
    nodes = graph.groups if method.target == "group" else graph.nodes
    return (node for node in nodes if node.what.kind.value == method.target and not node.changed)


def _passing(graph: Graph, node: Node, method: Method, is_done: Done) -> Iterator[Hop]:
    for role in _within(graph.account, reach_of(node.holder, PASS_ROLE), method.trusts) if method.trusts else ():
        if is_done(role.arn):
            continue
        if may_pass(role.arn, method).allowed(graph.account, node.holder) is not False:
            yield from filter(None, (passing(graph, node, graph.by_arn[role.arn][0], method),))


def _within(account: Account, reach: Reach, service: str) -> tuple[Role, ...]:
    """The roles within reach that trust the service; alike for all who hold the same resource lists."""
    roles = roles_trusting(account).get(service, ())
    return remember(account, ("within", reach.lists, service), lambda: tuple(r for r in roles if reach(r.arn)))


def _bending(graph: Graph, node: Node, method: Method, is_done: Done) -> Iterator[Hop]:
    """To every role that such a resource may bear, for all that is known of what runs."""
    for role in roles_trusting(graph.account).get(method.trusts, ()):
        if is_done(role.arn) or (method.profile == "existing" and not role.instance_profiles):
            continue
        if ServiceTrust(role, method.trusts).believes(graph.account) is not False:
            target = graph.by_arn[role.arn][0]
            ways = (bending(graph, node, target, method, case) for case in usable(graph, node, method, role))
            yield from islice(sorted(filter(None, ways), key=lambda hop: not hop.certain), 1)
