"""Changes of what binds oneself, and what stands in their way: boundaries, denies, versions, whom AWS guards."""

from __future__ import annotations

import pytest

from escalation.cases_io import by_eve as eve
from escalation.cases_io import routes, used
from leastwise.results import Verdict
from world import allow, an_account, by_service, deny, document, trust

IAM = "arn:aws:iam::123456789012:"
EVE = f"{IAM}user/eve"
ADMIN = ("AdministratorAccess",)


def test_boundaries_of_roles_count() -> None:
    world = an_account().policy("fence", document(allow("s3:*")))
    world.role("eve", boundary="fence", inline={"p": document(allow("iam:PutRolePolicy"))})
    assert not routes(world.build())


def test_a_policy_written_under_a_boundary_wins_only_what_the_boundary_allows() -> None:
    world = an_account().policy("fence", document(allow(["iam:PutUserPolicy", "s3:*"])))
    assert not eve(world, allow("iam:PutUserPolicy", EVE), boundary="fence")


def test_a_boundary_that_lets_its_own_removal_is_taken_off_in_a_second_step() -> None:
    world = an_account().policy("fence", document(allow(["iam:PutUserPolicy", "iam:DeleteUserPermissionsBoundary"])))
    paths = eve(world, allow("iam:PutUserPolicy", EVE), boundary="fence")
    assert [e.method for e in paths[0].edges] in (["iam-007"], ["iam-007", "iam-022"])
    assert paths[0].verdict is Verdict.PROVEN


def test_what_is_won_under_a_boundary_may_lead_on_to_another() -> None:
    fence = ["iam:PutUserPolicy", "iam:PassRole", "lambda:*"]
    world = an_account().policy("fence", document(allow(fence)))
    world.role("boss", by_service("lambda"), attached=ADMIN)
    (first, *_) = eve(world, allow("iam:PutUserPolicy", EVE), boundary="fence")
    assert [edge.method for edge in first.edges] == ["iam-007", "lambda-001"]
    assert first.edges[0].source == first.edges[0].target == EVE
    assert not any(e.source == "paper" for edge in first.edges for e in edge.evidence)


def test_denies_that_cannot_be_rewritten_remain() -> None:
    world = an_account().group("g", inline={"d": document(deny("iam:*User*"), deny("ec2:*"))})
    assert not eve(world, allow("iam:PutUserPolicy", EVE), groups=("g",))


def test_own_denying_inline_policies_are_overwritten() -> None:
    world = an_account().user(
        "eve", inline={"p": document(allow("iam:PutUserPolicy", EVE)), "d": document(deny("ec2:*"))}
    )
    assert used(routes(world.build())) == {"iam-007"}


@pytest.mark.parametrize("pinned", [f"{IAM}policy/tiny", "arn:aws:iam::aws:policy/ReadOnlyAccess"])
def test_attaching_is_no_escalation_where_the_policy_is_pinned(pinned: str) -> None:
    world = an_account().policy("tiny", document(allow("s3:GetObject")))
    condition = {"ArnEquals": {"iam:PolicyARN": pinned}}
    assert not eve(world, allow("iam:AttachUserPolicy", EVE, Condition=condition))


def test_attaching_a_pinned_policy_of_the_account_that_is_strong() -> None:
    world = an_account().policy("strong", document(allow("*")))
    condition = {"ArnEquals": {"iam:PolicyARN": f"{IAM}policy/strong"}}
    (path,) = eve(world, allow("iam:AttachUserPolicy", EVE, Condition=condition))
    assert f"{IAM}policy/strong" in path.edges[0].attack


@pytest.mark.parametrize(("pinned", "methods"), [(["one", "two"], {"iam-detachuserpolicy"}), (["one"], set())])
def test_each_of_several_denying_policies_must_be_one_that_may_be_detached(
    pinned: list[str], methods: set[str]
) -> None:
    held_down = document({"Effect": "Deny", "NotAction": "iam:DetachUserPolicy", "Resource": "*"})
    world = an_account().policy("one", held_down).policy("two", held_down)
    condition = {"ArnNotEquals": {"iam:PolicyARN": [f"{IAM}policy/{name}" for name in pinned]}}
    own = allow("*"), deny("iam:DetachUserPolicy", Condition=condition)
    assert used(eve(world, *own, attached=("one", "two"))) == methods


def test_a_policy_that_cannot_be_read_may_deny_so_that_nothing_is_proven() -> None:
    unreadable = {"Statement": [{"Effect": "Perhaps", "Action": "*"}]}
    documents = {"p": document(allow("iam:PutUserPolicy", EVE)), "q": unreadable}
    (path,) = routes(an_account().user("eve", inline=documents).build())
    assert path.verdict is Verdict.CONDITIONAL
    assert path.edges[0].conditions == ("identity q could not be read",)


@pytest.mark.parametrize(
    ("versions", "more", "methods"),
    [(3, [], {"iam-001"}), (4, [], set()), (4, ["iam:DeletePolicyVersion"], {"iam-001"})],
)
def test_five_versions_leave_no_room(versions: int, more: list[str], methods: set[str]) -> None:
    tiny = document(allow("s3:GetObject"))
    world = an_account().policy("p", tiny, older=(tiny,) * versions)
    assert used(eve(world, allow(["iam:CreatePolicyVersion", *more], f"{IAM}policy/p"), attached=("p",))) == methods


def test_going_back_to_an_older_version_that_is_no_stronger() -> None:
    tiny = document(allow("s3:GetObject"))
    world = an_account().policy("p", tiny, older=(tiny,))
    assert not eve(world, allow("iam:SetDefaultPolicyVersion"), attached=("p",))


def test_the_policy_that_is_the_boundary_can_be_rewritten_too() -> None:
    fence = document(allow("iam:CreatePolicyVersion", f"{IAM}policy/fence"))
    world = an_account().policy("fence", fence)
    assert used(eve(world, allow("*"), boundary="fence")) == {"iam-001"}


def test_a_deny_in_the_way_is_removed_and_what_it_held_back_is_used() -> None:
    world = an_account().role("boss", by_service("lambda"), attached=ADMIN)
    world.user(
        "eve",
        inline={
            "p": document(allow(["iam:PassRole", "lambda:*", "iam:DeleteUserPolicy"])),
            "d": document(deny("lambda:*")),
        },
    )
    (path,) = routes(world.build())
    assert [edge.method for edge in path.edges] == ["iam-deleteuserpolicy", "lambda-001"]


def test_three_changes_in_a_row_are_too_many_to_follow() -> None:
    guard = document(deny("lambda:*"))
    world = an_account().role("boss", by_service("lambda"), attached=ADMIN).policy("guard", guard)
    world.policy("fence", document(allow("iam:*User*"), allow("lambda:*")))
    mine = [
        "iam:DeleteUserPolicy",
        "iam:DetachUserPolicy",
        "iam:DeleteUserPermissionsBoundary",
        "iam:PassRole",
        "lambda:*",
    ]
    world.user("eve", attached=("guard",), boundary="fence", inline={"p": document(allow(mine)), "d": guard})
    assert not [p for p in routes(world.build()) if p.verdict is Verdict.PROVEN]


def test_roles_that_aws_owns_cannot_be_edited_by_themselves_or_others() -> None:
    path = "/aws-reserved/sso.amazonaws.com/"
    world = an_account().role("eve", inline={"p": document(allow("iam:PutRolePolicy"))}, path=path)
    assert not routes(world.build())
    world = an_account().role("reserved", trust({"AWS": EVE}), path=path)
    assert not eve(world, allow("iam:AttachRolePolicy"))


def test_one_open_way_of_a_kind_is_told_once() -> None:
    world = an_account().policy("strong", document(allow("*")))
    office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    (path,) = eve(world, allow("iam:AttachUserPolicy", EVE, Condition=office))
    assert path.verdict is Verdict.CONDITIONAL
    assert "AdministratorAccess" in path.edges[0].attack
