from __future__ import annotations

from typing import Any

import pytest

from judging import hits, is_certain, names, severity, the_hit
from leastwise.checks.policy_with_unconditioned_wildcard_resource import policy_with_unconditioned_wildcard_resource
from leastwise.results import Kind, Severity
from world import World, allow, an_account, deny, document

CHECK = policy_with_unconditioned_wildcard_resource
PUT = "s3:PutObject"


def ann(*statements: dict[str, Any]) -> World:
    return an_account().user("ann", inline={"p": document(*statements)})


def when(**condition: Any) -> dict[str, Any]:
    return allow(PUT, Condition=condition)


@pytest.mark.parametrize(
    "resource",
    ["*", "**", "arn:*", "arn:aws:*:*:*:*", "arn:aws:s3:::*", "arn:aws:s3:::*/*", ["arn:aws:s3:::b/*", "arn:*:s3:::*"]],
)
def test_fires_on_star_by_whatever_words(resource: str | list[str]) -> None:
    assert names(CHECK, ann(allow(PUT, resource)).build()) == ["ann"]


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b*",
        "arn:aws:s3:::*-logs/*",
        "arn:aws:sqs:*:*:*",
        "arn:aws:s3:::${aws:username}/*",
    ],
)
def test_silent_on_scoped_resources(resource: str) -> None:
    assert not hits(CHECK, ann(allow(PUT, resource)).build())


@pytest.mark.parametrize(
    ("action", "speaks"),
    [
        ("s3:GetObject", True),
        ("secretsmanager:GetSecretValue", True),
        ("kms:Decrypt", True),
        ("iam:PassRole", True),
        ("s3:*", True),
        ("s3:Put*", True),
        ("s3:ListAllMyBuckets", False),
        ("ec2:DescribeInstances", False),
        ("dynamodb:DescribeTable", False),
        ("s3:ListBucket", False),
        ("sts:GetCallerIdentity", False),
        ("ec2:Describe*", False),
        ("nosuch:Action", False),
    ],
)
def test_only_actions_that_could_be_scoped_and_do_more_than_list(action: str, *, speaks: bool) -> None:
    assert bool(hits(CHECK, ann(allow(action)).build())) is speaks


@pytest.mark.parametrize(
    ("statement", "speaks"),
    [
        ({"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": PUT, "NotResource": "arn:aws:s3:::secret/*"}, True),
        ({"Effect": "Allow", "Action": PUT, "NotResource": "arn:aws:s3:::*"}, False),
        ({"Effect": "Allow", "Action": PUT, "NotResource": "*"}, False),
    ],
    ids=["NotAction", "all but one bucket", "nothing left", "nothing at all"],
)
def test_negated_lists(statement: dict[str, Any], *, speaks: bool) -> None:
    assert bool(hits(CHECK, ann(statement).build())) is speaks


@pytest.mark.parametrize(
    "statement",
    [
        when(Bool={"aws:SecureTransport": "true"}),
        when(StringEqualsIfExists={"aws:ResourceTag/team": "x"}),
        when(**{"ForAllValues:StringEquals": {"aws:TagKeys": "x"}}),
        when(StringNotEquals={"aws:ResourceTag/team": "x"}),
        when(Null={"aws:ResourceTag/team": "false"}),
        when(StringLike={"aws:ResourceTag/team": "*"}),
        when(IpAddress={"aws:SourceIp": "0.0.0.0/0"}),
        when(StringEquals={"aws:UserAgent": "mine"}),
        when(StringEquals={"aws:PrincipalAccount": "123456789012"}),
        when(DateGreaterThan={"aws:CurrentTime": "2020-01-01T00:00:00Z"}),
    ],
    ids=lambda s: next(iter(s["Condition"])) + " " + next(iter(next(iter(s["Condition"].values())))),
)
def test_conditions_that_bound_nothing(statement: dict[str, Any]) -> None:
    assert names(CHECK, ann(statement).build()) == ["ann"]


@pytest.mark.parametrize(
    "statement",
    [
        when(StringEquals={"aws:ResourceTag/team": "x"}),
        when(StringEquals={"aws:ResourceTag/owner": "${aws:username}"}),
        when(StringEquals={"aws:ResourceAccount": "999988887777"}),
        when(StringEquals={"aws:RequestedRegion": "eu-west-1"}),
        when(StringEqualsIfExists={"aws:RequestedRegion": "eu-west-1"}),
        when(IpAddress={"aws:SourceIp": "203.0.113.0/24"}),
        when(Bool={"aws:MultiFactorAuthPresent": "true"}),
        when(StringLike={"aws:ResourceTag/team": "x-*"}),
        when(Bool={"aws:SecureTransport": "true"}, StringEquals={"aws:ResourceTag/team": "x"}),
        when(DateLessThan={"aws:CurrentTime": "2020-01-01T00:00:00Z"}),
    ],
    ids=lambda s: " ".join(f"{o} {next(iter(k))}" for o, k in s["Condition"].items()),
)
def test_silent_under_conditions_that_bound(statement: dict[str, Any]) -> None:
    assert not hits(CHECK, ann(statement).build())


@pytest.mark.parametrize(
    "other",
    [
        deny(PUT),
        deny("*"),
        deny("s3:*", "arn:aws:s3:::*"),
        {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::mine/*"},
    ],
)
def test_silent_where_denied_nearly_everywhere(other: dict[str, Any]) -> None:
    assert not hits(CHECK, ann(allow(PUT), other).build())


@pytest.mark.parametrize("other", [deny("s3:GetObject"), deny(PUT, "arn:aws:s3:::secret/*")])
def test_a_narrow_deny_changes_nothing(other: dict[str, Any]) -> None:
    assert is_certain(CHECK, ann(allow(PUT), other).build())


def test_a_deny_that_demands_something_makes_it_conditional() -> None:
    outside = deny("*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})
    account = ann(allow(PUT), outside).build()
    assert not is_certain(CHECK, account)
    assert "aws:RequestedRegion" in the_hit(CHECK, account).assumes[0]


def test_a_deny_of_plain_http_does_not() -> None:
    plain = deny("*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert is_certain(CHECK, ann(allow(PUT), plain).build())


@pytest.mark.parametrize(
    ("fence", "speaks"),
    [
        (allow("s3:*"), True),
        (allow("s3:*", "arn:aws:s3:::b/*"), False),
        (allow("sqs:*"), False),
        (allow("s3:*", Condition={"StringEquals": {"aws:ResourceTag/team": "x"}}), False),
    ],
    ids=["as wide", "one bucket", "another service", "bounded"],
)
def test_a_boundary_counts(fence: dict[str, Any], *, speaks: bool) -> None:
    world = an_account().policy("fence", document(fence))
    account = world.user("ann", inline={"p": document(allow(PUT))}, boundary="fence").build()
    assert ("ann" in names(CHECK, account)) is speaks
    assert "fence" not in names(CHECK, account)


def test_a_managed_policy_is_the_subject_once_with_its_holders_in_evidence() -> None:
    world = an_account().policy("wide", document(allow(PUT, Sid="One"), allow("s3:DeleteObject", Sid="Two")))
    account = world.user("ann", attached=("wide",)).role("r", attached=("wide",)).build()
    hit = the_hit(CHECK, account)
    assert (hit.subject.name, hit.subject.kind) == ("wide", Kind.POLICY)
    assert [e.sid for e in hit.evidence if e.sid] == ["One", "Two"]
    assert [e.document.rpartition("/")[2] for e in hit.evidence if e.note == "holds the policy"] == ["ann", "r"]


def test_a_managed_policy_that_is_bounded_for_each_holder_is_silent() -> None:
    world = (
        an_account()
        .policy("wide", document(allow(PUT)))
        .policy("fence", document(allow("s3:Get*", "arn:aws:s3:::b/*")))
    )
    assert not hits(CHECK, world.user("ann", attached=("wide",), boundary="fence").build())


def test_an_unheld_policy_is_low() -> None:
    account = an_account().policy("wide", document(allow("*"))).build()
    assert severity(CHECK, account) is Severity.LOW
    assert not hits(CHECK, an_account().policy("none", document(allow("*"), deny("*"))).build())


def test_aws_managed_policies_are_no_subject_and_raise_nothing_on_their_holders() -> None:
    assert not hits(CHECK, an_account().user("ann", attached=("AmazonS3FullAccess",)).build())


def test_silent_on_administrators() -> None:
    world = an_account().policy("all", document(allow("*")))
    assert not hits(CHECK, world.user("ann", inline={"p": document(allow(PUT))}, attached=("all",)).build())


def test_an_inline_policy_of_a_group_counts_for_group_and_members() -> None:
    account = an_account().group("g", inline={"p": document(allow(PUT))}).user("ann", groups=("g",)).build()
    found = {hit.subject.name: hit for hit in hits(CHECK, account)}
    assert sorted(found) == ["ann", "g"]
    assert found["ann"].evidence[0].note == "through group g"
    assert len({CHECK.finding(hit).fingerprint for hit in found.values()}) == 2


def test_one_finding_for_each_inline_policy() -> None:
    world = an_account().user(
        "ann", inline={"p": document(allow(PUT), allow("s3:GetObject")), "q": document(allow(PUT))}
    )
    found = hits(CHECK, world.build())
    assert [len(hit.evidence) for hit in found] == [2, 1]
    assert len({CHECK.finding(hit).fingerprint for hit in found}) == 2


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("s3:PutBucketPolicy", Severity.HIGH),
        (PUT, Severity.MEDIUM),
        ("secretsmanager:GetSecretValue", Severity.MEDIUM),
        ("lambda:GetFunctionConfiguration", Severity.LOW),
        ("ec2:CreateTags", Severity.LOW),
    ],
)
def test_severity_follows_the_worst_action(action: str, expected: Severity) -> None:
    assert severity(CHECK, ann(allow(action)).build()) is expected


def test_policies_of_version_2008_have_no_variables() -> None:
    body = {"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": PUT, "Resource": "*"}}
    assert names(CHECK, an_account().user("ann", inline={"p": body}).build()) == ["ann"]
