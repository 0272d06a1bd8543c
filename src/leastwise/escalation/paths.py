"""Paths of privilege escalation, from the search to the records of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.escalation import render
from leastwise.escalation.forward import leaving
from leastwise.escalation.lesser import dormant, sideways
from leastwise.escalation.realm import Realm, alone
from leastwise.escalation.search import Search
from leastwise.results import STRENGTH, Path
from leastwise.scope import exemption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account
    from leastwise.escalation.graph import Hop, Node


def find_paths(account: Account) -> tuple[Path, ...]:
    """All paths within one account; see `paths_of`."""
    return paths_of(alone(account))


def paths_of(realm: Realm) -> tuple[Path, ...]:
    """All paths that start at principals which are not exempt; see `contract`, *Paths*.

    Each principal has its best path (proven before conditional, then fewest hops, then a fixed order). Where that
    is proven and one hop long, further proven one-hop methods follow as paths of their own, five in all; an
    equivalent administrator has one. Principals without an escalation have at most one lateral and one latent path.
    A latent path ends at the account, since nobody is there yet to become.
    """
    return realm.once("paths", lambda: _sorted(_paths(search_of(realm))))


def exempt_paths(account: Account) -> tuple[Path, ...]:
    """The escalations that exempt principals would have, for the list of what was suppressed."""
    return exempt_paths_of(alone(account))


def exempt_paths_of(realm: Realm) -> tuple[Path, ...]:
    """As `exempt_paths`, of several accounts."""
    return realm.once("exempt paths", lambda: _sorted(_exempt_paths(search_of(realm))))


def within_reach(account: Account) -> frozenset[str]:
    """The ARNs of the administrators and of all who can become one, exempt or not."""
    search = search_of(alone(account))
    return frozenset(node.arn for node in (*search.reached, *search.equivalents))


def escalations(account: Account) -> tuple[Path, ...]:
    """Those of `find_paths` that end at an administrator, at less expense, and without a word of all others."""
    search = search_of(alone(account))
    starts = (node for node in _leading(search) if not exemption(node.holder))
    return _sorted(path for node in starts for path in _escalations(search, node) if path.escalates)


def paths_to(realm: Realm, goal: str) -> tuple[Path, ...]:
    """The best path of everybody who can become the principal of that ARN, exempt or administrator as he may be.

    The ARN of an account's root stands for its administrators. The verdict is that of the weakest hop, whoever the
    goal is.
    """
    search = search_of(realm, goal)
    return realm.once(("paths", goal), lambda: _sorted(p for node in search.nodes for p in _escalations(search, node)))


def search_of(realm: Realm, goal: str = "") -> Search:
    """How everybody becomes administrator, or the goal."""
    return realm.once(("search", goal), lambda: Search(realm, goal))


def _paths(search: Search) -> Iterator[Path]:
    for node in search.nodes:
        leads = node in search.reached or node in search.equivalents
        for path in (_escalations if leads else _lesser)(search, node):
            if not exemption(node.holder):  # most have no path, and need not be asked
                yield path


def _exempt_paths(search: Search) -> Iterator[Path]:
    for node in _leading(search):
        if exemption(node.holder):
            yield from _escalations(search, node)


def _leading(search: Search) -> Iterator[Node]:
    """Those from whom a path leads to an administrator, few of all: whatever costs more is asked of them only."""
    return (node for node in search.nodes if node in search.reached or node in search.equivalents)


def _escalations(search: Search, node: Node) -> Iterator[Path]:
    hops = search.equivalents.get(node)
    if hops is None and node in search.reached:
        hops = search.reached[node].hops
    for hop in hops or ():
        chain, supposes = chain_of(search, hop)
        yield render.path(chain, supposes=supposes)


def chain_of(search: Search, hop: Hop) -> tuple[list[Hop], tuple[str, ...]]:
    """The hop and all that follow it, and the open conditions of the administrator at the end."""
    chain = [hop]
    while chain[-1].target is not None:
        reached = search.reached[chain[-1].target]
        if not reached.hops:
            return chain, reached.supposes
        chain.append(reached.hops[0])
    return chain, ()


def _lesser(search: Search, node: Node) -> Iterator[Path]:
    graph = search.graphs[node.account.id]
    beside = sideways(graph, node) or leaving(search.graphs, node)
    if beside is not None:
        yield render.path([beside], lateral=True)
    sleeping = dormant(graph, node)
    if sleeping is not None:
        yield render.path([sleeping])


def _sorted(paths: Iterator[Path]) -> tuple[Path, ...]:
    return tuple(
        sorted(
            paths,
            key=lambda p: (
                -STRENGTH[p.verdict],
                p.source.arn,
                len(p.edges),
                p.target.arn,
                [e.method for e in p.edges],
            ),
        )
    )
