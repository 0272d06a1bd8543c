"""Ways into somebody else: keys, passwords, groups, trust, and what is known of the target."""

from __future__ import annotations

from typing import Any

import pytest

from escalation.cases_io import by_eve as eve
from escalation.cases_io import routes, used
from leastwise.escalation import find_paths
from leastwise.results import Verdict
from world import allow, an_account, by_service, document, key, trust

IAM = "arn:aws:iam::123456789012:"
EVE = f"{IAM}user/eve"
ADMIN = ("AdministratorAccess",)


@pytest.mark.parametrize(("keys", "actions", "methods"), [
    (1, ["iam:CreateAccessKey"], {"iam-002"}),
    (2, ["iam:CreateAccessKey"], set()),
    (2, ["iam:CreateAccessKey", "iam:DeleteAccessKey"], {"iam-003"}),
])  # fmt: skip
def test_two_keys_leave_no_room(keys: int, actions: list[str], methods: set[str]) -> None:
    world = an_account().user("boss", attached=ADMIN, keys=(key(10),) * keys)
    assert used(eve(world, allow(actions, f"{IAM}user/boss"))) == methods


@pytest.mark.parametrize(("password", "action", "methods"), [
    (False, "iam:CreateLoginProfile", {"iam-004"}),
    (True, "iam:CreateLoginProfile", set()),
    (True, "iam:UpdateLoginProfile", {"iam-006"}),
    (False, "iam:UpdateLoginProfile", set()),
])  # fmt: skip
def test_login_profiles_are_made_or_changed(password: bool, action: str, methods: set[str]) -> None:
    world = an_account().user("boss", attached=ADMIN, password=password)
    assert used(eve(world, allow(action, f"{IAM}user/boss"))) == methods


@pytest.mark.parametrize("action", ["iam:CreateLoginProfile", "iam:UpdateLoginProfile"])
def test_without_a_credential_report_passwords_are_unknown(action: str) -> None:
    world = an_account().user("boss", attached=ADMIN).gap("iam:GetCredentialReport")
    (path,) = eve(world, allow(action, f"{IAM}user/boss"))
    assert path.verdict is Verdict.CONDITIONAL
    assert "console password" in path.edges[0].conditions[0]


def test_without_a_credential_report_a_key_can_be_made() -> None:
    world = an_account().user("boss", attached=ADMIN).gap("iam:GetCredentialReport")
    assert {p.verdict for p in eve(world, allow("iam:CreateAccessKey", f"{IAM}user/boss"))} == {Verdict.PROVEN}


@pytest.mark.parametrize(
    ("more", "verdict"), [([], Verdict.CONDITIONAL), (["iam:DeactivateMFADevice"], Verdict.PROVEN)]
)
def test_a_password_alone_does_not_pass_an_mfa_device(more: list[str], verdict: Verdict) -> None:
    world = an_account().user("boss", attached=ADMIN, password=True, mfa=True)
    (path,) = eve(world, allow(["iam:UpdateLoginProfile", *more], f"{IAM}user/boss"))
    assert path.verdict is verdict


def test_joining_a_group_does_not_help_its_member() -> None:
    world = an_account().group("half", attached=("IAMFullAccess",))
    world.user("eve", groups=("half",), inline={"p": document(allow("iam:AddUserToGroup"))})
    assert "iam-013" not in used(routes(world.build()))


@pytest.mark.parametrize("condition", [None, {"StringEquals": {"iam:PermissionsBoundary": f"{IAM}policy/fence"}}])
def test_new_users_that_must_bear_a_boundary_are_no_administrators(condition: dict[str, Any] | None) -> None:
    makes = ["iam:CreateUser", "iam:PutUserPolicy", "iam:CreateAccessKey"]
    more: dict[str, Any] = {"Condition": condition} if condition else {}
    world = an_account().policy("fence", document(allow("s3:*")))
    world.role("eve", inline={"p": document(allow(makes[:2], **more), allow(makes[2:]))})
    assert bool(routes(world.build())) is (condition is None)


def test_tags_of_the_target_are_known() -> None:
    world = an_account().user("boss", attached=ADMIN, tags={"team": "red"})
    red = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    blue = {"StringEquals": {"aws:ResourceTag/team": "blue"}}
    assert eve(world, allow("iam:CreateAccessKey", Condition=red))
    world = an_account().user("boss", attached=ADMIN, tags={"team": "red"})
    assert not eve(world, allow("iam:CreateAccessKey", f"{IAM}user/boss", Condition=blue))


def test_a_target_without_the_tag_is_known_to_lack_it() -> None:
    red = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    world = an_account().user("boss", attached=ADMIN)
    assert not eve(world, allow("iam:CreateAccessKey", f"{IAM}user/boss", Condition=red))


def test_a_trust_of_everyone_admits_everyone() -> None:
    world = an_account().role("boss", trust("*"), attached=ADMIN)
    assert {p.verdict for p in eve(world, allow("s3:List*"))} == {Verdict.PROVEN}


def test_chains_of_chains_end() -> None:
    world = an_account()
    for a, b in (("one", "two"), ("two", "one")):
        world.role(a, trust({"AWS": f"{IAM}role/{b}"}))
    assert not [p for p in find_paths(world.build()) if p.escalates]


def test_alternatives_are_listed_up_to_five() -> None:
    world = an_account().role("boss", by_service("lambda"), attached=ADMIN)
    own, more = allow(["iam:Put*", "iam:Attach*"], EVE), allow(["iam:PassRole", "lambda:*", "dynamodb:*"])
    paths = eve(world, own, more, allow("iam:UpdateAssumeRolePolicy", f"{IAM}role/boss"))
    assert sorted(path.edges[0].method for path in paths) == [
        "iam-007", "iam-008", "iam-012", "lambda-001", "lambda-006",
    ]  # fmt: skip


def test_a_member_of_a_strong_group_who_is_held_back_cannot_join_it_again() -> None:
    world = an_account().group("admins", attached=ADMIN).policy("fence", document(allow("s3:*")))
    world.user("ann", groups=("admins",), boundary="fence")
    assert not eve(world, allow(["iam:AddUserToGroup", "iam:CreateAccessKey"], [f"{IAM}user/ann", f"{IAM}group/none"]))


def test_what_cannot_be_read_grants_nothing() -> None:
    world = an_account().user("boss", attached=ADMIN)
    mine = document(allow("iam:CreateAccessKey", f"{IAM}user/nobody"))
    world.user("eve", inline={"a": {"Statement": [{**allow("*"), "Effect": "Perhaps"}]}, "p": mine})
    assert not routes(world.build())
