"""Texts that stand for all texts: one for every set of patterns that some text matches together.

Two texts which match the same patterns cannot be told apart by any test made of these patterns. So a handful of
texts settles what holds for all of them.
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise.policy.glob import Glob, Wild

if TYPE_CHECKING:
    from collections.abc import Iterable

BOUND = 1024  # states of the joint automaton: a tenth of a second at most
IS_ARN = Glob.parse("arn:*:*:*:*:*")
_COLONS = 5  # those that part the six segments of an ARN
_STRANGERS = "xzqjkwvyXZQJKWVY0123456789"
_KELVIN = "\u212a"  # the one letter outside ASCII whose lower case is within it


class Sign(NamedTuple):
    """A pattern and how it reads: in an `arn` a wildcard keeps within its segment; `folded` ignores case."""

    glob: Glob
    arn: bool = False
    folded: bool = False


def arn_sign(glob: Glob) -> Sign | None:
    """The pattern of an ARN operator; None where it has too few segments to match anything. A lone `*` is any ARN."""
    if glob.is_any:
        return Sign(IS_ARN, arn=True)
    colons = sum(piece.count(":") for piece in glob.pieces if isinstance(piece, str))
    return Sign(glob, arn=True) if colons >= _COLONS else None


class _Machine:
    """Patterns side by side as one automaton; the bits of an integer are the states that are alive."""

    def __init__(self, signs: Iterable[Sign]) -> None:
        self.start = self.ends = 0
        self.moves: dict[str, int] = {":": 0}
        self._ones = {True: 0, False: 0}  # within segments or not → states before a `?`
        self._stars = {True: 0, False: 0}
        self._bit = 1
        for sign in signs:
            self.start |= self._bit
            self._add(sign)
            self.ends |= self._bit
            self._bit <<= 1

    def _add(self, sign: Sign) -> None:
        colons = 0
        for piece in sign.glob.pieces:
            limited = sign.arn and colons < _COLONS
            if piece is Wild.ANY:
                self._stars[limited] |= self._bit
                continue
            for letter in piece if isinstance(piece, str) else (None,):
                if letter is None:
                    self._ones[limited] |= self._bit
                for form in _forms(letter, folded=sign.folded) if letter else ():
                    self.moves[form] = self.moves.get(form, 0) | self._bit
                colons += letter == ":"
                self._bit <<= 1

    def after(self, states: int, letter: str) -> int:
        """The states after one more letter."""
        within = 0 if letter == ":" else -1
        stay = self._stars[False] | (self._stars[True] & within)
        move = self.moves.get(letter, 0) | self._ones[False] | (self._ones[True] & within)
        return (states & stay) | (states & move) << 1


def _forms(letter: str, *, folded: bool) -> set[str]:
    """The letters that are as good as this one."""
    if not folded:
        return {letter}
    return {letter.lower(), letter.upper()} | ({_KELVIN} if letter in "kK" else set())


@lru_cache(maxsize=4096)
def words(signs: frozenset[Sign]) -> tuple[str, ...] | None:
    """A shortest text, not empty, for each set of the patterns that a text matches together.

    None where there are too many to look at, or where case is ignored in letters other than ASCII.
    """
    if any(sign.folded and not sign.glob.text.isascii() for sign in signs):
        return None
    machine = _Machine(sorted(signs, key=lambda sign: (sign.glob.text, sign)))
    letters = [fresh(machine.moves), *sorted(machine.moves)]
    seen: set[int] = set()
    found: dict[int, str] = {}
    queue = deque([(machine.start, "")])
    while queue:
        states, word = queue.popleft()
        for letter in letters:
            after = machine.after(states, letter)
            if after not in seen:
                seen.add(after)
                found.setdefault(after & machine.ends, word + letter)
                queue.append((after, word + letter))
        if len(seen) > BOUND:
            return None
    return tuple(found.values())


def fresh(letters: Iterable[str]) -> str:
    """A letter that is none of these."""
    taken = set(letters)
    plain = (letter for letter in _STRANGERS if letter not in taken)
    return next(plain, None) or next(letter for letter in map(chr, range(0xC0, 0x10000)) if letter not in taken)
