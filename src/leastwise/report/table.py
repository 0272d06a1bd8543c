"""The console: a first screen that tells what matters, then the findings. Text only; nothing is printed here.

Without colour the text holds no escape sequence and, but for the names in it, nothing but ASCII.
"""

from __future__ import annotations

import re
from io import StringIO
from typing import TYPE_CHECKING

from leastwise.report import FILES, findings_table, screen, view
from leastwise.report.view import ALL_LINES, View
from leastwise.results import Confidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from leastwise.results import Report

SCREEN = 40  # lines of the first screen


def render(report: Report, look: View | None = None) -> str:
    """The report as text for a terminal or a pipe."""
    look = look or View()
    text = _first_screen(report, look) + _text([*_findings(report, look)], look)
    return text.rstrip("\n") + "\n"


def _first_screen(report: Report, look: View) -> str:
    """The sections with as many lines for each row as one screen allows; all of them when details are wanted."""
    sections = screen.sections(report, look)
    text = ""
    for lines in (ALL_LINES,) if look.verbose else (3, 2, 1):
        text = _text(view.draw(sections, look.columns, lines=lines), look)
        if len(text.rstrip().splitlines()) <= SCREEN:
            break
    return text


def _findings(report: Report, look: View) -> Iterator[RenderableType]:
    shown = report.findings[: look.limit]
    if not shown:
        return
    yield from findings_table.parts(shown, look)
    if any(finding.confidence is Confidence.CONDITIONAL for finding in shown):
        yield "\n? hangs on something that could not be seen or decided; the file names it"
    if len(shown) < len(report.findings):
        yield f"\n{len(report.findings) - len(shown):,} more findings are in {FILES[0].name}"


def _text(parts: Sequence[RenderableType], look: View) -> str:
    """The parts as rich draws them, reading nothing from the environment; no spaces at the ends of lines."""
    from rich.console import Console  # noqa: PLC0415  only when something is shown

    out = StringIO()
    console = Console(
        file=out,
        width=look.columns,
        height=SCREEN,
        force_terminal=look.colour,
        color_system="standard" if look.colour else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        force_jupyter=False,
        _environ={},
    )
    for part in parts:
        console.print(part)
    return re.sub(r" +$", "", out.getvalue(), flags=re.MULTILINE)
