"""The test results, read by an XML parser."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.report import junit
from leastwise.report.words import safe
from leastwise.results import Kind, Report
from report.hostile import a_hostile_report
from report.sample import a_report, an_empty_report, finding, subject


def tree(report: Report) -> ET.Element:
    return ET.fromstring(b"".join(junit.render(report)))  # noqa: S314  our own text


def cases(root: ET.Element, result: str) -> list[ET.Element]:
    return [case for case in root.iter("testcase") if case.find(result) is not None]


@pytest.mark.parametrize("report", [a_report(), a_hostile_report()])
def test_each_finding_is_a_failure_and_what_is_none_is_skipped(report: Report) -> None:
    root = tree(report)
    told = {(case.get("classname"), case.get("name")) for case in cases(root, "failure")}
    assert told == {(f.check, safe(f"{f.subject.arn} {f.fingerprint}")) for f in report.findings}
    messages = {case.find("failure").get("message") for case in cases(root, "failure")}  # type: ignore[union-attr]  # they have one
    assert messages == {safe(f.message) for f in report.findings}
    assert len(cases(root, "skipped")) == len(report.suppressed) + len(report.unassessed) + len(report.gaps)


@pytest.mark.parametrize("report", [a_report(), an_empty_report()])
def test_the_totals_are_those_of_the_cases(report: Report) -> None:
    root = tree(report)
    for part in (root, *root.iter("testsuite")):
        assert part.get("tests") == str(len(list(part.iter("testcase"))))
        assert part.get("failures") == str(len(list(part.iter("failure"))))
        assert part.get("skipped") == str(len(list(part.iter("skipped"))))
        assert part.get("errors") == "0"


def test_a_check_that_was_not_judged_does_not_pass() -> None:
    report = a_report(findings=(), suppressed=())
    passed = {
        case.get("classname") for case in tree(report).iter("testcase") if case.find("skipped") is None
    }  # those without a result
    assert passed == {"key_older_than_limit", "user_without_mfa"}
    assert "user_inactive" in {case.get("classname") for case in cases(tree(report), "skipped")}


def test_where_all_is_well_each_check_passes() -> None:
    root = tree(an_empty_report())
    assert [case.get("classname") for case in root.iter("testcase")] == [*an_empty_report().checks, junit.CALLS]
    assert root.get("failures") == root.get("skipped") == "0"


@given(name=st.text())
def test_whatever_a_name_holds_it_can_be_parsed(name: str) -> None:
    one = finding(subject(Kind.ROLE, name))
    (case,) = cases(tree(a_report(findings=(one,))), "failure")
    assert case.get("name") == safe(f"{one.subject.arn} {one.fingerprint}")
