"""`least_privilege_recommendations.json`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from leastwise.report import advice_json
from report.sample import ACCOUNT, BEN, a_report, recommendations


def read(**changes: object) -> Any:
    return json.loads(b"".join(advice_json.render(a_report(**changes))))


def test_a_recommendation_is_published_field_by_field() -> None:
    first = read()["recommendations"][0]
    assert first == {
        "principal_name": "ann",
        "principal_arn": f"arn:aws:iam::{ACCOUNT}:user/ann",
        "principal_type": "user",
        "risk_score": 96,
        "policies": [
            {
                "name": "ann-policy",
                "replaces": f"arn:aws:iam::{ACCOUNT}:policy/ann-policy",
                "kind": "managed",
                "document": recommendations()[0].policies[0].document,
                "size": 98,
                "quota": 6144,
            },
            first["policies"][1],
        ],
        "changes": [
            {
                "kind": "removed",
                "document": f"arn:aws:iam::{ACCOUNT}:policy/ann-policy",
                "pointer": "/Statement/0",
                "reason": "iam:PassRole on every role lets ann become role/admin",
                "confidence": "certain",
                "before": "iam:PassRole on *",
            }
        ],
        "metrics": {"actions_before": 1000, "actions_after": 1, "reduction_percent": 99},
        "confidence": "conditional",
        "confidence_reasons": ["no usage evidence was given"],
        "warnings": ["ann-policy is attached to two more principals"],
        "also_affects": [BEN.arn],
        "use": {"used": 0, "unused_proven": 0, "unknown": 0},
        "evidence_grade": "none",
        "proof": {
            "safe": False,
            "subset_of_current": "yes",
            "covers_observed": "unknown",
            "method": "each statement lies within one of the current",
            "observed": 0,
            "set_apart": 0,
            "paths_closed": ["ab" * 8],
        },
        "plan": [
            {"text": "wait until the change is in force everywhere"},
            {
                "text": "detach ann-policy",
                "command": "aws iam detach-user-policy",
                "rollback": "aws iam attach-user-policy",
            },
        ],
    }
    assert "replaces" not in first["policies"][1]


def test_the_head_says_on_what_the_advice_rests_and_how_many_got_none() -> None:
    advice = read(recommendations=recommendations()[:1])
    assert advice["basis"] == "snapshot only"
    assert advice["left_out"] == 3
    assert advice["account"]["id"] == ACCOUNT
    assert advice["taken_at"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("before", "after", "percent"), [(1000, 1, 99), (10, 0, 100), (7, 7, 0), (0, 0, 0), (3, 1, 66)]
)
def test_the_reduction_is_rounded_down(before: int, after: int, percent: int) -> None:
    advice = replace(recommendations()[0], actions_before=before, actions_after=after)
    assert read(recommendations=(advice,))["recommendations"][0]["metrics"]["reduction_percent"] == percent


def test_the_order_inside_a_policy_document_is_kept() -> None:
    document = read()["recommendations"][0]["policies"][0]["document"]
    assert list(document) == ["Version", "Statement"]
    assert list(document["Statement"][0]) == ["Sid", "Effect", "Action", "Resource"]


def test_the_head_says_when_evidence_of_use_was_seen() -> None:
    assert read()["basis"] == "snapshot and evidence of use"


def test_only_what_is_proven_twice_is_called_safe() -> None:
    ann, ben = read()["recommendations"]
    assert ben["proof"]["safe"]
    assert not ann["proof"]["safe"]
    assert not ben["trust"]["proof"]["safe"]
    assert ben["trust"]["proof"]["counterexamples"] == [
        {
            "against": "covers_observed",
            "action": "s3:PutObject",
            "resource": "*",
            "context": {"aws:viaawsservice": ["true"]},
        }
    ]


def test_the_index_of_unused_permissions_is_published_where_use_is_known_of() -> None:
    assert read()["unused_index"].startswith("100 x the weight of the actions that are granted and proven unused / ")
    assert "1 (List), 2 (Read), 3 (Tagging), 5 (Write), 10 (Permissions management)" in read()["unused_index"]
    ann, ben = read()["recommendations"]
    assert (ben["metrics"]["unused_index_before"], ben["metrics"]["unused_index_after"]) == (12.5, 0.0)
    assert "unused_index_before" not in ann["metrics"]
