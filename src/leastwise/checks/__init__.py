"""The checks, one file each. Adding a file adds a check; deleting it removes one.

Third parties add theirs through the entry-point group `leastwise.checks`, each entry naming a `Check`.
"""

from __future__ import annotations

import difflib
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from leastwise.checks.core import Check
from leastwise.errors import UsageError

GROUP = "leastwise.checks"


@lru_cache(maxsize=1)
def all_checks() -> tuple[Check, ...]:
    """Every check, sorted by id."""
    names = sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem not in {"__init__", "core"})
    own = [getattr(import_module(f"{__name__}.{name}"), name) for name in names]
    others = [entry.load() for entry in entry_points(group=GROUP)]
    return tuple(sorted((c for c in (*own, *others) if isinstance(c, Check)), key=lambda c: c.id))


def find(name: str) -> Check:
    """The check of that id. Raises UsageError naming the nearest ones."""
    known = {check.id: check for check in all_checks()}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3)
        hint = f"did you mean {', '.join(near)}?" if near else "`leastwise checks` lists them"
        raise UsageError(f"there is no check {name!r}: {hint}")
    return known[name]
