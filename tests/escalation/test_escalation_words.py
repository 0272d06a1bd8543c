"""The words that rows are written in: what each of them asks of an account, beyond what every row is asked."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from escalation.cases_io import routes
from leastwise.escalation import Level, method, methods, standing
from leastwise.escalation.method import Need, unknown_actions
from leastwise.results import Path, Verdict
from world import World, allow, an_account, by_service, deny, document, key, role_of, trust

IAM = "arn:aws:iam::123456789012:"
RESERVED = "/aws-reserved/sso.amazonaws.com/"
WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
ADMIN = ("AdministratorAccess",)


def eve(world: World, *statements: dict[str, Any], lesser: bool = False) -> list[Path]:
    return routes(world.user("eve", inline={"p": document(*statements)}).build(), lesser=lesser)


def used(paths: list[Path]) -> set[str]:
    return {edge.method for path in paths for edge in path.edges}


# actions that the catalogue does not know


@pytest.mark.parametrize(
    ("row", "action", "known"),
    [
        ("codestar-createproject", "codestar:CreateProject", True),  # a closed service, forgotten as a whole
        ("datapipeline-001", "datapipeline:NoSuchAction", False),  # a closed service, still known
        ("lambda-001", "codestar:CreateProject", False),  # a row that is not marked as closed
    ],
)
def test_only_a_closed_service_that_is_gone_is_excused(
    monkeypatch: pytest.MonkeyPatch, row: str, action: str, known: bool
) -> None:
    (found,) = [one for one in methods() if one.id == row]
    changed = msgspec.structs.replace(found, needs=(Need(action=action),))
    monkeypatch.setattr(method, "methods", lambda: (changed,))
    assert unknown_actions() == (() if known else ((row, action),))


# helper, passed_as


EMR = ["iam:PassRole", "elasticmapreduce:RunJobFlow"]
SETS = ["iam:PassRole", "cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"]


def a_cluster() -> World:
    world = an_account().role("boss", by_service("ec2"), attached=ADMIN, profile=True)
    return world.role("serving", by_service("elasticmapreduce"))


def a_stack_set() -> World:
    world = an_account().role("boss", trust({"AWS": f"{IAM}role/administration"}), attached=ADMIN)
    return world.role("administration", by_service("cloudformation"))


@pytest.mark.parametrize(("passed", "fires"), [("*", True), ("boss", False), ("serving", False)])
def test_both_roles_of_a_cluster_must_be_passed(passed: str, fires: bool) -> None:
    paths = eve(a_cluster(), allow(EMR[:1], f"{IAM}role/{passed}"), allow(EMR[1:]))
    assert used(paths) == ({"emr-001"} if fires else set())


@pytest.mark.parametrize(("passed", "fires"), [("administration", True), ("boss", False)])
def test_a_stack_set_is_passed_the_role_that_its_execution_role_trusts(passed: str, fires: bool) -> None:
    paths = eve(a_stack_set(), allow(SETS[:1], f"{IAM}role/{passed}"), allow(SETS[1:]))
    assert used(paths) == ({"cloudformation-003"} if fires else set())


def test_a_stack_set_proves_itself_by_the_trusts_on_the_way_and_names_its_roles() -> None:
    (path,) = eve(a_stack_set(), allow(SETS))
    (edge,) = path.edges
    assert path.target.name == "boss"
    assert str(edge.permissions[0]) == f"iam:PassRole on {IAM}role/administration"
    assert [used.action for used in edge.permissions] == SETS
    assert [e.document for e in edge.trust] == [f"{IAM}role/administration", f"{IAM}role/boss"]
    assert f"--administration-role-arn {IAM}role/administration" in edge.commands[0]


def test_an_administration_role_that_may_not_assume_is_of_no_use() -> None:
    world = an_account().role("boss", trust({"AWS": f"{IAM}role/administration"}), attached=ADMIN)
    world.role("administration", by_service("cloudformation"), inline={"no": document(deny("sts:AssumeRole"))})
    assert not eve(world, allow(SETS))


@pytest.mark.parametrize(
    ("service", "fires"),
    [("apprunner.amazonaws.com", True), ("tasks.apprunner.amazonaws.com", True), ("ec2.amazonaws.com", False)],
)
def test_a_service_may_be_called_by_several_names(service: str, fires: bool) -> None:
    world = an_account().role("boss", by_service("tasks.apprunner"), attached=ADMIN)
    pinned = {"StringEquals": {"iam:PassedToService": service}}
    assert bool(eve(world, allow("iam:PassRole", Condition=pinned), allow("apprunner:CreateService"))) is fires


# trusts, where the service vouches for people


def test_the_pool_that_a_trust_policy_names_is_a_condition() -> None:
    pool = {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:0a1b"}}
    people = trust({"Federated": "cognito-identity.amazonaws.com"}, WEB_IDENTITY, **pool)
    world = an_account().role("boss", people, attached=ADMIN)
    (path,) = eve(world, allow(["iam:PassRole", "cognito-identity:SetIdentityPoolRoles"]))
    assert path.verdict is Verdict.CONDITIONAL
    assert any("eu-west-1:0a1b" in text for text in path.edges[0].conditions)


def test_an_identity_provider_of_others_is_no_service() -> None:
    people = trust({"Federated": "accounts.google.com"}, WEB_IDENTITY)
    world = an_account().role("boss", people, attached=ADMIN)
    assert not eve(world, allow(["iam:PassRole", "cognito-identity:*"]))


# permission sets


SSO = ["sso:AttachManagedPolicyToPermissionSet", "sso:ProvisionPermissionSet"]


def test_who_changes_permission_sets_is_no_administrator_yet() -> None:
    account = an_account().role("eve", path=RESERVED, inline={"p": document(allow("sso:*"))}).build()
    assert standing(account, role_of(account, "eve")).level is Level.NONE
    (path,) = routes(account)
    assert path.verdict is Verdict.CONDITIONAL
    assert any("administers Identity Center" in text for text in path.edges[0].conditions)


def test_changing_a_permission_set_that_is_not_provisioned_again_wins_nothing() -> None:
    assert not routes(an_account().role("eve", path=RESERVED, inline={"p": document(allow(SSO[:1]))}).build())


def test_a_policy_of_the_customer_under_a_permission_set_can_be_rewritten() -> None:
    world = an_account().policy("team", document(allow("iam:CreatePolicyVersion")))
    assert used(routes(world.role("eve", path=RESERVED, attached=("team",)).build())) == {"iam-001"}


# credentials


@pytest.mark.parametrize(("action", "words"), [
    ("iam:UpdateAccessKey", "an inactive access key"),
    ("iam:DeactivateMFADevice", "a console password and an MFA device"),
])  # fmt: skip
def test_without_a_credential_report_what_is_known_of_others_is_supposed(action: str, words: str) -> None:
    world = an_account().user("boss", attached=ADMIN).gap("iam:GetCredentialReport")
    (path,) = eve(world, allow(action, f"{IAM}user/boss"))
    assert path.verdict is Verdict.CONDITIONAL
    assert any(words in text for text in path.edges[0].conditions)
    assert any(f"user {IAM}user/boss" in text for text in path.edges[0].conditions)


def test_a_credential_for_one_service_makes_no_administrator() -> None:
    world = an_account().user("boss", attached=ADMIN)
    (path,) = eve(world, allow("iam:CreateServiceSpecificCredential"), lesser=True)
    assert path.verdict is Verdict.LATERAL
    assert path.target.name == "boss"


def test_reading_some_secrets_is_no_path() -> None:
    some = allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:mine-*")
    assert not eve(an_account().user("boss", attached=ADMIN, keys=(key(10),)), some, lesser=True)


def test_reading_every_secret_under_an_open_condition_names_it() -> None:
    world = an_account().user("boss", attached=ADMIN, keys=(key(10),))
    office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    (path,) = eve(world, allow("secretsmanager:GetSecretValue", Condition=office), lesser=True)
    assert path.verdict is Verdict.LATENT
    assert any("aws:SourceIp" in text for text in path.edges[0].conditions)


# groups


@pytest.mark.parametrize(("statement", "verdict"), [
    (allow("*"), Verdict.PROVEN),
    (allow("iam:*"), Verdict.PROVEN),
    (allow("iam:PutUserPolicy", f"{IAM}user/${{aws:username}}"), None),
    (allow("s3:*"), None),
])  # fmt: skip
def test_a_user_made_for_it_joins_a_group_that_makes_it_an_administrator(
    statement: dict[str, Any], verdict: Verdict | None
) -> None:
    world = an_account().group("team", inline={"p": document(statement)})
    makes = allow(["iam:CreateUser", "iam:AddUserToGroup", "iam:CreateAccessKey"])
    world.role("eve", by_service("ec2"), inline={"p": document(makes)})
    found = {path.verdict for path in routes(world.build(), "createuser-group")}
    assert found == ({verdict} if verdict else set())


# profile


def test_a_role_that_has_an_instance_profile_needs_no_new_one() -> None:
    world = an_account().role("boss", by_service("ec2"), attached=ADMIN, profile=True)
    launch = ["iam:PassRole", "ec2:RunInstances", "iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile"]
    assert used(eve(world, allow(launch))) == {"ec2-001"}


def test_one_secret_that_is_denied_leaves_all_the_others() -> None:
    world = an_account().user("boss", attached=ADMIN, keys=(key(10),))
    one = deny("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:one")
    assert used(eve(world, allow("secretsmanager:GetSecretValue"), one, lesser=True)) == {"credential-secrets"}
