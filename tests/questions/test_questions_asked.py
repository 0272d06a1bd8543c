"""Who is asked about, and what: principals by what people call them, actions, resources."""

from __future__ import annotations

import pytest

from leastwise.errors import UsageError
from leastwise.questions import ask, find
from leastwise.questions.asker import NO_MEMBER
from questions.asking import ANN, GET, IF, NO, OBJECT, YES, asked, bucket
from world import ACCOUNT, FOREIGN, an_account, document


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ann", "user/ann"),
        ("user/ann", "user/ann"),
        (f"arn:aws:iam::{ACCOUNT}:user/team/ann", "user/ann"),
        ("user/team/ann", "user/ann"),
        ("role/twin", "role/twin"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/twin/session", "role/twin"),
        ("group/twin", "group/twin"),
        ("root", "root"),
        (f"arn:aws:iam::{ACCOUNT}:root", "root"),
    ],
)
def test_principals_are_found_by_what_people_call_them(text: str, name: str) -> None:
    account = an_account().user("ann", path="/team/").role("twin").group("twin").build()
    assert find(account, text).name == name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("twin", "may be role/twin or group/twin"),
        ("anne", "did you mean user/ann?"),
        ("user/bob", "name it as in user/ann"),
        ("group/ann", "did you mean user/ann?"),
        (f"arn:aws:iam::{FOREIGN}:user/ann", f"is of account {FOREIGN}"),
    ],
)
def test_who_is_nobody_or_several_is_said(text: str, says: str) -> None:
    account = an_account().user("ann").role("twin").group("twin").build()
    with pytest.raises(UsageError, match=says.replace("?", r"\?")):
        find(account, text)


def test_a_user_called_root_is_not_the_root_user() -> None:
    account = an_account().user("root").build()
    with pytest.raises(UsageError, match=f"arn:aws:iam::{ACCOUNT}:root or user/root"):
        find(account, "root")
    assert find(account, "user/root").name == "user/root"


def test_a_session_is_the_role_under_its_own_name() -> None:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"
    world = an_account().role("r").bucket("b", policy=bucket("Allow", {"AWS": session}))
    assert asked(world, "s3:GetObject", OBJECT, who=session).outcome is YES
    unnamed = asked(world, "s3:GetObject", OBJECT, who="role/r")
    assert unnamed.outcome is IF
    assert unnamed.conditions == ("StringLike aws:userid = *:s",)
    assert asked(world, "s3:GetObject", None, who="role/r").outcome is IF
    assert asked(world, "s3:PutObject", OBJECT, who="role/r").outcome is NO
    assert asked(world, "s3:GetObject", OBJECT, who=session).arn == session


def test_a_group_stands_for_its_members() -> None:
    verdict = asked(an_account().group("g", inline={"p": document(GET)}), "s3:GetObject", OBJECT, who="group/g")
    assert (verdict.outcome, verdict.notes) == (YES, (NO_MEMBER,))


@pytest.mark.parametrize(
    ("action", "resource"),
    [("s3:Get*", None), ("GetObject", None), ("s3:", None), ("s3:GetObject x", None), ("s3:GetObject", "bucket")],
)
def test_what_is_no_question_is_said(action: str, resource: str | None) -> None:
    with pytest.raises(UsageError):
        ask(action, resource)


def test_what_an_action_does_not_take_is_noted() -> None:
    assert ask("s3:ListAllMyBuckets", "arn:aws:s3:::b").resource == "*"
    assert "takes no resource" in ask("s3:ListAllMyBuckets", "arn:aws:s3:::b").notes[0]
    assert "does not take such a resource" in ask("iam:CreateUser", "arn:aws:s3:::b").notes[0]
    assert "each must be allowed" in ask("ec2:RunInstances", "arn:aws:ec2:eu-west-1:1:instance/i").notes[0]
    assert ask("iam:CreateUser", ANN).notes == ()
