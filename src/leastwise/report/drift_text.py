"""The difference of two audits for people: what is worse first, what is better next, and what cannot be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.report import view
from leastwise.report.view import STYLES, VERDICT_STYLES, Row, Section, View
from leastwise.report.words import count, moment, named, short_arn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from leastwise.drift import Drift, Moved, MovedPath

SHOWN = 20  # of each list; all of them are in the JSON
LINES = 3


def render(drift: Drift, look: View) -> str:
    """The difference as text for a terminal or a pipe."""
    return view.text(view.draw([*_sections(drift)], look.columns, lines=LINES), look).rstrip("\n") + "\n"


def _sections(drift: Drift) -> Iterator[Section]:
    head = [
        Row("older", f"{moment(drift.old_taken_at)}, risk {drift.old_risk} of 100"),
        Row("newer", f"{moment(drift.new_taken_at)}, risk {drift.new_risk} of 100"),
        *(Row("mind", remark, "yellow") for remark in drift.remarks),
        Row("known", f"{count(drift.known, 'findings')} as before"),
    ]
    yield Section(f"Account {drift.account}: {drift.baseline}", tuple(head))
    yield from _findings("New", drift.new)
    yield from _findings("Changed", drift.changed)
    yield from _paths("New paths", drift.paths.new)
    yield from _paths("Changed paths", drift.paths.changed)
    yield from _findings("Set aside: their subjects have become exempt", drift.exempt)
    yield from _findings("Muted", drift.muted)
    yield from _findings("No longer assessed, so not known to be fixed", drift.not_assessed)
    yield from _paths("Paths no longer assessed", drift.paths.not_assessed)
    yield from _findings("Fixed", drift.fixed)
    yield from _paths("Paths that are gone", drift.paths.fixed)


def _findings(title: str, group: Sequence[Moved]) -> Iterator[Section]:
    rows = [Row(moved.finding.severity.label, _told(moved), STYLES[moved.finding.severity]) for moved in group[:SHOWN]]
    yield from _listed(title, len(group), rows)


def _told(moved: Moved) -> str:
    """`user/ann: severity low -> high: signs in with a password alone (was muted)`."""
    finding = moved.finding
    message = finding.message.removeprefix(f"{finding.subject.name} ")
    said = ": ".join(filter(None, (named(finding.subject), ", ".join(moved.changes), message)))
    was = f"was {moved.before}" if moved.before else ""
    mute = ", ".join(filter(None, (moved.owner, f"until {moved.expires}" if moved.expires else "")))
    notes = "; ".join(filter(None, (was, moved.reason, mute)))
    return f"{said} ({notes})" if notes else said


def _paths(title: str, group: Sequence[MovedPath]) -> Iterator[Section]:
    """Those of principals that had no way up before come first."""
    ranked = sorted(group, key=lambda moved: not moved.first)
    rows = [Row(m.path.verdict.value, _way(m), VERDICT_STYLES[m.path.verdict]) for m in ranked[:SHOWN]]
    yield from _listed(title, len(group), rows)


def _way(moved: MovedPath) -> str:
    hops = " ".join(f"--{edge.method}--> {_end(edge.target, edge.source)}" for edge in moved.path.edges)
    first = ("it had no way to administrator before",) if moved.first else ()
    notes = "; ".join((*first, *moved.changes, *filter(None, (moved.reason,))))
    return f"{named(moved.path.source)} {hops}" + (f" ({notes})" if notes else "")


def _end(target: str, source: str) -> str:
    return "itself" if target == source else short_arn(target)


def _listed(title: str, number: int, rows: Iterable[Row]) -> Iterator[Section]:
    more = (Row("", f"and {number - SHOWN:,} more: --format json lists all"),) if number > SHOWN else ()
    if number:
        yield Section(f"{title}: {number:,}", (*rows, *more))
