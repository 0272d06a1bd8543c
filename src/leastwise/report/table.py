"""The console: a first screen that tells what matters, then the findings. Text only; nothing is printed here.

Without colour the text holds no escape sequence and, but for the names in it, nothing but ASCII.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.report import FILES, findings_table, screen, view
from leastwise.report.view import ALL_LINES, SCREEN, View
from leastwise.results import Confidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from leastwise.results import Report


def render(report: Report, look: View | None = None) -> str:
    """The report as text for a terminal or a pipe."""
    look = look or View()
    text = _first_screen(report, look) + view.text([*_findings(report, look)], look)
    return text.rstrip("\n") + "\n"


def _first_screen(report: Report, look: View) -> str:
    """The sections with as many lines for each row as one screen allows; all of them when details are wanted."""
    sections = screen.sections(report, look)
    text = ""
    for lines in (ALL_LINES,) if look.verbose else (3, 2, 1):
        text = view.text(view.draw(sections, look.columns, lines=lines), look)
        if len(text.rstrip().splitlines()) <= SCREEN:
            break
    return text


def _findings(report: Report, look: View) -> Iterator[RenderableType]:
    fresh = report.fresh
    shown = fresh[: look.limit]
    if not shown:
        return
    yield from findings_table.parts(shown, look)
    if any(finding.confidence is Confidence.CONDITIONAL for finding in shown):
        yield "\n? hangs on something that could not be seen or decided; the file names it"
    if len(shown) < len(fresh):
        yield f"\n{len(fresh) - len(shown):,} more findings are in {FILES[0].name}"
