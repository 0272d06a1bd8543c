"""Files that may hold policies: named one by one, by a pattern, or by their folder."""

from __future__ import annotations

import glob
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from leastwise.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SUFFIXES = frozenset({".json", ".yaml", ".yml", ".template"})
_SKIPPED = frozenset({"node_modules", ".git", ".terraform", ".venv", "__pycache__"})


def files_named(places: Iterable[str]) -> tuple[Path, ...]:
    """The files, each once, in the order given; of a folder those with the suffix of JSON or YAML, sorted.

    Raises UsageError for what is not there.
    """
    return tuple(dict.fromkeys(path for place in places for path in _at(place)))


def _at(place: str) -> list[Path]:
    path = Path(place)
    if path.is_dir():
        return _all_within(path)
    if path.exists():
        return [path]
    if not glob.has_magic(place):
        raise UsageError(f"there is no file {place}")
    found = [Path(one) for one in sorted(glob.glob(place, recursive=True)) if Path(one).is_file()]  # noqa: PTH207  patterns may be absolute
    if not found:
        raise UsageError(f"no file matches {place}")
    return found


def _all_within(folder: Path) -> list[Path]:
    found = sorted(_within(folder))
    if not found:
        raise UsageError(f"{folder} has no file that ends in {', '.join(sorted(SUFFIXES))}: name files one by one")
    return found


def _within(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _SKIPPED]
        yield from (Path(here, name) for name in names if Path(name).suffix.lower() in SUFFIXES)


def text_of(path: Path) -> bytes:
    """What is in a file. Raises UsageError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error


def standard_input() -> bytes:
    """What is piped in. Raises UsageError at a terminal, where nothing is."""
    if sys.stdin.isatty():
        raise UsageError("--stdin reads standard input, and nothing is piped into it: name a file, or pipe one in")
    return sys.stdin.buffer.read()
