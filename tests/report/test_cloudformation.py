"""Recommendations as CloudFormation templates, judged by cfn-lint: the documents are what was recommended."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cfnlint.api import lint_all
from msgspec.structs import replace

from leastwise.report import cloudformation
from leastwise.results import Kind, Recommendation, Subject
from report.documents import ANN, HOSTILE, advised, advising, plain

IAM = "arn:aws:iam::123456789012"


def template(advice: Recommendation) -> Any:
    return json.loads(cloudformation.render(advice))


def errors(advice: Recommendation) -> list[str]:
    return [str(match) for match in lint_all(cloudformation.render(advice)) if match.rule.id.startswith("E")]


@pytest.mark.parametrize("body", [plain(), HOSTILE])
@pytest.mark.parametrize("kind", ["managed", "inline"])
@pytest.mark.parametrize("who", [Kind.USER, Kind.ROLE, Kind.GROUP])
def test_the_document_survives_and_the_template_has_no_error(who: Kind, kind: str, body: dict[str, object]) -> None:
    subject = Subject(f"{IAM}:{who.value}/x", "x", who)
    advice = advising(advised("new", kind=kind, document=body), subject=subject)
    (found,) = template(advice)["Resources"].values()
    assert found["Properties"]["PolicyDocument"] == body
    assert errors(advice) == []
    capital = who.value.capitalize()
    if kind == "managed":
        assert found["Type"] == "AWS::IAM::ManagedPolicy"
        assert found["Properties"][f"{capital}s"] == ["x"]
    else:
        assert found["Type"] == f"AWS::IAM::{capital}Policy"
        assert found["Properties"][f"{capital}Name"] == "x"


def test_the_linter_is_listening() -> None:
    wrong = {"Version": "2012-10-17", "Statement": [{"Effect": "Perhaps", "Action": "s3:GetObject", "Resource": "*"}]}
    assert errors(advising(advised("new", document=wrong)))


def test_what_is_in_place_is_kept_and_said_to_be_imported() -> None:
    advice = advising(
        advised("own", replaces=f"{IAM}:policy/team/own"),
        advised("leastwise-ann-Big", replaces="arn:aws:iam::aws:policy/Big"),
        warnings=("look out",),
    )
    found = template(advice)
    own, new = found["Resources"].values()
    assert own["DeletionPolicy"] == "Retain"
    assert own["Properties"]["Path"] == "/team/"
    assert "DeletionPolicy" not in new
    assert found["Metadata"]["Notes"] == [
        "own is in place: import it into the stack, or the stack cannot be made",
        "once the policies are in force: detach arn:aws:iam::aws:policy/Big from user ann",
        "mind: look out",
    ]
    assert errors(advice) == []


def test_names_that_look_alike_stay_apart() -> None:
    names = ("a.b", "a@b", "a_b", "ab", "a-b")
    advice = advising(*(advised(name, kind=kind) for name in names for kind in ("inline", "managed")))
    assert len(template(advice)["Resources"]) == 2 * len(names)
    assert errors(advice) == []


@pytest.mark.parametrize(
    "resource", ["{{resolve:secretsmanager:s}}", {"Ref": "AWS::AccountId"}, [{"Fn::Sub": "x"}], "\ud800"]
)
def test_what_cloudformation_would_take_for_its_own_is_not_written(resource: object) -> None:
    body: dict[str, object] = {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": resource}]}
    advice = advising(advised("trap", document=body), advised("good"))
    found = template(advice)
    assert [each["Properties"]["ManagedPolicyName"] for each in found["Resources"].values()] == ["good"]
    assert any(note.startswith("CloudFormation would take a part of trap") for note in found["Metadata"]["Notes"])
    assert cloudformation.render(advising(advised("trap", document=body))) == ""


@pytest.mark.parametrize("name", ['x"', "x\ny", "${x}", "/x"])
def test_a_name_that_iam_does_not_accept_is_not_written(name: str) -> None:
    assert cloudformation.render(advising(advised(name))) == ""
    assert cloudformation.render(replace(advising(advised("p")), subject=replace_name(name))) == ""


def replace_name(name: str) -> Subject:
    return replace(ANN, arn=f"{IAM}:user/{name}", name=name)
