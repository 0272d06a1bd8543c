"""Paths as one graph: each principal once, each hop once, and each account's administrators as one place at its end.

What the graph formats share. Its order is that of the paths, so that the same paths give the same picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leastwise.arn import account_of
from leastwise.report.words import named, safe, short_arn
from leastwise.results import Kind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.results import Edge, Path, Subject

IS_ADMINISTRATOR = "is-administrator"
PRINCIPALS = {Kind.USER.value, Kind.ROLE.value, Kind.GROUP.value}


class Vertex(NamedTuple):
    """A place: `id` is its ARN, `kind` a word of `Kind` or "administrator", `name` fit to be shown."""

    id: str
    name: str
    kind: str
    account: str


class Link(NamedTuple):
    """A hop between two places; without `edge`, that one is an administrator already."""

    source: str
    target: str
    method: str
    verdict: Verdict
    edge: Edge | None = None

    @property
    def title(self) -> str:
        """In words."""
        return self.edge.title if self.edge else "Is an administrator"


class Picture(NamedTuple):
    """The places and the hops between them. `shown` of `paths` are in it."""

    vertices: tuple[Vertex, ...]
    links: tuple[Link, ...]
    shown: int
    paths: int


def draw(paths: Iterable[Path], *, aim: str = "", most: int | None = None) -> Picture:
    """The graph of the paths; of as many of the first as have room in `most` places.

    `aim` is the ARN of the principal that they lead to; without it they lead to administrators.
    """
    every = tuple(paths)
    vertices: dict[str, Vertex] = {}
    links: dict[tuple[str, str, str], Link] = {}
    shown = 0
    for path in every:
        steps = tuple(_links(path, to_administrator=not aim and path.escalates))
        places = _places(path, steps)
        if most is not None and len(vertices.keys() | places.keys()) > most:
            continue
        vertices = {**vertices, **{key: place for key, place in places.items() if key not in vertices}}
        for link in steps:
            links.setdefault((link.source, link.target, link.method), link)
        shown += 1
    return Picture(tuple(_told_apart(vertices.values())), tuple(links.values()), shown, len(every))


def _told_apart(vertices: Iterable[Vertex]) -> Iterator[Vertex]:
    """With the account before the names of principals where there are those of several."""
    every = tuple(vertices)
    inside = {v.account for v in every if v.kind in PRINCIPALS}
    for v in every:
        yield v._replace(name=f"{safe(v.account)}:{v.name}") if len(inside) > 1 and v.kind in PRINCIPALS else v


def _links(path: Path, *, to_administrator: bool) -> Iterator[Link]:
    """The hops. Who makes himself administrator goes to that place at once, others by way of whom they become."""
    last = path.edges[-1]
    for edge in path.edges:
        target = edge.target
        if edge is last and to_administrator and edge.source == edge.target:
            target = _administrators(edge.target)
        yield Link(edge.source, target, edge.method, edge.verdict, edge)
    if to_administrator and last.source != last.target:
        yield Link(last.target, _administrators(last.target), IS_ADMINISTRATOR, Verdict.PROVEN)


def _administrators(arn: str) -> str:
    """Stands for whoever administers the account of the principal."""
    return f"{':'.join(arn.split(':')[:2])}:iam::{account_of(arn)}:root#administrator"


def _places(path: Path, links: Iterable[Link]) -> dict[str, Vertex]:
    subjects = {subject.arn: subject for subject in (path.source, path.target)}
    ends = dict.fromkeys(end for link in links for end in (link.source, link.target))
    return {end: _place(end, subjects.get(end)) for end in ends}


def _place(arn: str, subject: Subject | None) -> Vertex:
    account = account_of(arn)
    if arn.endswith(":root#administrator"):
        return Vertex(arn, f"administrator of {account}", "administrator", account)
    if subject is not None:
        return Vertex(arn, named(subject), subject.kind.value, account)
    kind = arn.split(":", 5)[-1].partition("/")[0]
    return Vertex(arn, short_arn(arn), kind if kind in PRINCIPALS else Kind.ACCOUNT.value, account)


def detail(link: Link) -> dict[str, tuple[str, ...]]:
    """What a hop rests on, in words: lists without the empty ones."""
    edge = link.edge
    if edge is None:
        return {}
    told = {
        "permissions": tuple(map(str, edge.permissions)),
        "statements": tuple(f"{e.document} {e.pointer} {e.sid}".rstrip() for e in edge.evidence),
        "conditions": edge.conditions,
        "missing": edge.missing,
        "commands": edge.commands,
    }
    return {name: tuple(map(safe, texts)) for name, texts in told.items() if texts}
