"""What a person sees: the report in the width and colours of the terminal, and nothing but text elsewhere."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from leastwise.report.table import render
from leastwise.report.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from leastwise.results import Report


def show(report: Report, files: Iterable[Path], *, verbose: bool = False) -> None:
    """Print the first screen and the table of findings; all of them where details are wanted."""
    print(render(report, look(files, verbose=verbose)), end="")


def look(files: Iterable[Path] = (), *, verbose: bool = False) -> View:
    """How the terminal looks at a report; these files of it were written."""
    limit = None if verbose else View().limit
    return View(width=width(), colour=colourful(), limit=limit, verbose=verbose, files=tuple(map(str, files)))


def width() -> int:
    """COLUMNS, or the columns of the terminal, or 80."""
    return shutil.get_terminal_size((80, 24)).columns


def side_by_side(left: int, right: int, *, room: int) -> tuple[int, int]:
    """The widths of two columns that want so many cells: half the room for the first, or what the second leaves."""
    first = min(left, max(room // 2, room - right))
    return first, min(right, room - first)


def colourful() -> bool:
    """Whether standard output is a terminal that shows colours to somebody who wants them.

    https://no-color.org: NO_COLOR counts when it is set and not empty.
    """
    environment = os.environ  # noqa: TID251  how to show something is the command line's business
    return sys.stdout.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
