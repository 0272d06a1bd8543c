"""The findings as a table: severity, risk, principal, issue; with what stands behind each where details are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leastwise.report.view import ALL_LINES, SPACE, STYLES, Row, Section
from leastwise.report.words import GAP, clamp, place, safe, shorten
from leastwise.results import Confidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from leastwise.report.view import View
    from leastwise.results import Finding

SEVERITY = 8  # "critical"
RISK = 4  # "100?"
ISSUE_LINES = 3
LABEL = 8  # "evidence"


class Widths(NamedTuple):
    """What the principal and the issue have, the same for every row."""

    principal: int
    issue: int

    @classmethod
    def of(cls, findings: Sequence[Finding], view: View) -> Widths:
        """The issue takes what the others leave."""
        principal = min(max(len("PRINCIPAL"), *(len(_name(f)) for f in findings)), view.name_width)
        return cls(principal, view.columns - SEVERITY - RISK - principal - 3 * SPACE)


def parts(findings: Sequence[Finding], view: View) -> Iterator[RenderableType]:
    """The table as a whole, or finding by finding with the details below each."""
    widths = Widths.of(findings, view)
    if not view.verbose:
        yield _table(findings, widths)
        return
    for number, finding in enumerate(findings):
        yield from ("",) if number else ()
        yield _table((finding,), widths, header=number == 0)
        details = Section("", tuple(_details(finding, widths.issue)))
        yield from details.draw(view.columns, label_width=LABEL, lines=ALL_LINES)


def _table(findings: Sequence[Finding], widths: Widths, *, header: bool = True) -> Table:
    from rich.table import Table  # noqa: PLC0415  only when something is shown
    from rich.text import Text  # noqa: PLC0415  only when something is shown

    table = Table(box=None, padding=(0, SPACE, 0, 0), pad_edge=False, show_header=header, header_style="bold")
    for title, width in (("SEVERITY", SEVERITY), ("RISK", RISK), ("PRINCIPAL", widths.principal)):
        table.add_column(title, width=width)
    table.add_column("ISSUE", width=widths.issue)
    for finding in findings:
        table.add_row(
            Text(finding.severity.label, style=STYLES[finding.severity]),
            Text(_risk(finding)),
            Text(shorten(_name(finding), widths.principal)),
            Text(_shown_issue(finding, widths.issue)),
        )
    return table


def _name(finding: Finding) -> str:
    return f"{finding.subject.kind.value}/{safe(finding.subject.name)}"


def _risk(finding: Finding) -> str:
    """Right-aligned, with a question mark where the finding hangs on something that was not seen."""
    return f"{finding.risk:>3}{'?' if finding.confidence is Confidence.CONDITIONAL else ''}"


def _shown_issue(finding: Finding, width: int) -> str:
    """The message, without the name that the column before it shows."""
    return clamp(finding.message.removeprefix(f"{finding.subject.name} "), width, lines=ISSUE_LINES)


def _details(finding: Finding, width: int) -> Iterator[Row]:
    """What stands behind the finding."""
    yield Row("id", finding.id)
    yield Row("arn", finding.subject.arn)
    if _shown_issue(finding, width).endswith(GAP):
        yield Row("issue", finding.message)
    if finding.severity_reason:
        yield Row("severity", f"{finding.severity.label} because {finding.severity_reason}")
    yield from (Row("if", assumption) for assumption in finding.assumes)
    yield from (Row("evidence", place(evidence)) for evidence in finding.evidence)
    yield from (Row("fix", step) for step in finding.fix)
