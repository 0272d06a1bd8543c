"""How far it reaches if somebody is taken over: forward search, what is won, where the view ends."""

from __future__ import annotations

from typing import Any

import pytest

from leastwise.account.build import build
from leastwise.escalation.onward import Onward
from leastwise.escalation.paths import search_of
from leastwise.escalation.realm import Realm, alone
from leastwise.escalation.winnings import frontiers, wins
from leastwise.questions.blast import blast_radius
from leastwise.results import Kind, Verdict
from leastwise.snapshot import Snapshot, raw
from synthetic import AS_OF, OWN, Maker
from world import ACCOUNT, FOREIGN, World, allow, an_account, by_service, deny, document, trust

EVE = f"arn:aws:iam::{ACCOUNT}:user/eve"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
READ = document(allow("s3:GetObject", "arn:aws:s3:::payroll/*"))
PASS = ("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction")


def eve(*statements: dict[str, Any], **more: Any) -> World:
    return an_account().user("eve", inline={"p": document(*statements)}, **more)


def onward(*worlds: World) -> Onward:
    return Onward(Realm([world.build() for world in worlds]), EVE)


def reached(*worlds: World) -> list[tuple[str, str, int, str]]:
    found = list(onward(*worlds).reached.values())[1:]
    return [(one.subject.name, one.method, one.distance, one.verdict.value) for one in found]


@pytest.mark.parametrize(("principals", "seed"), [(120, 1), (300, 2)])
def test_forward_and_backward_agree_on_who_becomes_administrator_how_surely_and_how_soon(
    principals: int, seed: int
) -> None:
    calls = {"iam:GetAccountAuthorizationDetails": raw(Maker(principals, seed).make())}
    account = build(Snapshot(account=OWN, taken_at=AS_OF, calls=calls))
    search = search_of(alone(account))
    backward = {node.arn: search.reached.get(node) for node in search.nodes if node.held}
    assert any(backward.values())
    for arn, found in backward.items():
        forward = Onward(alone(account), arn).administered
        expected = [(found.verdict, found.distance)] if found else []
        assert [(one.verdict, one.distance) for one in forward] == expected, arn


def test_everybody_on_the_way_is_reached_with_the_hop_and_the_distance() -> None:
    world = eve(allow("sts:AssumeRole"))
    world.role("near", trust({"AWS": ROOT}), inline={"p": document(allow("sts:AssumeRole"))})
    world.role("far", trust({"AWS": f"arn:aws:iam::{ACCOUNT}:role/near"}))
    world.role("shut", trust({"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"}))
    assert reached(world) == [("near", "sts-001", 1, "proven"), ("far", "sts-001", 2, "proven")]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow(list(PASS)), [("bearer", "lambda-001", 1, "proven")]),
        (allow(list(PASS[:2])), []),
        (allow("lambda:UpdateFunctionCode"), [("bearer", "lambda-003", 1, "conditional")]),
        (allow("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/ann"), [("ann", "iam-002", 1, "proven")]),
        (allow("iam:AddUserToGroup", f"arn:aws:iam::{ACCOUNT}:group/team"), [("team", "iam-013", 1, "proven")]),
        (allow("s3:*"), []),
    ],
)
def test_each_shape_of_hop_is_followed(statement: dict[str, Any], expected: list[tuple[str, str, int, str]]) -> None:
    world = eve(statement).user("ann").group("team", inline={"p": READ})
    world.role("bearer", by_service("lambda"), inline={"p": READ})
    assert reached(world) == expected


def test_only_a_role_with_a_profile_can_be_borne_by_an_instance() -> None:
    bend = allow("ec2:*", "arn:aws:ec2:*"), allow("ssm:*")
    bare = eve(*bend).role("bearer", by_service("ec2"), inline={"p": READ})
    assert reached(bare) == []
    found = reached(eve(*bend).role("bearer", by_service("ec2"), inline={"p": READ}, profile=True))
    assert [(name, distance, verdict) for name, _, distance, verdict in found] == [("bearer", 1, "conditional")]


def test_an_administrator_stands_for_the_whole_account_and_nobody_else_in_it_is_listed() -> None:
    world = eve(allow("iam:PutUserPolicy", EVE), allow("sts:AssumeRole")).role("other", trust({"AWS": ROOT}))
    assert reached(world) == [(ACCOUNT, "iam-007", 1, "proven")]
    passing = eve(allow(list(PASS))).role("boss", by_service("lambda"), attached=("AdministratorAccess",))
    assert reached(passing) == [("boss", "lambda-001", 1, "proven"), (ACCOUNT, "", 1, "proven")]


def test_a_change_to_oneself_is_a_hop_of_its_own() -> None:
    world = an_account().policy("fence", document(allow("s3:*")))
    world.user("eve", boundary="fence", inline={"p": document(allow("sts:AssumeRole"), allow("iam:Delete*"))})
    world.role("near", trust({"AWS": ROOT}))
    assert reached(world) == []
    world = an_account().policy("fence", document(allow(["s3:*", "iam:*"])))
    world.user("eve", boundary="fence", inline={"p": document(allow("sts:AssumeRole"), allow("iam:DeleteUser*"))})
    world.role("near", trust({"AWS": ROOT}))
    assert [(name, distance) for name, _, distance, _ in reached(world)] == [("near", 2)]


def test_what_is_won_is_what_the_source_lacks() -> None:
    world = eve(allow("s3:GetObject", "arn:aws:s3:::open/*"), allow("sts:AssumeRole"))
    both = allow("s3:GetObject", ["arn:aws:s3:::open/a*", "arn:aws:s3:::payroll/*"])
    world.role("near", trust({"AWS": ROOT}), inline={"p": document(both, deny("s3:GetObject", "arn:aws:s3:::none/*"))})
    (win,) = wins(onward(world))
    assert (win.action, win.scope, win.through.subject.name, win.verdict) == (
        "s3:GetObject", "arn:aws:s3:::payroll/*", "near", Verdict.PROVEN,
    )  # fmt: skip
    assert (
        wins(
            onward(
                eve(allow("s3:GetObject"), allow("sts:AssumeRole")).role("x", trust({"AWS": ROOT}), inline={"p": READ})
            )
        )
        == ()
    )


def test_a_condition_makes_a_win_conditional_and_a_deny_ends_it() -> None:
    guarded = allow("kms:Decrypt", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    world = eve(allow("sts:AssumeRole")).role("near", trust({"AWS": ROOT}), inline={"p": document(guarded)})
    assert [win.verdict for win in wins(onward(world))] == [Verdict.CONDITIONAL]
    denied = document(allow("kms:Decrypt", "arn:aws:kms:*:*:key/a"), deny("kms:*", "arn:aws:kms:*"))
    world = eve(allow("sts:AssumeRole")).role("near", trust({"AWS": ROOT}), inline={"p": denied})
    assert wins(onward(world)) == ()


def test_an_administrator_wins_everything() -> None:
    found = wins(onward(eve(allow("iam:PutUserPolicy"))))
    assert {(win.scope, win.through.subject.kind) for win in found} == {("*", Kind.ACCOUNT)}
    assert "secretsmanager:GetSecretValue" in {win.action for win in found}


# several accounts


def test_it_goes_on_in_another_account_from_a_principal_and_from_an_administrator() -> None:
    there = an_account(FOREIGN).role("boss", trust({"AWS": ROOT}), attached=("AdministratorAccess",))
    assert reached(eve(allow("sts:AssumeRole")), there) == [
        ("boss", "sts-001", 1, "proven"), (FOREIGN, "", 1, "proven"),
    ]  # fmt: skip
    assert reached(eve(allow("s3:*")), there) == []
    assert reached(eve(allow("iam:PutUserPolicy", EVE)), there) == [
        (ACCOUNT, "iam-007", 1, "proven"), ("boss", "enter-account", 2, "proven"), (FOREIGN, "", 2, "proven"),
    ]  # fmt: skip


def test_an_account_that_was_not_given_is_where_the_view_ends() -> None:
    walk = allow("sts:AssumeRole", f"arn:aws:iam::{FOREIGN}:role/boss")
    (frontier,) = frontiers(onward(eve(walk)))
    assert (frontier.account, frontier.roles) == (FOREIGN, f"arn:aws:iam::{FOREIGN}:role/boss")
    assert frontiers(onward(eve(walk, deny("sts:*")))) == ()
    assert frontiers(onward(eve(walk, deny("sts:*", f"arn:aws:iam::{FOREIGN}:*")))) == ()
    assert frontiers(onward(eve(walk), an_account(FOREIGN))) == ()
    through = eve(allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/*"))
    through.role("near", trust({"AWS": ROOT}), inline={"p": document(walk)})
    (frontier,) = frontiers(onward(through))
    assert frontier.through.subject.name == "near"


def test_a_policy_that_cannot_be_read_is_named() -> None:
    world = eve(allow("sts:AssumeRole")).role("near", trust({"AWS": ROOT}), inline={"p": {"Statement": "?"}})
    blast = blast_radius(alone(world.build()), "eve")
    assert [why for why in blast.blind if "role/near" in why]
    assert blast_radius(alone(eve(allow("s3:*")).build()), "eve").blind == ()


def test_roles_that_lead_back_are_reached_once() -> None:
    world = eve(allow("sts:AssumeRole"))
    for name, other in (("near", "far"), ("far", "near")):
        go = {"p": document(allow("sts:AssumeRole"))}
        world.role(name, trust({"AWS": [EVE, f"arn:aws:iam::{ACCOUNT}:role/{other}"]}), inline=go)
    assert reached(world) == [("far", "sts-001", 1, "proven"), ("near", "sts-001", 1, "proven")]


def test_who_is_administrator_goes_on_where_services_bear_roles() -> None:
    world = eve(allow("*")).role("bearer", by_service("lambda"), inline={"p": READ})
    assert reached(world) == [(ACCOUNT, "", 0, "proven")]


def test_a_role_that_may_be_passed_under_an_open_condition() -> None:
    office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    world = eve(allow(list(PASS), Condition=office)).role("bearer", by_service("lambda"), inline={"p": READ})
    assert reached(world) == [("bearer", "lambda-001", 1, "conditional")]


@pytest.mark.parametrize("source", [ACCOUNT, FOREIGN])
def test_a_role_is_borne_only_by_what_its_trust_lets_in(source: str) -> None:
    mine = trust({"Service": "lambda.amazonaws.com"}, StringEquals={"aws:SourceAccount": source})
    world = eve(allow("lambda:UpdateFunctionCode")).role("bearer", mine, inline={"p": READ})
    assert [name for name, *_ in reached(world)] == (["bearer"] if source == ACCOUNT else [])


def test_the_hop_by_which_somebody_is_reached_can_be_shown() -> None:
    source, near = onward(eve(allow("sts:AssumeRole")).role("near", trust({"AWS": ROOT}))).reached.values()
    assert source.edge is None
    assert near.edge is not None
    assert [used.action for used in near.edge.permissions] == ["sts:AssumeRole"]
