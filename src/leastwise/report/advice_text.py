"""Recommendations on the console: who could do with less, the worst first, then a few in full."""

from __future__ import annotations

from posixpath import commonpath
from typing import TYPE_CHECKING

from leastwise.advised import Tri
from leastwise.report.advice_rows import few, section
from leastwise.report.view import ALL_LINES, SPACE, Row, Section, View, draw, text
from leastwise.report.words import count, moment, named, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from leastwise.results import Recommendation, Report
    from leastwise.unseen import MissingView

IN_FULL = 3  # more than these are listed in a table, with the worst in full below it
LISTED = 20
ROWS = 6  # of a kind
LINES = 3  # of a row
COLUMNS = ("RISK", "PRINCIPAL", "TODAY", "ENOUGH", "EVIDENCE", "PROOF", "PATHS")
PROOFS = {Tri.YES: "narrower", Tri.NO: "fails", Tri.UNKNOWN: "open"}


def render(report: Report, look: View | None = None) -> str:
    """The recommendations as text; `look.verbose` shows everything."""
    look = look or View()
    every = report.recommendations
    several = len(every) > IN_FULL
    worth = [advice for advice in every if advice.changes] or every
    shown = every if look.verbose else worth[: 1 if several else IN_FULL]
    lines = LINES if several and not look.verbose else ALL_LINES
    most = ALL_LINES if look.verbose else ROWS
    parts: list[RenderableType] = [*draw([_head(report, most)], look.columns, lines=ALL_LINES)]
    if several:
        parts += [*_table(every[: None if look.verbose else LISTED], look), ""]
    sections = [*(section(advice, most, look.columns) for advice in shown), _onward(report, look, shown)]
    return text([*parts, *draw(sections, look.columns, lines=lines)], look).rstrip("\n") + "\n"


def _head(report: Report, most: int) -> Section:
    """Whose account, how fresh, and what was not seen of it."""
    every = report.recommendations
    changed = sum(bool(advice.changes) for advice in every)
    proven = sum(advice.proof.is_safe for advice in every if advice.changes)
    rows = [
        Row("seen", f"{moment(report.taken_at)}; {report.origin}"),
        Row("advised", f"{count(len(every), 'principals')}, {changed:,} with changes, {proven:,} of them proven safe"),
    ]
    rows += [Row("not seen", _unseen(gap), "yellow") for gap in report.gaps]
    rows += [Row("note", note) for note in report.notes]
    return Section(f"{report.tool}: account {report.account}", tuple(few(rows, most)))


def _unseen(gap: MissingView) -> str:
    return f"{' '.join(filter(None, (gap.call, gap.target)))}: {gap.reason}"


def _table(every: Sequence[Recommendation], look: View) -> Iterator[RenderableType]:
    from rich.table import Table  # noqa: PLC0415  only when something is shown

    table = Table(box=None, padding=(0, SPACE, 0, 0), pad_edge=False, header_style="bold")
    for title in COLUMNS:
        table.add_column(title, justify="right" if title in {"RISK", "TODAY", "ENOUGH"} else "left", no_wrap=True)
    for advice in every:
        table.add_row(*_cells(advice, look.name_width))
    yield table


def _cells(advice: Recommendation, width: int) -> tuple[str, ...]:
    closed, left = len(advice.proof.paths_closed), len(advice.proof.paths_remaining)
    proof = "safe" if advice.proof.is_safe else PROOFS[advice.proof.subset_of_current]
    return (
        str(advice.risk),
        shorten(named(advice.subject), width),
        f"{advice.actions_before:,}",
        f"{advice.actions_after:,}" if advice.changes else "same",
        advice.grade.value,
        proof if advice.changes else "",
        f"{closed} of {closed + left}" if closed + left else "",
    )


def _files(paths: Sequence[str]) -> str:
    """The files, or how many there are, and where."""
    return ", ".join(paths) if len(paths) <= IN_FULL else f"{count(len(paths), 'files')} in {commonpath(paths)}"


def _onward(report: Report, look: View, shown: Sequence[Recommendation]) -> Section:
    """Where the rest is, and what comes next."""
    every = report.recommendations
    rows = [Row("files", _files(look.files))] if look.files else []
    if len(every) > LISTED and not look.verbose:
        rows.append(Row("more", f"{len(every) - LISTED:,} further principals: -o DIR writes all in full"))
    if shown:
        name = named(shown[0].subject)
        again = f"leastwise recommend {name} shows it in full; " if len(every) > IN_FULL else ""
        rows.append(Row("next", f"{again}leastwise recommend {name} --format cli -o DIR writes scripts that apply it"))
    return Section("", tuple(rows))
