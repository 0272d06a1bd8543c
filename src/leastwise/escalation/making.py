"""The hops that make an administrator: out of oneself, out of another principal, or anew.

Found forwards, from the few principals that hold what it takes. What results is judged on paper by the engine.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from leastwise import access
from leastwise.account.model import remember
from leastwise.escalation.claims import decide
from leastwise.escalation.entering import entry
from leastwise.escalation.graph import Graph, Hop, Node
from leastwise.escalation.hops import supposed
from leastwise.escalation.method import SHOWING
from leastwise.escalation.paper import (
    EVERYTHING,
    Variant,
    administrator_access,
    new_role,
    new_user,
    variants,
    with_,
)
from leastwise.escalation.powers import powers
from leastwise.escalation.reach import Directory, reach_of
from leastwise.escalation.rewrite import Move, change_claims, memberships, moves
from leastwise.escalation.standing import NONE, standing
from leastwise.escalation.wants import potential
from leastwise.policy.truth import all_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.account.model import Account, Role, User
    from leastwise.escalation.method import Method

DEEPEST = 2  # changes to oneself in a row before a further one is worth following
PREFERRED_NAME = "new-administrator"


def of_itself(graph: Graph, node: Node) -> list[Hop]:
    """The changes by which the principal becomes administrator, the best per method."""
    found: dict[Method, Hop] = {}
    for move in moves(graph.account, node.holder):
        best = found.get(move.method)
        if best and best.certain:
            continue
        after = standing(graph.account, move.after)
        if after.is_administrator:
            hop = _change(node, None, move, certain=after.certain, supposes=after.conditions)
            if best is None or hop.certain:
                found[move.method] = hop
    return list(found.values())


def _change(
    node: Node, target: Node | None, move: Move, *, certain: bool = True, supposes: tuple[str, ...] = ()
) -> Hop:
    return Hop(
        node,
        target,
        move.method,
        subject=node.holder.subject,
        claims=move.claims,
        certain=move.certain and certain,
        on=move.variant.on,
        supposes=(*supposed(move.method, node.holder), *supposes),
        after=move.after,
    )


def become(graph: Graph, node: Node) -> Iterator[Node]:
    """What the principal can make of itself short of an administrator: nodes from which a path may go on."""
    if node.changed >= DEEPEST:
        return
    for move in (*moves(graph.account, node.holder), *memberships(graph.account, node.holder)):
        if _repeats(node, move) or standing(graph.account, move.after).is_administrator:
            continue
        if _gains(graph, node, move.after):
            changed = Node(graph.account, move.after, changed=node.changed + 1)
            changed.ways = [_change(node, changed, move)]
            yield changed


def _repeats(node: Node, move: Move) -> bool:
    """Whether the last change met conditions in the same way: one is enough, as it meets several at once."""
    return move.method.change in SHOWING and any(way.method is move.method for way in node.ways)


def _gains(graph: Graph, node: Node, after: User | Role) -> bool:
    """Whether the bounds moved: more is held, more is sure, or less is denied; or what they do not tell has changed.

    That is what conditions ask about, and a deny that stands elsewhere too.
    """
    holder = node.holder
    if (after.tags, after.shows) != (holder.tags, holder.shows) or len(after.documents) < len(holder.documents):
        return True
    before, now = powers(graph.account, node.holder), powers(graph.account, after)
    return bool(now.held & ~before.held or now.sure & ~before.sure or before.denied & ~now.denied)


def of_others(graph: Graph, node: Node) -> Iterator[Hop]:
    """The principals it can strengthen and then enter, one per method."""
    account = graph.account
    for method in node.rows.get("take_over", ()):
        if not (method.makes or method.change):
            continue
        if decide(potential(method, account.partition, account.id), account, node.holder) is not False:
            find = _anew if method.makes else _strengthened
            yield from _best(find(graph, node, method))


def _best(hops: Iterator[Hop]) -> Iterator[Hop]:
    """The first that is certain, else the first."""
    first: Hop | None = None
    for hop in hops:
        if hop.certain:
            yield hop
            return
        first = first or hop
    if first:
        yield first


def _strengthened(graph: Graph, node: Node, method: Method) -> Iterator[Hop]:
    account, source = graph.account, node.holder
    for target in _targets(graph, node, method):
        for variant in variants(account, target, method):
            claims = change_claims(account, method, variant, on={"target": target.arn}, about=target)
            truth = decide(claims, account, source)
            entered = None if truth is False else entry(account, source, target, method)
            if entered is None:
                continue
            whole = all_of((truth, decide(entered[0], account, source)))
            after = NONE if whole is False else standing(account, variant.after)
            if after.is_administrator:
                yield Hop(
                    node,
                    None,
                    method,
                    subject=target.subject,
                    claims=(*claims, *entered[0]),
                    certain=whole is True and after.certain,
                    on=variant.on,
                    supposes=(*entered[1], *after.conditions),
                    after=variant.after,
                )


def _targets(graph: Graph, node: Node, method: Method) -> Iterator[User | Role]:
    """Those within reach of every permission that the row asks for on its target."""
    reaches = [reach_of(node.holder, *need.actions) for need in method.needs if need.on == "target"]
    if method.access == "trust":
        found: Iterable[User | Role] = (r for r in graph.admitting(node) if all(reach(r.arn) for reach in reaches))
    else:
        found = _directory(graph.account, method.target).within(reaches)
    for one in found:
        if one.arn != node.arn and not standing(graph.account, one).is_administrator:
            yield one


def _directory(account: Account, kind: str) -> Directory:
    make = partial(Directory, account.users if kind == "user" else account.roles)
    return remember(account, ("directory", kind), make)


def _anew(graph: Graph, node: Node, method: Method) -> Iterator[Hop]:
    """Somebody who does not exist yet, under a name that the caller may use."""
    account, source = graph.account, node.holder
    for variant in _made(account, source, method):
        made = variant.after
        entered = entry(account, source, made, method)
        if entered is None:
            return
        on = {**variant.on, "target": made.arn}
        claims = (*change_claims(account, method, variant, on=on, about=made), *entered[0])
        truth = decide(claims, account, source)
        after = NONE if truth is False else standing(account, made)
        if after.is_administrator:
            yield Hop(
                node,
                None,
                method,
                subject=made.subject,
                claims=claims,
                certain=truth is True and after.certain,
                on=on,
                supposes=(*supposed(method, made), *entered[1], *after.conditions),
                after=made,
            )


def _made(account: Account, source: User | Role, method: Method) -> Iterator[Variant]:
    """The newcomers: changed as the row says, else allowed everything."""
    widest = administrator_access(account)
    for arn in _names(account, source, method):
        made: User | Role = new_role(account, arn, trusts=source.arn)
        if method.target == "user":
            made = new_user(account, arn)
        if method.change:
            yield from variants(account, made, method)
        else:
            yield Variant(with_(made, inline=(EVERYTHING,)), {"policy": widest}, attached=(widest,))


def _names(account: Account, source: User | Role, method: Method) -> Iterator[str]:
    """A plain name, then examples of what the caller's statements allow."""
    within = f"arn:{account.partition}:iam::{account.id}:{method.target}/"
    taken = remember(account, "taken names", lambda: {p.arn for p in account.principals})
    asked = [within + PREFERRED_NAME]
    for need in method.needs:
        for action in need.actions if need.on == "target" else ():
            answer = access.may(account, source, action, within + "*")
            asked += [answer.request.resource] if answer.allowed is not False else []
    yield from (arn for arn in dict.fromkeys(asked) if arn not in taken and not arn.endswith(("/", "*")))
