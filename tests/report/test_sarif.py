"""SARIF, validated against its schema and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from msgspec.structs import replace

from leastwise.report import sarif
from leastwise.report.words import safe
from leastwise.results import Kind, Report, Severity
from report.hostile import a_hostile_report
from report.sample import ANN, a_report, an_empty_report, finding, path, subject

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0.json").read_bytes())


def run(report: Report) -> dict[str, Any]:
    document = json.loads(b"".join(sarif.render(report)))
    assert [error.message for error in Draft4Validator(SCHEMA).iter_errors(document)] == []
    (only,) = document["runs"]
    return dict(only)


def literal(text: str) -> str:
    """The text as a message without placeholders and links has it."""
    for code, sign in (("{{", "{"), ("}}", "}"), ("\\[", "["), ("\\]", "]"), ("\\\\", "\\")):
        text = text.replace(code, sign)
    return text


def test_what_is_wrong_is_noticed_by_the_schema() -> None:
    assert not Draft4Validator(SCHEMA).is_valid({"version": "2.1.0", "runs": [{"results": []}]})
    assert not Draft4Validator(SCHEMA).is_valid({"version": "2.1.0", "runs": [], "extra": 1})


@pytest.mark.parametrize("report", [a_report(), a_hostile_report(), an_empty_report()])
def test_each_finding_is_a_result_and_what_was_set_aside_a_suppressed_one(report: Report) -> None:
    results = run(report)["results"]
    told = [*report.findings, *(aside.finding for aside in report.suppressed)]
    assert [each["partialFingerprints"]["leastwise/v1"] for each in results] == [f.fingerprint for f in told]
    assert [each["properties"]["id"] for each in results] == [f.id for f in told]
    for each, one in zip(results, told, strict=True):
        (place,) = each["locations"]
        assert place["logicalLocations"][0]["fullyQualifiedName"] == safe(one.subject.arn)
        assert len(each["relatedLocations"]) == len(one.evidence)
        assert each["level"] == sarif.LEVELS[one.severity][0]
    open_ones = [each for each in results if "suppressions" not in each]
    assert len(open_ones) == len(report.findings)


def test_the_message_is_the_findings() -> None:
    (result,) = run(a_report(findings=(finding(ANN),), suppressed=()))["results"]
    assert result["message"]["text"] == "ann signs in with a password alone"


def test_a_name_makes_no_link_and_no_placeholder() -> None:
    report = a_report(findings=(finding(subject(Kind.ROLE, "[x](https://evil.example) {0}")),), suppressed=())
    (result,) = run(report)["results"]
    assert "\\[x\\](https://evil.example) {{0}}" in result["message"]["text"]
    assert literal(result["message"]["text"]) == report.findings[0].message


def test_a_rule_is_as_bad_as_its_worst_finding_and_every_check_is_one() -> None:
    report = a_report()
    rules = {rule["id"]: rule for rule in run(report)["tool"]["driver"]["rules"]}
    assert set(rules) >= {*report.checks, *(f.check for f in report.findings)}
    assert rules["principal_can_escalate"]["properties"]["security-severity"] == "9.5"
    assert rules["role_inactive"]["properties"]["security-severity"] == sarif.LEVELS[Severity.LOW][1]


def test_paths_are_code_flows_of_the_finding_about_their_start() -> None:
    report = a_report()
    results = {each["properties"]["id"]: each for each in run(report)["results"]}
    for one in report.findings:
        flows = results[one.id].get("codeFlows", [])
        if one.check != "principal_can_escalate":
            continue
        paths = [p for p in report.paths if p.escalates and p.source == one.subject]
        assert [len(flow["threadFlows"][0]["locations"]) for flow in flows] == [len(p.edges) + 1 for p in paths]
    (mfa,) = (
        each for each in run(report)["results"] if each["ruleId"] == "user_without_mfa" and "suppressions" not in each
    )
    assert "codeFlows" not in mfa  # ann's paths belong to another finding


def test_a_path_from_outside_belongs_to_the_finding_about_what_lets_it_in() -> None:
    (outside,) = a_report().external
    entry = outside.edges[0].trust
    open_trust = finding(outside.target, "trust_cross_account_without_external_id", evidence=entry)
    (result,) = run(a_report(findings=(open_trust,), suppressed=()))["results"]
    assert len(result["codeFlows"]) == 1


def test_many_paths_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "FLOWS", 2)
    climbing = finding(ANN, "principal_can_escalate")
    many = tuple(path(ANN, subject(Kind.ROLE, f"admin-{n}")) for n in range(5))
    (result,) = run(a_report(findings=(climbing,), suppressed=(), paths=many))["results"]
    assert (len(result["codeFlows"]), result["properties"]["paths"]) == (2, 5)


def test_more_results_than_github_takes_are_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "RESULTS", 3)
    report = a_report()
    made = run(report)
    assert [each["properties"]["id"] for each in made["results"]] == [f.id for f in report.findings[:3]]
    told = made["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    left = len(report.findings) + len(report.suppressed) - 3
    assert told == f"{left} results left out: iam_security_audit.json has all"
    assert run(replace(report, findings=report.findings[:2], suppressed=(), gaps=(), unassessed=()))["invocations"] == [
        {"executionSuccessful": True, "toolExecutionNotifications": []}
    ]
