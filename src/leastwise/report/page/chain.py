"""One path as a picture that needs no script: places and hops in a row, or one below the other where there is no room.

Only geometry: the template draws it. Text is measured by its number of characters, which a box leaves room for.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from leastwise.report.words import named, safe, short_arn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.report.page.cuts import Cuts
    from leastwise.results import Edge, Path

BOX = (184, 54)  # width and height
GAP = (196, 66)  # between boxes: beside each other, below each other
PAD = 4
NAME = 20  # characters of a name in a box
VERB = 25  # characters of a line of a verb between boxes
LINE = 15  # height of a line
STACK = 316  # width of the picture with boxes below each other, which a small telephone shows in full
STACK_VERB = 40
LINES = 3
CUT = 26  # how far the cutting mark stands from the verb


class Box(NamedTuple):
    """A place: where its upper left corner is, and what stands in it."""

    x: int
    y: int
    name: str
    kind: str
    goal: bool


class Hop(NamedTuple):
    """An arrow from one point to another, and the verb at it with the place of its first line."""

    x1: int
    y1: int
    x2: int
    y2: int
    verdict: str
    lines: tuple[tuple[int, int, str], ...]
    anchor: str
    cut: tuple[int, int, str] | None


class Chain(NamedTuple):
    """A picture, so wide and so high."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    hops: tuple[Hop, ...]
    wide: bool


def chains(path: Path, cuts: Cuts) -> tuple[Chain, Chain]:
    """The path from left to right, and from top to bottom."""
    return _row(path, cuts), _stack(path, cuts)


def described(path: Path) -> str:
    """The picture in words, for whoever cannot see it."""
    hops = "; then ".join(f"{edge.title} ({edge.verdict.value}), becoming {_end(edge)}" for edge in path.edges)
    return safe(f"{named(path.source)}: {hops}")


def _row(path: Path, cuts: Cuts) -> Chain:
    boxes = tuple(_boxes(path, step=(BOX[0] + GAP[0], 0), top=24))
    hops = []
    for (left, right), edge in zip(pairwise(boxes), path.edges, strict=True):
        y, middle = left.y + BOX[1] // 2, (left.x + BOX[0] + right.x) // 2
        verb = _wrapped(edge.title, VERB)
        lines = tuple((middle, y - 9 - LINE * (len(verb) - 1 - n), text) for n, text in enumerate(verb))
        number = _cut(edge, cuts)
        cut = (middle, y + CUT, f"cut here: fix {number}") if number else None
        hops.append(Hop(left.x + BOX[0], y, right.x, y, edge.verdict.value, lines, "middle", cut))
    width = boxes[-1].x + BOX[0] + PAD
    return Chain(width, boxes[0].y + BOX[1] + 14, boxes, tuple(hops), wide=True)


def _stack(path: Path, cuts: Cuts) -> Chain:
    boxes = tuple(_boxes(path, step=(0, BOX[1] + GAP[1]), top=PAD))
    hops = []
    for (upper, lower), edge in zip(pairwise(boxes), path.edges, strict=True):
        x, middle = upper.x + 22, (upper.y + BOX[1] + lower.y) // 2
        number = _cut(edge, cuts)
        verb = _wrapped(edge.title, STACK_VERB)[: 2 if number else LINES]
        first = middle + 11 - (LINE * len(verb) + CUT * bool(number)) // 2
        lines = tuple((x + 14, first + LINE * n, text) for n, text in enumerate(verb))
        cut = (x + 14, first + LINE * len(verb) + 6, f"cut here: fix {number}") if number else None
        hops.append(Hop(x, upper.y + BOX[1], x, lower.y, edge.verdict.value, lines, "start", cut))
    return Chain(STACK, boxes[-1].y + BOX[1] + PAD, boxes, tuple(hops), wide=False)


def _boxes(path: Path, *, step: tuple[int, int], top: int) -> Iterator[Box]:
    """The places in turn. Who gets more for itself stands there a second time, as what it becomes."""
    names = (named(path.source), *map(_end, path.edges))
    for place, name in enumerate(names):
        goal = place == len(path.edges) and path.escalates
        kind, slash, rest = name.partition("/")
        what = " · ".join(filter(None, ("★ administrator" if goal else "", kind if slash else "")))
        yield Box(PAD + place * step[0], top + place * step[1], _middle(rest or name), what, goal)


def _end(edge: Edge) -> str:
    return "itself" if edge.target == edge.source else short_arn(edge.target)


def _middle(name: str) -> str:
    """Names differ at their ends: what is too long loses its middle."""
    return name if len(name) <= NAME else f"{name[: NAME // 2]}…{name[-(NAME - NAME // 2 - 1) :]}"


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in safe(text).split(" "):
        if not lines[-1] or len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] = f"{lines[-1]} {word}".strip()
        else:
            lines.append(word)
    cut = [line[:width] for line in lines[:LINES]]
    if len(lines) > LINES:
        cut[-1] = f"{cut[-1][: width - 1]}…"
    return cut


def _cut(edge: Edge, cuts: Cuts) -> int:
    """The number of the first fix that cuts the hop, or 0."""
    return next((place + 1 for place in cuts.of(edge)), 0)
