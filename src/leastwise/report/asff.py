"""The findings in the AWS Security Finding Format (2018-10-08), in batches that Security Hub takes.

A finding that was set aside is archived: that is what a product may say of one that it has sent before, while the
workflow is the reader's own. What was not seen is a finding about the account: nothing unseen is a pass.
https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from leastwise.report.coverage import unseen
from leastwise.report.words import GAP, count, place, safe
from leastwise.results import Kind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.results import Finding, Report

Batch = tuple[dict[str, Any], ...]

MOST, ROOM = 100, 240_000  # findings and bytes of a batch
PARTITION, NAME, TITLE, TEXT, FIX, FIELD = (
    64,
    512,
    256,
    1024,
    512,
    1024,
)  # characters; Security Hub takes 2,048 in a field
SHOWN = 10  # statements at fault of one finding
TYPE = "Software and Configuration Checks/AWS Security Best Practices"
SEVERITIES = {severity: severity.label.upper() for severity in Severity} | {Severity.INFO: "INFORMATIONAL"}
RESOURCES = {
    Kind.USER: "AwsIamUser",
    Kind.ROLE: "AwsIamRole",
    Kind.GROUP: "AwsIamGroup",
    Kind.POLICY: "AwsIamPolicy",
    Kind.BUCKET: "AwsS3Bucket",
    Kind.ACCOUNT: "AwsAccount",
}


def batches(report: Report, region: str) -> Iterator[Batch]:
    """The findings for Security Hub in that region, at most 100 and 240,000 bytes of them at once."""
    batch: list[dict[str, Any]] = []
    size = 0
    for finding in render(report, region):
        bytes_of_it = len(json.dumps(finding)) + 2
        if batch and (len(batch) == MOST or size + bytes_of_it > ROOM):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(finding)
        size += bytes_of_it
    if batch:
        yield tuple(batch)


def render(report: Report, region: str) -> Iterator[dict[str, Any]]:
    """The findings, those that were set aside, and one that tells what was not seen."""
    common = _common(report, region)
    for finding in report.findings:
        yield {**common, **_finding(report, finding, {}), "RecordState": "ACTIVE"}
    for aside in report.suppressed:
        yield {**common, **_finding(report, aside.finding, {"SetAside": aside.reason}), "RecordState": "ARCHIVED"}
    if lines := unseen(report):
        yield {**common, **_unseen(report, lines), "RecordState": "ACTIVE"}


def _common(report: Report, region: str) -> dict[str, Any]:
    seen = datetime.fromisoformat(report.taken_at)
    stamp = (seen if seen.tzinfo else seen.replace(tzinfo=UTC)).isoformat()
    partition, account = _text(report.partition, PARTITION), report.account
    return {
        "SchemaVersion": "2018-10-08",
        "ProductArn": f"arn:{partition}:securityhub:{region}:{account}:product/{account}/default",
        "AwsAccountId": account,
        "Types": [TYPE],
        "CreatedAt": stamp,
        "UpdatedAt": stamp,
    }


def _finding(report: Report, finding: Finding, more: dict[str, str]) -> dict[str, Any]:
    subject = finding.subject
    told = {"Fingerprint": finding.fingerprint, "Risk": str(finding.risk), "Confidence": finding.confidence.value}
    evidence = {f"Evidence/{number}": place(one) for number, one in enumerate(finding.evidence[:SHOWN], start=1)}
    return {
        "Id": f"leastwise/{report.account}/{finding.id}",
        "GeneratorId": f"leastwise/{finding.check}",
        "Severity": {"Label": SEVERITIES[finding.severity]},
        "Title": _text(finding.title, TITLE),
        "Description": _text("; ".join((finding.message, *(f"if {one}" for one in finding.assumes))), TEXT),
        "Resources": [{"Type": RESOURCES.get(subject.kind, "Other"), "Id": _text(subject.arn, NAME)}],
        "Remediation": {"Recommendation": {"Text": _text(" ".join(finding.fix), FIX)}},
        "ProductFields": _fields({**told, **evidence, **more}.items()),
    }


def _unseen(report: Report, lines: tuple[str, ...]) -> dict[str, Any]:
    return {
        "Id": f"leastwise/{report.account}/unseen",
        "GeneratorId": "leastwise/unseen",
        "Severity": {"Label": SEVERITIES[Severity.INFO]},
        "Title": f"{count(len(lines), 'things')} could not be seen or judged",
        "Description": _text("; ".join(("Nothing unseen is a pass", *lines)), TEXT),
        "Resources": [{"Type": RESOURCES[Kind.ACCOUNT], "Id": f"AWS::::Account:{report.account}"}],
    }


def _fields(told: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {f"leastwise/{name}": _text(text, FIELD) for name, text in told if text}


def _text(text: str, most: int) -> str:
    """The text without active characters; what is too long ends in dots."""
    told = safe(text)
    return told if len(told) <= most else told[: most - len(GAP)] + GAP
