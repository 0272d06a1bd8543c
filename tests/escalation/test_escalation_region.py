"""The attacker chooses the region: a condition on it tells him where to go, and stops him only where nothing is left."""

from __future__ import annotations

from typing import Any

import pytest

from escalation.cases_io import account_of, routes
from escalation.variants import allow, deny
from leastwise.escalation.whereabouts import DEFAULT, MOST, regions

FUNCTION = ["lambda:CreateFunction", "lambda:InvokeFunction"]
BOSS = {"trust": {"Service": "lambda.amazonaws.com"}, "attached": ["AdministratorAccess"]}


def only(*names: str, operator: str = "StringEquals") -> dict[str, Any]:
    return {operator: {"aws:RequestedRegion": list(names)}}


def verdict(*statements: dict[str, Any]) -> str:
    world = {"users": {"eve": {"inline": {"p": list(statements)}}}, "roles": {"boss": BOSS}}
    found = [path for path in routes(account_of(world)) if path.edges[0].method == "lambda-001"]
    return found[0].verdict.value if found else ""


def test_one_region_is_enough_for_all_that_is_needed() -> None:
    assert verdict(allow(["iam:PassRole", *FUNCTION], Condition=only("eu-west-3"))) == "proven"
    assert verdict(allow("iam:PassRole"), allow(FUNCTION, Condition=only("us-*", operator="StringLike"))) == "proven"
    outside = deny("lambda:*", Condition=only("eu-west-1", operator="StringNotEquals"))
    assert verdict(allow("iam:PassRole"), allow(FUNCTION), outside) == "proven"


def test_no_region_has_all() -> None:
    here, there = allow(FUNCTION[0], Condition=only("eu-west-1")), allow(FUNCTION[1], Condition=only("eu-west-2"))
    assert verdict(allow("iam:PassRole"), here, there) != "proven"
    passed = allow("iam:PassRole", Condition=only("eu-west-1"))
    assert verdict(passed, allow(FUNCTION, Condition=only("eu-west-2"))) != "proven"


@pytest.mark.parametrize(
    ("condition", "tried"),
    [
        ({}, ()),
        (only("eu-west-1"), ("eu-west-1", "us-east-1")),
        (only("us-east-1"), ("us-east-1", "us-east-2")),
        (only("ap-*"), ("ap-south-1", "us-east-1")),
        (only(*DEFAULT), DEFAULT[: MOST - 2]),
    ],
)
def test_the_regions_that_are_tried(condition: dict[str, Any], tried: tuple[str, ...]) -> None:
    world = {"users": {"eve": {"inline": {"p": [allow("ec2:*", Condition=condition)]}}}}
    account = account_of(world)
    assert regions(account, account.users[0]) == tried
