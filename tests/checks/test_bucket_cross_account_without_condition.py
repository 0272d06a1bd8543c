from __future__ import annotations

from typing import Any

import pytest

from judging import hits, is_certain, severity, the_hit, unjudged
from leastwise.checks.bucket_cross_account_without_condition import bucket_cross_account_without_condition
from leastwise.results import Severity
from world import ACCOUNT, FOREIGN, World, an_account, document

CHECK = bucket_cross_account_without_condition
RESTRICT = {"RestrictPublicBuckets": True}
IGNORE = {"IgnorePublicAcls": True}
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
LOGS = "http://acs.amazonaws.com/groups/s3/LogDelivery"


def grant(principal: Any = "*", action: Any = "s3:GetObject", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "arn:aws:s3:::b/*", **more}


def refuse(**more: Any) -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
        **more,
    }


def bucket(*statements: dict[str, Any], **more: Any) -> World:
    return an_account().bucket("b", policy=document(*statements) if statements else None, **more)


def acl(grantee: str, permission: str = "READ", *statements: dict[str, Any], **more: Any) -> World:
    who = {"URI": grantee} if grantee.startswith("http") else {"ID": grantee}
    return bucket(*statements, grants=({"Grantee": who, "Permission": permission},), **{"enforced": False, **more})


def open_to(world: World) -> list[str]:
    return [hit.discriminator for hit in hits(CHECK, world.build())]


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", ["*"]),
        ({"AWS": "*"}, ["*"]),
        ({"AWS": FOREIGN}, [FOREIGN]),
        (
            {"AWS": [f"arn:aws:iam::{FOREIGN}:root", f"arn:aws:iam::{FOREIGN}:role/x"]},
            [FOREIGN, f"arn:aws:iam::{FOREIGN}:role/x"],
        ),
        ({"CanonicalUser": "theirs"}, ["theirs"]),
        ({"CanonicalUser": "own"}, []),
        ({"AWS": ACCOUNT}, []),
        ({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}, []),
        ({"Service": "cloudtrail.amazonaws.com"}, []),
    ],
)
def test_fires_on_each_outsider_of_the_policy(principal: Any, expected: list[str]) -> None:
    assert open_to(bucket(grant(principal))) == expected


def test_not_principal_lets_in_everybody_else() -> None:
    statement = grant()
    del statement["Principal"]
    assert open_to(bucket({**statement, "NotPrincipal": {"AWS": ACCOUNT}})) == ["*"]


def test_silent_on_a_bucket_of_its_own() -> None:
    assert open_to(bucket()) == []


@pytest.mark.parametrize(
    ("principal", "action", "expected"),
    [
        ("*", "s3:GetObject", Severity.HIGH),
        ("*", "s3:ListBucket", Severity.HIGH),
        ("*", "s3:PutObject", Severity.CRITICAL),
        ("*", "s3:PutBucketPolicy", Severity.CRITICAL),
        (FOREIGN, "s3:GetObject", Severity.MEDIUM),
        (FOREIGN, ["s3:GetObject", "s3:DeleteObject"], Severity.HIGH),
        (FOREIGN, "s3:PutBucketAcl", Severity.CRITICAL),
        (FOREIGN, "s3:*", Severity.CRITICAL),
    ],
)
def test_severity_follows_who_and_what(principal: str, action: Any, expected: Severity) -> None:
    assert severity(CHECK, bucket(grant({"AWS": principal}, action)).build()) is expected


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:ResourceAccount": ACCOUNT}},
        {"ArnLike": {"aws:PrincipalArn": "*"}},
        {"StringLike": {"aws:PrincipalOrgID": "*"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-own"}},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"StringLike": {"aws:SourceVpce": "*"}},
        {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        {"StringLike": {"aws:Referer": "https://example.com/*"}},
    ],
    ids=lambda c: f"{next(iter(c))} {c[next(iter(c))]}",
)
def test_conditions_that_count_for_nothing(condition: dict[str, Any]) -> None:
    assert severity(CHECK, bucket(grant(Condition=condition)).build()) is Severity.HIGH


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{FOREIGN}:role/x"}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-theirs"}},
    ],
    ids=lambda c: next(iter(c[next(iter(c))])),
)
def test_other_bounds_lower_it_and_it_is_no_longer_public(condition: dict[str, Any]) -> None:
    assert severity(CHECK, bucket(grant(Condition=condition)).build()) is Severity.LOW
    assert open_to(bucket(grant(Condition=condition), block=RESTRICT)) == ["*"]


def own(world: World) -> World:
    found = {"Organization": {"Id": "o-own", "MasterAccountId": "111122223333"}}
    return world.call("organizations:DescribeOrganization", found)


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": "o-own"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-own/*"}},
        {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
        {"Bool": {"aws:PrincipalIsAWSService": "true"}},
    ],
    ids=lambda c: next(iter(c[next(iter(c))])),
)
def test_silent_where_only_own_principals_get_in(condition: dict[str, Any]) -> None:
    assert open_to(own(bucket(grant(Condition=condition)))) == []


def test_silent_where_a_deny_turns_all_outside_the_organization_away() -> None:
    outside = refuse(Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-own"}})
    assert open_to(own(bucket(grant(), outside))) == []
    assert open_to(own(bucket(grant()))) == ["*"]


@pytest.mark.parametrize(
    "refusal",
    [
        refuse(),
        refuse(Resource="*"),
        refuse(Resource="arn:aws:s3:::b*"),
        refuse(Action="s3:Get*"),
        refuse(Condition={"StringNotEqualsIfExists": {"aws:PrincipalAccount": ACCOUNT}}),
    ],
)
def test_silent_where_denied(refusal: dict[str, Any]) -> None:
    assert open_to(bucket(grant(), refusal)) == []


@pytest.mark.parametrize(
    "refusal",
    [
        refuse(Resource="arn:aws:s3:::b/secret/*"),
        refuse(Action="s3:Put*"),
        refuse(Condition={"Bool": {"aws:SecureTransport": "false"}}),
        refuse(Principal={"AWS": FOREIGN}),
        refuse(Resource=["arn:aws:s3:::${aws:username}*"]),
    ],
    ids=["a part", "other actions", "plain HTTP", "one account", "a variable"],
)
def test_a_narrow_deny_changes_nothing(refusal: dict[str, Any]) -> None:
    assert severity(CHECK, bucket(grant(), refusal).build()) is Severity.HIGH


def test_a_deny_of_some_actions_leaves_the_rest() -> None:
    account = bucket(grant({"AWS": FOREIGN}, ["s3:GetObject", "s3:PutObject"]), refuse(Action="s3:Put*")).build()
    assert severity(CHECK, account) is Severity.MEDIUM


def test_a_deny_may_bound_as_well() -> None:
    elsewhere = refuse(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    assert severity(CHECK, bucket(grant(), elsewhere).build()) is Severity.LOW


class TestBlockPublicAccess:
    def test_restrict_takes_from_a_public_policy_every_outsider(self) -> None:
        assert open_to(bucket(grant(), grant({"AWS": FOREIGN}), block=RESTRICT)) == []

    def test_restrict_leaves_a_policy_that_only_names_accounts(self) -> None:
        assert open_to(bucket(grant({"AWS": FOREIGN}), block=RESTRICT)) == [FOREIGN]

    def test_the_account_level_counts_as_well(self) -> None:
        world = bucket(grant()).call("s3control:GetPublicAccessBlock", {"PublicAccessBlockConfiguration": RESTRICT})
        assert open_to(world) == []

    def test_switches_that_only_refuse_new_ones_change_nothing(self) -> None:
        only_new = {"BlockPublicPolicy": True, "BlockPublicAcls": True}
        assert open_to(bucket(grant(), block=only_new)) == ["*"]
        assert open_to(acl(ALL_USERS, block=only_new)) == [ALL_USERS]

    @pytest.mark.parametrize(
        ("call", "target"), [("s3control:GetPublicAccessBlock", None), ("s3:GetPublicAccessBlock", "b")]
    )
    def test_an_unseen_level_makes_public_findings_conditional_and_no_others(
        self, call: str, target: str | None
    ) -> None:
        assert not is_certain(CHECK, bucket(grant()).gap(call, target=target).build())
        assert not is_certain(CHECK, acl(ALL_USERS).gap(call, target=target).build())
        assert is_certain(CHECK, bucket(grant({"AWS": FOREIGN})).gap(call, target=target).build())
        assert is_certain(CHECK, acl("theirs").gap(call, target=target).build())

    def test_an_unseen_level_does_not_matter_where_the_other_has_it_on(self) -> None:
        assert open_to(bucket(grant(), block=RESTRICT).gap("s3control:GetPublicAccessBlock")) == []


class TestAcl:
    @pytest.mark.parametrize(
        ("grantee", "permission", "expected"),
        [
            (ALL_USERS, "READ", Severity.HIGH),
            (ALL_USERS, "WRITE", Severity.CRITICAL),
            (AUTHENTICATED, "READ_ACP", Severity.HIGH),
            ("theirs", "READ", Severity.MEDIUM),
            ("theirs", "WRITE", Severity.HIGH),
            ("theirs", "FULL_CONTROL", Severity.CRITICAL),
        ],
    )
    def test_outsiders(self, grantee: str, permission: str, expected: Severity) -> None:
        assert severity(CHECK, acl(grantee, permission).build()) is expected
        assert is_certain(CHECK, acl(grantee, permission).build())

    @pytest.mark.parametrize("grantee", ["own", LOGS])
    def test_silent_on_owner_and_log_delivery(self, grantee: str) -> None:
        assert open_to(acl(grantee, "FULL_CONTROL")) == []

    def test_inert_where_the_owner_is_enforced(self) -> None:
        assert open_to(acl(ALL_USERS, enforced=True)) == []

    def test_ignoring_public_acls_spares_named_ones(self) -> None:
        assert open_to(acl(ALL_USERS, block=IGNORE)) == []
        assert open_to(acl("theirs", block=IGNORE)) == ["theirs"]

    def test_conditional_where_ownership_could_not_be_seen(self) -> None:
        assert not is_certain(CHECK, acl("theirs").gap("s3:GetBucketOwnershipControls", target="b").build())

    def test_evidence_points_at_the_grant(self) -> None:
        (evidence,) = the_hit(CHECK, acl("theirs").build()).evidence
        assert (evidence.source, evidence.pointer, evidence.note) == ("s3:GetBucketAcl", "/b/Grants/0", "READ")


class TestUnseen:
    def test_a_bucket_whose_policy_is_unseen_is_named_not_passed(self) -> None:
        world = bucket(grant()).bucket("c", policy=document(grant())).gap("s3:GetBucketPolicy", target="b")
        account = world.build()
        assert [one.target for one in unjudged(CHECK, account)] == ["arn:aws:s3:::b"]
        assert [hit.subject.name for hit in hits(CHECK, account)] == ["c"]

    def test_a_bucket_whose_acl_is_unseen_is_named_unless_acls_are_inert(self) -> None:
        assert unjudged(CHECK, bucket(enforced=False).gap("s3:GetBucketAcl", target="b").build())
        assert not unjudged(CHECK, bucket().gap("s3:GetBucketAcl", target="b").build())

    def test_an_unreadable_policy_is_named_not_passed(self) -> None:
        assert unjudged(CHECK, an_account().bucket("b", policy={"Statement": 1}).build())

    def test_a_seen_bucket_is_judged(self) -> None:
        assert not unjudged(CHECK, bucket(grant()).build())

    def test_an_unseen_organization_makes_its_condition_conditional(self) -> None:
        world = bucket(grant(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-own"}}))
        assert not is_certain(CHECK, world.gap("organizations:DescribeOrganization").build())


def test_one_finding_for_each_outsider_worded_after_the_worst_way() -> None:
    account = bucket(
        grant({"AWS": FOREIGN}), grant({"AWS": f"arn:aws:iam::{FOREIGN}:root"}, "s3:PutBucketPolicy")
    ).build()
    hit = the_hit(CHECK, account)
    assert "decide who else may use it" in hit.message
    assert len(hit.evidence) == 2


# what denies of policies take from an ACL

STRANGERS = {
    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-own"},
    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
}


@pytest.mark.parametrize(
    ("world", "left"),
    [
        (acl(ALL_USERS).organization(), [ALL_USERS]),
        (acl(ALL_USERS).organization().rcp("own", document(refuse(Resource="*", Condition=STRANGERS))), []),
        (acl("theirs", "FULL_CONTROL").organization().rcp("own", document(refuse(Resource="*", Condition=STRANGERS))), []),
        (acl("theirs", "WRITE").organization().rcp("own", document(refuse(Resource="arn:aws:s3:::b/*", Condition=STRANGERS))), []),
        (acl("theirs", "READ").organization().rcp("own", document(refuse(Resource="arn:aws:s3:::b/*", Condition=STRANGERS))), ["theirs"]),
        (acl("theirs").organization().rcp("own", document(refuse(Action="s3:Put*", Resource="*", Condition=STRANGERS))), ["theirs"]),
        (acl("theirs").organization(management=ACCOUNT).rcp("own", document(refuse(Resource="*"))), ["theirs"]),
        (acl("theirs", "READ", refuse(Resource=["arn:aws:s3:::b", "arn:aws:s3:::b/*"])), []),
        (acl("theirs", "READ", refuse(Resource="arn:aws:s3:::b", Principal={"AWS": FOREIGN})), ["theirs"]),
    ],
)  # fmt: skip
def test_a_deny_of_an_rcp_or_of_the_bucket_ends_what_an_acl_grants(world: World, left: list[str]) -> None:
    assert open_to(world) == left


def test_a_deny_leaves_less_of_full_control() -> None:
    part = refuse(Action=["s3:PutObject", "s3:PutBucketAcl"], Resource=["arn:aws:s3:::b", "arn:aws:s3:::b/*"])
    assert severity(CHECK, acl("theirs", "FULL_CONTROL").build()) is Severity.CRITICAL
    assert severity(CHECK, acl("theirs", "FULL_CONTROL", part).build()) is Severity.MEDIUM
