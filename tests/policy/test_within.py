"""What is plain to see from the texts of two statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from leastwise.policy.document import Policy, parse_value
from leastwise.policy.entries import covers_entry, meets_entry
from leastwise.policy.within import covers, each_within

if TYPE_CHECKING:
    from leastwise.policy.document import Statement

QUEUE = "arn:aws:sqs:*:*:q"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
ANN, BEN = ({"AWS": f"arn:aws:iam::111122223333:user/{name}"} for name in ("ann", "ben"))


def allow(action: object, resource: object = "*", **more: object) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def all_but(action: object, resource: object = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "NotAction": action, "Resource": resource}


def trust(principal: object, **more: object) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


def statement(source: dict[str, Any], version: str = "2012-10-17") -> Statement:
    policy = parse_value({"Version": version, "Statement": [source]})
    assert isinstance(policy, Policy)
    return policy.statements[0]


@pytest.mark.parametrize(
    ("whole", "part", "inside"),
    [
        (allow("sqs:*"), allow("sqs:SendMessage", QUEUE), True),
        (allow("sqs:SendMessage", QUEUE), allow("sqs:*", QUEUE), False),
        (allow("sqs:*", QUEUE), allow("sqs:*"), False),
        (allow("sqs:*", Condition=MFA), allow("sqs:*"), False),
        (allow("sqs:*"), allow("sqs:*", Condition=MFA), True),
        (
            allow("sqs:*", Condition=MFA),
            allow("sqs:*", Condition={"Bool": {"AWS:multifactorauthpresent": "true"}}),
            True,
        ),
        (all_but("iam:*"), allow("sqs:*"), True),
        (all_but("iam:*"), allow("i*:Get*"), False),
        (all_but("iam:*"), allow("x*:Frob"), True),
        (all_but("brandnew:*"), allow("b*:Frob*"), False),
        (allow("brandnew:D*"), allow("brandnew:Do"), True),
        (allow("brandnew:D*"), allow("brandnew:Frob"), False),
        (allow("brandnew:D*"), allow("brandnew:Do*"), True),
        (allow("*"), all_but("iam:*"), True),
        (allow("s3:*"), all_but("iam:*"), False),
        (allow([f"{letter}*:*" for letter in "abcdefghijklmnopqrstuvwxyz"]), all_but("iam:*"), False),
        (all_but("iam:*"), all_but(["iam:*", "sqs:*"]), True),
        (all_but(["iam:*", "brandnew:*"]), all_but("iam:*"), False),
        (allow("s3:*", "arn:aws:s3:::${aws:username}/*"), allow("s3:*", "arn:aws:s3:::x/*"), False),
        (allow("s3:*", "arn:aws:s3:::a*"), allow("s3:*", "arn:aws:s3:::${aws:username}/*"), False),
        (
            allow("s3:*", ["arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::b*"]),
            allow("s3:GetObject", ["arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::box"]),
            True,
        ),
        (
            {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::a"},
            {"Effect": "Allow", "Action": "s3:Get*", "NotResource": "arn:aws:s3:::a"},
            True,
        ),
        (
            {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::a"},
            allow("s3:GetObject", "arn:aws:s3:::b"),
            False,
        ),
        (trust(ANN), trust(ANN, Condition=MFA), True),
        (trust(ANN), trust(BEN), False),
        (trust(ANN), allow("sts:AssumeRole"), False),
        (trust(ANN), {"Effect": "Allow", "NotPrincipal": ANN, "Action": "sts:AssumeRole"}, False),
        (trust(ANN, Resource="*"), trust(ANN), False),
    ],
)
def test_it_tells_narrower_from_wider(whole: dict[str, Any], part: dict[str, Any], inside: bool) -> None:
    assert covers(statement(whole), statement(part)) is inside


def test_a_variable_of_an_old_policy_is_but_a_text() -> None:
    home = allow("s3:*", "arn:aws:s3:::${aws:username}/*")
    assert not covers(statement(home), statement(home, "2008-10-17"))


def test_each_must_lie_within_one() -> None:
    some = [statement(allow(action)) for action in ("s3:*", "sqs:*")]
    assert each_within([statement(allow("sqs:SendMessage")), statement(allow("s3:GetObject")), some[0]], some)
    assert not each_within([statement(allow("sqs:SendMessage")), statement(allow("iam:PassRole"))], some)
    assert not each_within([statement(allow(["sqs:SendMessage", "s3:GetObject"]))], some)


@pytest.mark.parametrize(
    ("listed", "entry", "meets"),
    [
        (allow("s3:Get*"), "s3:*Object", True),
        (allow("s3:Get*"), "sqs:*", False),
        (allow("brandnew:*"), "brandnew:Do", True),
        (allow("brandnew:*"), "brandnew:D*", True),
        (allow("other:*"), "brandnew:D*", False),
        (all_but("brandnew:*"), "brandnew:D*", False),
        (all_but("brandnew:Do"), "brandnew:D*", True),
    ],
)
def test_lists_and_entries_meet_in_what_no_catalogue_knows_too(listed: dict[str, Any], entry: str, meets: bool) -> None:
    assert meets_entry(statement(listed).actions, entry) is meets


def test_a_list_covers_an_entry_whose_every_match_it_lists() -> None:
    listed = statement(allow("s3:Get*")).actions
    assert covers_entry(listed, "s3:GetObj*")
    assert not covers_entry(listed, "s3:*Object")
