"""Sets of actions as integers: bit ``i`` of a mask stands for the ``i``-th name.

Names are sorted by their lower case, so a service, and any ``service:Prefix*``, is one run of bits:
two binary searches and a shift. Matching follows
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html: prefix and name
ignore case, ``*`` is any run of characters, ``?`` any single one.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property

_WILDCARD = re.compile(r"[*?]")
_AFTER_ANY_NAME = "\x7f"  # sorts after every character of a name
_MEMO_LIMIT = 16_384  # a mask takes up to 3 kB, so the memo stays under 50 MB whatever it is asked


class Names:
    """A fixed list of actions, and what patterns mean in it.

    An action outside the list is legal everywhere: it has no index, and adds nothing to a mask.
    """

    def __init__(self, text: str) -> None:
        """Take one ASCII ``service:Action`` per line, sorted by lower case, each once."""
        self._text = text
        self._lower = text.lower().splitlines()
        self._memo: dict[str, int] = {}
        self.everything = (1 << len(self._lower)) - 1

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All actions as AWS writes them, in the order of the bits."""
        return tuple(self._text.splitlines())

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._lower), default=0)

    def index(self, action: str) -> int | None:
        """The bit of an action, whatever its case; ``None`` when it is not listed."""
        return self._places.get(action.lower()) if action.isascii() else None

    def mask(self, pattern: str) -> int:
        """The actions that one ``Action`` entry of a policy matches.

        The pattern is compared with the whole of ``service:action``, so wildcards may stand in the prefix;
        a name that is empty, padded or several names in one matches nothing.
        """
        known = self._memo.get(pattern)
        if known is None:
            known = self._match(pattern)
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            self._memo[pattern] = known
        return known

    def union(self, patterns: Iterable[str]) -> int:
        """The actions that some entry of a list matches. Entries without a wildcard, which most are, cost little."""
        union = 0
        plain = bytearray((len(self._lower) + 7) // 8)
        for pattern in patterns:
            index = self._places.get(pattern.lower()) if pattern.isascii() else None
            if index is None:
                union |= self.mask(pattern)
            else:
                plain[index >> 3] |= 1 << (index & 7)
        return union | int.from_bytes(plain, "little")

    def names_of(self, mask: int) -> list[str]:
        """The actions of a mask, sorted. Bits beyond the list are ignored, so ``~mask`` is welcome."""
        return [self.names[index] for index in _ones(mask & self.everything)]

    @cached_property
    def _places(self) -> dict[str, int]:
        return dict(zip(self._lower, range(len(self._lower)), strict=True))

    def _match(self, pattern: str) -> int:
        if not pattern.isascii():  # no action has such a letter, and "\u212a" must not pass for "k"
            return 0
        glob = "*" if pattern == "*:*" else pattern.lower()  # every name has its colon
        head = _WILDCARD.split(glob, maxsplit=1)[0]
        if head == glob:
            index = self._places.get(glob)
            return 0 if index is None else 1 << index
        low, high = self.span(head)
        if not glob[len(head) :].strip("*"):
            return ((1 << (high - low)) - 1) << low
        return self._among(glob, low, high)

    def span(self, head: str) -> tuple[int, int]:
        """The bits from which up to which the names begin with this, in lower case."""
        low = bisect_left(self._lower, head)
        return low, bisect_left(self._lower, head + _AFTER_ANY_NAME, lo=low)

    def _among(self, glob: str, low: int, high: int) -> int:
        """The mask of those names from ``low`` up to ``high`` that match a lower-case glob."""
        if len(glob.replace("*", "")) > self._longest:  # spares compiling what is too long for any name
            return 0
        matches = compiled(glob).fullmatch
        piece = max(_WILDCARD.split(glob), key=len)  # a plain search for it settles most names sooner
        bits = ["1" if piece in name and matches(name) else "0" for name in reversed(self._lower[low:high])]
        return int("".join(bits) or "0", 2) << low


def compiled(glob: str) -> re.Pattern[str]:
    """The regular expression of a glob, for ``fullmatch``.

    Each piece between two stars is taken where it first occurs and never reconsidered (an atomic group);
    leftmost is always right for a glob, so no pattern, however hostile, takes more than
    its own length times that of the name.
    """
    first, *rest = [_piece(piece) for piece in glob.split("*")]
    if not rest:
        return re.compile(first, re.DOTALL)
    *inner, last = rest
    middle = "".join(f"(?>.*?{piece})" for piece in inner if piece)
    return re.compile(f"{first}{middle}.*{last}", re.DOTALL)


def _piece(piece: str) -> str:
    return re.escape(piece).replace(r"\?", ".")


def _ones(mask: int) -> Iterator[int]:
    """The positions of the set bits, ascending."""
    low = (mask & -mask).bit_length() - 1  # most masks are of one service: what lies below it need not be written out
    bits = f"{mask >> low:b}"[::-1] if mask else ""
    index = bits.find("1")
    while index >= 0:
        yield low + index
        index = bits.find("1", index + 1)
