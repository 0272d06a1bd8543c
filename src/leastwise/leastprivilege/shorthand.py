"""Sets of actions written down: exact wildcards at word boundaries, and lists less one action.

A wildcard is used only where the one it replaces covers it and where it matches, in the catalogue, nothing but the
set. So the text names no more than the mask, as of the catalogue's day.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from leastwise import catalog
from leastwise.policy.elements import Actions
from leastwise.policy.entries import is_wild
from leastwise.policy.pattern import Glob, covers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[a-z0-9]+")
LONG = 80  # entries; a longer list says less than the wildcard it stands for


@lru_cache(maxsize=4096)
def spell(mask: int, within: str) -> tuple[str, ...]:
    """The actions of the mask as entries, each covered by the entry `within`."""
    universe, bound = catalog.universe(), Glob.parse(within.lower())
    left, out = mask, []
    for name in universe.names_of(mask):
        bit = universe.mask(name)
        if left & bit:
            entry, covered = widest(name, mask, lambda wild: covers(bound, Glob.parse(wild.lower())))
            out.append(entry)
            left &= ~(covered | bit)
    return tuple(out)


def widest(name: str, mask: int, may: Callable[[str], bool | None], *, ends: Iterable[int] = ()) -> tuple[str, int]:
    """The shortest beginning of whole words whose every match lies in the mask, and those; else the name alone.

    `may` says whether a wildcard may be written; `ends` are lengths to be tried before those of words.
    """
    universe = catalog.universe()
    service, _, action = name.partition(":")
    for end in (*ends, *(word.end() for word in _WORD.finditer(action))):
        start = f"{service}:{action[:end]}"
        low, high = universe.span(start.lower())
        run = (1 << high - low) - 1
        if run > 1 and mask >> low & run == run and may(f"{start}*"):
            return f"{start}*", run << low
    return name, universe.mask(name)


@lru_cache(maxsize=4096)
def without(actions: Actions, action: str) -> Actions | None:
    """The list less one action; None where writing that down would take too long a list."""
    if not actions.match(action.lower()):
        return actions
    if actions.negated:
        return Actions.of((*actions.patterns, action), negated=True)
    if actions.is_everything:
        return Actions.of((action,), negated=True)
    universe = catalog.universe()
    kept: list[str] = []
    for pattern in actions.patterns:
        if not Glob.parse(pattern.lower()).matches(action.lower()):
            kept.append(pattern)
        elif is_wild(pattern):
            kept.extend(spell(universe.mask(pattern) & ~universe.mask(action), pattern))
    if len(kept) > LONG + len(actions.patterns):
        return None
    return Actions.of(tuple(dict.fromkeys(kept)), negated=False)
