"""The graph in the DOT language of Graphviz: `dot -Tsvg`.

https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.report.words import safe
from leastwise.results import Kind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.report.picture import Link, Picture, Vertex

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "&": "&amp;", "<": "&lt;", ">": "&gt;"})
STYLES = {Verdict.PROVEN: "bold", Verdict.CONDITIONAL: "dashed"}
SHAPES = {
    "administrator": "doubleoctagon",
    Kind.USER.value: "ellipse",
    Kind.GROUP.value: "folder",
    Kind.ACCOUNT.value: "house",
    Kind.ORGANIZATION.value: "house",
    Kind.PROVIDER.value: "cds",
    Kind.ANYONE.value: "diamond",
}


def render(picture: Picture) -> str:
    """The text of the file. Bold is proven, dashed conditional, dotted the rest."""
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    numbers = {vertex.id: f"n{place}" for place, vertex in enumerate(picture.vertices)}
    yield "digraph leastwise {"
    yield "  rankdir=LR;"
    yield "  node [shape=box];"
    yield from (f"  {numbers[vertex.id]} {_node(vertex)};" for vertex in picture.vertices)
    yield from (f"  {numbers[link.source]} -> {numbers[link.target]} {_edge(link)};" for link in picture.links)
    yield "}"


def _node(vertex: Vertex) -> str:
    shape = f", shape={SHAPES[vertex.kind]}" if vertex.kind in SHAPES else ""
    return f"[label={_text(vertex.name)}, tooltip={_text(vertex.id)}{shape}]"


def _edge(link: Link) -> str:
    return f"[label={_text(link.method)}, tooltip={_text(link.title)}, style={STYLES.get(link.verdict, 'dotted')}]"


def _text(value: str) -> str:
    """A quoted string. Graphviz reads escapes after a backslash in it, and entities as those of HTML."""
    return f'"{safe(value).translate(_ESCAPES)}"'
