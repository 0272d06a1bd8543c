from __future__ import annotations

from typing import Any

import pytest

from judging import hits, is_certain, names, the_hit
from leastwise.checks.principal_with_power_user_access import principal_with_power_user_access
from world import allow, an_account, deny, document

POWER = "PowerUserAccess"
EQUAL = {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
NO_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}


def inline(*statements: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {"p": document(*statements)}


def test_fires_on_the_policy_of_that_name() -> None:
    account = an_account().user("ann", attached=(POWER,)).role("r", attached=(POWER,)).build()
    assert names(principal_with_power_user_access, account) == ["ann", "r"]
    assert is_certain(principal_with_power_user_access, an_account().user("ann", attached=(POWER,)).build())


@pytest.mark.parametrize(
    "statements",
    [
        [EQUAL],
        [allow("*"), deny("iam:*")],
        [EQUAL, deny("s3:DeleteBucket")],
        [EQUAL, deny("s3:*", "arn:aws:s3:::audit-log/*")],
        [EQUAL, deny("kms:ScheduleKeyDeletion", "*")],
    ],
    ids=["the same by hand", "everything less IAM", "one action denied", "one bucket denied", "another"],
)
def test_equivalent_by_evaluation(statements: list[dict[str, Any]]) -> None:
    hit = the_hit(principal_with_power_user_access, an_account().user("ann", inline=inline(*statements)).build())
    assert hit.certain
    assert hit.evidence


@pytest.mark.parametrize(
    "statements",
    [
        [allow("*")],
        [allow(["s3:*", "ec2:*", "lambda:*"])],
        [EQUAL, deny("*")],
        [EQUAL, {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}],
        [{**EQUAL, "Resource": "arn:aws:s3:::b/*"}],
    ],
    ids=["administrator", "a few services", "all denied", "all but S3 denied", "one bucket"],
)
def test_silent(statements: list[dict[str, Any]]) -> None:
    assert not hits(principal_with_power_user_access, an_account().user("ann", inline=inline(*statements)).build())


def test_silent_under_a_narrow_boundary_but_not_under_its_own() -> None:
    world = an_account().policy("fence", document(allow("s3:*")))
    assert not hits(principal_with_power_user_access, world.user("ann", attached=(POWER,), boundary="fence").build())
    bounded = an_account().user("ann", attached=("AdministratorAccess",), boundary=POWER).build()
    assert names(principal_with_power_user_access, bounded) == ["ann"]


def test_groups_and_their_members() -> None:
    account = an_account().group("devs", attached=(POWER,)).user("ann", groups=("devs",)).build()
    found = {hit.subject.name: hit for hit in hits(principal_with_power_user_access, account)}
    assert sorted(found) == ["ann", "devs"]
    assert "through group devs" in found["ann"].message


@pytest.mark.parametrize("statements", [[{**EQUAL, "Condition": MFA}], [EQUAL, deny("*", Condition=NO_MFA)]])
def test_conditional_where_it_hangs_on_mfa(statements: list[dict[str, Any]]) -> None:
    account = an_account().user("ann", inline=inline(*statements)).build()
    assert not is_certain(principal_with_power_user_access, account)
