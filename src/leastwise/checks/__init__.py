"""The checks, one file each. Adding a file adds a check; deleting it removes one.

Third parties add theirs through the entry-point group `leastwise.checks`, each entry naming a `Check`.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from leastwise.checks.core import Check
from leastwise.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUP = "leastwise.checks"


@lru_cache(maxsize=1)
def all_checks() -> tuple[Check, ...]:
    """Every check, sorted by id."""
    names = sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem not in {"__init__", "core"})
    own = [getattr(import_module(f"{__name__}.{name}"), name) for name in names]
    return tuple(sorted((c for c in (*own, *_others()) if isinstance(c, Check)), key=lambda c: c.id))


def _others() -> Iterator[object]:
    """What other installed distributions add."""
    if any(map(_may_add, sys.path)):
        from importlib.metadata import entry_points  # noqa: PLC0415  an eighth of a small audit, seldom needed

        yield from (entry.load() for entry in entry_points(group=GROUP))


def _may_add(folder: str) -> bool:
    """Whether a distribution in this folder of the path names the group; an archive is not looked into."""
    try:
        with os.scandir(folder or ".") as entries:
            about = [Path(entry, "entry_points.txt") for entry in entries if entry.name.lower().endswith("-info")]
    except NotADirectoryError:
        return True
    except OSError:
        return False
    return any(map(_names_the_group, about))


def _names_the_group(entry_points: Path) -> bool:
    with suppress(OSError):  # most have none
        return GROUP.encode() in entry_points.read_bytes()
    return False


def find(name: str) -> Check:
    """The check of that id. Raises UsageError naming the nearest ones."""
    known = {check.id: check for check in all_checks()}
    if name not in known:
        import difflib  # noqa: PLC0415  for whoever mistypes

        near = difflib.get_close_matches(name, known, n=3)
        hint = f"did you mean {', '.join(near)}?" if near else "`leastwise checks` lists them"
        raise UsageError(f"there is no check {name!r}: {hint}")
    return known[name]
