"""The findings as a table for spreadsheets, with what was set aside and what could not be seen.

https://www.rfc-editor.org/rfc/rfc4180. A spreadsheet takes a cell that begins like a formula for one, and whoever named
a thing chose how it begins: such a cell begins with an apostrophe here. Every cell is quoted, so that one separator
cannot be taken for another. https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from leastwise.report.words import place, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from leastwise.results import Finding, Report

COLUMNS = (
    "status", "severity", "risk_score", "confidence", "check", "title", "principal_name", "principal_arn",
    "principal_type", "issue_description", "assumptions", "remediation_steps", "evidence", "references", "reason",
    "fingerprint", "account", "taken_at",
)  # fmt: skip
OPEN, SUPPRESSED, UNASSESSED, GAP = "open", "suppressed", "unassessed", "gap"
FORMULA = tuple("=+-@＝＋－＠")  # noqa: RUF001  spreadsheets take the wide forms for the narrow ones
BETWEEN = " | "  # entries of one cell


def render(report: Report) -> Iterator[bytes]:
    """The text of the file, a line at a time."""
    yield _line(COLUMNS)
    whose = {"account": report.account, "taken_at": report.taken_at}
    for row in _rows(report):
        yield _line((row | whose).get(column, "") for column in COLUMNS)


def _rows(report: Report) -> Iterator[dict[str, str]]:
    for finding in report.findings:
        yield {"status": OPEN, **_told(finding)}
    for aside in report.suppressed:
        yield {"status": SUPPRESSED, "reason": aside.reason, **_told(aside.finding)}
    for each in report.unassessed:
        yield {"status": UNASSESSED, "check": each.check, "principal_name": each.target, "reason": each.reason}
    for gap in report.gaps:
        about = BETWEEN.join(filter(None, (gap.reason, gap.detail)))
        yield {"status": GAP, "title": gap.call, "principal_name": gap.target, "reason": about}


def _told(finding: Finding) -> Mapping[str, str]:
    return {
        "severity": finding.severity.label,
        "risk_score": str(finding.risk),
        "confidence": finding.confidence.value,
        "check": finding.check,
        "title": finding.title,
        "principal_name": finding.subject.name,
        "principal_arn": finding.subject.arn,
        "principal_type": finding.subject.kind.value,
        "issue_description": finding.message,
        "assumptions": BETWEEN.join(finding.assumes),
        "remediation_steps": BETWEEN.join(finding.fix),
        "evidence": BETWEEN.join(map(place, finding.evidence)),
        "references": BETWEEN.join(finding.cites),
        "fingerprint": finding.fingerprint,
    }


def _line(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow(map(_harmless, cells))
    return text.getvalue().encode()


def _harmless(cell: str) -> str:
    shown = safe(cell)
    return f"'{shown}" if shown.lstrip().startswith(FORMULA) else shown
