"""What the runs of an account tell together: what came and went, and since when what is left has been there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise.drift import EXEMPT, MUTED, drift
from leastwise.errors import SnapshotError
from leastwise.past import Run
from leastwise.results import (
    Confidence,
    Evidence,
    Finding,
    Impact,
    Kind,
    Likelihood,
    Report,
    Scores,
    Severity,
    Subject,
    Suppressed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.history.store import KeptFinding, KeptRun, Store

LAST = 30  # runs that a report carries
SEVERITIES = {severity.label: severity for severity in sorted(Severity, reverse=True)}


class Open(NamedTuple):
    """A finding of the newest run, and since when it is known."""

    finding: KeptFinding
    first_seen: str


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """An account over time, oldest run first, and what is still wrong with it, the longest known first."""

    account: str
    runs: tuple[Run, ...]
    open: tuple[Open, ...]


def trend(store: Store, account: str) -> Trend:
    """The trend of one account that has runs. Raises SnapshotError for a file with words that no history holds."""
    kept = store.runs(account)
    newest = store.findings(kept[-1])
    since = store.first_seen(kept[-1])
    left = (Open(each, since[each.fingerprint]) for each in newest if not each.state)
    return Trend(
        account=account,
        runs=tuple(runs(store, kept)),
        open=tuple(sorted(left, key=lambda one: (one.first_seen, -SEVERITIES[one.finding.severity], one.finding))),
    )


def remembered(store: Store, report: Report) -> Report:
    """The report, kept, with when each finding was first seen, and the last runs of its account."""
    since = store.keep(report)

    def dated(finding: Finding) -> Finding:
        return msgspec.structs.replace(finding, first_seen=since.get(finding.fingerprint, ""))

    return msgspec.structs.replace(
        report,
        findings=tuple(map(dated, report.findings)),
        suppressed=tuple(msgspec.structs.replace(one, finding=dated(one.finding)) for one in report.suppressed),
        history=tuple(runs(store, store.runs(report.account)[-LAST - 1 :]))[-LAST:],
    )


def runs(store: Store, kept: Iterable[KeptRun]) -> Iterator[Run]:
    """The runs with what each has changed. What one could not judge stays known until another has."""
    known: Report | None = None
    for run in kept:
        found = store.findings(run)
        report = _report(run, found)
        told = _run(run, found)
        if known is not None:
            moved = drift(known, report)
            unjudged = tuple(one.finding for one in moved.not_assessed if not one.before)
            fixed = sum(not one.before for one in moved.fixed)
            told = msgspec.structs.replace(told, new=len(moved.new), fixed=fixed, not_assessed=len(unjudged))
            report = msgspec.structs.replace(report, findings=(*report.findings, *unjudged))
        known = report
        yield told


def _run(run: KeptRun, found: Iterable[KeptFinding]) -> Run:
    counts = Counter("" if each.state else each.severity for each in found)
    return Run(
        taken_at=run.taken_at,
        tool=run.tool,
        risk=run.risk,
        complete=run.complete,
        counts={label: counts[label] for label in SEVERITIES},
        paths=run.paths,
        set_aside=counts[""],
    )


def _report(run: KeptRun, found: Iterable[KeptFinding]) -> Report:
    """As much of the run's report as `drift` looks at. Nothing else of it was kept."""
    aside = {MUTED: "never", EXEMPT: ""}
    told = [(each, _finding(each)) for each in found]
    return Report(
        tool=run.tool,
        catalogue="",
        account=run.account,
        partition="",
        aliases=(),
        caller="",
        taken_at=run.taken_at,
        origin="",
        credential_report_at="",
        inventory={},
        layers_considered=(),
        layers_not_considered=(),
        notes=(),
        gaps=(),
        unassessed=run.sight.unassessed,
        checks=run.sight.checks,
        min_severity=_severity(run.sight.min_severity),
        findings=tuple(finding for each, finding in told if not each.state),
        suppressed=tuple(
            Suppressed(finding=finding, reason=each.state, expires=aside.get(each.state, ""))
            for each, finding in told
            if each.state
        ),
        paths=(),
        recommendations=(),
        recommendations_left_out=0,
        scores=Scores(
            risk=run.risk, posture=100 - run.risk, risk_with_suppressed=run.risk, reasons=(), principals=(), model=""
        ),
        fixes=(),
    )


def _finding(each: KeptFinding) -> Finding:
    return Finding(
        check=each.check,
        title="",
        subject=Subject(each.subject, each.subject, Kind.ACCOUNT),
        severity=_severity(each.severity),
        confidence=Confidence.CERTAIN,
        message="",
        attack="",
        fix=(),
        evidence=tuple(Evidence(document=document) for document in each.documents),
        cites=(),
        impact=Impact.HYGIENE,
        likelihood=Likelihood.REMOTE,
        fingerprint=each.fingerprint,
    )


def _severity(word: str) -> Severity:
    if word not in SEVERITIES:
        raise SnapshotError(f"the history holds the severity {word!r}, which there is not: begin a new file")
    return SEVERITIES[word]
