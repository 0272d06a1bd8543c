"""Policy variables: `${aws:username}` and its like, in resources and in condition values.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html

One pass: what a variable brings in is plain text, so neither a wildcard nor a variable in a tag's value
counts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.policy.glob import Glob
from leastwise.policy.truth import ABSENT, UNKNOWN, Missing

if TYPE_CHECKING:
    from leastwise.policy.context import Context

_VARIABLE = re.compile(r"\$\{([^{}',]*)(?:,\s*'([^']*)'\s*)?\}")
_PLAIN = frozenset("*?$")


_REMEMBERED = 1024
_Found = tuple[str, ...] | Missing
Filled = Glob | Missing | None


class Variable(NamedTuple):
    """A context key to be filled in, and what to say where the request has none."""

    key: str
    default: str | None

    @property
    def is_legal(self) -> bool:
        """Whether the key can be a variable: not if requests may carry several values of it.

        Of a key that the catalogue does not know, the number of its values in the request decides.
        """
        return not catalog.universe().takes_several(self.key)

    def value(self, found: _Found) -> Filled:
        """What the variable brings in. A key with several values cannot be one, not even for its default."""
        if not self.is_legal:
            return None
        if found is UNKNOWN:
            return UNKNOWN
        if found is ABSENT:
            return None if self.default is None else Glob.literal(self.default)
        return Glob.literal(found[0]) if len(found) == 1 else None


class Template:
    """A text taken apart: what the author wrote, plain characters (`${*}`), and variables to be filled in."""

    __slots__ = ("_filled", "_keys", "_parts")

    def __init__(self, parts: tuple[Glob | Variable, ...]) -> None:
        """Use `template`, which shares equal texts."""
        self._parts = parts
        self._keys = tuple(part.key for part in parts if isinstance(part, Variable))
        self._filled: dict[tuple[_Found, ...], Filled] = {}

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys on which it depends, in lower case: those of its variables, if all of them can be variables."""
        variables = [part for part in self._parts if isinstance(part, Variable)]
        return self._keys if all(variable.is_legal for variable in variables) else ()

    @property
    def is_fixed(self) -> bool:
        """Whether no variable is left to fill in."""
        return not self._keys

    def fill(self, context: Context) -> Filled:
        """The text with every variable replaced.

        None: a variable cannot be resolved, so the text stands for nothing. UNKNOWN: it might be, but its key
        is not known.
        """
        found = tuple(map(context.find, self._keys))
        if found not in self._filled:
            if len(self._filled) >= _REMEMBERED:
                self._filled.clear()
            self._filled[found] = self._join(found)
        return self._filled[found]

    def _join(self, found: tuple[_Found, ...]) -> Filled:
        rest = iter(found)
        values = [part if isinstance(part, Glob) else part.value(next(rest)) for part in self._parts]
        if None in values:
            return None
        known = [value for value in values if isinstance(value, Glob)]
        return Glob.of(piece for value in known for piece in value.pieces) if len(known) == len(values) else UNKNOWN


@lru_cache(maxsize=1 << 14)
def template(text: str, *, wildcards: bool = True) -> Template:
    """The parts of a text; `wildcards` tells whether `*` and `?` that the author wrote are wildcards.

    What only looks like a variable (`${` without its brace) is plain text.
    """
    written = Glob.parse if wildcards else Glob.literal
    parts: list[Glob | Variable] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        parts.append(written(text[end : found.start()]))
        end = found.end()
        key, default = found[1].strip(), found[2]
        plain = key in _PLAIN and default is None
        parts.append(Glob.literal(key) if plain else Variable(key.lower(), default))
    parts.append(written(text[end:]))
    return Template(tuple(parts))


def substitute(text: str, context: Context) -> Filled:
    """A pattern with its variables filled in; None: unresolved, matches nothing; UNKNOWN: not known."""
    return template(text).fill(context)
