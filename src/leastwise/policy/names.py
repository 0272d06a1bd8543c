"""Patterns of ARNs read as names, segment by segment.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html

As texts, `arn:aws:ec2:*:*:instance/*` and `arn:aws:ec2:*::image/*` have some in common, since wildcards cross colons;
as names they have none, and no resource is called so.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from leastwise.policy.glob import Glob, Wild
from leastwise.policy.pattern import common, covers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.policy.glob import Piece

_RESOURCE = 5  # segments before it in an ARN
_READINGS = 32  # of one pattern; a reasonable one has one or two

Name = tuple[Glob, ...]
"""The segments of an ARN: five, and the resource, which may be parted by colons too."""
ANYTHING: Name = (Glob.parse("*"),) * (_RESOURCE + 1)


def plain(name: Name) -> str:
    """The plainest text of the name; of anything, `*`, as where there is no resource."""
    if all(segment.is_any for segment in name):
        return "*"
    return ":".join("".join("x" if isinstance(p, Wild) else p for p in segment.pieces) for segment in name)


def joined(name: Name) -> Glob:
    """The pattern of all its texts."""
    return Glob.of(piece for place, one in enumerate(name) for piece in (":" if place else "", *one.pieces))


@lru_cache(maxsize=1 << 14)
def readings(glob: Glob) -> tuple[Name, ...]:
    """The ways to read a pattern as a name: a colon ends a segment, and a `*` may stand for the end of one, too.

    The plainest first. Where some `*` does, colons that are left over part the resource itself, as in
    `arn:aws:lambda:*:function:f`.
    """
    return tuple(islice(dict.fromkeys(_cut(glob.pieces, _RESOURCE, crossed=False)), _READINGS))


def _cut(pieces: tuple[Piece, ...], segments: int, *, crossed: bool) -> Iterator[Name]:
    """The names whose first so many segments are cut off, and the rest, itself parted where a `*` crossed."""
    if not segments:
        yield tuple(_parted(pieces)) if crossed else (Glob.of(pieces),)
        return
    colon = next((place for place, piece in enumerate(pieces) if isinstance(piece, str) and ":" in piece), len(pieces))
    for piece in pieces[colon : colon + 1]:
        head, _, tail = str(piece).partition(":")
        cuts = _cut((tail, *pieces[colon + 1 :]), segments - 1, crossed=crossed)
        yield from ((Glob.of((*pieces[:colon], head)), *rest) for rest in cuts)
    for place in (place for place in range(colon) if pieces[place] is Wild.ANY):
        cuts = _cut(pieces[place:], segments - 1, crossed=True)
        yield from ((Glob.of(pieces[: place + 1]), *rest) for rest in cuts)


def _parted(pieces: Iterable[Piece]) -> Iterator[Glob]:
    """What stands between the colons."""
    part: list[Piece] = []
    for piece in pieces:
        head, *tails = piece.split(":") if isinstance(piece, str) else (piece,)
        part.append(head)
        for tail in tails:
            yield Glob.of(part)
            part = [tail]
    yield Glob.of(part)


@lru_cache(maxsize=1 << 15)
def meet(one: Name, other: Name) -> Name | None:
    """What fits both, or an example of it; None where nothing does."""
    name: list[Glob] = []
    for a, b in _aligned(one, other):
        both = _both(a, b)
        if both is None:
            return None
        name.append(both)
    return tuple(name) or None


def _aligned(one: Name, other: Name) -> Iterable[tuple[Glob, Glob]]:
    """The two side by side; where one of them parts the resource, the other is parted too. Nothing: they never meet."""
    short, long = sorted((one, other), key=len)
    if len(short) == _RESOURCE + 1 < len(long):
        parts = long[_RESOURCE:] if short[-1].is_any else _parted(short[-1].pieces)
        short = (*short[:_RESOURCE], *parts)
    return zip(short, long, strict=True) if len(short) == len(long) else ()


def _both(a: Glob, b: Glob) -> Glob | None:
    """What both segments match, or an example of it."""
    if a is b or b.is_any:
        return a
    if a.is_any:
        return b
    if a.is_literal and b.is_literal:
        return a if a == b else None
    if covers(a, b):
        return b
    if covers(b, a):
        return a
    shared = common(a, b)
    return None if shared is None else Glob.literal(shared)
