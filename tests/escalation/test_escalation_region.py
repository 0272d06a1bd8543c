"""The attacker chooses the region: a condition on it tells him where to go, and stops him only where nothing is left."""

from __future__ import annotations

from typing import Any

import pytest

from escalation.cases_io import account_of, routes
from escalation.variants import allow, deny
from leastwise.escalation.whereabouts import MOST, representatives

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
    assert verdict(allow("iam:PassRole"), here, there) == ""
    passed = allow("iam:PassRole", Condition=only("eu-west-*", operator="StringLike"))
    assert verdict(passed, allow(FUNCTION, Condition=only("us-*", operator="StringLike"))) == ""
    assert verdict(passed, allow(FUNCTION, Condition=only("eu-west-?", operator="StringLike"))) == "proven"


def test_what_else_is_open_stays_open_in_every_region() -> None:
    address = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    limited = allow(FUNCTION, Condition=only("eu-west-1") | address)
    assert verdict(allow("iam:PassRole"), limited) == "conditional"
    many = only(*(f"xx-nowhere-{number}" for number in range(MOST + 1)))
    assert verdict(allow("iam:PassRole", Condition=only("eu-west-1")), allow(FUNCTION, Condition=many)) == "conditional"


@pytest.mark.parametrize(
    ("values", "tried"),
    [
        ((), ()),
        (("eu-west-1",), ("eu-west-1", "us-east-1")),
        (("us-east-1",), ("us-east-1", "us-east-2")),
        (("ap-*",), ("us-east-1", "ap-south-1")),
        (("me-*",), ("us-east-1", "me-central-1")),
        (("eu-west-1", "eu-*"), ("eu-west-1", "us-east-1", "eu-west-2")),
    ],
)
def test_one_region_stands_for_all_that_conditions_do_not_tell_apart(
    values: tuple[str, ...], tried: tuple[str, ...]
) -> None:
    assert representatives(values) == tried
