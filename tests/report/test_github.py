"""The workflow commands, read as the runner reads them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.report import github
from leastwise.report.words import safe
from leastwise.results import Kind, Report, Severity
from report.hostile import a_hostile_report
from report.sample import a_report, an_empty_report, finding, subject

COMMAND = re.compile(r"::(error|warning|notice) title=([^:,]*)::(.*)")


def commands(report: Report) -> list[tuple[str, str, str]]:
    """Each line's command, title and message."""
    text = b"".join(github.render(report)).decode()
    found = []
    for line in text.split("\n")[:-1]:
        match = COMMAND.fullmatch(line)
        assert match, line
        found.append((match[1], plain(match[2]), plain(match[3])))
    return found


def plain(text: str) -> str:
    for code, sign in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, sign)
    return text


@pytest.mark.parametrize("report", [a_report(), a_hostile_report()])
def test_each_finding_is_one_command_worst_first(report: Report) -> None:
    first, *rest = commands(report)
    assert first[0] == "warning"
    assert "nothing unseen is a pass" in first[1]
    assert [message.split("\n")[-1] for _, _, message in rest] == [f.id for f in report.findings]
    assert [command for command, _, _ in rest] == [github.COMMANDS[f.severity] for f in report.findings]
    assert [message.split("\n")[0] for _, _, message in rest] == [safe(f.message) for f in report.findings]
    assert [message.split("\n")[-2] for _, _, message in rest] == [safe(f.subject.arn) for f in report.findings]


def test_every_severity_has_a_command() -> None:
    assert set(github.COMMANDS) == set(Severity)


def test_where_all_is_well_it_says_so() -> None:
    assert commands(an_empty_report()) == [
        ("notice", "No findings in account 123456789012", "as of 2026-01-01T00:00:00Z")
    ]


@given(name=st.text())
def test_whatever_a_name_holds_it_stays_one_command(name: str) -> None:
    one = finding(subject(Kind.ROLE, name))
    report = a_report(findings=(one,), gaps=(), unassessed=())
    ((command, title, message),) = commands(report)
    assert command == "error"
    assert title.startswith("high: User without mfa: ")
    assert message == "\n".join(map(safe, (one.message, one.subject.arn, one.id)))
