"""Everything that one principal can become: forward along all hops, the surest way first, then the shortest.

Whoever becomes administrator of an account can become everything in it, and is not followed there any further: the
account stands for it. From there the search goes on into the other accounts that let that one in.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, NamedTuple

from leastwise.escalation import render
from leastwise.escalation.forward import out_of
from leastwise.escalation.graph import Graph, Hop, Node
from leastwise.escalation.outside import all_external_paths
from leastwise.escalation.standing import standing
from leastwise.results import STRENGTH, Edge, Kind, Subject, Verdict

if TYPE_CHECKING:
    from leastwise.account.model import Account
    from leastwise.escalation.realm import Realm


class Reached:
    """A principal that can be become, or an account whose administrator can.

    `distance` counts the hops, `before` is whence the last one was made, both of the surest, then shortest way.
    `hop` is None for the source, and for an account whose administrator `before` is already.
    """

    __slots__ = ("before", "distance", "hop", "node", "subject", "verdict")

    def __init__(
        self, subject: Subject, before: Reached | None, hop: Hop | Edge | None, *, sure: bool, node: Node | None
    ) -> None:
        """`sure` tells of this step alone; `node` is where to go on from, None for an account."""
        step = Verdict.PROVEN if sure else Verdict.CONDITIONAL
        self.subject = subject
        self.before = before
        self.hop = hop
        self.node = node
        self.verdict: Verdict = min(step, before.verdict, key=STRENGTH.__getitem__) if before else step
        self.distance: int = before.distance + (hop is not None) if before else 0

    @property
    def edge(self) -> Edge | None:
        """The last hop with its proof."""
        return render.edge(self.hop) if isinstance(self.hop, Hop) else self.hop

    @property
    def method(self) -> str:
        """The method of the last hop."""
        return self.hop.method.id if isinstance(self.hop, Hop) else self.hop.method if self.hop else ""


class _Waiting(NamedTuple):
    """Ordered: proven first, then the nearest; of these administrators, who spare the others; then a fixed order."""

    conditional: bool
    distance: int
    lesser: bool
    rank: int
    arn: str
    arrival: int
    found: Reached


class Onward:
    """The search. `reached` are all that were found, by ARN, in the order of their finding, the source first."""

    def __init__(self, realm: Realm, source: str) -> None:
        """`source` is the ARN of a user, a role or a group of the realm."""
        self.realm = realm
        self.graphs = {one.id: Graph(one) for one in realm.accounts.values()}
        self.reached: dict[str, Reached] = {}
        self._queue: list[_Waiting] = []
        self._count = 0
        everyone = (node for graph in self.graphs.values() for node in (*graph.nodes, *graph.groups))
        start = next(node for node in everyone if node.arn == source)
        self.home, self.holder = start.account, start.what
        self._push(Reached(start.what.subject, None, None, sure=True, node=start))
        while self._queue:
            self._settle(heapq.heappop(self._queue).found)

    @property
    def administered(self) -> tuple[Reached, ...]:
        """The accounts of which it can become administrator."""
        return tuple(one for one in self.reached.values() if one.subject.kind is Kind.ACCOUNT)

    def _push(self, found: Reached) -> None:
        self._count += 1
        node, rank = found.node, found.hop.method.rank if isinstance(found.hop, Hop) else 0
        lesser = node is not None and not standing(node.account, node.what).certainly_is
        conditional = found.verdict is not Verdict.PROVEN
        waiting = _Waiting(conditional, found.distance, lesser, rank, found.subject.arn, self._count, found)
        heapq.heappush(self._queue, waiting)

    def _settle(self, found: Reached) -> None:
        node, arn = found.node, found.subject.arn
        changed = node is not None and node.changed
        if (arn in self.reached and not changed) or (node and node.account.arn in self.reached):
            return
        if not changed:
            self.reached[arn] = found
        if node is None:
            self._leave(found)
            return
        stands = standing(node.account, node.what)
        if stands.is_administrator:
            self._push(Reached(node.account.subject, found, None, sure=stands.certain, node=None))
        if not stands.certainly_is:
            for hop in out_of(self.graphs, node, self.reached.keys()):
                self._follow(found, node.account, hop)

    def _follow(self, found: Reached, account: Account, hop: Hop) -> None:
        """To the hop's target, or, where it makes an administrator, to the account."""
        target = hop.target
        subject = account.subject if target is None else target.what.subject
        self._push(Reached(subject, found, hop, sure=hop.certain, node=target))

    def _leave(self, found: Reached) -> None:
        """From an account whose administrator it is to the roles of others that let that account in."""
        for path in all_external_paths(self.realm) if len(self.graphs) > 1 else ():
            if path.source.arn == found.subject.arn:
                edge = path.edges[0]
                graph = next(graph for graph in self.graphs.values() if edge.target in graph.by_arn)
                target = graph.by_arn[edge.target][0]
                sure = edge.verdict is Verdict.PROVEN
                self._push(Reached(target.what.subject, found, edge, sure=sure, node=target))
