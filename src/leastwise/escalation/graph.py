"""The account as a graph: principals as nodes, hops found backwards from whoever is worth becoming.

Edges are never all pairs. Hot statements are indexed by action and resource list, of which an account has few
distinct ones, so that "who may pass this role?" asks each distinct list once and then only its holders.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from leastwise.account.model import remember
from leastwise.arn import is_account_id
from leastwise.escalation.claims import decide
from leastwise.escalation.method import ASSUME_ROLE, IMPLIED, PASS_ROLE, methods
from leastwise.escalation.paper import a_member
from leastwise.escalation.powers import bit, bits, powers, statements_of
from leastwise.escalation.reach import Index, reach_of
from leastwise.escalation.rows import asked_by, open_rows
from leastwise.escalation.wants import anywhere
from leastwise.policy.document import Policy
from leastwise.results import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection

    from leastwise.access import Holder
    from leastwise.account.model import Account, Group, Role, User
    from leastwise.account.workloads import Workload
    from leastwise.escalation.claims import Claim
    from leastwise.escalation.method import Method
    from leastwise.escalation.reach import Reach
    from leastwise.results import Edge, Subject

ASSUME = ASSUME_ROLE.lower()


class Node:
    """A caller as a place in the graph: a principal, what it becomes after a change to itself, or a group's member.

    `what` is who is worth becoming: the principal itself, or the group, for which `holder` is a member that has
    nothing else. `changed` counts the changes, `ways` are the hops by which a changed principal came about, `rows` are
    those open to it, by shape.
    """

    __slots__ = ("account", "arn", "changed", "held", "holder", "ready", "rows", "ways", "what")

    def __init__(self, account: Account, holder: User | Role, *, group: Group | None = None, changed: int = 0) -> None:
        """A place not yet connected."""
        self.account = account
        self.holder = holder
        self.what: Holder = group or holder
        self.arn = self.what.arn
        self.changed = changed
        self.held = powers(account, holder).held
        self.rows = open_rows(account, holder)
        self.ready: dict[int, bool | None] = {}  # by the rank of the method
        self.ways: list[Hop] = []

    @property
    def order(self) -> tuple[str, int]:
        """Deterministic: by ARN, unchanged principals first."""
        return self.arn, self.changed


class Hop:
    """One step: who does what to become whom. `target` is None where the hop itself makes the administrator.

    `after` is that administrator, `subject` who is become, `on` the words of the method's prose, `supposes` what is
    assumed and unseen, `at` the running resources that an inventory shows to bear it out. `told` are the records made
    of it, by what the end of the path supposes: many paths share their last hops.
    """

    __slots__ = (
        "after", "at", "certain", "claims", "method", "missing", "on", "source", "subject", "supposes",
        "sure_but_for_supposing", "target", "told",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913 - a record with many parts, all named
        self,
        source: Node,
        target: Node | None,
        method: Method,
        *,
        subject: Subject,
        claims: tuple[Claim, ...],
        certain: bool,
        on: dict[str, str] | None = None,
        supposes: tuple[str, ...] = (),
        missing: tuple[str, ...] = (),
        after: User | Role | None = None,
        at: tuple[Workload, ...] = (),
    ) -> None:
        """Certain when the engine says so and nothing is supposed."""
        self.source = source
        self.target = target
        self.method = method
        self.subject = subject
        self.claims = claims
        self.certain = certain and not supposes
        self.on = on or {}
        self.supposes = supposes
        self.missing = missing
        self.after = after
        self.at = at
        self.sure_but_for_supposing = certain
        self.told: dict[tuple[str, ...], Edge] = {}

    @property
    def verdict(self) -> Verdict:
        """By the contract: what is missing makes it latent, what is open conditional."""
        if self.missing:
            return Verdict.LATENT
        return Verdict.PROVEN if self.certain else Verdict.CONDITIONAL

    @property
    def order(self) -> tuple[int, str, tuple[str, int]]:
        """Deterministic: the preferred method first, then by target and source."""
        return self.method.rank, self.subject.arn, self.source.order


class Graph:
    """The nodes and the indexes over them."""

    def __init__(self, account: Account) -> None:
        """Indexes who holds the actions that are asked for by target."""
        self.account = account
        self.nodes: list[Node] = [Node(account, p) for p in account.principals]
        self.groups = [Node(account, a_member(account, g), group=g) for g in account.groups]
        self.by_arn: dict[str, list[Node]] = {node.arn: [node] for node in self.nodes}
        self.active: list[Node] = [node for node in self.nodes if node.held]
        self.served: set[tuple[Node | None, Method]] = set()
        self.supposed: dict[Node, tuple[int, int]] = {}  # how near and how preferred the best uncertain way is
        self._open: dict[Method, list[Node]] = {}
        self._able: dict[Method, dict[Node, None]] = {}
        self._crews: dict[Method, list[Crew]] = {}
        self._reaches: dict[tuple[Node, Method], tuple[Reach, ...]] = {}
        self._passers: dict[tuple[int, str], list[Node]] = {}
        self._waiting: dict[tuple[Method, ...], dict[Node, list[Method]]] = {}
        self._table: dict[str, list[Role]] = {}
        self._assuming = bit(ASSUME_ROLE)
        self._targeted = bits(_targeted())
        self._index: dict[int, Index[Node]] = {}
        for node in self.active:
            self._enter(node)

    def add(self, node: Node) -> None:
        """A changed principal joins."""
        self.nodes.append(node)
        self.active.append(node)
        self.by_arn.setdefault(node.arn, []).append(node)
        self._enter(node)

    def _enter(self, node: Node) -> None:
        if not node.held & self._targeted:
            return
        for mask, statement in statements_of(node.holder):
            rest = mask & self._targeted if statement.allows else 0
            while rest:
                mark = rest & -rest
                self._index.setdefault(mark, Index()).add(statement.resources, node)
                rest ^= mark

    def holding(self, action: str, arn: str, *, among: Collection[Node] | None = None) -> list[Node]:
        """Those of whom some statement may allow the action on this resource."""
        mark = bit(action)
        found: dict[Node, None] = {}
        for nodes in self._index[mark].covering(arn) if mark in self._index else ():
            found |= dict.fromkeys(nodes if among is None else [node for node in nodes if node in among])
        return [node for node in found if node.held & mark]

    def passers(self, method: Method, role: str) -> list[Node]:
        """Those among the able who may pass the role; many targets ask for the same one."""
        key = method.rank, role
        if key not in self._passers:
            self._passers[key] = self.holding(PASS_ROLE, role, among=self.able(method))
        return self._passers[key]

    def waiting(self, rows: tuple[Method, ...]) -> dict[Node, list[Method]]:
        """Those that hold what some of the rows need, and which; whoever has been served is taken out."""
        if rows not in self._waiting:
            waiting = self._waiting[rows] = {}
            for method in rows:
                for node in self.able(method):
                    waiting.setdefault(node, []).append(method)
        return self._waiting[rows]

    def able(self, method: Method) -> dict[Node, None]:
        """Those that hold what the method needs on any resource of its kind; nobody else is asked further.

        Worked out once, so all nodes must have been added.
        """
        if method not in self._able:
            some = self.open_to(method)
            self._able[method] = {node: None for node in some if self.ready(node, method) is not False}
        return self._able[method]

    def open_to(self, method: Method) -> list[Node]:
        """Those that hold something for each need of the method."""
        if not self._open:
            for node in self.active:
                for row in chain.from_iterable(node.rows.values()):
                    self._open.setdefault(row, []).append(node)
        return self._open.get(method, [])

    def ready(self, node: Node, method: Method) -> bool | None:
        """Whether the principal is allowed what does not depend on the target."""
        rank = method.rank
        if rank not in node.ready:
            sure = powers(self.account, node.holder).sure
            if asked_by(method).is_within(sure):
                node.ready[rank] = True
                return True
            claims = anywhere(method, self.account.partition, self.account.id)
            node.ready[rank] = decide(claims, self.account, node.holder)
        return node.ready[rank]

    def admitted(self, role: Role) -> list[Node]:
        """Those whom the role's trust may let in: named, of this account, or anybody."""
        names, everyone = trusted(self.account, role)
        if everyone:
            return [node for node in self.nodes if node.arn != role.arn]
        found = [node for name in names for node in self.by_arn.get(name, ())]
        if self.account.arn in names:
            found += self.holding(ASSUME_ROLE, role.arn)
        return [node for node in dict.fromkeys(found) if node.arn != role.arn]

    def admitting(self, node: Node) -> list[Role]:
        """The roles that may let the principal in, by ARN."""
        table = self._admissions()
        found = [*table.get(node.arn, ()), *table.get("*", ())]
        if node.held & self._assuming:
            reach = reach_of(node.holder, ASSUME_ROLE)
            found += [role for role in table.get(self.account.arn, ()) if reach(role.arn)]
        others = [role for role in dict.fromkeys(found) if role.arn != node.arn] if found else found
        return sorted(others, key=lambda r: r.arn) if len(others) > 1 else others

    def _admissions(self) -> dict[str, list[Role]]:
        """Whom a trust policy names → the roles."""
        if self._table:
            return self._table
        table = self._table
        for role in self.account.roles:
            names, everyone = trusted(self.account, role)
            for name in ("*",) if everyone else names:
                table.setdefault(name, []).append(role)
        return table

    def reaches(self, node: Node, method: Method) -> tuple[Reach, ...]:
        """The same for each permission of the method."""
        if (node, method) not in self._reaches:
            self._reaches[node, method] = tuple(reach_of(node.holder, *need.actions) for need in method.needs)
        return self._reaches[node, method]

    def crews(self, method: Method) -> list[Crew]:
        """Those who are able, by their reaches: few sorts of them, each tried once on a resource."""
        if method not in self._crews:
            found: dict[tuple[object, ...], Crew] = {}
            for node in self.able(method):
                reaches = self.reaches(node, method)
                found.setdefault(tuple(r.lists for r in reaches), Crew(reaches, [])).nodes.append(node)
            self._crews[method] = list(found.values())
        return self._crews[method]

    def profiles(self, reach: Reach) -> tuple[tuple[str, Role], ...]:
        """Every instance profile within reach, with the role in it; alike for all who hold the same resource lists."""

        def find() -> tuple[tuple[str, Role], ...]:
            every = ((arn, role) for role in self.account.roles for arn in role.instance_profiles)
            return tuple((arn, role) for arn, role in every if reach(arn))

        return remember(self.account, ("profiles", reach.lists), find)


class Crew(NamedTuple):
    """Principals whose statements name the same resources, for each permission of a method."""

    reaches: tuple[Reach, ...]
    nodes: list[Node]


def _targeted() -> set[str]:
    named = {a for m in methods() for need in m.needs if need.on in {"target", "self"} for a in need.actions}
    return named | set(IMPLIED)


def trusted(account: Account, role: Role) -> tuple[tuple[str, ...], bool]:
    """The ARNs that the trust's allows name, an account as its root, and whether everyone is meant."""
    policy = role.trust.policy
    return _named(policy, account.partition) if isinstance(policy, Policy) else ((), False)


@lru_cache(maxsize=1 << 15)
def _named(policy: Policy, partition: str) -> tuple[tuple[str, ...], bool]:
    names: dict[str, None] = {}
    for statement in policy.statements:
        principals = statement.principals
        if not statement.allows or principals is None or not statement.actions.match(ASSUME):
            continue
        if principals.everyone or principals.negated:
            return (), True
        roots = (f"arn:{partition}:iam::{name}:root" if is_account_id(name) else name for name in principals.aws)
        names |= dict.fromkeys(roots)
    return tuple(names), False
