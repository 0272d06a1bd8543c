"""The published schemas: as shipped, right of every report, and wrong of a broken one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

import leastwise.report
from leastwise.report import FILES
from leastwise.report.advice_json import AdviceFile
from leastwise.report.audit_json import AuditFile
from leastwise.report.published import schema
from report.golden import agrees
from report.sample import a_report, an_empty_report

if TYPE_CHECKING:
    from leastwise.report.published import Published

AUDIT, ADVICE = (file.name for file in FILES)
RECORDS: dict[str, type[Published]] = {AUDIT: AuditFile, ADVICE: AdviceFile}
SCHEMAS = Path(leastwise.report.__file__).parent / "schema"


def shipped(name: str) -> Path:
    return SCHEMAS / name.replace(".json", ".schema.json")


def errors(name: str, document: Any) -> list[str]:
    return [e.message for e in Draft202012Validator(json.loads(shipped(name).read_bytes())).iter_errors(document)]


def rendered(name: str, report: Any = None) -> Any:
    render = next(file.render for file in FILES if file.name == name)
    return json.loads(b"".join(render(report or a_report())))


@pytest.mark.parametrize("name", RECORDS)
def test_the_shipped_schema_is_the_one_the_records_make(name: str) -> None:
    text = json.dumps(schema(RECORDS[name], name), indent=2) + "\n"
    assert agrees(shipped(name), text), f"LEASTWISE_RENEW=1 writes {shipped(name).name} again"
    Draft202012Validator.check_schema(json.loads(text))


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("report", [a_report(), an_empty_report()], ids=["rich", "empty"])
def test_what_is_written_satisfies_its_schema(name: str, report: Any) -> None:
    assert errors(name, rendered(name, report)) == []


BREAKAGES = [
    (AUDIT, ["findings", 0, "severity"], "terrible"),
    (AUDIT, ["findings", 0, "risk_score"], 101),
    (AUDIT, ["findings", 0, "principal_name"], ""),
    (AUDIT, ["findings", 0, "principal_arn"], "ann"),
    (AUDIT, ["findings", 0, "principal_type"], "person"),
    (AUDIT, ["findings", 0, "remediation_steps"], []),
    (AUDIT, ["findings", 0, "evidence"], []),
    (AUDIT, ["findings", 0, "fingerprint"], "xyz"),
    (AUDIT, ["findings", 0, "surprise"], 1),
    (AUDIT, ["findings", 0, "attack_scenario"], None),
    (AUDIT, ["privilege_escalation_paths", 0, "verdict"], "certain"),
    (AUDIT, ["privilege_escalation_paths", 0, "steps"], []),
    (AUDIT, ["privilege_escalation_paths", 0, "steps", 0, "from"], "nowhere"),
    (AUDIT, ["suppressed", 0, "reason"], ""),
    (AUDIT, ["account", "id"], "12345"),
    (AUDIT, ["schema_version"], 1),
    (AUDIT, ["taken_at"], "yesterday"),
    (AUDIT, ["counts", "high"], -1),
    (AUDIT, ["coverage", "complete"], "yes"),
    (ADVICE, ["recommendations", 0, "metrics", "reduction_percent"], 120),
    (ADVICE, ["recommendations", 0, "confidence"], "maybe"),
    (ADVICE, ["recommendations", 0, "policies", 0, "document"], {}),
    (ADVICE, ["recommendations", 0, "changes", 0, "reason"], ""),
    (ADVICE, ["left_out"], -3),
    (ADVICE, ["recommendations", 0, "proof", "subset_of_current"], "maybe"),
    (ADVICE, ["recommendations", 0, "proof", "paths_closed", 0], "path"),
    (ADVICE, ["recommendations", 0, "plan", 0, "text"], ""),
    (ADVICE, ["recommendations", 0, "evidence_grade"], "certain"),
    (ADVICE, ["recommendations", 1, "metrics", "unused_index_before"], 101.0),
    (ADVICE, ["recommendations", 1, "evidence", 0, "first"], "yesterday"),
    (ADVICE, ["recommendations", 1, "use", "unknown"], -1),
    (ADVICE, ["recommendations", 1, "trust", "document"], {}),
]


@pytest.mark.parametrize(("name", "place", "value"), BREAKAGES)
def test_a_broken_file_fails_its_schema(name: str, place: list[Any], value: Any) -> None:
    document = rendered(name)
    part = document
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    assert len(errors(name, document)) == 1


@pytest.mark.parametrize("name", RECORDS)
def test_every_top_level_field_is_required(name: str) -> None:
    for field in rendered(name).keys() - {"caller"}:
        document = rendered(name)
        del document[field]
        assert errors(name, document) == [f"{field!r} is a required property"]
