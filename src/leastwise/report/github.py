"""The findings as workflow commands of GitHub Actions, which shows them as annotations of the run.

What was not seen comes first, then the findings, worst first, without those that a baseline knows: GitHub shows ten
errors, warnings and notices of a step, and the rest in its log.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.report.coverage import unseen
from leastwise.report.words import named, safe
from leastwise.results import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.results import Finding, Report

COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}
_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = _IN_MESSAGE | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report) -> Iterator[bytes]:
    """The text of the file, a command at a time."""
    if missing := unseen(report):
        yield annotation(
            "warning", "Not everything was seen, and nothing unseen is a pass", "\n".join(map(safe, missing))
        )
    for finding in report.fresh:
        yield annotation(COMMANDS[finding.severity], _title(finding), _message(finding))
    if not report.fresh:
        what = "Nothing new" if report.baseline else "No findings"
        yield annotation("notice", f"{what} in account {report.account}", f"as of {report.taken_at}")


def _title(finding: Finding) -> str:
    return f"{finding.severity.label}: {finding.title}: {named(finding.subject)}"


def _message(finding: Finding) -> str:
    """What is wrong, what that hangs on, and how to name it; each line of its own in the annotation."""
    conditions = (f"if {assumption}" for assumption in finding.assumes)
    return "\n".join(map(safe, (finding.message, *conditions, finding.subject.arn, finding.id)))


def annotation(command: str, title: str, message: str, **place: str) -> bytes:
    """Lines of the message are breaks that were put there: those in names have become escapes before.

    `place` is where in which file it is shown: `file`, `line`, `col`, `endLine`, `endColumn`.
    """
    told = {**place, "title": title}
    properties = ",".join(f"{name}={safe(text).translate(_IN_PROPERTY)}" for name, text in told.items())
    return f"::{command} {properties}::{message.translate(_IN_MESSAGE)}\n".encode()
