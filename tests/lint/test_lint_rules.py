"""Each rule in a case in which it speaks, and in a near miss in which it is silent."""

from __future__ import annotations

from typing import Any

import pytest

from leastwise.lint import Kind, all_rules
from leastwise.results import Confidence, Severity
from lint.linting import linted, one, rules, several

READ = {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
GITHUB = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
ANN = {"AWS": "arn:aws:iam::123456789012:user/ann"}
ENTER = {"Principal": ANN, "Action": "sts:AssumeRole"}


def when(**condition: Any) -> dict[str, Any]:
    return one({**READ, "Condition": condition})


def by_web(**condition: Any) -> dict[str, Any]:
    return one({"Principal": {"Federated": GITHUB}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition})


PLAIN = one(READ)
CASES: list[tuple[str, object, object]] = [
    ("grammar", one({**READ, "Effect": "Permit"}), PLAIN),
    ("grammar", {**PLAIN, "Version": "2012-10-18"}, PLAIN),
    ("grammar", READ | {"Effect": "Allow"}, PLAIN),
    ("duplicate_key", '{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}', PLAIN),
    ("unknown_element", one({**READ, "Actions": "s3:*"}), one({"action": READ["Action"], "resource": READ["Resource"]})),
    ("unknown_element", {**PLAIN, "Statements": []}, {**PLAIN, "Id": "x"}),
    ("missing_element", one({"Resource": "*"}), PLAIN),
    ("missing_element", one({"Action": "s3:GetObject"}), one(ENTER)),
    ("misplaced_element", one({**ENTER, "Resource": "*"}), one(ENTER)),
    ("old_version", {"Statement": [{"Effect": "Allow", **READ}]}, PLAIN),
    ("bad_sid", several({**READ, "Sid": "a"}, {**READ, "Sid": "a"}), several({**READ, "Sid": "a"}, {**READ, "Sid": "b"})),
    ("bad_sid", one({**READ, "Sid": "read it"}), one({**READ, "Sid": "ReadIt"})),
    ("unknown_action", one({**READ, "Action": "s3:GetObjct"}), PLAIN),
    ("unknown_action", one({**READ, "Action": "s4:GetObject"}), PLAIN),
    ("unknown_action", one({**READ, "Action": "GetObject"}), one({**READ, "Action": "*"})),
    ("unknown_action", one({**READ, "Action": "s3:Fetch*"}), one({**READ, "Action": "s3:Get*"})),
    ("unknown_operator", when(StringEqual={"aws:RequestedRegion": "x"}), when(StringEquals={"aws:RequestedRegion": "x"})),
    ("unknown_operator", when(**{"ForEach:StringLike": {"aws:TagKeys": "x"}}), when(**{"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": "x"}})),
    ("unknown_condition_key", when(StringEquals={"aws:RequestRegion": "x"}), when(StringEquals={"aws:RequestTag/x": "x"})),
    ("unknown_condition_key", when(StringEquals={"s3:prefixx": "x"}), when(StringEquals={"oidc.example.com:sub": "x"})),
    ("unknown_condition_key", when(StringEquals={"region": "x"}), when(StringEquals={"s3:prefix": "x"})),
    ("key_never_sent", when(StringEquals={"s3:prefix": "x"}), one({"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b", "Condition": {"StringEquals": {"s3:prefix": "x"}}})),
    ("key_never_sent", when(StringEquals={"iam:PassedToService": "x"}), when(StringEquals={"s3:ExistingObjectTag/team": "x"})),
    ("action_without_resource", one({"Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b"}), one({"Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*"})),
    ("operator_type_mismatch", when(IpAddress={"aws:SourceArn": "10.0.0.0/8"}), when(IpAddress={"aws:SourceIp": "10.0.0.0/8"})),
    ("operator_type_mismatch", when(StringLike={"aws:SourceIp": "10.*"}), when(StringLike={"aws:SourceArn": "arn:*"})),
    ("unreadable_value", when(Bool={"aws:SecureTransport": "yes"}), when(Bool={"aws:SecureTransport": True})),
    ("unreadable_value", when(NumericLessThan={"s3:max-keys": "ten"}), when(NumericLessThan={"s3:max-keys": 10})),
    ("unreadable_value", when(IpAddress={"aws:SourceIp": "10.0.0.0/33"}), when(StringEquals={"aws:SourceVpc": "vpc-1"})),
    ("forallvalues_lets_absent_pass", when(**{"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-1/*"}}), when(**{"ForAllValues:StringEquals": {"aws:TagKeys": "team"}})),
    ("forallvalues_lets_absent_pass", when(**{"ForAllValues:StringEquals": {"aws:CalledVia": "x"}}), when(**{"ForAllValues:StringEquals": {"aws:CalledVia": "x"}, "Null": {"aws:CalledVia": "false"}})),
    ("grants_administrator", one({"Action": "*", "Resource": "*"}), several({"Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*"})),
    ("grants_administrator", one({"Action": "iam:*", "Resource": "*"}), one({"Action": "iam:*", "Resource": "*", "Effect": "Deny"})),
    ("privilege_escalation", one({"Action": ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"}), one({"Action": ["lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"})),
    ("privilege_escalation", one({"Action": ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"}), several({"Action": ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"}, {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"})),
    ("wildcard_resource", one({"Action": "s3:PutObject", "Resource": "*"}), one({"Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*"})),
    ("wildcard_resource", one({"Action": "s3:PutObject", "Resource": "arn:aws:s3:::*"}), one({"Action": "ec2:DescribeInstances", "Resource": "*"})),
    ("allow_not_action", one({"NotAction": ["iam:*", "sts:*", "organizations:*"], "Resource": "arn:aws:s3:::b"}), one({"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"})),
    ("allow_not_resource", one({"Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/*"}), one({"Effect": "Deny", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/*"})),
    ("contradicting_conditions", when(StringEquals={"aws:RequestedRegion": "eu-west-1"}, StringLike={"aws:RequestedRegion": "us-*"}), when(StringEquals={"aws:RequestedRegion": "us-east-1"}, StringLike={"aws:RequestedRegion": "us-*"})),
    ("contradicting_conditions", when(Null={"aws:SourceVpc": "true"}, StringEquals={"aws:SourceVpc": "vpc-1"}), when(Null={"aws:SourceVpc": "true"}, StringEqualsIfExists={"aws:SourceVpc": "vpc-1"})),
    ("action_without_resource", one({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b"}), one({"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]})),
    ("action_without_resource", one({"Action": "s3:ListAllMyBuckets", "Resource": "arn:aws:s3:::b"}), one({"Action": "s3:ListAllMyBuckets", "Resource": "*"})),
    ("denied_anyway", several(READ, {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}), several(READ, {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}})),
    ("redundant_statement", several(READ, {**READ, "Action": "s3:Get*"}), several(READ, {**READ, "Action": "s3:Put*"})),
    ("redundant_entry", one({**READ, "Action": ["s3:GetObject", "s3:Get*"]}), one({**READ, "Action": ["s3:GetObject", "s3:Put*"]})),
    ("redundant_entry", one({**READ, "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::b/*"]}), one({**READ, "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::b"]})),
    ("open_to_anyone", one({**READ, "Principal": "*"}), one({**READ, "Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}})),
    ("open_to_anyone", one({"Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}), one({"Principal": "*", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"StringEquals": {"kms:CallerAccount": "111122223333"}}})),
    ("open_to_anyone", one({"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}), one(ENTER)),
    ("allow_not_principal", one({**READ, "NotPrincipal": ANN}), one({**READ, "NotPrincipal": ANN, "Effect": "Deny"})),
    ("principal_names_nobody", one({**READ, "Principal": {"AWS": "arn:aws:iam::123456789012:role/*"}}), one({**READ, "Principal": ANN})),
    ("principal_names_nobody", one({**READ, "Principal": {"AWS": "12345678901"}}), one({**READ, "Principal": {"AWS": "123456789012"}})),
    ("principal_names_nobody", one({**READ, "Principal": {"AWS": "AROAEXAMPLEEXAMPLEEXA"}}), one({**READ, "Principal": {"AWS": "*"}})),
    ("principal_names_nobody", one({**READ, "Principal": {"Service": "lambda"}}), one({**READ, "Principal": {"Service": "lambda.amazonaws.com"}})),
    ("provider_without_subject", by_web(StringEquals={"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}), by_web(StringLike={"token.actions.githubusercontent.com:sub": "repo:me/it:*"})),
    ("provider_without_subject", by_web(StringLike={"token.actions.githubusercontent.com:sub": "*"}), by_web(StringEquals={"token.actions.githubusercontent.com:sub": "repo:me/it:ref:refs/heads/main"})),
    ("entry_does_not_fit", one({"Principal": {"Federated": GITHUB}, "Action": "sts:AssumeRole"}), one(ENTER)),
    ("too_large", one({**READ, "Resource": [f"arn:aws:s3:::bucket-{n}/*" for n in range(400)]}), one({**READ, "Resource": [f"arn:aws:s3:::bucket-{n}/*" for n in range(40)]})),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "fires", "silent"), CASES)
def test_the_rule_fires_and_is_silent(rule: str, fires: object, silent: object) -> None:
    assert rule in rules(fires)
    assert rule not in rules(silent)


def test_every_rule_has_its_cases() -> None:
    assert {rule.id for rule in all_rules()} - {rule for rule, _, _ in CASES} == {"syntax", "byte_order_mark"}


def test_every_rule_tells_what_it_is_and_what_to_do() -> None:
    for rule in all_rules():
        assert rule.about, rule.id
        assert rule.fix.endswith("."), rule.id
        assert rule.docs.startswith("https://docs.aws.amazon.com/"), rule.id


def test_a_sensible_policy_has_no_finding() -> None:
    assert linted(PLAIN).notices == ()


def test_a_finding_points_at_its_place() -> None:
    text = '{\n  "Version": "2012-10-17",\n  "Statement": [{\n    "Effect": "Allow",\n    "Action": "s3:GetObjct",\n    "Resource": "arn:aws:s3:::b/*"\n  }]\n}\n'
    (found,) = linted(text).notices
    assert (found.line, found.column, found.end_line, found.end_column) == (5, 15, 5, 28)
    assert found.text[found.caret[0] :][: found.caret[1]] == '"s3:GetObjct"'
    assert "s3:GetObject" in found.fix


def test_a_fingerprint_survives_another_line() -> None:
    bad = one({**READ, "Action": "s3:GetObjct"})
    moved = {**bad, "Statement": [{"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}, *bad["Statement"]]}
    (first,), (second,) = (
        [n for n in linted(policy).notices if n.rule == "unknown_action"] for policy in (bad, moved)
    )  # fmt: skip
    assert first.fingerprint == second.fingerprint


def test_variables_in_the_old_language_weigh_more() -> None:
    policy = {
        "Version": "2008-10-17",
        "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:username}/*"},
    }
    (found,) = [notice for notice in linted(policy).notices if notice.rule == "old_version"]
    assert found.severity is Severity.HIGH


def test_an_escalation_that_takes_an_unseen_fact_is_conditional() -> None:
    policy = one({"Action": "lambda:UpdateFunctionCode", "Resource": "*"})
    (found,) = [notice for notice in linted(policy).notices if notice.rule == "privilege_escalation"]
    assert found.confidence is Confidence.CONDITIONAL
    assert found.severity is Severity.MEDIUM


def test_an_scp_is_not_judged_as_a_grant() -> None:
    policy = one({"Action": "*", "Resource": "*"})
    assert rules(policy, kind=Kind.SCP) == set()
    assert rules(policy) == {"grants_administrator"}


def test_no_two_findings_share_a_fingerprint() -> None:
    found = linted(several(*[{"Action": "s3:PutObject", "Resource": "*"}] * 3)).notices
    assert len({notice.fingerprint for notice in found}) == len(found) == 5


def test_too_many_statements_are_told_and_not_compared() -> None:
    found = linted(several(*[READ] * 600)).notices
    assert [notice.rule for notice in found] == ["too_large"]
