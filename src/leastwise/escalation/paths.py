"""Paths of privilege escalation, from the search to the records of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.account.model import Account, remember
from leastwise.escalation import render
from leastwise.escalation.lesser import dormant, sideways
from leastwise.escalation.rewrite import row_marks
from leastwise.escalation.search import Search
from leastwise.results import STRENGTH, Path
from leastwise.scope import exemption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.escalation.graph import Hop, Node


def find_paths(account: Account) -> tuple[Path, ...]:
    """All paths that start at principals which are not exempt; see `contract`, *Paths*.

    Each principal has its best path (proven before conditional, then fewest hops, then a fixed order). Where that
    is proven and one hop long, further proven one-hop methods follow as paths of their own, five in all; an
    equivalent administrator has one. Principals without an escalation have at most one lateral and one latent path.
    A latent path ends at the account, since nobody is there yet to become.
    """
    return remember(account, "paths", lambda: _sorted(_paths(account)))


def exempt_paths(account: Account) -> tuple[Path, ...]:
    """The escalations that exempt principals would have, for the list of what was suppressed."""
    return remember(account, "exempt paths", lambda: _sorted(_exempt_paths(account)))


def _search(account: Account) -> Search:
    return remember(account, "search", lambda: Search(account))


def _paths(account: Account) -> Iterator[Path]:
    search = _search(account)
    for node in _sources(search):
        if exemption(node.holder):
            continue
        if node in search.reached or node in search.equivalents:
            yield from _escalations(search, node)
        else:
            yield from _lesser(search, node)


def _exempt_paths(account: Account) -> Iterator[Path]:
    search = _search(account)
    for node in _sources(search):
        if exemption(node.holder):
            yield from _escalations(search, node)


def _sources(search: Search) -> list[Node]:
    return [node for node in search.graph.nodes if not node.changed]


def _escalations(search: Search, node: Node) -> Iterator[Path]:
    hops = search.equivalents.get(node)
    if hops is None and node in search.reached:
        hops = search.reached[node].hops
    for hop in hops or ():
        chain, supposes = _chain(search, hop)
        yield render.path(search.account, chain, supposes=supposes)


def _chain(search: Search, hop: Hop) -> tuple[list[Hop], tuple[str, ...]]:
    """The hop and all that follow it, and the open conditions of the administrator at the end."""
    chain = [hop]
    while chain[-1].target is not None:
        reached = search.reached[chain[-1].target]
        if not reached.hops:
            return chain, reached.supposes
        chain.append(reached.hops[0])
    return chain, ()


def _lesser(search: Search, node: Node) -> Iterator[Path]:
    beside = sideways(search.graph, node)
    if beside is not None:
        yield render.path(search.account, [beside], lateral=True)
    sleeping = dormant(search.graph, node) if node.held & row_marks() else None
    if sleeping is not None:
        yield render.path(search.account, [sleeping])


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
