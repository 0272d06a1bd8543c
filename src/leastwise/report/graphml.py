"""The graph as GraphML, for Gephi, yEd, Cytoscape and the graph libraries.

http://graphml.graphdrawing.org/specification.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.report.picture import detail
from leastwise.report.words import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.report.picture import Link, Picture, Vertex

OF_NODES = ("name", "arn", "kind", "account")
OF_EDGES = (
    "method", "title", "verdict", "permissions", "statements", "conditions", "missing", "commands",
)  # fmt: skip
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def render(picture: Picture) -> str:
    """The text of the file."""
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    numbers = {vertex.id: f"n{place}" for place, vertex in enumerate(picture.vertices)}
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    yield from (_key("node", name) for name in OF_NODES)
    yield from (_key("edge", name) for name in OF_EDGES)
    yield '  <graph id="leastwise" edgedefault="directed">'
    for vertex in picture.vertices:
        yield f'    <node id="{numbers[vertex.id]}">{_data("node", _of_node(vertex))}</node>'
    for place, link in enumerate(picture.links):
        ends = f'source="{numbers[link.source]}" target="{numbers[link.target]}"'
        yield f'    <edge id="e{place}" {ends}>{_data("edge", _of_edge(link))}</edge>'
    yield "  </graph>"
    yield "</graphml>"


def _key(of: str, name: str) -> str:
    return f'  <key id="{of}_{name}" for="{of}" attr.name="{name}" attr.type="string"/>'


def _data(of: str, values: Iterable[tuple[str, str]]) -> str:
    return "".join(f'<data key="{of}_{name}">{_text(value)}</data>' for name, value in values if value)


def _of_node(vertex: Vertex) -> Iterator[tuple[str, str]]:
    yield from zip(OF_NODES, (vertex.name, vertex.id, vertex.kind, vertex.account), strict=True)


def _of_edge(link: Link) -> Iterator[tuple[str, str]]:
    yield from (("method", link.method), ("title", link.title), ("verdict", link.verdict.value))
    yield from ((name, "; ".join(texts)) for name, texts in detail(link).items())


def _text(value: str) -> str:
    """XML has no way at all to write most control characters: they are shown as escapes."""
    return safe(value).translate(_ENTITIES).encode("ascii", "xmlcharrefreplace").decode()
