from __future__ import annotations

from typing import Any

import pytest

from judging import hits, is_certain, names, severity, the_hit
from leastwise.checks.principal_with_admin_access import principal_with_admin_access
from leastwise.results import Severity
from world import allow, an_account, deny, document, key

ADMIN = "AdministratorAccess"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def inline(*statements: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {"p": document(*statements)}


@pytest.mark.parametrize(
    "statements",
    [
        [allow("*")],
        [allow("*:*")],
        [allow("**")],
        [allow("*", "**")],
        [allow(["iam:*", "sts:*"]), {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}],
        [allow("*", Condition={"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}})],
    ],
    ids=["*", "*:*", "**", "resource **", "two that add up", "a condition that holds"],
)
def test_fires_on_full_by_whatever_words(statements: list[dict[str, Any]]) -> None:
    account = an_account().user("ann", inline=inline(*statements)).build()
    hit = the_hit(principal_with_admin_access, account)
    assert "full administrator" in hit.message
    assert hit.certain
    assert hit.evidence


@pytest.mark.parametrize(
    "statements",
    [[allow("iam:*")], [{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}]],
    ids=["all of IAM", "NotAction that leaves IAM in"],
)
def test_equivalent_is_one_step_short(statements: list[dict[str, Any]]) -> None:
    account = an_account().user("ann", inline=inline(*statements)).build()
    hit = the_hit(principal_with_admin_access, account)
    assert "as good as an administrator" in hit.message
    assert hit.evidence


@pytest.mark.parametrize(
    "statements",
    [
        [allow("*"), deny("*")],
        [allow("*", "arn:aws:s3:::b/*")],
        [allow("s3:*")],
        [allow("iam:Get*")],
        [{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"}],
        [allow("*", Condition={"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}})],
    ],
    ids=["all denied", "one bucket", "one service", "reads IAM", "power user", "a condition that never holds"],
)
def test_silent(statements: list[dict[str, Any]]) -> None:
    assert not hits(principal_with_admin_access, an_account().user("ann", inline=inline(*statements)).build())


def test_silent_under_a_boundary() -> None:
    world = an_account().policy("fence", document(allow("s3:Get*")))
    assert not hits(principal_with_admin_access, world.user("ann", attached=(ADMIN,), boundary="fence").build())


def test_a_group_is_named_once_with_its_members_and_each_member_through_it() -> None:
    world = (
        an_account().group("admins", attached=(ADMIN,)).user("ann", groups=("admins",)).user("bob", groups=("admins",))
    )
    found = {hit.subject.name: hit for hit in hits(principal_with_admin_access, world.build())}
    assert sorted(found) == ["admins", "ann", "bob"]
    assert found["admins"].message.endswith("its members: ann, bob")
    assert "through group admins" in found["ann"].message
    assert [e.note for e in found["ann"].evidence] == ["through group admins"]


def test_evidence_cites_the_statement() -> None:
    world = an_account().user("ann", inline=inline(allow("s3:*", Sid="Some"), allow("*", Sid="All")))
    (evidence,) = the_hit(principal_with_admin_access, world.build()).evidence
    assert (evidence.sid, evidence.name) == ("All", "p")
    assert evidence.pointer == "/UserDetailList/0/UserPolicyList/0/PolicyDocument/Statement/1"


def test_conditional_where_it_hangs_on_mfa() -> None:
    account = an_account().user("ann", inline=inline(allow("*", Condition=MFA))).build()
    assert not is_certain(principal_with_admin_access, account)
    assert "MultiFactorAuthPresent" in the_hit(principal_with_admin_access, account).assumes[0]


def test_conditional_where_a_policy_of_its_own_cannot_be_read() -> None:
    unreadable = {"Statement": [{"Effect": "Perhaps", "Action": "*"}]}
    account = an_account().user("eve", inline={"p": document(allow("*")), "q": unreadable}).build()
    assert the_hit(principal_with_admin_access, account).assumes == ("identity q could not be read",)


def test_a_user_with_active_credentials_weighs_most() -> None:
    assert severity(principal_with_admin_access, an_account().user("a", attached=(ADMIN,)).build()) is Severity.HIGH
    account = an_account().user("a", attached=(ADMIN,), keys=(key(1),)).build()
    assert severity(principal_with_admin_access, account) is Severity.CRITICAL
    assert severity(principal_with_admin_access, an_account().role("r", attached=(ADMIN,)).build()) is Severity.HIGH


def test_the_aws_managed_policy_is_no_subject_and_exempt_roles_are_left_to_the_framework() -> None:
    world = an_account().role("OrganizationAccountAccessRole", attached=(ADMIN,))
    assert names(principal_with_admin_access, world.build()) == ["OrganizationAccountAccessRole"]
