"""What other tools got wrong, one test each."""

from __future__ import annotations

from typing import Any

import pytest

from escalation.cases_io import routes
from leastwise.escalation import find_paths
from leastwise.results import Path, Verdict
from world import World, allow, an_account, by_service, deny, document, key, trust

IAM = "arn:aws:iam::123456789012:"
EVE = f"{IAM}user/eve"
ROOT = f"{IAM}root"
LONG_AGO = {"DateLessThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}}
SINCE = {"DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}}
ADMIN = ("AdministratorAccess",)


def eve(world: World, *statements: dict[str, Any], **more: Any) -> list[Path]:
    """Her escalations, when she is a user with these statements."""
    return routes(world.user("eve", inline={"p": document(*statements)}, **more).build())


def used(paths: list[Path]) -> set[str]:
    return {edge.method for path in paths for edge in path.edges}


def test_allow_and_deny_in_one_policy() -> None:
    assert not eve(an_account(), allow("iam:PutUserPolicy", EVE), deny("iam:PutUserPolicy"))


def test_allow_and_deny_in_two_policies() -> None:
    world = an_account().policy("no", document(deny("iam:*")))
    assert not eve(world, allow("iam:PutUserPolicy", EVE), attached=("no",))


def test_only_a_deny() -> None:
    assert not eve(an_account(), deny("iam:PutUserPolicy"))


def test_new_versions_of_aws_policies_only() -> None:
    assert not eve(
        an_account(), allow("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/*"), attached=("ReadOnlyAccess",)
    )


@pytest.mark.parametrize("action", ["iam:*", "*"])
def test_a_date_in_the_past(action: str) -> None:
    assert not eve(an_account(), allow(action, Condition=LONG_AGO))
    world = an_account().role("eve", inline={"p": document(allow(action, Condition=LONG_AGO))})
    assert not routes(world.build())


def test_a_date_that_holds_for_a_role() -> None:
    world = an_account().role("eve", inline={"p": document(allow("iam:*", Condition=SINCE))})
    (path,) = routes(world.build())
    assert path.verdict is Verdict.PROVEN


def test_the_same_for_a_user_whose_requests_need_not_carry_it() -> None:
    paths = eve(an_account(), allow("iam:PutUserPolicy", EVE, Condition=SINCE))
    assert {path.verdict for path in paths} == {Verdict.CONDITIONAL}


def test_permissions_over_two_policies() -> None:
    world = an_account().role("boss", by_service("lambda"), attached=ADMIN)
    world.policy("make", document(allow(["lambda:CreateFunction", "lambda:InvokeFunction"])))
    assert used(eve(world, allow("iam:PassRole"), attached=("make",))) == {"lambda-001"}


def test_a_pattern_that_covers_its_own_policy() -> None:
    world = an_account().policy("team-x", document(allow("iam:CreatePolicyVersion", f"{IAM}policy/team-*")))
    assert used(routes(world.user("eve", attached=("team-x",)).build())) == {"iam-001"}


def test_not_action_that_leaves_iam_in() -> None:
    world = an_account().user("eve", inline={"p": document({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})})
    assert routes(world.build())


@pytest.mark.parametrize(
    "action", ["iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:AddUserToGroup", "iam:AttachGroupPolicy"]
)
def test_a_role_gains_nothing_from_user_methods(action: str) -> None:
    world = an_account().group("admins", attached=ADMIN).user("ann", groups=("admins",)).user("bob")
    assert not routes(world.role("eve", inline={"p": document(allow(action))}).build())


@pytest.mark.parametrize("action", ["iam:AttachRolePolicy", "iam:PutRolePolicy"])
def test_a_user_with_role_methods_needs_a_role_it_can_assume(action: str) -> None:
    assert not eve(an_account().role("worker", by_service("ec2")), allow(action))
    assert eve(an_account().role("worker", trust({"AWS": EVE})), allow(action))


def test_strengthening_a_role_needs_no_assume_role_where_the_trust_names_the_caller() -> None:
    world = an_account().role("worker", trust({"AWS": EVE}))
    assert used(eve(world, allow("iam:AttachRolePolicy", f"{IAM}role/worker"))) == {"iam-014"}


@pytest.mark.parametrize(("statement", "escalates"), [(allow("s3:List*"), False), (allow("sts:AssumeRole"), True)])
def test_a_trust_of_the_account_needs_assume_role(statement: dict[str, Any], escalates: bool) -> None:
    world = an_account().role("boss", trust({"AWS": ROOT}), attached=ADMIN)
    assert bool(eve(world, statement)) is escalates


@pytest.mark.parametrize("trusted", [ROOT, EVE])
def test_an_explicit_deny_stops_both(trusted: str) -> None:
    world = an_account().role("boss", trust({"AWS": trusted}), attached=ADMIN)
    assert not eve(world, allow("sts:AssumeRole"), deny("sts:AssumeRole"))


def test_a_rewritten_trust_needs_no_assume_role_but_a_deny_stops_it() -> None:
    def world() -> World:
        return an_account().role("boss", by_service("ec2"), attached=ADMIN)

    rewrite = allow("iam:UpdateAssumeRolePolicy", f"{IAM}role/boss")
    assert used(eve(world(), rewrite)) == {"iam-012"}
    assert not eve(world(), rewrite, deny("sts:AssumeRole"))


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


def test_missing_one_permission_is_not_always_a_fix() -> None:
    def world(service: str) -> World:
        return an_account().role("boss", by_service(service), attached=ADMIN)

    assert used(eve(world("lambda"), allow("lambda:UpdateFunctionCode"))) == {"lambda-003"}
    assert used(eve(world("codebuild"), allow(["codebuild:CreateProject", "codebuild:StartBuild"]))) == {
        "codebuild-002"
    }


def test_create_stack_alone_is_nothing() -> None:
    world = an_account().role("boss", by_service("cloudformation"), attached=ADMIN)
    assert not eve(world, allow("cloudformation:CreateStack"))


def test_an_instance_needs_a_profile() -> None:
    def world(*, profile: bool) -> World:
        return an_account().role("boss", by_service("ec2"), attached=ADMIN, profile=profile)

    launch = ["iam:PassRole", "ec2:RunInstances"]
    profile = ["iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile"]
    assert not eve(world(profile=False), allow(launch))
    assert used(eve(world(profile=True), allow(launch))) == {"ec2-001"}
    assert used(eve(world(profile=False), allow([*launch, *profile]))) == {"ec2-new-profile"}


def test_launching_needs_every_kind_of_resource() -> None:
    world = an_account().role("boss", by_service("ec2"), attached=ADMIN, profile=True)
    assert not eve(world, allow("iam:PassRole"), allow("ec2:RunInstances", "arn:aws:ec2:*:*:instance/*"))


@pytest.mark.parametrize(
    "images", ["arn:aws:ec2:*::image/ami-0123", "arn:aws:ec2:eu-*::image/*", "arn:aws:ec2:*:*:image/ami-?"]
)
def test_launching_from_some_images_only(images: str) -> None:
    world = an_account().role("boss", by_service("ec2"), attached=ADMIN, profile=True)
    others = [f"arn:aws:ec2:*:*:{kind}/*" for kind in ("instance", "network-interface", "security-group", "subnet")]
    launch = allow("ec2:RunInstances", [*others, images])
    assert used(eve(world, allow("iam:PassRole"), launch)) == {"ec2-001"}


def test_making_and_running_must_meet_on_one_resource() -> None:
    def world() -> World:
        return an_account().role("boss", by_service("lambda"), attached=ADMIN)

    function = "arn:aws:lambda:eu-west-1:123456789012:function:"
    make, run = allow("lambda:CreateFunction", f"{function}a"), allow("lambda:InvokeFunction", f"{function}b")
    assert {p.verdict for p in eve(world(), allow("iam:PassRole"), make, run)} == {Verdict.CONDITIONAL}
    both = allow(["lambda:CreateFunction", "lambda:InvokeFunction"], f"{function}a")
    assert {p.verdict for p in eve(world(), allow("iam:PassRole"), both)} == {Verdict.PROVEN}


def test_service_linked_roles_are_neither_passed_nor_edited() -> None:
    world = an_account().role("x", by_service("lambda"), attached=ADMIN, path="/aws-service-role/lambda.amazonaws.com/")
    statement = allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction", "iam:UpdateAssumeRolePolicy"])
    assert not eve(world, statement)


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


def test_a_trust_of_everyone_admits_everyone() -> None:
    world = an_account().role("boss", trust("*"), attached=ADMIN)
    assert {p.verdict for p in eve(world, allow("s3:List*"))} == {Verdict.PROVEN}


def test_alternatives_are_listed_up_to_five() -> None:
    world = an_account().role("boss", by_service("lambda"), attached=ADMIN)
    own, more = allow(["iam:Put*", "iam:Attach*"], EVE), allow(["iam:PassRole", "lambda:*", "dynamodb:*"])
    paths = eve(world, own, more, allow("iam:UpdateAssumeRolePolicy", f"{IAM}role/boss"))
    assert sorted(path.edges[0].method for path in paths) == [
        "iam-007", "iam-008", "iam-012", "lambda-001", "lambda-006",
    ]  # fmt: skip


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


def test_chains_of_chains_end() -> None:
    world = an_account()
    for a, b in (("one", "two"), ("two", "one")):
        world.role(a, trust({"AWS": f"{IAM}role/{b}"}))
    assert not [p for p in find_paths(world.build()) if p.escalates]


def test_a_role_that_the_service_may_not_bear_from_this_account() -> None:
    foreign = trust({"Service": "lambda.amazonaws.com"}, StringEquals={"aws:SourceAccount": "999988887777"})
    world = an_account().role("boss", foreign, attached=ADMIN)
    assert not eve(world, allow(["iam:PassRole", "lambda:*"]))


def test_a_profile_is_swapped_only_where_another_role_has_one() -> None:
    world = an_account().role("boss", by_service("ec2"), attached=ADMIN, profile=True)
    swap = ["iam:PassRole", "iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile"]
    assert not eve(world, allow(swap))


def test_an_instance_without_a_profile_bears_no_role() -> None:
    world = an_account().role("boss", by_service("ec2"), attached=ADMIN, profile=False)
    assert not eve(world, allow("ssm:StartSession"))


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


def test_a_target_without_the_tag_is_known_to_lack_it() -> None:
    red = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    world = an_account().user("boss", attached=ADMIN)
    assert not eve(world, allow("iam:CreateAccessKey", f"{IAM}user/boss", Condition=red))
