"""How high principals stand, and their tiers."""

from __future__ import annotations

from typing import Any

import pytest

from leastwise.escalation import Level, standing, tier
from world import World, allow, an_account, deny, document, group_of, role_of, user_of

OWN = "arn:aws:iam::123456789012:user/u"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
NOT_S3 = {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}


def of_user(world: World, *statements: dict[str, Any], **more: Any) -> tuple[Level, bool]:
    account = world.user("u", inline={"p": document(*statements)}, **more).build()
    found = standing(account, user_of(account, "u"))
    return found.level, found.certain


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow("*")], (Level.FULL, True)),
        ([allow("iam:*")], (Level.EQUIVALENT, True)),
        ([NOT_S3], (Level.EQUIVALENT, True)),
        ([allow("iam:PutUserPolicy")], (Level.EQUIVALENT, True)),
        ([allow("*", "arn:aws:*:*:*:*")], (Level.EQUIVALENT, True)),
        ([allow("*:*", "arn:*")], (Level.EQUIVALENT, True)),
        ([allow("iam:PutUserPolicy", OWN)], (Level.NONE, True)),
        ([allow("iam:*", "arn:aws:iam::*:user/u*")], (Level.NONE, True)),
        ([allow("iam:PutRolePolicy")], (Level.NONE, True)),
        ([allow("iam:PutUserPolicy"), deny("iam:PutUserPolicy", OWN)], (Level.NONE, True)),
        ([allow("*"), deny("s3:*")], (Level.EQUIVALENT, True)),
        ([allow("*"), deny("*")], (Level.NONE, True)),
        ([allow("*", Condition=MFA)], (Level.FULL, False)),
        ([allow("iam:*", Condition=MFA)], (Level.EQUIVALENT, False)),
        ([allow("*", Condition=MFA), allow("iam:*")], (Level.EQUIVALENT, True)),
        ([allow("s3:*")], (Level.NONE, True)),
    ],
)
def test_of_a_user(statements: list[dict[str, Any]], expected: tuple[Level, bool]) -> None:
    assert of_user(an_account(), *statements) == expected


def test_an_uncertain_standing_names_its_conditions() -> None:
    account = an_account().user("u", inline={"p": document(allow("iam:*", Condition=MFA))}).build()
    assert "aws:MultiFactorAuthPresent" in standing(account, account.users[0]).conditions[0]


def test_a_boundary_limits_it() -> None:
    world = an_account().policy("fence", document(allow("s3:*")))
    assert of_user(world, allow("*"), boundary="fence") == (Level.NONE, True)


def test_of_a_role() -> None:
    account = an_account().role("r", inline={"p": document(allow("iam:AttachRolePolicy"))}).build()
    assert standing(account, role_of(account, "r")).level is Level.EQUIVALENT
    account = an_account().role("r", inline={"p": document(allow("iam:AttachUserPolicy"))}).build()
    assert standing(account, role_of(account, "r")).level is Level.NONE


@pytest.mark.parametrize(
    ("policy", "level"),
    [("AdministratorAccess", Level.FULL), ("IAMFullAccess", Level.EQUIVALENT), ("ReadOnlyAccess", Level.NONE)],
)
def test_of_a_group_is_what_a_member_would_be(policy: str, level: Level) -> None:
    account = an_account().group("g", attached=(policy,)).build()
    assert standing(account, group_of(account, "g")).level is level


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("*"), "administrator"),
        (allow("iam:*"), "administrator"),
        (allow("iam:PutUserPolicy", OWN), "privileged"),
        (allow("iam:CreateAccessKey"), "privileged"),
        (allow("secretsmanager:GetSecretValue"), "sensitive"),
        (allow("iam:PassRole"), "other"),
        (allow("ec2:Describe*"), "other"),
    ],
)
def test_tiers(statement: dict[str, Any], expected: str) -> None:
    account = an_account().user("u", inline={"p": document(statement)}).build()
    assert tier(account, account.users[0]) == expected


def test_whoever_has_a_path_is_privileged() -> None:
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": OWN}, "Action": "sts:*"}]}
    world = an_account().role("boss", trust, attached=("AdministratorAccess",)).user("u")
    account = world.build()
    assert tier(account, account.users[0]) == "privileged"


def test_a_denied_power_is_no_tier() -> None:
    world = an_account().user("u", inline={"p": document(allow("iam:CreateUser"), deny("iam:*", Condition={}))})
    account = world.build()
    assert tier(account, account.users[0]) == "other"
