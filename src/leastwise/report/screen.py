"""The first screen: whose account, how fresh and how complete the view of it, how bad it is, and what to do now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.report.coverage import gaps, unjudged
from leastwise.report.view import STYLES, VERDICT_STYLES, Row, Section, View
from leastwise.report.words import count, listed, moment, named, safe, short_arn, shorten
from leastwise.results import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leastwise.results import Edge, Fix, Path, Report

SHOWN = 5  # paths and fixes; more is for the file


def sections(report: Report, view: View) -> list[Section]:
    """The first screen from top to bottom."""
    return [
        _account(report, view),
        _risk(report),
        *_since(report),
        _paths(report, view),
        *_fixes(report),
        _onward(report, view),
    ]


def _account(report: Report, view: View) -> Section:
    aliases = f" ({', '.join(report.aliases)})" if report.aliases else ""
    as_whom = f" as {report.caller.rpartition(':')[2]}" if report.caller else ""
    credentials = moment(report.credential_report_at) if report.credential_report_at else "not seen"
    rows = [
        Row("seen", f"{moment(report.taken_at)}, credential report {credentials}; {report.origin}{as_whom}"),
        Row("holds", ", ".join(count(number, what.replace("_", " ")) for what, number in report.inventory.items())),
        *_unseen(report, view),
    ]
    return Section(f"{report.tool}: account {report.account}{aliases}", tuple(rows))


def _unseen(report: Report, view: View) -> Iterator[Row]:
    """What the audit does not rest on. Said even when all is well: nothing unseen is ever a pass."""
    if report.gaps:
        silent = count(len(report.gaps), "calls")
        yield Row("not seen", f"{silent} gave no answer: {'; '.join(gaps(report))}", "yellow")
    if view.verbose:
        yield from (Row("", ", ".join(filter(None, (g.call, g.target, g.reason, g.detail)))) for g in report.gaps)
    if report.unassessed:
        left = list(unjudged(report))
        yield Row("not judged", f"{count(len(left), 'checks')}: {', '.join(left)}", "yellow")
    if view.verbose:
        yield from (Row("", ", ".join(filter(None, (u.check, u.target, u.reason)))) for u in report.unassessed)
    if report.complete:
        yield Row("complete", "every call was answered and every check gave its answer")
    layers = "; ".join((*_layers(report), *report.notes))
    if layers:
        yield Row("left out", layers)


def _layers(report: Report) -> Iterator[str]:
    """Which kinds of policy beyond the principals' own were left out, and which were not."""
    if report.layers_not_considered:
        yield f"{listed(report.layers_not_considered)} were not considered"
    if report.layers_considered:
        yield f"{listed(report.layers_considered)} were"


def _risk(report: Report) -> Section:
    scores = report.scores
    worst = max((finding.severity for finding in report.findings), default=Severity.INFO)
    because = [Row("because" if place == 0 else "", reason) for place, reason in enumerate(scores.reasons)]
    rows = (*because, Row("findings", _counts(report)))
    muted = f"; {scores.risk_with_muted} with what is muted" if scores.risk_with_muted is not None else ""
    return Section(f"Risk {scores.risk} of 100 (posture {scores.posture}{muted})", rows, STYLES[worst])


def _counts(report: Report) -> str:
    counts = ", ".join(f"{number:,} {severity.label}" for severity, number in report.counts.items() if number)
    muted = sum(one.muted for one in report.suppressed)
    exempt = len(report.suppressed) - muted
    aside = (f"{muted:,} muted" if muted else "", f"{exempt:,} about exempt subjects set aside" if exempt else "")
    return "; ".join(filter(None, (counts or "none", *aside)))


def _since(report: Report) -> Iterator[Section]:
    """What differs from the baseline, where there is one."""
    if report.baseline:
        known = len(report.findings) - len(report.fresh)
        told = f"{moment(report.baseline.taken_at)}: {report.baseline}; {known:,} known are not shown"
        remarks = (Row("mind", remark, "yellow") for remark in report.baseline.remarks)
        yield Section("", (Row("since", told), *remarks), least=2)


def _paths(report: Report, view: View) -> Section:
    """The first path of each principal, so that one of many ways does not fill the screen."""
    escalations = [path for path in report.paths if path.escalates]
    outside = [path for path in report.external if path.escalates]
    if not escalations and not outside:
        seen = "" if report.complete else " in what could be seen"
        return Section(f"No path to administrator was found{seen}", ())
    first: dict[str, Path] = {}
    for path in escalations or outside:
        first.setdefault(path.source.arn, path)
    shown = list(first.values())[:SHOWN]
    rows = tuple(Row(path.verdict.value, _way(path, view.name_width), VERDICT_STYLES[path.verdict]) for path in shown)
    if not escalations:
        return Section(f"Worst of {count(len(outside), 'paths')} to administrator, all from outside", rows, least=2)
    start = count(len(first), "principals")
    beside = f"; {len(outside):,} more from outside" if outside else ""
    return Section(f"Worst of {count(len(escalations), 'paths')} to administrator, from {start}{beside}", rows, least=2)


def _way(path: Path, name_width: int) -> str:
    """`user/ann --lambda-001--> role/admin: Passes a role to a new Lambda function`."""
    hops = (f"--{safe(edge.method)}--> {_end(edge, name_width)}" for edge in path.edges)
    titles = "; then ".join(edge.title for edge in path.edges)
    return f"{' '.join((shorten(named(path.source), name_width), *hops))}: {titles}"


def _end(edge: Edge, name_width: int) -> str:
    return "itself" if edge.target == edge.source else shorten(short_arn(edge.target), name_width)


def _fixes(report: Report) -> Iterator[Section]:
    """The changes that end paths together; where there are none, what to do about the worst findings."""
    changes = [fix for fix in report.fixes if fix.id]
    rows = [Row(_ends(fix), fix.text) for fix in report.fixes[:SHOWN]]
    if len(report.fixes) > SHOWN:
        rows.append(Row("", f"and {count(len(report.fixes) - SHOWN, 'changes')} more: leastwise fix shows all, whole"))
    if rows:
        yield Section(_together(changes) if changes else "Fix first", tuple(rows), least=2)


def _together(changes: Sequence[Fix]) -> str:
    """`Fix first: these 3 changes end 41 of 57 paths`, and how that is known."""
    last = changes[-1]
    what = "this change ends" if len(changes) == 1 else f"these {len(changes)} changes end"
    how = "judged again on paper" if last.verified else "not judged together"
    return f"Fix first: {what} {last.ends_so_far:,} of {count(last.ends_of, 'paths')} ({how})"


def _ends(fix: Fix) -> str:
    """`ends 12`, or `with next` for a change that ends something only together with others."""
    if fix.id:
        return f"ends {fix.ends_paths:,}" if fix.ends_paths else "with next"
    return count(fix.ends_findings, "findings")


def _onward(report: Report, view: View) -> Section:
    files = [Row("files", ", ".join(view.files))] if view.files else []
    return Section("", (*files, Row("next", _next(report))), least=2)


def _next(report: Report) -> str:
    if report.findings:
        return f"leastwise explain {report.findings[0].check}"
    return "leastwise permissions" if report.gaps else "leastwise checks"
