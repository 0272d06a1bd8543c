"""What is known of the circumstances of a request: its context keys.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html#AccessPolicyLanguage_RequestContext
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from leastwise.policy.truth import ABSENT, UNKNOWN, Missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Known = dict[str, tuple[str, ...]]
_NOTHING: Mapping[str, str | Sequence[str]] = {}


class Context:
    """Immutable. Each key is known (one or several values), known to be absent, or unknown.

    Key names are case-insensitive, the tag key in `aws:PrincipalTag/Team` included. An entry of `absent` that
    ends in `*` speaks of all keys with that beginning: `aws:PrincipalTag/*` when a principal's tags are
    known, so that every other tag is absent. A known value outweighs an absence. A key with no values at all
    is an absent key, since AWS leaves empty lists out of the request. A `strict` context takes what is not
    given as absent, an open one as unknown.

    `known` is for reading only: lower-case keys and their values, at least one each.
    """

    __slots__ = ("_absent", "_hash", "_prefixes", "known", "strict")

    known: Mapping[str, tuple[str, ...]]

    def __init__(
        self,
        known: Mapping[str, str | Sequence[str]] = _NOTHING,
        absent: Iterable[str] = (),
        strict: bool = False,  # noqa: FBT001, FBT002 - a plain word of the public signature
    ) -> None:
        """From keys as AWS writes them."""
        self.strict = strict
        self._take(frozenset(map(str.lower, absent)), {}, known)

    def _take(self, absent: frozenset[str], old: Known, known: Mapping[str, str | Sequence[str]]) -> None:
        """Keep `old`, which becomes this context's own, with what is given put over it."""
        for key, values in known.items():
            lower = key.lower()
            if isinstance(values, str):
                old[lower] = (values,)
            elif values:
                old[lower] = tuple(values)
            else:
                old.pop(lower, None)
                absent |= {lower}
        self.known = old
        self._absent = absent
        self._prefixes = _prefixes(absent)
        self._hash: int | None = None

    def with_(self, known: Mapping[str, str | Sequence[str]] = _NOTHING, absent: Iterable[str] = ()) -> Context:
        """A context with more known: what is given here replaces what this one knows of the same keys."""
        old = dict(self.known)
        gone = frozenset(map(str.lower, absent))
        if gone:
            old = {key: values for key, values in old.items() if not _within(key, gone)}
        other = Context.__new__(Context)
        other.strict = self.strict
        other._take(self._absent | gone, old, known)  # noqa: SLF001 - one of its own
        return other

    def lookup(self, key: str) -> tuple[str, ...] | Missing:
        """The values of a key, or why there are none: ABSENT or UNKNOWN."""
        return self.find(key.lower())

    def find(self, lower: str) -> tuple[str, ...] | Missing:
        """As `lookup`, for a name already in lower case."""
        values = self.known.get(lower)
        if values is not None:
            return values
        return ABSENT if self.lacks(lower) else UNKNOWN

    def lacks(self, lower: str) -> bool:
        """Whether a key that is not in `known` is absent for certain; its name in lower case."""
        return self.strict or lower in self._absent or lower.startswith(self._prefixes)

    def __eq__(self, other: object) -> bool:
        """Whether the same is known."""
        return self is other or (isinstance(other, Context) and self._facts() == other._facts())

    def __hash__(self) -> int:
        """Computed once, when first asked for."""
        if self._hash is None:
            self._hash = hash(self._facts())
        return self._hash

    def _facts(self) -> tuple[object, ...]:
        return self.strict, frozenset(self.known.items()), frozenset(self._gone())

    def _gone(self) -> list[str]:
        """The absences that say something: a strict context needs none, and a known value outweighs its own."""
        return [] if self.strict else sorted(self._absent - self.known.keys())

    def __reduce__(self) -> tuple[type[Context], tuple[object, ...]]:
        """Travels between processes by its constructor, since hashes of text differ between them."""
        return Context, (dict(self.known), self._gone(), self.strict)

    def __repr__(self) -> str:
        """For people who debug."""
        return f"Context({self.known!r}, absent={self._gone()!r}, strict={self.strict})"


@lru_cache(maxsize=1024)
def _prefixes(absent: frozenset[str]) -> tuple[str, ...]:
    return tuple(entry[:-1] for entry in absent if entry.endswith("*"))


def _within(key: str, gone: frozenset[str]) -> bool:
    return key in gone or any(entry.endswith("*") and key.startswith(entry[:-1]) for entry in gone)
