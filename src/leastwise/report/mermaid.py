"""The graph as a Mermaid flowchart, which GitHub, GitLab and wikis draw: small, since nobody can read a large one.

https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

from string import ascii_letters, digits
from typing import TYPE_CHECKING

from leastwise.report.words import count, safe
from leastwise.results import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.report.picture import Picture

MOST = 60  # places; larger pictures cannot be read, and some pages refuse to draw them
ARROWS = {Verdict.PROVEN: "==>", Verdict.CONDITIONAL: "-.->"}
_PLAIN = frozenset(f"{ascii_letters}{digits} /.:,@_-")


def render(picture: Picture) -> str:
    """The text of the file. A thick arrow is proven, a dotted one conditional."""
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    numbers = {vertex.id: f"n{place}" for place, vertex in enumerate(picture.vertices)}
    yield "flowchart LR"
    if picture.shown < picture.paths:
        yield f"  %% {picture.shown:,} of {count(picture.paths, 'paths')}: there is room for {MOST} places"
    for vertex in picture.vertices:
        yield f'  {numbers[vertex.id]}["{_text(vertex.name)}"]'
    for link in picture.links:
        arrow = ARROWS.get(link.verdict, "-->")
        yield f'  {numbers[link.source]} {arrow}|"{_text(link.method)}"| {numbers[link.target]}'
    goals = [numbers[vertex.id] for vertex in picture.vertices if vertex.kind == "administrator"]
    if goals:
        yield "  classDef goal stroke-width:4px"
        yield f"  class {','.join(goals)} goal"


def _text(value: str) -> str:
    """All but letters, digits and what is harmless as character codes, so that no name is read as syntax."""
    return "".join(c if c in _PLAIN else f"#{ord(c)};" for c in safe(value))
