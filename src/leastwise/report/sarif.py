"""The findings as SARIF 2.1.0, for code scanning: rules, results with their proof, paths as code flows.

A finding is about an identity and not about a line of a file: its logical location is the ARN, its physical one the
JSON file that holds the finding whole. What was set aside is a suppressed result; what was not seen is a notification.
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leastwise.report import FILES
from leastwise.report.coverage import unseen
from leastwise.report.published import indented
from leastwise.report.ways import Ways
from leastwise.report.words import count, named, place, safe, short_arn
from leastwise.results import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leastwise.results import Edge, Evidence, Finding, Path, Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RESULTS = 25_000  # GitHub refuses a run that has more
FLOWS = 10  # paths of one finding; GitHub shows the first anyway
LEVELS = {  # the level of a result, and what GitHub makes its own words of severity from
    Severity.CRITICAL: ("error", "9.5"),
    Severity.HIGH: ("error", "8.0"),
    Severity.MEDIUM: ("warning", "5.5"),
    Severity.LOW: ("note", "2.0"),
    Severity.INFO: ("note", "0.0"),
}
# What has a meaning in a message: placeholders and links. Spec, 3.11.5 and 3.11.6.
_LITERAL = str.maketrans({"{": "{{", "}": "}}", "[": "\\[", "]": "\\]", "\\": "\\\\"})


def render(report: Report) -> Iterator[bytes]:
    """The text of the file."""
    name, _, version = report.tool.partition(" ")
    told = [(f, "") for f in report.findings] + [(aside.finding, aside.reason) for aside in report.suppressed]
    ways = Ways(report)
    run = {
        "tool": {"driver": {"name": name, "version": version, "rules": _rules(report)}},
        "automationDetails": {"id": f"{name}/{report.account}/"},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(report, len(told))}],
        "results": [_result(finding, reason, ways.of(finding)) for finding, reason in told[:RESULTS]],
        "properties": {"account": report.account, "takenAt": report.taken_at, "risk": report.scores.risk},
    }
    yield indented({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + b"\n"


def _rules(report: Report) -> list[dict[str, Any]]:
    """Every check that was run, with the words of its findings, as bad as the worst of them."""
    found: dict[str, list[Finding]] = {check: [] for check in report.checks}
    for finding in (*report.findings, *(aside.finding for aside in report.suppressed)):
        found.setdefault(finding.check, []).append(finding)
    return [_rule(check, findings) for check, findings in found.items()]


def _rule(check: str, findings: list[Finding]) -> dict[str, Any]:
    if not findings:
        return {"id": check}
    worst = max(findings, key=lambda finding: finding.severity)
    level, weight = LEVELS[worst.severity]
    help_text = "\n".join((worst.attack, *worst.fix, f"leastwise explain {check}"))
    return {
        "id": check,
        "shortDescription": _message(worst.title),
        "fullDescription": _message(worst.attack),
        "help": lines(help_text),
        "defaultConfiguration": {"level": level},
        "properties": {"security-severity": weight, "tags": ["security", "aws", "iam"]},
    }


def _notifications(report: Report, results: int) -> list[dict[str, Any]]:
    left_out = results - RESULTS
    lines = [f"{count(left_out, 'results')} left out: {FILES[0].name} has all"] if left_out > 0 else []
    return [{"level": "warning", "message": _message(line)} for line in (*lines, *unseen(report))]


def _result(finding: Finding, set_aside: str, paths: Sequence[Path]) -> dict[str, Any]:
    level, weight = LEVELS[finding.severity]
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "level": level,
        "message": _message("; ".join((finding.message, *(f"if {assumption}" for assumption in finding.assumes)))),
        "rank": finding.risk,
        "locations": [_location(finding.subject.arn, name=finding.subject.name, kind=finding.subject.kind.value)],
        "relatedLocations": [_at(one) for one in finding.evidence],
        "partialFingerprints": {
            "leastwise/v1": finding.fingerprint,
            "primaryLocationLineHash": f"{finding.fingerprint}:1",
        },
        "properties": {
            "id": finding.id,
            "severity": finding.severity.label,
            "confidence": finding.confidence.value,
            "security-severity": weight,
        },
    }
    if paths:
        result["codeFlows"] = [_flow(path) for path in paths[:FLOWS]]
        result["properties"] |= {"paths": len(paths)}
    if set_aside:
        result["suppressions"] = [{"kind": "external", "justification": safe(set_aside)}]
    return result


def _flow(path: Path) -> dict[str, Any]:
    start = {"location": _location(path.source.arn, f"start at {named(path.source)}")}
    steps = [{"location": _location(edge.target, _step(edge))} for edge in path.edges]
    ends = f"{path.verdict}: {named(path.source)} to {named(path.target)}"
    return {"message": _message(ends), "threadFlows": [{"locations": [start, *steps]}]}


def _step(edge: Edge) -> str:
    """`becomes role/admin: Passes a role … (lambda-001, proven), by iam:PassRole on …; if …`."""
    what = f"becomes {short_arn(edge.target)}: {edge.title} ({edge.method}, {edge.verdict})"
    by = ", ".join(map(str, edge.permissions))
    return "; ".join((f"{what}, by {by}", *(f"if {condition}" for condition in edge.conditions)))


def _at(evidence: Evidence) -> dict[str, Any]:
    return _location(f"{evidence.document}{evidence.pointer}", place(evidence))


def _location(whole: str, message: str = "", **more: str) -> dict[str, Any]:
    """Where something is: in the account by its ARN, and for readers of files in the one that tells it whole."""
    told = {"message": _message(message)} if message else {}
    logical = {"fullyQualifiedName": safe(whole)} | {word: safe(value) for word, value in more.items()}
    file = {"artifactLocation": {"uri": FILES[0].name}, "region": {"startLine": 1}}
    return {"physicalLocation": file, "logicalLocations": [logical], **told}


def _message(text: str) -> dict[str, str]:
    return {"text": safe(text).translate(_LITERAL)}


def lines(text: str) -> dict[str, str]:
    """A message of our own that has lines: each as it stands, braces and brackets too."""
    return {"text": "\n".join(map(safe, text.split("\n"))).translate(_LITERAL)}
