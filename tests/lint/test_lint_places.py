"""Policies within templates, plans and answers of AWS: found, named by their resource, and placed where the file has them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from leastwise.lint import Kind, lint
from lint.linting import linted, one

BAD = one({"Action": "s3:GetObjct", "Resource": "arn:aws:s3:::b/*"})
WRITE = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}


def rules_in(found: Any) -> list[tuple[str, str, int]]:
    return [(notice.where, notice.rule, notice.line) for notice in found.notices]


def template(kind: str, **properties: Any) -> dict[str, Any]:
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"It": {"Type": kind, "Properties": properties}}}


YAML = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - {Effect: Allow, Principal: {AWS: "*"}, Action: sts:AssumeRole}
      Policies:
        - PolicyName: p
          PolicyDocument:
            Version: 2012-10-17
            Statement:
              - Effect: Allow
                Action:
                  - s3:GetObjct
                Resource: !Sub "arn:aws:s3:::${Name}/*"
"""


def test_a_template_in_yaml() -> None:
    found = linted(YAML, name="template.yaml")
    assert found.policies == 2
    assert rules_in(found) == [("Role", "open_to_anyone", 9), ("Role", "unknown_action", 17)]


def test_a_template_in_json_of_any_name() -> None:
    policy = template("AWS::IAM::ManagedPolicy", PolicyDocument=BAD)
    assert rules_in(linted(policy, name="x.template")) == [("It", "unknown_action", 1)]


@pytest.mark.parametrize(
    ("resource", "fires"),
    [
        ("*", True),
        ({"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::*"]]}, True),
        ({"Fn::Sub": "arn:${AWS::Partition}:s3:::*"}, True),
        ({"Fn::Sub": "arn:aws:s3:::${Name}/*"}, False),
        ({"Fn::Sub": ["${X}", {"X": "*"}]}, False),
        ({"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "Name"}]]}, False),
        ({"Ref": "Name"}, False),
        ([{"Fn::GetAtt": ["Bucket", "Arn"]}], False),
    ],
)
def test_what_a_function_comes_to(resource: object, fires: bool) -> None:
    policy = template("AWS::IAM::ManagedPolicy", PolicyDocument=one({**WRITE, "Resource": resource}))
    assert (("It", "wildcard_resource", 1) in rules_in(linted(policy))) is fires


@pytest.mark.parametrize(
    "statement",
    [
        {"Ref": "Statement"},
        {**WRITE, "Effect": {"Ref": "Effect"}},
        {**WRITE, "Action": {"Ref": "Action"}, "Resource": "arn:aws:s3:::b/*"},
        {**WRITE, "Condition": {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "Organization"}}}},
        {"Effect": "Allow", "NotAction": [{"Ref": "Action"}], "Resource": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": {"Ref": "Name"}},
    ],
)
def test_what_is_open_makes_no_claim(statement: object) -> None:
    policy = template("AWS::IAM::ManagedPolicy", PolicyDocument={"Version": "2012-10-17", "Statement": [statement]})
    assert [rule for _, rule, _ in rules_in(linted(policy)) if rule != "allow_not_action"] == []


def test_an_open_version_is_no_fault() -> None:
    document = {**one({**WRITE, "Resource": "arn:aws:s3:::b/*"}), "Version": {"Ref": "Version"}}
    found = linted(template("AWS::IAM::ManagedPolicy", PolicyDocument=document))
    assert [rule for _, rule, _ in rules_in(found)] == []


def test_an_open_deny_takes_all_it_may() -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    deny = {"Effect": "Deny", "Action": "*", "Resource": {"Ref": "Name"}}
    policy = template(
        "AWS::IAM::ManagedPolicy", PolicyDocument={"Version": "2012-10-17", "Statement": [everything, deny]}
    )
    assert rules_in(linted(policy)) == []


def test_a_document_made_by_a_function_is_not_assessed() -> None:
    found = linted(template("AWS::IAM::ManagedPolicy", PolicyDocument={"Fn::Transform": {"Name": "Include"}}))
    assert found.policies == 0
    assert found.unknown == ("It: PolicyDocument is made by a function, so it is known only when deployed",)


def test_a_document_chosen_by_a_function_is_judged_either_way() -> None:
    found = linted(template("AWS::IAM::ManagedPolicy", PolicyDocument={"Fn::If": ["X", BAD, BAD]}))
    assert (found.policies, found.unknown) == (2, ())


def test_the_policies_of_organizations_are_guardrails() -> None:
    policy = one({"Action": "*", "Resource": "*"})
    assert rules_in(linted(template("AWS::Organizations::Policy", Type="SERVICE_CONTROL_POLICY", Content=policy))) == []


def plan(kind: str = "aws_iam_policy", **values: Any) -> dict[str, Any]:
    resource = {"address": f"module.m.{kind}.it", "type": kind, "values": values}
    module = {"child_modules": [{"resources": [resource]}]}
    return {"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": module}}


def test_a_policy_in_a_plan_is_placed_within_its_string() -> None:
    text = json.dumps(plan(policy=json.dumps(BAD)), indent=1)
    (found,) = linted(text).notices
    assert (found.where, found.rule) == ("module.m.aws_iam_policy.it", "unknown_action")
    line = text.splitlines()[found.line - 1]
    assert line[found.column - 1 : found.end_column - 1] == '\\"s3:GetObjct\\"'
    assert found.text[found.caret[0] :].startswith('\\"s3:GetObjct\\"')
    assert len(found.text) <= 80


def test_escapes_of_a_string_do_not_shift_the_place() -> None:
    bad = json.dumps({"Id": "caf\u00e9 \U0001f600 \t", **BAD})
    text = json.dumps(plan(policy=bad))
    (found,) = linted(text).notices
    assert text[found.column - 1 : found.end_column - 1] == '\\"s3:GetObjct\\"'


def test_the_argument_of_a_plan_tells_the_kind() -> None:
    entering = one({"Principal": {"AWS": "*"}, "Action": "*"})
    assert "open_to_anyone" in {
        rule for _, rule, _ in rules_in(linted(plan("aws_iam_role", assume_role_policy=json.dumps(entering))))
    }
    scp = plan("aws_organizations_policy", content=json.dumps(one({"Action": "*", "Resource": "*"})))
    assert linted(scp).policies == 1
    assert rules_in(linted(scp)) == []


def test_what_is_known_only_after_apply_is_not_assessed() -> None:
    change = {"address": "aws_iam_policy.x", "change": {"after_unknown": {"policy": True, "arn": True}}}
    found = linted({**plan(), "resource_changes": [change]})
    assert found.unknown == ("aws_iam_policy.x: policy is known only after apply",)


def test_a_broken_string_in_a_plan_is_told() -> None:
    (found,) = linted(plan(policy='{"Statement": [}')).notices
    assert found.rule == "syntax"
    assert "within this string" in found.message
    assert found.where == "module.m.aws_iam_policy.it"


def test_a_state_is_read_like_a_plan() -> None:
    state = plan(policy=json.dumps(BAD))
    state["values"] = state.pop("planned_values")
    assert len(linted(state).notices) == 1


def test_the_answers_of_aws_are_looked_through() -> None:
    assert linted({"PolicyVersion": {"Document": BAD}}).policies == 1
    entering = {"Role": {"AssumeRolePolicyDocument": one({"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})}}
    assert [rule for _, rule, _ in rules_in(linted(entering))] == ["open_to_anyone"]


def test_the_kind_can_be_given() -> None:
    text = json.dumps(one({"Effect": "Allow", "Action": "*", "Resource": "*"})).encode()
    assert lint("x.json", text).notices
    assert linted(text, kind=Kind.SCP).notices == ()
