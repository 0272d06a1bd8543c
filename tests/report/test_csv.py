"""The table for spreadsheets, read back."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leastwise.report import csv as table
from leastwise.report.words import safe
from leastwise.results import Kind, Report
from leastwise.unseen import Unassessed
from report.hostile import a_hostile_report
from report.sample import a_report, an_empty_report, finding, subject


def rows(report: Report) -> list[dict[str, str]]:
    text = b"".join(table.render(report)).decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize("report", [a_report(), a_hostile_report()])
def test_every_finding_and_all_that_is_none_is_a_row(report: Report) -> None:
    read = rows(report)
    told = [*((f, "open") for f in report.findings), *((s.finding, "suppressed") for s in report.suppressed)]
    assert [(row["fingerprint"], row["status"]) for row in read if row["fingerprint"]] == [
        (f.fingerprint, status) for f, status in told
    ]
    for row, (one, _) in zip(read, told, strict=False):
        assert row["principal_arn"] == safe(one.subject.arn)
        assert row["principal_name"].removeprefix("'") == safe(one.subject.name)
        assert row["issue_description"].removeprefix("'") == safe(one.message)
        assert (row["severity"], row["risk_score"]) == (one.severity.label, str(one.risk))
    assert [row["status"] for row in read[len(told) :]] == [
        *("unassessed" for _ in report.unassessed),
        *("gap" for _ in report.gaps),
    ]


def test_a_check_that_gave_no_answer_for_one_subject_names_it() -> None:
    left = (Unassessed(check="user_inactive", reason="no report", target="user ann"),)
    (row,) = rows(replace(an_empty_report(), unassessed=left))
    assert (row["status"], row["check"], row["principal_name"]) == ("unassessed", "user_inactive", "user ann")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "＝1", "=cmd|'/C calc'!A0"])  # noqa: RUF001
def test_a_cell_that_begins_like_a_formula_is_none(name: str) -> None:
    (row,) = rows(a_report(findings=(finding(subject(Kind.ROLE, name)),), suppressed=(), gaps=(), unassessed=()))
    assert row["principal_name"] in {f"'{safe(name)}", safe(name)}
    assert not row["principal_name"].lstrip().startswith(table.FORMULA)


@pytest.mark.parametrize("name", ["a=1", "a-b", "x@y", "'=1", "1+1"])
def test_a_cell_that_has_such_a_sign_further_on_is_left_alone(name: str) -> None:
    (row,) = rows(a_report(findings=(finding(subject(Kind.ROLE, name)),), suppressed=(), gaps=(), unassessed=()))
    assert row["principal_name"] == name


@given(name=st.text())
def test_whatever_a_name_holds_the_table_keeps_its_shape(name: str) -> None:
    report = a_report(findings=(finding(subject(Kind.ROLE, name)),), suppressed=(), gaps=(), unassessed=())
    data = b"".join(table.render(report))
    assert data.count(b"\r\n") == 2
    assert data.count(b"\n") == 2
    assert all(line.startswith(b'"') and line.endswith(b'"') for line in data.splitlines())
    (row,) = rows(report)
    assert row["principal_name"].removeprefix("'") == safe(name).removeprefix("'")
