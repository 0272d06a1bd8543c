"""Joining a group: what it gives is worth what the newcomer's own limits leave of it, and may lead on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from escalation.cases_io import account_of, routes
from escalation.variants import IAM, allow, deny
from leastwise.escalation.realm import alone
from leastwise.escalation.search import Search

if TYPE_CHECKING:
    from leastwise.results import Path

JOINS = allow("iam:AddUserToGroup", f"{IAM}group/*")


def found(group: dict[str, Any], **eve: Any) -> list[Path]:
    boss = {"trust": {"Service": "lambda.amazonaws.com"}, "attached": ["AdministratorAccess"]}
    bounds = {"bound": {"statements": [allow(["iam:*", "sts:*"], f"{IAM}group/*")]}}
    users = {"eve": {"inline": {"p": [JOINS]}, **eve}}
    return routes(account_of({"users": users, "roles": {"boss": boss}, "groups": {"devs": group}, "policies": bounds}))


def test_a_group_of_no_administrators_may_lead_on() -> None:
    (path,) = found({"inline": {"p": [allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"])]}})
    assert [edge.method for edge in path.edges] == ["iam-013", "lambda-001"]
    assert path.edges[0].attack == "eve adds itself to the group devs."
    assert path.edges[0].commands == ("aws iam add-user-to-group --user-name eve --group-name devs",)
    assert path.target.name == "boss"
    assert not found({"inline": {"p": [allow(["iam:PassRole", "lambda:InvokeFunction"])]}})


def test_a_group_of_administrators_is_held_back_by_what_holds_the_newcomer_back() -> None:
    administrators = {"attached": ["AdministratorAccess"]}
    assert found(administrators)
    assert not found(administrators, boundary="bound")
    all_else = {"Effect": "Deny", "NotAction": ["iam:AddUserToGroup", "s3:*"], "Resource": "*"}
    assert not found(administrators, inline={"p": [JOINS], "no": [all_else]})
    assert not found(administrators, groups=["devs"], inline={"p": [JOINS], "no": [deny("*")]})


def test_any_group_can_be_asked_for() -> None:
    account = account_of({"users": {"eve": {"inline": {"p": [JOINS]}}}, "groups": {"clerks": {}}})
    search = Search(alone(account), f"{IAM}group/clerks")
    eve = search.node(f"{IAM}user/eve")
    assert eve
    assert [hop.method.id for hop in search.reached[eve].hops] == ["iam-013"]
