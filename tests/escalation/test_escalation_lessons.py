"""What other tools got wrong, and what their users complain of, one test each."""

from __future__ import annotations

from typing import Any

import pytest

from escalation.cases_io import account_of, case, needed, routes, used
from escalation.cases_io import by_eve as eve
from leastwise.results import Verdict
from world import World, allow, an_account, by_service, deny, document, trust

IAM = "arn:aws:iam::123456789012:"
EVE = f"{IAM}user/eve"
ROOT = f"{IAM}root"
LONG_AGO = {"DateLessThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}}
SINCE = {"DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}}
ADMIN = ("AdministratorAccess",)


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


@pytest.mark.parametrize("kind", ["user", "role"])
def test_administrators_within_a_boundary_are_none(kind: str) -> None:
    world = an_account().policy("fence", document(allow("s3:*")))
    world = world.user("eve", attached=ADMIN, boundary="fence") if kind == "user" else world
    world = world.role("eve", attached=ADMIN, boundary="fence") if kind == "role" else world
    assert not routes(world.build())


def test_a_boundary_grants_nothing() -> None:
    world = an_account().policy("fence", document(allow("*")))
    assert not eve(world, allow("s3:GetObject"), boundary="fence")


def test_a_policy_that_is_only_a_boundary_or_deprecated_is_read() -> None:
    world = an_account().policy("fence", document(allow("iam:DeleteUserPermissionsBoundary"), allow("s3:*")))
    world.policy("nobody-has-it", document(allow("*")))
    assert used(eve(world, allow("*"), boundary="fence", attached=("AmazonEC2RoleforSSM",))) == {"iam-022"}


@pytest.mark.parametrize(("older", "escalates"), [("s3:GetObject", False), ("*", True)])
def test_setting_a_version_back_depends_on_the_versions(older: str, escalates: bool) -> None:
    world = an_account().policy("p", document(allow("s3:List*")), older=(document(allow(older)),))
    paths = eve(world, allow("iam:SetDefaultPolicyVersion", f"{IAM}policy/p"), attached=("p",))
    assert used(paths) == ({"iam-setdefault"} if escalates else set())


@pytest.mark.parametrize("more", [
    {"trusted": by_service("ec2")},
    {"trusted": by_service("lambda"), "attached": ("ReadOnlyAccess",)},
    {"trusted": by_service("lambda"), "path": "/out-of-scope/"},
])  # fmt: skip
def test_passing_needs_a_role_that_fits_and_is_stronger(more: dict[str, Any]) -> None:
    make = ["lambda:CreateFunction", "lambda:InvokeFunction"]
    world = an_account().role("boss", **{"attached": ADMIN, **more})
    assert not eve(world, allow("iam:PassRole", f"{IAM}role/boss"), allow(make))


@pytest.mark.parametrize(("service", "escalates"), [("lambda.amazonaws.com", True), ("ec2.amazonaws.com", False)])
def test_to_whom_a_role_may_be_passed_counts(service: str, escalates: bool) -> None:
    world = an_account().role("boss", by_service("lambda"), attached=ADMIN)
    to = {"StringEquals": {"iam:PassedToService": service}}
    make = allow(["lambda:CreateFunction", "lambda:InvokeFunction"])
    assert bool(eve(world, allow("iam:PassRole", Condition=to), make)) is escalates


def test_passing_a_role_is_nothing_by_itself() -> None:
    world = an_account().role("boss", by_service("lambda"), attached=ADMIN, profile=True)
    assert not eve(world, allow("iam:PassRole"))


def test_case_is_ignored_in_the_service_too() -> None:
    world = an_account().role("boss", by_service("lambda"), attached=ADMIN)
    assert used(eve(world, allow(["IAM:passro*", "LAMBDA:createfunctio?", "Lambda:INVOKE*"]))) == {"lambda-001"}


@pytest.mark.parametrize(
    "method", ["codestar-createproject", "datapipeline-001", "autoscaling-launchconfig", "glue-001"]
)
def test_closed_services_are_marked_and_not_passed_over(method: str) -> None:
    (path,) = routes(account_of(case(method)["fires"]["account"]), method)
    assert path.edges[0].end_of_life


@pytest.mark.parametrize(("method", "side"), [
    ("sso-002", "sso:ProvisionPermissionSet"),
    ("autoscaling-launchtemplate", "ec2:RunInstances"),
])  # fmt: skip
def test_side_permissions_gate_a_method(method: str, side: str) -> None:
    described = case(method)["fires"]["account"]
    assert routes(account_of(described), method)
    for statement in needed(described):
        statement["Action"].remove(side)
    assert not routes(account_of(described), method)


@pytest.mark.parametrize(("admitted", "escalates"), [("administration", True), ("somebody-else", False)])
def test_a_stack_set_acts_with_the_execution_role(admitted: str, escalates: bool) -> None:
    world = an_account().role("execution", trust({"AWS": f"{IAM}role/{admitted}"}), attached=ADMIN)
    go = document(allow("sts:AssumeRole", f"{IAM}role/execution"))
    world.role("administration", by_service("cloudformation"), inline={"p": go})
    make = allow(["cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"])
    paths = eve(world, allow("iam:PassRole", f"{IAM}role/administration"), make)
    assert used(paths) == ({"cloudformation-003"} if escalates else set())


def test_two_statements_of_one_policy_add_up() -> None:
    world = an_account().role("boss", by_service("lambda"), attached=ADMIN)
    make = allow(["lambda:CreateFunction", "lambda:InvokeFunction"])
    assert used(eve(world, allow("iam:PassRole"), make)) == {"lambda-001"}


def test_only_what_a_policy_says_is_cited() -> None:
    (path,) = eve(an_account(), allow("s3:*"), allow("iam:PutUserPolicy", EVE))
    ((permission,),) = (edge.permissions for edge in path.edges)
    assert permission.action == "iam:PutUserPolicy"
    (evidence,) = permission.evidence
    assert evidence.pointer.endswith("/Statement/1")


@pytest.mark.parametrize("scp", [deny("iam:*"), deny("*")])
def test_whoever_an_scp_denies_is_no_administrator(scp: dict[str, Any]) -> None:
    world = an_account().organization().scp("full", document(allow("*"))).scp("no", document(scp))
    assert not eve(world, allow(["iam:PutUserPolicy", "iam:AttachUserPolicy"]))


@pytest.mark.parametrize(("action", "service"), [
    ("lambda:UpdateFunctionCode", "lambda"),
    ("cloudformation:UpdateStack", "cloudformation"),
])  # fmt: skip
def test_what_bears_a_role_can_be_changed(action: str, service: str) -> None:
    world = an_account().role("boss", by_service(service), attached=ADMIN)
    assert {path.verdict for path in eve(world, allow(action))} == {Verdict.CONDITIONAL}


@pytest.mark.parametrize(
    "trigger", ["lambda:InvokeFunction", "lambda:AddPermission", "lambda:CreateEventSourceMapping"]
)
def test_other_triggers_would_do(trigger: str) -> None:
    world = an_account().role("boss", by_service("lambda"), attached=ADMIN)
    assert eve(world, allow(["iam:PassRole", "lambda:CreateFunction", "dynamodb:*", trigger]))
