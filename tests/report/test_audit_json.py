"""`iam_security_audit.json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from msgspec.structs import replace

from leastwise.report import FILES, FORMATS, audit_json, files_of
from leastwise.report.published import PIECE
from leastwise.report.words import place
from leastwise.results import Kind, Severity, Used
from report.sample import (
    ACCOUNT,
    ADMIN,
    ANN,
    HOSTILE,
    a_report,
    an_empty_report,
    edge,
    finding,
    path,
    statement,
    subject,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.results import Edge

MAY_BE_NONE_OF = {  # lists that state a fact when they are empty
    "findings", "privilege_escalation_paths", "external_paths", "suppressed", "gaps", "unassessed", "fix_first", "principals",
    "conditions", "recommendations",
}  # fmt: skip


def read(**changes: object) -> Any:
    return json.loads(b"".join(audit_json.render(a_report(**changes))))


def empties(value: Any, place: str = "") -> Iterator[str]:
    """Every field with nothing in it."""
    if value in ("", None, {}) or (value == [] and place.rpartition("/")[2] not in MAY_BE_NONE_OF):
        yield place
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from empties(inner, f"{place}/{key}")


def test_a_finding_is_published_field_by_field() -> None:
    first = read()["findings"][0]
    assert first == {
        "principal_name": "ann",
        "principal_arn": f"arn:aws:iam::{ACCOUNT}:user/ann",
        "principal_type": "user",
        "risk_score": 88,
        "id": f"principal_can_escalate:{first['fingerprint']}",
        "check": "principal_can_escalate",
        "title": "Principal can escalate its privileges",
        "severity": "critical",
        "confidence": "certain",
        "risk_reasons": [
            "impact 1: takeover of the account",
            "likelihood 0.4: this one principal",
            "confidence 1: certain",
            "their product, 40 of 100, makes it 88 among critical findings (80 to 100)",
        ],
        "issue_description": "ann can become role admin by passing it to a new Lambda function",
        "attack_scenario": "A guessed or phished password is enough to sign in as the user.",
        "impact": "takeover of the account",
        "likelihood": "this one principal",
        "remediation_steps": ["Enrol an MFA device."],
        "evidence": [
            {
                "document": f"arn:aws:iam::{ACCOUNT}:policy/ann-policy",
                "name": "ann-policy",
                "pointer": "/Statement/0",
                "sid": "Deploy",
                "note": "allows iam:PassRole on every role",
                "source": "iam:GetAccountAuthorizationDetails",
            },
            {
                "document": f"arn:aws:iam::{ACCOUNT}:role/admin",
                "pointer": "/Statement/0",
                "note": "the trust lets lambda.amazonaws.com in",
                "source": "iam:GetAccountAuthorizationDetails",
            },
        ],
        "references": ["CIS AWS 1.10"],
        "fingerprint": a_report().findings[0].fingerprint,
    }


def test_a_conditional_finding_names_what_it_assumes_and_why_it_is_so_severe() -> None:
    conditional = read()["findings"][1]
    assert conditional["confidence"] == "conditional"
    assert conditional["assumptions"] == ["a CodeBuild project bears role/admin", "iam:ListRoles could not be seen"]
    assert conditional["severity_reason"] == "the path ends at a full administrator"


def test_a_path_is_published_hop_by_hop() -> None:
    chained = read()["privilege_escalation_paths"][2]
    assert chained["methods"] == ["assume", "codebuild-change-project"]
    assert (chained["verdict"], chained["severity"]) == ("conditional", "high")
    assert [(s["from"].rpartition("/")[2][:8], s["to"].rpartition("/")[2]) for s in chained["steps"]] == [
        ("platform", "build"),
        ("build", "admin"),
    ]
    bent = chained["steps"][1]
    assert bent["conditions"] == ["a CodeBuild project bears role/admin"]
    assert bent["end_of_life"] is True
    assert bent["permissions"][0] == f"iam:PassRole on {ADMIN.arn}"
    assert bent["evidence"][0]["sid"] == "Deploy"
    assert [(use["permission"], len(use.get("statements", ()))) for use in bent["proof"]] == [
        ("iam:PassRole", 1),
        ("lambda:CreateFunction", 0),
        ("lambda:InvokeFunction", 0),
    ]
    assert chained["id"] == f"path:{a_report().paths[2].fingerprint}"
    assert chained["target_arn"] == ADMIN.arn
    assert chained["risk_score"] == a_report().paths[2].risk


def test_a_paths_attack_and_remedy_are_those_of_its_hops_in_order() -> None:
    second = edge(
        ANN,
        ADMIN,
        attack="Then takes the keys.",
        fix=("Scope iam:PassRole to the roles that the pipeline needs.", "Two."),
    )
    (told,) = read(paths=(path(ANN, ADMIN, edge(ANN, ADMIN), second),))["privilege_escalation_paths"]
    assert told["attack_scenario"] == f"{edge(ANN, ADMIN).attack} Then takes the keys."
    assert told["remediation_steps"] == ["Scope iam:PassRole to the roles that the pipeline needs.", "Two."]


def test_what_stops_a_hop_is_the_sole_statement_behind_a_permission_else_a_deny_and_the_sole_trust() -> None:
    first, second = statement(ANN, 0, sid="One"), statement(ANN, 1)
    hop = edge(
        ANN,
        ADMIN,
        permissions=(Used("a:Sole", "*", (first,)), Used("a:Twice", "x", (first, second)), Used("a:ByTrust")),
        trust=(statement(ADMIN, 3),),
    )
    (told,) = read(paths=(path(ANN, ADMIN, hop),))["privilege_escalation_paths"]
    assert told["steps"][0]["what_stops_it"] == [
        f"remove or scope a:Sole in {place(first)}",
        "deny a:Twice on x",
        f"narrow whom {place(statement(ADMIN, 3))} lets in",
    ]
    two = edge(ANN, ADMIN, permissions=(Used("a:ByTrust"),), trust=(first, second))
    (told,) = read(paths=(path(ANN, ADMIN, two),))["privilege_escalation_paths"]
    assert "what_stops_it" not in told["steps"][0]


def test_a_hop_without_words_of_its_own_is_told_from_its_facts() -> None:
    bare: Edge = edge(
        ANN, ADMIN, attack="", fix=(), title="Assume the role", permissions=(Used("sts:AssumeRole", ADMIN.arn),)
    )
    (told,) = read(paths=(path(ANN, ADMIN, bare),))["privilege_escalation_paths"]
    assert told["attack_scenario"] == f"{ANN.arn} becomes {ADMIN.arn}: Assume the role."
    assert told["remediation_steps"] == [
        f"Take from {ANN.arn} what lets it become {ADMIN.arn}: sts:AssumeRole on {ADMIN.arn}."
    ]


def test_a_latent_path_names_what_is_missing() -> None:
    latent = read()["privilege_escalation_paths"][3]
    assert latent["verdict"] == "latent"
    assert latent["steps"][0]["missing"] == ["a role that trusts lambda.amazonaws.com"]


def test_suppressed_findings_stay_with_their_reason() -> None:
    (suppressed,) = read()["suppressed"]
    assert suppressed["reason"] == "tagged EmergencyAccess=true: break-glass access"
    assert suppressed["principal_name"] == "break-glass"
    assert suppressed["severity"] == "critical"


def test_coverage_says_what_the_audit_does_not_rest_on() -> None:
    coverage = read()["coverage"]
    assert coverage["complete"] is False
    assert coverage["layers_considered"] == ["SCPs"]
    assert coverage["layers_not_considered"] == ["RCPs", "session policies"]
    assert [gap["call"] for gap in coverage["gaps"]] == [
        "iam:ListServiceSpecificCredentials",
        "s3:GetBucketPolicy",
        "s3:GetBucketPolicy",
    ]
    assert coverage["gaps"][1]["target"] == "acme-logs-eu-west-1"
    assert coverage["unassessed"] == [{"check": "user_inactive", "reason": "iam:GetCredentialReport could not be seen"}]
    assert read(gaps=(), unassessed=())["coverage"]["complete"] is True


def test_the_head_says_who_what_when_and_by_which_catalogue() -> None:
    audit = read()
    assert list(audit)[:4] == ["schema_version", "tool", "catalogue", "account"]
    assert audit["tool"] == "leastwise 0.1.0"
    assert audit["catalogue"] == "2026-10-27"
    assert audit["account"] == {"id": ACCOUNT, "partition": "aws", "aliases": ["acme-production"]}
    assert audit["taken_at"] == "2026-01-01T00:00:00Z"
    assert audit["inventory"]["users"] == 12
    assert audit["fix_first"][0]["ends_paths"] == 2


def test_scores_come_with_reasons_and_a_line_for_each_principal() -> None:
    report = a_report()
    scores = read()["scores"]
    assert scores["risk"] + scores["posture"] == 100
    assert scores["risk_with_suppressed"] > scores["risk"]
    assert scores["reasons"] == list(report.scores.reasons)
    assert scores["principals"][0]["principal_arn"] == report.scores.principals[0].subject.arn
    assert scores["principals"][0]["tier"] == "privileged"


def test_counts_agree_with_the_findings() -> None:
    audit = read()
    assert audit["counts"] == {
        severity.label: sum(f["severity"] == severity.label for f in audit["findings"]) for severity in Severity
    }


@pytest.mark.parametrize("report", [a_report(), an_empty_report()], ids=["rich", "empty"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_published_field_is_empty(file: Any, report: Any) -> None:
    document = json.loads(b"".join(file.render(report)))
    for advice in document.get("recommendations", ()):
        for policy in advice["policies"]:
            del policy["document"]  # what stands in a policy is not ours to fill
    assert list(empties(document)) == []


def test_a_finding_without_evidence_or_references_points_at_its_subject_and_its_check() -> None:
    (bare,) = read(findings=(finding(ANN, evidence=(), cites=()),))["findings"]
    assert bare["evidence"] == [{"document": ANN.arn, "note": "ann signs in with a password alone"}]
    assert bare["references"] == ["leastwise explain user_without_mfa"]


@pytest.mark.parametrize(
    "name", [HOSTILE, "\ud800 lone", "\x7f\x9b31m", "é 名 \U0001f600", "x" * 10_000, '"\\', "\u2028\ufeff"]
)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_hostile_names_survive_and_nothing_in_the_text_acts(file: Any, name: str) -> None:
    who = subject(Kind.ROLE, name)
    report = a_report(
        findings=(finding(who, message=name),),
        recommendations=tuple(replace(r, subject=who) for r in a_report().recommendations),
    )
    text = b"".join(file.render(report)).decode()
    document = json.loads(text)
    about = (document.get("findings") or document["recommendations"])[0]
    assert about["principal_name"] == name
    assert text.isprintable() or {c for c in text if not c.isprintable()} == {"\n"}
    assert "<" not in text


def test_layout_is_the_same_with_and_without_a_lone_surrogate() -> None:
    callers = (f"arn:aws:iam::{ACCOUNT}:user/{c}" for c in ("é", "\ud800"))
    plain, odd = (b"".join(audit_json.render(a_report(caller=caller))) for caller in callers)
    assert odd.replace(rb"\ud800", "é".encode()) == plain


def test_the_same_report_gives_the_same_text_indented_by_two_and_ended() -> None:
    text = b"".join(audit_json.render(a_report()))
    assert text == b"".join(audit_json.render(a_report()))
    assert text.startswith(b'{\n  "schema_version": "1.1",\n')
    assert text.endswith(b"\n}\n")


@pytest.mark.parametrize("number", [0, 1, PIECE, PIECE + 1, 3 * PIECE])
def test_the_pieces_of_a_long_list_make_one_list(number: int) -> None:
    each = a_report().findings[0]
    text = b"".join(audit_json.render(a_report(findings=(each,) * number)))
    assert text == msgspec.json.format(text, indent=2) + b"\n"
    assert len(json.loads(text)["findings"]) == number


def test_the_json_format_adds_no_file() -> None:
    assert [file.name for file in FILES] == ["iam_security_audit.json", "least_privilege_recommendations.json"]
    assert files_of(()) == files_of(("json",)) == FILES
    assert "json" in FORMATS
