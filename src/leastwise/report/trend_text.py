"""The history of accounts for people: a table with a line for each run, its risk drawn as a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.report.words import clamp, count, fit, moment, safe, short_arn
from leastwise.results import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.history.trend import Open, Trend
    from leastwise.past import Run
    from leastwise.report.view import View

LABELS = [severity.label for severity in sorted(Severity, reverse=True)]
BAR = 10  # cells for a risk of 100
OLDEST = 5  # findings named
HEAD = (
    f"{'taken':20} {'risk':14} {' '.join(f'{label[:4]:>4}' for label in LABELS)}  {'paths':>5} {'new':>5} {'fixed':>5}"
)


def render(trends: Iterable[Trend], look: View, *, last: int) -> str:
    """The trends as text for a terminal or a pipe."""
    return "\n".join("\n".join((*_lines(trend, look.columns, last), "")) for trend in trends)


def _lines(trend: Trend, columns: int, last: int) -> Iterator[str]:
    shown = trend.runs[-last:]
    first, newest = trend.runs[0], trend.runs[-1]
    yield clamp(
        f"Account {safe(trend.account)}: {count(len(trend.runs), 'runs')} since {moment(first.taken_at)}, "
        f"risk {first.risk} -> {newest.risk} of 100",
        columns,
        lines=1,
    )
    yield HEAD
    yield from map(_row, shown)
    if len(shown) < len(trend.runs):
        yield f"and {count(len(trend.runs) - len(shown), 'runs')} before: --last {len(trend.runs)} shows them"
    yield from (line for note in _notes(shown) for line in clamp(note, columns, lines=3).split("\n"))
    yield from _open(trend.open, columns)


def _row(run: Run) -> str:
    bar = "#" * round(run.risk * BAR / 100)
    counts = " ".join(f"{run.counts[label]:>4}" for label in LABELS)
    mark = "" if run.complete else "?"
    taken = moment(run.taken_at).removesuffix(" UTC")
    return (
        f"{taken + mark:20} {run.risk:>3} {bar:{BAR}} {counts}  {run.paths:>5} {_number(run.new)} {_number(run.fixed)}"
    ).rstrip()


def _number(number: int | None) -> str:
    return f"{'-' if number is None else number:>5}"


def _notes(runs: Iterable[Run]) -> Iterator[str]:
    shown = list(runs)
    if not all(run.complete for run in shown):
        yield "? something could not be seen or judged in this run"
    if shown[-1].not_assessed:
        unjudged = count(shown[-1].not_assessed, "findings")
        yield f"{unjudged} of earlier runs could not be judged by the last one: not known to be fixed"
    if shown[-1].set_aside:
        yield f"{count(shown[-1].set_aside, 'findings')} in the last run set aside, muted or exempt"


def _open(left: tuple[Open, ...], columns: int) -> Iterator[str]:
    if left:
        yield f"Open: {count(len(left), 'findings')}, the longest known first"
    for one in left[:OLDEST]:
        about = f"{one.finding.severity} {safe(one.finding.check)}, {short_arn(one.finding.subject)}"
        yield f"  since {moment(one.first_seen)[:10]}  {fit(about, columns - 20)}"
