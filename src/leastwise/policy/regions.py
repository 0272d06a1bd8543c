"""Sets of resources as patterns within and without, and a resource that proves one of them not empty.

A policy variable stands in these patterns as a *symbol*, a letter that no name has. What holds for the symbol holds for
every value: a text that a pattern matches through its variable stays matched when the value takes the symbol's place.
Two arguments fail for symbols, and are not used where they occur: a `?` matches a symbol but not a longer value, and
two patterns that share no text may share one for some value.
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from itertools import combinations, product
from typing import TYPE_CHECKING, NamedTuple

from leastwise.policy.pattern import BOUND, Glob, Wild, covers, overlaps, witness
from leastwise.policy.pattern import _laid_out as laid_out
from leastwise.policy.pattern import _machine as machine_of
from leastwise.policy.pattern import _stranger as stranger_to
from leastwise.policy.truth import UNKNOWN, Missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FIRST, _LAST = "\ue000", "\uf8ff"  # for private use, as Unicode has it
MANY = 4096  # regions looked at side by side


class Region(NamedTuple):
    """The texts that match every pattern of `within` and none of `without`."""

    within: tuple[Glob, ...] = ()
    without: tuple[Glob, ...] = ()


EVERYTHING = Region()


class TooMany(Exception):  # noqa: N818 - no error: the search gives up and says so
    """More regions than can be looked at."""


def symbols() -> Iterator[str]:
    """The letters that can stand for the values of variables."""
    return map(chr, range(ord(_FIRST), ord(_LAST) + 1))


def meets(some: Iterable[Region], others: Iterable[Region]) -> list[Region]:
    """What lies in one of the first and in one of the second; regions that are plainly empty are left out."""
    found: list[Region] = []
    second = list(others)
    for one in some:
        for other in second:
            both = _both(one, other)
            if both is not None:
                found.append(both)
        if len(found) > MANY:
            raise TooMany
    return list(dict.fromkeys(found))


def _both(one: Region, other: Region) -> Region | None:
    if any(glob.is_any for glob in (*one.without, *other.without)):
        return None
    if not all(may_overlap(a, b) for a in one.within for b in other.within):
        return None
    return Region(_merged(one.within, other.within), _merged(one.without, other.without))


def _merged(one: tuple[Glob, ...], other: tuple[Glob, ...]) -> tuple[Glob, ...]:
    return tuple(dict.fromkeys(one + other)) if one and other else one or other


def may_overlap(a: Glob, b: Glob) -> bool:
    """Whether some text is matched by both, whatever the symbols stand for."""
    return overlaps(_opened(a), _opened(b))


def _has_symbol(glob: Glob) -> bool:
    return not glob.text.isascii() and any(_FIRST <= letter <= _LAST for letter in glob.text)


def _opened(glob: Glob) -> Glob:
    """The glob with `*` for each symbol: all that it may come to."""
    return _with_stars(glob) if _has_symbol(glob) else glob


@lru_cache(maxsize=4096)
def _with_stars(glob: Glob) -> Glob:
    letters = (letter for piece in glob.pieces for letter in (piece if isinstance(piece, str) else (piece,)))
    return Glob.of(Wild.ANY if isinstance(letter, str) and _FIRST <= letter <= _LAST else letter for letter in letters)


def escape(region: Region) -> str | Missing | None:
    """A text of the region; None: it is empty, whatever its symbols stand for; UNKNOWN: neither could be shown."""
    within = region.within or (Glob.parse("*"),)
    if any(glob in region.without for glob in within):
        return None
    if any(_has_symbol(glob) for glob in within):
        return _with_symbols(within, tuple(g for g in region.without if Wild.ONE not in g.pieces))
    return _plainly(within, region.without)


def _with_symbols(within: tuple[Glob, ...], without: tuple[Glob, ...]) -> str | Missing | None:
    """Empty only if one pattern alone is covered: the others might narrow it down to a value that is spared."""
    if any(witness(glob, without) is None for glob in within):
        return None
    if not all(may_overlap(a, b) for a, b in combinations(within, 2)):
        return None
    found = _plainly(within, without)
    return UNKNOWN if found is None else found


def _plainly(within: tuple[Glob, ...], without: tuple[Glob, ...]) -> str | Missing | None:
    smallest = _smallest(within)
    if len(smallest) == 1:
        return witness(smallest[0], without)
    if not all(overlaps(a, b) for a, b in combinations(smallest, 2)):
        return None
    return _search(smallest, tuple(glob for glob in without if all(overlaps(glob, one) for one in smallest)))


@lru_cache(maxsize=1 << 14)
def _smallest(globs: tuple[Glob, ...]) -> tuple[Glob, ...]:
    """The same intersection from fewer globs."""
    kept: list[Glob] = []
    for glob in globs:
        if not any(covers(glob, one) for one in kept):
            kept = [*(one for one in kept if not covers(one, glob)), glob]
    return tuple(kept)


class _Point(NamedTuple):
    """Where in each pattern of within, with which states of those without alive, after which text."""

    places: tuple[int, ...]
    states: int
    text: str


@lru_cache(maxsize=1 << 12)
def _search(within: tuple[Glob, ...], without: tuple[Glob, ...]) -> str | Missing | None:
    """Breadth first through the texts of all patterns at once.

    Of two points at the same places the one with fewer states alive is the likelier to escape, so one with a superset
    is dropped; for the same reason a letter that no pattern within asks for need only be a stranger.
    """
    machine = machine_of(without)
    stranger = stranger_to((*within, *without))
    sides = [laid_out(glob) for glob in within]
    goal = tuple(len(letters) for letters, _ in sides)
    alive: dict[tuple[int, ...], list[int]] = {}
    queue = deque([_Point((0,) * len(sides), machine.start, "")])
    for _ in range(BOUND):
        if not queue:
            return None
        point = queue.popleft()
        kept = alive.setdefault(point.places, [])
        if any(one & point.states == one for one in kept):
            continue
        kept.append(point.states)
        if point.places == goal and not point.states & machine.ends:
            return point.text
        for letter, places in _steps(point.places, sides):
            after = machine.after(point.states, letter)
            queue.append(_Point(places, after, point.text + (letter or stranger)))
    return UNKNOWN


_Layout = tuple[list[str | None], set[int]]


def _steps(places: tuple[int, ...], sides: list[_Layout]) -> Iterator[tuple[str | None, tuple[int, ...]]]:
    """One more letter, None for a stranger: each pattern goes on or lets its `*` take it."""
    asked = {letters[place] for place, (letters, _) in zip(places, sides, strict=True) if place < len(letters)}
    for letter in sorted(asked | {None}, key=lambda one: one or ""):
        options = [list(_step(place, side, letter)) for place, side in zip(places, sides, strict=True)]
        for following in product(*options):
            yield letter, following


def _step(place: int, side: _Layout, letter: str | None) -> Iterator[int]:
    letters, loops = side
    if place < len(letters) and letters[place] in {letter, None}:
        yield place + 1
    if place in loops:
        yield place
