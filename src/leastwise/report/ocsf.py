"""The findings as events of the Open Cybersecurity Schema Framework 1.6.0: IAM Analysis Finding, class 2008.

Each evidence is an analysed policy: the document that carries it, and where in it. A finding that was set aside has the
status `Suppressed`. What was not seen or judged is an event too, informational and of another status: nothing unseen
is a pass. https://schema.ocsf.io/1.6.0/classes/iam_analysis_finding
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from leastwise.report.published import indented
from leastwise.report.words import place, safe
from leastwise.results import Confidence, Kind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.results import Evidence, Finding, Report, Subject

SCHEMA = "1.6.0"
MOST = 65_535  # characters of a string, as the schema has it
SEVERITIES = {
    Severity.CRITICAL: (5, "Critical"),
    Severity.HIGH: (4, "High"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.LOW: (2, "Low"),
    Severity.INFO: (1, "Informational"),
}
CONFIDENCES = {Confidence.CERTAIN: (3, "High"), Confidence.CONDITIONAL: (2, "Medium")}
OPEN, SUPPRESSED, NOT_ASSESSED = (1, "New"), (3, "Suppressed"), (99, "Not assessed")


def render(report: Report) -> Iterator[bytes]:
    """The text of the file: a list of events, made while it is written."""
    before = b"[\n"
    for event in _events(report):
        yield before + indented(event)
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _events(report: Report) -> Iterator[dict[str, Any]]:
    common = _common(report)
    for finding in report.findings:
        yield {**common, **_finding(finding, OPEN)}
    for aside in report.suppressed:
        yield {**common, **_finding(aside.finding, SUPPRESSED), "status_detail": _text(aside.reason)}
    for each in report.unassessed:
        yield {**common, **_unknown(f"{each.check} was not judged", each.target, each.reason)}
    for gap in report.gaps:
        yield {**common, **_unknown(f"{gap.call} gave no answer", gap.target, f"{gap.reason} {gap.detail}".strip())}


def _common(report: Report) -> dict[str, Any]:
    """What all events of a report share."""
    name, _, version = report.tool.partition(" ")
    seen = datetime.fromisoformat(report.taken_at)
    seen = seen if seen.tzinfo else seen.replace(tzinfo=UTC)
    return {
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2008,
        "class_name": "IAM Analysis Finding",
        "activity_id": 1,
        "activity_name": "Create",
        "type_uid": 200801,
        "type_name": "IAM Analysis Finding: Create",
        "time": int(seen.timestamp() * 1000),
        "metadata": {
            "version": SCHEMA,
            "profiles": ["cloud"],
            "product": {"name": name, "vendor_name": name, "version": version},
        },
        "cloud": {
            "provider": "AWS",
            "cloud_partition": _text(report.partition),
            "account": {"uid": report.account, "type_id": 10, "type": "AWS Account"},
        },
    }


def _finding(finding: Finding, status: tuple[int, str]) -> dict[str, Any]:
    subject, message = finding.subject, _text(finding.message)
    told = {
        **_numbered("severity", SEVERITIES[finding.severity]),
        **_numbered("confidence", CONFIDENCES[finding.confidence]),
        **_numbered("status", status),
        "message": message,
        "finding_info": {
            "uid": finding.id,
            "title": _text(finding.title),
            "desc": message,
            "types": [finding.check],
            "analytic": {"type_id": 1, "type": "Rule", "uid": finding.check, "name": _text(finding.title)},
        },
        "resources": [_resource(subject)],
        "permission_analysis_results": [{"policy": policy} for policy in _policies(finding)],
        "remediation": {"desc": _text("\n".join(finding.fix)), "references": _texts(finding.cites)},
        "unmapped": {
            "fingerprint": finding.fingerprint,
            "risk_score": finding.risk,
            "assumptions": _texts(finding.assumes),
        },
    }
    if subject.kind is Kind.USER:
        told["user"] = {"uid": _text(subject.arn), "name": _text(subject.name), "type_id": 1, "type": "User"}
    return told


def _unknown(what: str, target: str, reason: str) -> dict[str, Any]:
    uid = _text(f"{what}: {target}" if target else what)
    return {
        **_numbered("severity", SEVERITIES[Severity.INFO]),
        **_numbered("status", NOT_ASSESSED),
        "status_detail": _text(reason),
        "message": _text(f"{uid} ({reason}); nothing unseen is a pass"),
        "finding_info": {"uid": uid, "title": _text(what)},
        "permission_analysis_results": [{"policy": {"name": _text(target or what), "desc": _text(reason)}}],
    }


def _numbered(name: str, word: tuple[int, str]) -> dict[str, Any]:
    return {f"{name}_id": word[0], name: word[1]}


def _resource(subject: Subject) -> dict[str, Any]:
    return {"uid": _text(subject.arn), "name": _text(subject.name), "type": subject.kind.value}


def _policies(finding: Finding) -> list[dict[str, Any]]:
    """The documents that were judged; the subject itself where there is no other evidence."""
    return [_policy(one) for one in finding.evidence] or [{"uid": _text(finding.subject.arn)}]


def _policy(one: Evidence) -> dict[str, Any]:
    told = {"uid": one.document, "name": one.name, "desc": place(one)}
    where = {"pointer": one.pointer, "sid": one.sid, "source": one.source}
    return {word: _text(text) for word, text in told.items() if text} | {
        "data": {word: _text(text) for word, text in where.items() if text}
    }


def _texts(texts: Iterable[str]) -> list[str]:
    return [_text(text) for text in texts]


def _text(text: str) -> str:
    return safe(text)[:MOST]
