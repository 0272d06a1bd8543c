"""OCSF, validated against the schema of its class and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from leastwise.report import ocsf
from leastwise.report.words import safe
from report.hostile import a_hostile_report
from report.sample import ANN, a_report, an_empty_report, finding

if TYPE_CHECKING:
    from leastwise.results import Report

SCHEMA = json.loads((Path(__file__).parent / "data" / "ocsf-1.6.0-2008.json").read_bytes())


def events(report: Report) -> list[dict[str, Any]]:
    made = json.loads(b"".join(ocsf.render(report)))
    for event in made:
        assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(event)] == []
    return list(made)


@pytest.mark.parametrize("report", [a_report(), a_hostile_report()])
def test_each_finding_is_an_event_and_so_is_what_was_not_seen(report: Report) -> None:
    made = events(report)
    told = [*((f, "New") for f in report.findings), *((s.finding, "Suppressed") for s in report.suppressed)]
    assert [(e["finding_info"]["uid"], e["status"]) for e in made[: len(told)]] == [(f.id, word) for f, word in told]
    for event, (one, _) in zip(made, told, strict=False):
        assert event["resources"][0]["uid"] == safe(one.subject.arn)
        assert event["message"] == safe(one.message)
        assert len(event["permission_analysis_results"]) == max(1, len(one.evidence))
        assert ("user" in event) == (one.subject.kind == "user")
    assert [e["status"] for e in made[len(told) :]] == ["Not assessed"] * len(report.unassessed + report.gaps)


def test_where_all_is_well_the_list_is_empty() -> None:
    assert events(an_empty_report()) == []


def test_the_time_is_when_the_account_was_seen() -> None:
    assert {event["time"] for event in events(a_report())} == {1_767_225_600_000}
    assert {event["time"] for event in events(a_report(taken_at="2026-01-01T00:00:00"))} == {1_767_225_600_000}


@pytest.mark.parametrize(
    "wrong",
    [{"severity_id": 7}, {"time": "now"}, {"surplus": 1}, {"finding_info": {}}, {"permission_analysis_results": None}],
)
def test_what_is_wrong_is_noticed_by_the_schema(wrong: dict[str, Any]) -> None:
    (event,) = events(a_report(findings=(finding(ANN),), suppressed=(), gaps=(), unassessed=()))
    assert Draft202012Validator(SCHEMA).is_valid(event)
    assert not Draft202012Validator(SCHEMA).is_valid(event | wrong)


def test_an_event_needs_one_result_of_an_analysis() -> None:
    (event,) = events(a_report(findings=(finding(ANN),), suppressed=(), gaps=(), unassessed=()))
    del event["permission_analysis_results"]
    assert not Draft202012Validator(SCHEMA).is_valid(event)
