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
    from collections.abc import Iterator

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
        whole = Glob.of(pieces)
        yield _parted(whole) if crossed else (whole,)
        return
    colon = next((place for place, piece in enumerate(pieces) if isinstance(piece, str) and ":" in piece), len(pieces))
    for piece in pieces[colon : colon + 1]:
        head, _, tail = str(piece).partition(":")
        cuts = _cut((tail, *pieces[colon + 1 :]), segments - 1, crossed=crossed)
        yield from ((Glob.of((*pieces[:colon], head)), *rest) for rest in cuts)
    for place in (place for place in range(colon) if pieces[place] is Wild.ANY):
        cuts = _cut(pieces[place:], segments - 1, crossed=True)
        yield from ((Glob.of(pieces[: place + 1]), *rest) for rest in cuts)


@lru_cache(maxsize=1 << 14)
def _parted(glob: Glob) -> Name:
    """What stands between the colons."""
    parts: list[list[Piece]] = [[]]
    for piece in glob.pieces:
        head, *tails = piece.split(":") if isinstance(piece, str) else (piece,)
        parts[-1].append(head)
        parts += [[tail] for tail in tails]
    return tuple(map(Glob.of, parts))


def meet(one: Name, other: Name) -> Name | None:
    """What fits both, or an example of it; None where nothing does.

    Where the resource of one is parted by colons, that of the other is parted too.
    """
    if len(one) > len(other):
        one, other = other, one
    if len(one) == _RESOURCE + 1 < len(other):
        last = one[_RESOURCE]
        one = (*one[:_RESOURCE], *(other[_RESOURCE:] if last.is_any else _parted(last)))
    if len(one) != len(other):
        return None
    name: list[Glob] = []
    for a, b in zip(one, other, strict=True):
        both = _both(a, b)
        if both is None:
            return None
        name.append(both)
    return tuple(name)


def _both(a: Glob, b: Glob) -> Glob | None:
    """What both segments match, or an example of it."""
    if a is b or b.is_any:
        return a
    if a.is_any:
        return b
    if a.is_literal and b.is_literal:
        return a if a == b else None
    return _narrower(a, b)


@lru_cache(maxsize=1 << 14)
def _narrower(a: Glob, b: Glob) -> Glob | None:
    if covers(a, b):
        return b
    if covers(b, a):
        return a
    shared = common(a, b)
    return None if shared is None else Glob.literal(shared)
