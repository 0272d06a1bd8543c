"""The findings as test results in the form of JUnit, which the panels of most CI systems show.

Each check is a suite: a finding is a failure, what was set aside or could not be judged is skipped, and a check that
found nothing and could judge everything passes. So does the suite of calls to AWS where each gave an answer.
https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leastwise.report.words import place, safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.results import Finding, Report

FAILURE, SKIPPED = "failure", "skipped"
CALLS = "calls to AWS"
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


class Case(NamedTuple):
    """One test: its name, and where it did not pass how that is called, why, and what there is to say."""

    name: str
    result: str = ""
    kind: str = ""
    message: str = ""
    text: str = ""


def render(report: Report) -> Iterator[bytes]:
    """The text of the file, in pieces."""
    suites = _suites(report)
    totals = _totals([case for cases in suites.values() for case in cases])
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    yield _open("testsuites", name=f"{report.tool}: account {report.account}", **totals)
    for name, cases in suites.items():
        yield _open("testsuite", name=name, timestamp=report.taken_at, **_totals(cases))
        for case in cases:
            yield "".join(_lines(name, case)).encode()
        yield b"</testsuite>\n"
    yield b"</testsuites>\n"


def _suites(report: Report) -> dict[str, list[Case]]:
    """The cases of each check, in the order of the report."""
    suites: dict[str, list[Case]] = {check: [] for check in report.checks}
    for finding in report.findings:
        failed = Case(_name(finding), FAILURE, finding.severity.label, finding.message, _details(finding))
        suites.setdefault(finding.check, []).append(failed)
    for aside in report.suppressed:
        skipped = Case(_name(aside.finding), SKIPPED, "", f"set aside: {aside.reason}", aside.finding.message)
        suites.setdefault(aside.finding.check, []).append(skipped)
    for each in report.unassessed:
        left = Case(each.target or "every subject", SKIPPED, "", f"not judged: {each.reason}")
        suites.setdefault(each.check, []).append(left)
    silent = [
        Case(f"{gap.call} {gap.target}".strip(), SKIPPED, "", f"no answer: {gap.reason}", gap.detail)
        for gap in report.gaps
    ]
    every = {**suites, CALLS: silent}
    return {name: cases or [Case("every subject" if name != CALLS else "every call")] for name, cases in every.items()}


def _name(finding: Finding) -> str:
    """The same between runs, and not that of another: CI systems follow a test by it."""
    return f"{finding.subject.arn} {finding.fingerprint}"


def _details(finding: Finding) -> str:
    return "\n".join(
        map(
            safe,
            (
                f"{finding.title}; risk {finding.risk}, {finding.confidence}",
                *(f"if: {assumption}" for assumption in finding.assumes),
                *(f"evidence: {place(one)}" for one in finding.evidence),
                *(f"fix: {step}" for step in finding.fix),
            ),
        )
    )


def _totals(cases: list[Case]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(sum(case.result == FAILURE for case in cases)),
        "errors": "0",
        "skipped": str(sum(case.result == SKIPPED for case in cases)),
    }


def _lines(suite: str, case: Case) -> Iterator[str]:
    start = f"<testcase{_attributes(classname=suite, name=case.name)}"
    if not case.result:
        yield f"{start}/>\n"
        return
    kind = {"type": case.kind} if case.kind else {}
    yield f"{start}><{case.result}{_attributes(message=case.message, **kind)}>"
    yield f"{_lines_of(case.text)}</{case.result}></testcase>\n"


def _open(tag: str, **attributes: str) -> bytes:
    return f"<{tag}{_attributes(**attributes)}>\n".encode()


def _attributes(**attributes: str) -> str:
    return "".join(f' {name}="{safe(value).translate(_ENTITIES)}"' for name, value in attributes.items())


def _lines_of(text: str) -> str:
    """The text with its own line breaks, and nothing else that XML does not allow or that would not show."""
    return "\n".join(safe(line) for line in text.split("\n")).translate(_ENTITIES)
