"""Action lists and single entries of them: does a list cover all that an entry can match, or anything of it?

Also of actions that the catalogue does not know: what the masks leave open, the patterns decide.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.policy.pattern import Glob, covered, overlaps

if TYPE_CHECKING:
    from leastwise.policy.elements import Actions


def is_wild(pattern: str) -> bool:
    """Whether the Action entry can match more than one name."""
    return "*" in pattern or "?" in pattern


class Sorted(NamedTuple):
    """Entries in three sorts: those that name one known action, wildcards, and what no catalogue knows."""

    plain: tuple[tuple[str, str], ...]  # the action as the catalogue writes it, and the entry
    mask: int  # their actions, as bits
    wild: tuple[str, ...]
    unknown: tuple[str, ...]


@lru_cache(maxsize=1 << 14)
def sorted_out(entries: tuple[str, ...]) -> Sorted:
    """The entries by sorts: the bits of all plain ones together spare asking for each."""
    universe = catalog.universe()
    index = {entry: universe.index(entry) for entry in entries}
    plain = {entry: universe.names[number] for entry, number in index.items() if number is not None}
    others = [entry for entry in entries if entry not in plain]
    return Sorted(
        tuple([(action, entry) for entry, action in plain.items()]),
        universe.union(plain),
        tuple([entry for entry in others if universe.mask(entry)]),
        tuple([entry for entry in others if not universe.mask(entry)]),
    )


@lru_cache(maxsize=1 << 16)
def covers_entry(actions: Actions, entry: str) -> bool:
    """Whether the list covers all that the entry can match."""
    mask = catalog.universe().mask(entry)
    if mask & actions.mask != mask:
        return False
    if not is_wild(entry):
        return bool(mask) or actions.match(entry.lower())
    if not actions.negated and entry in actions.patterns:
        return True
    glob, near = Glob.parse(entry.lower()), _near(actions.patterns, _service(entry))
    return not any(overlaps(glob, each) for each in near) if actions.negated else covered(glob, near) is True


def meets_entry(actions: Actions, entry: str) -> bool:
    """Whether the list and the entry can match the same action."""
    if catalog.universe().mask(entry) & actions.mask:
        return True
    if not is_wild(entry):
        return actions.match(entry.lower())
    glob, near = Glob.parse(entry.lower()), _near(actions.patterns, _service(entry))
    return covered(glob, near) is not True if actions.negated else any(overlaps(glob, each) for each in near)


def covers_list(whole: Actions, part: Actions) -> bool:
    """Whether the first list covers all that the second can match."""
    if whole is part:
        return True
    if part.mask & ~whole.mask:
        return False
    if part.negated and whole.negated:
        inner = globs_of(part.patterns)
        return all(covered(glob, inner) is True for glob in globs_of(whole.patterns))
    if part.negated:
        return whole.is_everything
    entries = sorted_out(part.patterns)  # of the plain ones the bits have told
    return all(covers_entry(whole, entry) for entry in (*entries.wild, *entries.unknown))


@lru_cache(maxsize=1 << 12)
def globs_of(entries: tuple[str, ...]) -> tuple[Glob, ...]:
    """Action entries as patterns of names in lower case."""
    return tuple(Glob.parse(entry.lower()) for entry in entries)


@lru_cache(maxsize=1 << 15)
def _service(entry: str) -> str:
    """The service that the entry spells out; "" where it spans several."""
    service = entry.partition(":")[0].lower()
    return "" if is_wild(service) else service


@lru_cache(maxsize=1 << 14)
def _near(patterns: tuple[str, ...], service: str) -> tuple[Glob, ...]:
    """The patterns that may speak of the service; all of them for ""."""
    return globs_of(tuple(p for p in patterns if not service or _service(p) in {"", service}))
