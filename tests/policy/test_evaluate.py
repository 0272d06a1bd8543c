"""AWS's evaluation as a table: each row of cases/evaluate.json names its rule and the page that says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from leastwise.policy.condition import Context
from leastwise.policy.document import Document, parse_value
from leastwise.policy.evaluate import Layer, Layers, Outcome, evaluate
from leastwise.policy.request import Caller, Request

OWN = "123456789012"
CALLERS = {
    "user": Caller(arn=f"arn:aws:iam::{OWN}:user/ann", account=OWN),
    "role": Caller(arn=f"arn:aws:iam::{OWN}:role/deploy", account=OWN, is_role=True),
    "session": Caller(
        arn=f"arn:aws:iam::{OWN}:role/deploy",
        account=OWN,
        is_role=True,
        session=f"arn:aws:sts::{OWN}:assumed-role/deploy/s",
    ),
    "foreign": Caller(arn="arn:aws:iam::999988887777:user/eve", account="999988887777"),
    "anonymous": Caller(),
    "service": Caller(service="lambda.amazonaws.com"),
    "web": Caller(provider=f"arn:aws:iam::{OWN}:oidc-provider/token.example.com"),
}
CASES = json.loads((Path(__file__).parent / "cases" / "evaluate.json").read_text())


def layer(documents: list[Any], kind: str = "inline") -> Layer:
    return Layer(
        Document(arn="arn:aws:iam::123456789012:policy/p", name=f"p{i}", kind=kind, policy=parse_value(d))
        for i, d in enumerate(documents)
    )


def layers_of(case: dict[str, Any]) -> Layers:
    given = case["layers"]
    resource = given.get("resource") or given.get("trust")
    return Layers(
        identity=layer(given["identity"]) if "identity" in given else None,
        boundaries=(layer(given["boundary"]),) if "boundary" in given else (),
        sessions=tuple(map(layer, given.get("sessions", ()))),
        scps=tuple(map(layer, given.get("scps", ()))),
        rcps=tuple(map(layer, given.get("rcps", ()))),
        resource=layer([resource], "resource") if resource else None,
        resource_must_allow="trust" in given,
    )


def request_of(case: dict[str, Any]) -> Request:
    asked = case["request"]
    return Request(
        action=asked["action"],
        resource=asked["resource"],
        context=Context(asked["context"], absent=asked["absent"]),
        caller=CALLERS[asked["caller"]],
        resource_account=OWN,
    )


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_the_table(case: dict[str, Any]) -> None:
    answer = evaluate(request_of(case), layers_of(case))
    assert answer.outcome is Outcome(case["expect"]), answer.reasons


def test_every_row_names_its_page_and_no_name_stands_twice() -> None:
    assert all(case["page"].startswith("https://docs.aws.amazon.com/") for case in CASES)
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_the_reasons_name_document_and_statement() -> None:
    allows = {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}
    body = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}, allows]}
    asked = Request(action="s3:GetObject", resource="arn:aws:s3:::b/k", caller=CALLERS["user"])
    reasons = evaluate(asked, Layers(identity=layer([body]))).reasons
    assert [(r.layer, r.document.name, r.statement.pointer, r.statement.sid) for r in reasons] == [
        ("identity", "p0", "/Statement/1", "Read")
    ]


def test_a_conditional_answer_names_its_residual_conditions() -> None:
    bound = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "StringEquals": {"aws:PrincipalTag/team": "a"}}
    body = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": bound}],
    }
    asked = Request(action="s3:GetObject", context=Context({"aws:PrincipalTag/team": "a"}), caller=CALLERS["user"])
    answer = evaluate(asked, Layers(identity=layer([body])))
    assert answer.allowed is None
    assert [c for c in answer.conditions if "aws:SourceIp" in c]
    assert not [c for c in answer.conditions if "PrincipalTag" in c]


def test_an_unreadable_boundary_is_unknown_not_absent_and_not_closed() -> None:
    asked = Request(action="s3:GetObject", caller=CALLERS["user"])
    body = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    answer = evaluate(asked, Layers(identity=layer([body]), boundaries=(layer([{"Statement": "?"}]),)))
    assert answer.outcome is Outcome.CONDITIONAL
