"""From every principal the best way to an administrator: verdict first, then fewest hops, then a fixed order.

Backwards from the administrators: first along proven hops only, then along conditional ones as well. A principal
is settled once; what lies behind it goes on from its best way. Or backwards from one principal that is asked for:
then who can make an administrator goes on from there too.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, cast

from leastwise.escalation import abroad
from leastwise.escalation.graph import Graph, Hop, Node
from leastwise.escalation.hops import into
from leastwise.escalation.making import become, of_itself, of_others
from leastwise.escalation.method import of_shape
from leastwise.escalation.powers import bits
from leastwise.escalation.standing import NONE, Level, Standing, standing
from leastwise.results import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Role, User
    from leastwise.escalation.realm import Realm

Waiting = tuple[int, tuple[int, str, tuple[str, int]], int, Hop]  # hops to the end, order, arrival, hop

ALTERNATIVES = 5  # distinct proven one-hop methods that are listed for one principal


class Reached:
    """A settled principal: how sure, how far, and by which hops, the best first; none at the end of all paths."""

    __slots__ = ("distance", "hops", "supposes", "verdict")

    def __init__(self, verdict: Verdict, distance: int, hops: list[Hop], *, supposes: tuple[str, ...] = ()) -> None:
        """`supposes` are the open conditions of an administrator that is not certain."""
        self.verdict = verdict
        self.distance = distance
        self.hops = hops
        self.supposes = supposes


class Search:
    """The accounts of a realm, searched. `reached` maps nodes to how they become administrator, or the `goal`."""

    def __init__(self, realm: Realm, goal: str = "") -> None:
        """Runs the search. `goal` is the ARN of a principal, or of an account's root for the administrators there.

        Without one, all administrators are goals.
        """
        self.graphs = {one.id: Graph(one) for one in realm.accounts.values()}
        self.reached: dict[Node, Reached] = {}
        self.equivalents: dict[Node, list[Hop]] = {}
        self._uncertain: list[tuple[Node, Standing]] = []
        self._open: list[Hop] = []
        self._count = 0
        if goal:
            self._aim(goal)
        else:
            self._find_administrators()
            self._prove(self._make())
        self._suppose()

    @property
    def nodes(self) -> Iterator[Node]:
        """The principals, unchanged, account by account."""
        return (node for graph in self.graphs.values() for node in graph.nodes if not node.changed)

    def node(self, arn: str) -> Node | None:
        """The user, role or group of that ARN, unchanged."""
        return next((n for graph in self.graphs.values() for n in graph.by_arn.get(arn, ()) if not n.changed), None)

    def _into(self, target: Node) -> Iterator[Hop]:
        yield from into(self.graphs[target.account.id], target, self.reached)
        if len(self.graphs) > 1:
            yield from abroad.into(self.graphs, target, self.reached)

    def _aim(self, goal: str) -> None:
        """At one goal. Whoever makes an administrator is a place from which a path may go on."""
        for hop in self._make():
            made = Node(hop.source.account, cast("User | Role", hop.after), changed=hop.source.changed + 1)
            hop.target = made
            made.ways = [hop]
            self.graphs[made.account.id].add(made)
        for node in (node for graph in self.graphs.values() for node in (*graph.nodes, *graph.groups)):
            stands = standing(node.account, node.what) if node.account.arn == goal else NONE
            if node.arn == goal or stands.certainly_is:
                self.reached[node] = Reached(Verdict.PROVEN, 0, [])
            elif stands.is_administrator:
                self._uncertain.append((node, stands))
        self._prove([])

    def _find_administrators(self) -> None:
        for node in (n for graph in self.graphs.values() for n in (*graph.active, *graph.groups)):
            stands = standing(node.account, node.what)
            if not stands.is_administrator:
                continue
            if stands.certain:
                self.reached[node] = Reached(Verdict.PROVEN, 0, [])
            else:
                self._uncertain.append((node, stands))
            if stands.level is Level.EQUIVALENT and node.what is node.holder:
                self.equivalents[node] = _ranked(of_itself(self.graphs[node.account.id], node))[:1]

    def _make(self) -> list[Hop]:
        """The hops that make an administrator; on the way, what principals can make of themselves is added."""
        rewriting = bits(a for m in of_shape("rewrite_self") for a in m.actions)
        taking = bits(a for m in of_shape("take_over") for a in m.actions if m.change or m.makes)
        made: list[Hop] = []
        active = (node for graph in self.graphs.values() for node in graph.active)
        todo = [n for n in active if n.held & (rewriting | taking) and not standing(n.account, n.what).certainly_is]
        while todo:
            node = todo.pop(0)
            graph = self.graphs[node.account.id]
            own = [*of_itself(graph, node), *of_others(graph, node)]
            made += own
            if not any(hop.certain for hop in own):
                for changed in become(graph, node):
                    graph.add(changed)
                    todo.append(changed)
        return made

    def _prove(self, hops: list[Hop]) -> None:
        """Breadth first along proven hops. The open ones are kept for later."""
        frontier = sorted(self.reached, key=lambda n: n.order)
        distance = 1
        while frontier or hops:
            hops += [hop for target in frontier for hop in self._into(target)]
            self._open += [hop for hop in hops if not hop.certain]
            by_source: dict[Node, list[Hop]] = {}
            for hop in hops:
                if hop.certain and hop.source not in self.reached:
                    by_source.setdefault(hop.source, []).append(hop)
            for node, ways in by_source.items():
                self.reached[node] = Reached(Verdict.PROVEN, distance, _ranked(ways)[:ALTERNATIVES])
            frontier = sorted(by_source, key=lambda n: n.order)
            hops = []
            distance += 1

    def _suppose(self) -> None:
        """The nearest first along all hops, from the administrators that are not certain too."""
        queue: list[Waiting] = []
        for hop in self._open:
            self._push(queue, hop)
        for node, stands in self._uncertain:
            if node not in self.reached:
                self.reached[node] = Reached(Verdict.CONDITIONAL, 0, [], supposes=stands.conditions)
                for hop in self._into(node):
                    self._push(queue, hop)
        while queue:
            distance, _, _, hop = heapq.heappop(queue)
            if hop.source in self.reached:
                continue
            self.reached[hop.source] = Reached(Verdict.CONDITIONAL, distance, [hop])
            for further in self._into(hop.source):
                self._push(queue, further)

    def _push(self, queue: list[Waiting], hop: Hop) -> None:
        if hop.source not in self.reached:
            before = self.reached[hop.target].distance if hop.target else 0
            self._count += 1
            heapq.heappush(queue, (before + 1, hop.order, self._count, hop))


def _ranked(hops: list[Hop]) -> list[Hop]:
    """The first hop of each method, the preferred method first."""
    best: dict[str, Hop] = {}
    for hop in sorted(hops, key=lambda h: (not h.certain, h.order)):
        best.setdefault(hop.method.id, hop)
    return list(best.values())
