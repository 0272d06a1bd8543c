"""What falls short of an administrator: hops to somebody stronger (lateral), and hops that lack a partner (latent).

Asked only of principals without an escalation; one of each kind is enough, and few candidates are tried.
"""

from __future__ import annotations

from functools import cache, reduce
from itertools import islice
from operator import or_
from typing import TYPE_CHECKING

from leastwise import access, catalog
from leastwise.account.model import remember
from leastwise.escalation.claims import decide
from leastwise.escalation.graph import Graph, Hop, Node
from leastwise.escalation.hops import assuming, bending, may_pass, passing, seizing, seizures
from leastwise.escalation.method import PASS_ROLE, Method
from leastwise.escalation.reach import reach_of, roles_trusting
from leastwise.escalation.standing import standing
from leastwise.escalation.supposing import is_full, ruled_out, within_reach
from leastwise.escalation.wants import potential

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, Role, User
    from leastwise.escalation.reach import Reach

TRIED = 16  # candidates per principal and shape before lateral hops are no longer looked for


def sideways(graph: Graph, node: Node) -> Hop | None:
    """A hop to a principal that may do something which this one may not; a certain one if there is one."""
    first: Hop | None = None
    for hop in _sideways(graph, node):
        if hop and hop.certain:
            return hop
        first = first or hop
    return first


def _sideways(graph: Graph, node: Node) -> Iterator[Hop | None]:
    for role in islice(graph.admitting(node), TRIED):
        if _stronger(graph.account, role, node):
            yield assuming(graph, node, graph.by_arn[role.arn][0], role)
    for method in node.rows.get("take_over", ()):
        if method in seizures("user"):
            yield from _seizing(graph, node, method)
    for shape, find in (("pass_role", _passing), ("bend_resource", _bending)):
        for method in node.rows.get(shape, ()):
            if graph.ready(node, method) is not False:
                yield from find(graph, node, method)


def _seizing(graph: Graph, node: Node, method: Method) -> Iterator[Hop | None]:
    reach = reach_of(node.holder, method.needs[0].action)
    for user in islice((u for u in graph.account.users if reach(u.arn)), TRIED):
        if _stronger(graph.account, user, node, within=method.within):
            yield seizing(graph.account, node, graph.by_arn[user.arn][0], method)


def _stronger(account: Account, target: User | Role, node: Node, *, within: tuple[str, ...] = ()) -> bool:
    """Whether the engine finds an action that the target may take on something and the caller on nothing.

    Where only some actions are won, it must be one of them.
    """
    if target.arn == node.arn:
        return False
    more = _possible(account, target) & ~_possible(account, node.holder)
    return bool(more & _mask(within) if within else more)


def _possible(account: Account, holder: User | Role) -> int:
    """Kept for those who are compared only: three kilobytes each."""
    return remember(holder, "possible", lambda: access.possible_actions(account, holder))


@cache
def _mask(patterns: tuple[str, ...]) -> int:
    return reduce(or_, map(catalog.universe().mask, patterns))


def _passing(graph: Graph, node: Node, method: Method) -> Iterator[Hop | None]:
    reach = reach_of(node.holder, PASS_ROLE)
    for role in _passable(graph.account, reach, method.trusts):
        if _stronger(graph.account, role, node) and may_pass(role.arn, method).allowed(graph.account, node.holder):
            yield passing(graph, node, graph.by_arn[role.arn][0], method)


def _passable(account: Account, reach: Reach, service: str) -> tuple[Role, ...]:
    """The first roles within reach that trust the service; alike for all who hold the same resource lists."""

    def find() -> tuple[Role, ...]:
        return tuple(islice((r for r in roles_trusting(account).get(service, ()) if reach(r.arn)), TRIED))

    return remember(account, ("passable", reach.lists, service), find)


def _bending(graph: Graph, node: Node, method: Method) -> Iterator[Hop | None]:
    """Of the resources that the inventory shows. Of all others nobody knows whether one bears more."""
    if not graph.account.workloads.listed:
        return
    for role, case in islice(within_reach(graph, node, method), TRIED):
        if _stronger(graph.account, role, node):
            yield bending(graph, node, graph.by_arn[role.arn][0], method, case)


def dormant(graph: Graph, node: Node) -> Hop | None:
    """The hop that only lacks somebody strong enough at its other end."""
    for shape in ("pass_role", "bend_resource", "take_over", "find_credentials") if node.rows else ():
        for method in node.rows.get(shape, ()):
            if method.change or method.makes or method.within or not _worth_finding(graph.account, method):
                continue
            claims = potential(method, graph.account.partition, graph.account.id)
            truth = decide(claims, graph.account, node.holder)
            if truth is not False:
                return Hop(
                    node,
                    None,
                    method,
                    subject=graph.account.subject,
                    claims=claims,
                    certain=truth is True,
                    missing=_lacking(graph.account, method),
                )
    return None


def _worth_finding(account: Account, method: Method) -> bool:
    """Whether somebody strong has what the row looks for: a user's access key, as far as was seen."""
    return method.shape != "find_credentials" or method.target != "user" or _has_keyholder(account)


def _has_keyholder(account: Account) -> bool:
    def find() -> bool:
        holders = (user for user in account.users if user.login is None or user.active_keys)
        return any(standing(account, user).is_administrator for user in holders)

    return remember(account, "keyholder", find)


def _lacking(account: Account, method: Method) -> tuple[str, ...]:
    """What would have to exist: somebody to become, and what the inventory shows in full not to be there."""
    shown = ruled_out(account, method)
    if method.shape != "pass_role":
        return (*_nobody(method), *shown)
    within = "".join(f", or else that {fact.text}" for fact in method.supposes if is_full(account, fact))
    return shown or tuple(who + within for who in _nobody(method))


def _nobody(method: Method) -> tuple[str, ...]:
    """Who would have to exist."""
    if method.shape == "find_credentials":
        return tuple(fact.text for fact in method.supposes)
    if method.shape == "take_over":
        return (f"a {method.target} with more power that can be entered this way",)
    profile = ", with an instance profile," if method.profile == "existing" else ""
    if not method.trusts:
        return (f"a role with more power that trusts a role which trusts {method.helper} and may be passed",)
    if method.shape == "pass_role":
        return (f"a role with more power{profile} that trusts {method.trusts} and may be passed",)
    return (f"a role with more power{profile} that trusts {method.trusts}, borne by such a resource",)
