"""How patterns compare as sets of texts: covers, overlaps, and a text that proves it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html

Two facts keep this cheap and exact. Letters are unbounded, so one letter that no pattern mentions (a
*stranger*) can stand for all that a wildcard may take: whatever matches a stranger matches any letter. Hence
a pattern without `?` is above another exactly when it matches the other's text with a stranger for each
wildcard, and a union of such patterns is above only what one of them is above. With `?` on the larger side
runs of different lengths matter, and the subset construction below explores them, with `BOUND` steps at most;
past it the answer is *unknown*.
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise.policy.glob import Glob, Wild
from leastwise.policy.truth import UNKNOWN, Missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["BOUND", "Glob", "Wild", "common", "covered", "covers", "overlaps", "witness"]

BOUND = 4096  # states of the subset construction: at most some 0.2 s; real policies need a few dozen
_SILENT = "\0"  # occurs in no name that AWS knows
_STRANGERS = "xzqjkwvy0123456789XZQJKWVY"
_END = ""  # stands after the last letter of a glob


def covers(a: Glob, b: Glob) -> bool | None:
    """Whether a matches every text of b. None: unknown, only possible where a has a `?` (see BOUND)."""
    if a.is_any or Wild.ONE not in a.pieces:
        return a.matches(_filled(b, _SILENT if _SILENT not in a.text else _stranger((a,))))
    return covered(b, (a,))


def covered(b: Glob, by: Iterable[Glob]) -> bool | None:
    """Whether every text of b is matched by one of the others. None: unknown (see BOUND)."""
    found = witness(b, by)
    return None if found is UNKNOWN else found is None


def witness(b: Glob, by: Iterable[Glob]) -> str | Missing | None:
    """A text of b that none of the others matches. None: there is none; UNKNOWN: not found within BOUND.

    Where possible each wildcard of b takes one letter.
    """
    return _witness(b, by if isinstance(by, tuple) else tuple(by))


@lru_cache(maxsize=1 << 15)
def _witness(b: Glob, by: tuple[Glob, ...]) -> str | Missing | None:
    if any(Wild.ONE not in a.pieces and covers(a, b) for a in by):
        return None
    near = tuple(a for a in by if overlaps(a, b))
    stranger = _stranger((b, *near))
    longest = max((a.pieces.count(Wild.ONE) for a in near), default=0)
    for run in (1, 0, longest + 1):  # nearly always one of these escapes, and the search is spared
        text = _filled(b, stranger, run)
        if not any(a.matches(text) for a in near):
            return text
    return None if b.is_literal else _search(b, near)


def _filled(glob: Glob, letter: str, run: int = 1) -> str:
    """The text with this letter for each `?`, and a run of it for each `*`."""
    several = letter * run
    return "".join([p if isinstance(p, str) else several if p is Wild.ANY else letter for p in glob.pieces])


def _stranger(globs: Iterable[Glob]) -> str:
    """A letter that occurs in none of the globs."""
    letters = {letter for glob in globs for letter in glob.text}
    plain = next((letter for letter in _STRANGERS if letter not in letters), None)
    return plain or next(letter for letter in map(chr, range(0xC0, 0x10000)) if letter not in letters)


class _Machine(NamedTuple):
    """Globs side by side as one automaton whose sets of states are the bits of an integer.

    A state stands before one letter of a glob or at its end; `steps[letter]` are the states that this letter
    moves on, `steps[None]` those that any letter does; `loops` are those that a `*` lets stay.
    """

    start: int
    loops: int
    ends: int
    steps: dict[str | None, int]

    def after(self, states: int, letter: str | None) -> int:
        """The states after one more letter; None for a stranger."""
        moving = self.steps.get(letter) or self.steps[None]
        return (states & self.loops) | (states & moving) << 1


def _letters(glob: Glob) -> Iterator[str | Wild]:
    for piece in glob.pieces:
        yield from (piece,) if isinstance(piece, Wild) else piece


def _machine(globs: Iterable[Glob]) -> _Machine:
    start = loops = ends = 0
    strangers = 0
    steps: dict[str, int] = {}
    bit = 1
    for glob in globs:
        start |= bit
        for letter in _letters(glob):
            if letter is Wild.ANY:
                loops |= bit
                continue
            if isinstance(letter, Wild):
                strangers |= bit
            else:
                steps[letter] = steps.get(letter, 0) | bit
            bit <<= 1
        ends |= bit
        bit <<= 1
    return _Machine(start, loops, ends, {None: strangers, **{k: v | strangers for k, v in steps.items()}})


class _Reached(NamedTuple):
    """A point of the search: where in b, with which states of the others alive, and how it was got to."""

    place: int
    states: int
    letter: str
    before: _Reached | None

    def word(self) -> str:
        """The letters that led here."""
        letters: list[str] = []
        point = self
        while point.before is not None:
            letters.append(point.letter)
            point = point.before
        return "".join(reversed(letters))


def _search(b: Glob, by: tuple[Glob, ...]) -> str | Missing | None:
    """Breadth first through the texts of b, each wildcard taking strangers only.

    Of two points at one place, the one with fewer states alive is the likelier to escape all others, so a
    point with a superset of states is dropped; this also is why letters other than strangers need not be
    tried.
    """
    stranger = _stranger((b, *by))
    machine = _machine(by)
    letters, loops = _laid_out(b)
    alive: list[list[int]] = [[] for _ in range(len(letters) + 1)]
    queue = deque([_Reached(0, machine.start, "", None)])
    for _ in range(BOUND):
        if not queue:
            return None
        point = queue.popleft()
        place, states = point.place, point.states
        if place == len(letters) and not states & machine.ends:
            return point.word()
        if any(kept & states == kept for kept in alive[place]):
            continue
        alive[place].append(states)
        if place in loops:
            queue.append(_Reached(place, machine.after(states, None), stranger, point))
        if place < len(letters):
            letter = letters[place]
            queue.append(_Reached(place + 1, machine.after(states, letter), letter or stranger, point))
    return UNKNOWN


def _laid_out(glob: Glob) -> tuple[list[str | None], set[int]]:
    """The letters of a glob, None for each `?`, and the places before which a `*` stands."""
    letters: list[str | None] = []
    loops: set[int] = set()
    for letter in _letters(glob):
        if letter is Wild.ANY:
            loops.add(len(letters))
        else:
            letters.append(None if isinstance(letter, Wild) else letter)
    return letters, loops


@lru_cache(maxsize=1 << 16)
def overlaps(a: Glob, b: Glob) -> bool:
    """Whether some text is matched by both. Exact; the time is the product of the lengths, in machine words."""
    if a.matches(_filled(b, "x")) or b.matches(_filled(a, "x")):
        return True
    if a.is_literal or b.is_literal:
        return False
    return _agree(a.prefix, b.prefix) and _agree(_suffix(a)[::-1], _suffix(b)[::-1]) and _meet(a, b)


def _agree(one: str, two: str) -> bool:
    return one.startswith(two) or two.startswith(one)


def _suffix(glob: Glob) -> str:
    last = glob.pieces[-1]
    return last if isinstance(last, str) else ""


def _meet(a: Glob, b: Glob) -> bool:
    """March through a, keeping the set of places in b that some common beginning reaches."""
    machine = _machine((b,))
    whole = machine.ends * 2 - 1
    letters, loops = _laid_out(a)
    states = machine.start
    for place, letter in enumerate([*letters, _END]):
        if place in loops:
            states = whole & -(states & -states)  # a's `*` takes all that b still asks for
        if letter is None:
            states = (states & machine.loops) | states << 1 & whole
        elif letter:
            states = machine.after(states, letter)
    return bool(states & machine.ends)


@lru_cache(maxsize=1 << 14)
def common(a: Glob, b: Glob) -> str | None:
    """A shortest text that both match, or None."""
    if not overlaps(a, b):
        return None
    if a.is_literal or b.is_literal:
        return a.prefix if a.is_literal else b.prefix
    return _shortest(_laid_out(a), _laid_out(b))


_Layout = tuple[list[str | None], set[int]]


def _shortest(a: _Layout, b: _Layout) -> str:
    """Breadth first through pairs of places, one letter at a time."""
    goal = (len(a[0]), len(b[0]))
    came: dict[tuple[int, int], tuple[tuple[int, int], str]] = {}
    queue = deque([(0, 0)])
    while queue[0] != goal:
        pair = queue.popleft()
        for following, letter in _moves(pair, a, b):
            if following not in came:
                came[following] = (pair, letter or "x")
                queue.append(following)
    letters: list[str] = []
    while goal != (0, 0):
        goal, letter = came[goal]
        letters.append(letter)
    return "".join(reversed(letters))


def _moves(pair: tuple[int, int], a: _Layout, b: _Layout) -> Iterator[tuple[tuple[int, int], str | None]]:
    """One more letter: both go on, or one goes on while the other's `*` takes the letter."""
    i, j = pair
    one = a[0][i] if i < len(a[0]) else _END
    two = b[0][j] if j < len(b[0]) else _END
    if _END not in {one, two} and (one == two or None in {one, two}):
        yield (i + 1, j + 1), one or two
    if one != _END and j in b[1]:
        yield (i + 1, j), one
    if two != _END and i in a[1]:
        yield (i, j + 1), two
