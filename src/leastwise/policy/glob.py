"""Wildcards: `*` is any run of characters, also none, across `/` and `:`; `?` is exactly one character.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html

A `Glob` remembers which of its characters are wildcards, because the `*` in a tag that a policy variable
brought in is a plain character. How sets of texts compare (`covers`, `overlaps`, …) is in `pattern`.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Wild(Enum):
    """The two wildcards."""

    ANY = "*"
    ONE = "?"


Piece = str | Wild
_WILDS: dict[str, Piece] = {"*": Wild.ANY, "?": Wild.ONE}
_ANYTHING = (Wild.ANY,)
_WILD = re.compile(r"([*?])")
_PLAIN = re.compile(r"[*?]|\$(?=\{)")


class Glob:
    """One pattern: immutable, hashable, compared by what it matches.

    Its pieces are in normal form (`*?*` is `?*`, neighbouring plain runs are one), so equal sets of texts are
    equal globs. `text` prints it as AWS would write it, a plain `*` as `${*}`; `prefix` is what every match
    begins with; `matches` tells whether a text is in the set, in time near-linear in the text whatever the
    pattern.
    """

    __slots__ = ("_hash", "is_any", "is_literal", "matches", "pieces", "prefix", "text")

    pieces: tuple[Piece, ...]
    text: str
    prefix: str
    is_literal: bool
    is_any: bool
    matches: Callable[[str], bool]

    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        """From pieces in normal form: use `parse`, `literal` or `of`."""
        first = pieces[0] if pieces else ""
        self.pieces = pieces
        self.text = "".join(map(_printed, pieces))
        self.prefix = first if isinstance(first, str) else ""
        self.is_literal = self.prefix == first and len(pieces) < 2
        self.is_any = pieces == _ANYTHING
        self.matches = _matcher(self)
        self._hash = hash(self.text)

    @staticmethod
    @lru_cache(maxsize=1 << 17)
    def parse(text: str) -> Glob:
        """The glob of a text whose `*` and `?` are wildcards. Equal texts share one."""
        if "*" not in text and "?" not in text:
            return Glob((text,) if text else ())
        return Glob.of(map(_piece, _WILD.split(text)))

    @staticmethod
    @lru_cache(maxsize=1 << 16)
    def literal(text: str) -> Glob:
        """The glob that matches this one text, whatever characters it has."""
        return Glob((text,) if text else ())

    @staticmethod
    def of(pieces: Iterable[Piece]) -> Glob:
        """The glob of plain runs and wildcards in sequence."""
        return Glob(tuple(_normal(pieces)))

    def __add__(self, other: Glob) -> Glob:
        """The glob of a text of this one followed by a text of the other."""
        return Glob.of(self.pieces + other.pieces)

    def __eq__(self, other: object) -> bool:
        """Whether both match the same texts."""
        return self is other or (isinstance(other, Glob) and self.pieces == other.pieces)

    def __hash__(self) -> int:
        """Computed once."""
        return self._hash

    def __reduce__(self) -> tuple[type[Glob], tuple[tuple[Piece, ...]]]:
        """Travels between processes as its pieces, since matchers are closures."""
        return Glob, (self.pieces,)

    def __repr__(self) -> str:
        """For people who debug."""
        return f"Glob({self.text!r})"


def _piece(part: str) -> Piece:
    return _WILDS.get(part, part)


def _normal(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Plain runs joined; in each run of wildcards the `?` first, then one `*`."""
    run: list[str] = []
    star = False
    for piece in pieces:
        if piece is Wild.ANY:
            star = True
        elif piece is Wild.ONE:
            yield from _flush(run)
            yield Wild.ONE
        elif piece:
            if star:
                yield from _flush(run)
                yield Wild.ANY
                star = False
            run.append(piece)
    yield from _flush(run)
    if star:
        yield Wild.ANY


def _flush(run: list[str]) -> Iterator[str]:
    if run:
        yield "".join(run)
        run.clear()


def _printed(piece: Piece) -> str:
    if isinstance(piece, Wild):
        return "*" if piece is Wild.ANY else "?"
    if "*" not in piece and "?" not in piece and "$" not in piece:
        return piece
    return _PLAIN.sub(lambda found: f"${{{found[0]}}}", piece)


def _matcher(glob: Glob) -> Callable[[str], bool]:
    """The cheapest test that is right for this glob."""
    pieces = glob.pieces
    if glob.is_literal:
        return glob.prefix.__eq__
    if glob.is_any:
        return lambda _: True
    if Wild.ONE in pieces:
        return _by_expression(pieces)
    prefix = glob.prefix
    if pieces == (prefix, Wild.ANY):
        return lambda text: text.startswith(prefix)
    return _by_search([piece for piece in pieces if isinstance(piece, str)], pieces)


def _by_search(runs: list[str], pieces: tuple[Piece, ...]) -> Callable[[str], bool]:
    """Without `?`: the first and last run are anchored, those between are sought from left to right.

    Taking each run as early as possible never loses a match, so nothing is ever tried twice.
    """
    head = runs.pop(0) if pieces[0] is not Wild.ANY else ""
    tail = runs.pop() if pieces[-1] is not Wild.ANY else ""
    middle = tuple(runs)
    shortest = len(head) + len(tail)

    def matches(text: str) -> bool:
        if len(text) < shortest or not text.startswith(head) or not text.endswith(tail):
            return False
        at, end = len(head), len(text) - len(tail)
        for run in middle:
            at = text.find(run, at, end)
            if at < 0:
                return False
            at += len(run)
        return True

    return matches


def _by_expression(pieces: tuple[Piece, ...]) -> Callable[[str], bool]:
    """With `?`: an expression, compiled when first needed, whose groups are atomic, so that it never backtracks."""
    return lambda text: _expression(pieces)(text) is not None


@lru_cache(maxsize=1 << 12)
def _expression(pieces: tuple[Piece, ...]) -> Callable[[str], re.Match[str] | None]:
    head, *later = _segments(pieces)
    *middle, tail = later or [""]
    sought = "".join(f"(?>.*?{segment})" for segment in middle)
    end = f".*{tail}" if later else ""
    return re.compile(head + sought + end, re.DOTALL).fullmatch


def _segments(pieces: tuple[Piece, ...]) -> list[str]:
    """The expressions between the `*`."""
    segments = [""]
    for piece in pieces:
        if piece is Wild.ANY:
            segments.append("")
        else:
            segments[-1] += "." if piece is Wild.ONE else re.escape(str(piece))
    return segments
