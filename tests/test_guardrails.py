"""What the organization's SCPs and RCPs leave of an account's permissions: rules 10 and 11, and who is still what."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from judging import names
from leastwise import access, catalog
from leastwise.account.build import build
from leastwise.account.guardrails import RCP, SCP
from leastwise.audit import audit
from leastwise.checks import find
from leastwise.collect.guardrails import FULL_ACCESS, Given, with_guardrails
from leastwise.escalation import Level, find_paths, standing
from leastwise.policy.document import Policy, parse_value
from leastwise.report import FILES
from leastwise.results import Verdict
from leastwise.snapshot import loads
from world import ACCOUNT, FOREIGN, World, allow, an_account, by_service, deny, document, role_of, trust, user_of

if TYPE_CHECKING:
    from leastwise.account.model import Account
    from leastwise.results import Report

MANAGEMENT = "111111111111"
ALL = document(allow("*"))
SLR = "/aws-service-role/x.amazonaws.com/"
FULL_RCP = document(allow("*", Principal="*"))
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
OUTSIDE = {
    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-own"},
    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
}


def guard(action: str, resource: Any = "*", **condition: Any) -> dict[str, Any]:
    return document(deny(action, resource, Principal="*", **({"Condition": condition} if condition else {})))


def member() -> World:
    return an_account().organization().user("ann", inline={"p": ALL})


def can(world: World, action: str = "s3:GetObject", resource: str = "arn:aws:s3:::b/k") -> bool | None:
    account = world.build()
    return access.can(account, user_of(account, "ann"), action, resource).allowed


# rule 10: each level must allow, any of its policies will do, a deny anywhere ends it


@pytest.mark.parametrize(
    ("world", "expect"),
    [
        (member(), True),
        (member().scp("full", ALL), True),
        (member().scp("full", ALL, level="r-1").scp("full", ALL, level="ou-1").scp("full", ALL), True),
        (member().scp("full", ALL, level="r-1").scp("reads", document(allow("s3:Get*"))), True),
        (member().scp("full", ALL, level="r-1").scp("puts", document(allow("s3:Put*"))), False),
        (member().scp("puts", document(allow("s3:Put*"))).scp("gets", document(allow("s3:Get*"))), True),
        (member().scp("puts", document(allow("s3:Put*")), level="r-1").scp("gets", document(allow("s3:Get*"))), False),
        (member().scp("full", ALL, level="r-1").scp("no", document(deny("s3:*")), level="r-1").scp("full", ALL), False),
        (member().scp("full", ALL).scp("no", document(deny("s3:*", "arn:aws:s3:::other/*"))), True),
        (member().scp("full", ALL).scp("no", document(deny("s3:*", Condition=MFA))), None),
        (member().scp("only", document(deny("iam:*"))), False),
    ],
)  # fmt: skip
def test_each_level_must_allow(world: World, expect: bool | None) -> None:
    assert can(world) is expect


# the data perimeter: only what the organization owns


QUEUE = "arn:aws:sqs:eu-west-1:{}:q"


def perimeter(**condition: Any) -> World:
    return member().scp("full", ALL).scp("perimeter", document(deny("*", Condition=condition)))


@pytest.mark.parametrize(
    ("condition", "resource", "expect"),
    [
        ({"StringNotEquals": {"aws:ResourceOrgID": "o-own"}}, QUEUE.format(ACCOUNT), True),
        ({"StringNotEquals": {"aws:ResourceOrgID": "o-other"}}, QUEUE.format(ACCOUNT), False),
        ({"StringNotEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}}, QUEUE.format(ACCOUNT), True),
        ({"StringNotEquals": {"aws:ResourceAccount": ACCOUNT}}, QUEUE.format(ACCOUNT), True),
        ({"StringNotEquals": {"aws:ResourceAccount": ACCOUNT}}, QUEUE.format(FOREIGN), False),
        ({"StringNotEquals": {"aws:ResourceOrgID": "o-own"}}, QUEUE.format(FOREIGN), None),
        ({"StringNotEquals": {"aws:ResourceAccount": ACCOUNT}}, "arn:aws:s3:::b/k", True),
        ({"StringNotEquals": {"s3:ResourceAccount": ACCOUNT}}, "arn:aws:s3:::b/k", True),
        ({"StringNotEquals": {"aws:ResourceAccount": ACCOUNT}}, "arn:aws:s3:::not-seen/k", None),
        ({"StringNotEquals": {"aws:ResourceAccount": ACCOUNT}}, "arn:aws:iam::aws:policy/AdministratorAccess", None),
        ({"StringNotEquals": {"aws:ResourceAccount": ACCOUNT}}, "*", None),
    ],
)
def test_whose_a_resource_is(condition: dict[str, Any], resource: str, expect: bool | None) -> None:
    action = {"s3": "s3:GetObject", "iam": "iam:GetPolicy"}.get(resource[8:11].strip(":"), "sqs:SendMessage")
    assert can(perimeter(**condition).bucket("b"), action, resource) is expect


def test_an_account_in_no_organization_owns_nothing_of_one() -> None:
    outside = {"StringNotEquals": {"aws:ResourceOrgID": "o-own"}}
    world = an_account().user("ann", inline={"p": document(allow("*"), deny("*", Condition=outside))})
    assert can(world, "sqs:SendMessage", QUEUE.format(ACCOUNT)) is False
    assert can(world.gap("organizations:DescribeOrganization"), "sqs:SendMessage", QUEUE.format(ACCOUNT)) is None


def test_an_administrator_within_the_perimeter_is_one() -> None:
    outside = {"StringNotEquals": {"aws:ResourceOrgID": "o-own"}}
    world = an_account().organization().user("ann", inline={"p": document(allow("*"), deny("*", Condition=outside))})
    account = world.build()
    assert access.full_administrator(account, user_of(account, "ann")) is True


def test_an_scp_grants_nothing() -> None:
    assert can(an_account().organization().user("ann").scp("full", ALL)) is False


def no_s3(world: World) -> World:
    return world.scp("full", ALL).scp("no", document(deny("s3:*")))


def test_the_management_account_is_spared() -> None:
    assert can(no_s3(an_account().organization(management=ACCOUNT).user("ann", inline={"p": ALL}))) is True
    assert can(no_s3(member())) is False


def test_service_linked_roles_are_spared() -> None:
    world = no_s3(an_account().organization())
    account = world.role("linked", path=SLR, inline={"p": ALL}).role("plain", inline={"p": ALL}).build()
    asked = {
        name: access.can(account, role_of(account, name), "s3:ListBucket", "arn:aws:s3:::b")
        for name in ("linked", "plain")
    }
    assert {name: answer.allowed for name, answer in asked.items()} == {"linked": True, "plain": False}
    possible = {name: access.possible_actions(account, role_of(account, name)) for name in ("linked", "plain")}
    s3 = catalog.universe().mask("s3:*")
    assert possible["linked"] & s3
    assert not possible["plain"] & s3


def test_without_mfa_and_anywhere_are_under_the_scps_too() -> None:
    account = no_s3(member()).build()
    ann = user_of(account, "ann")
    assert access.without_mfa(account, ann, "s3:ListBucket", "arn:aws:s3:::b").allowed is False
    assert access.may(account, ann, "s3:ListBucket", "arn:aws:s3:::*").allowed is False
    assert access.may(account, ann, "sqs:SendMessage", "arn:aws:sqs:*:*:*").allowed is True


def test_masks_are_under_the_scps_too() -> None:
    account = no_s3(member()).build()
    ann, s3 = user_of(account, "ann"), catalog.universe().mask("s3:*")
    assert access.possible_actions(account, ann) == catalog.universe().everything & ~s3
    assert access.allowed_on_everything(account, ann) == catalog.universe().everything & ~s3


def test_a_policy_that_could_not_be_seen_limits_nothing_that_is_known() -> None:
    world = no_s3(member()).scp("unseen", ALL, level="ou-1").gap("organizations:DescribePolicy", target="p-unseen")
    assert can(world, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:q") is True
    assert can(world) is False


def test_a_policy_that_cannot_be_read_is_a_gap_and_limits_nothing() -> None:
    account = member().scp("full", ALL).scp("odd", {"Statement": [{"Effect": "Maybe"}]}).build()
    assert [(gap.target, gap.reason) for gap in account.gaps] == [("p-odd", "Garbled")]
    assert access.can(account, user_of(account, "ann"), "s3:ListAllMyBuckets").allowed is True


def test_none_seen_is_not_the_same_as_none_there() -> None:
    seen = member().scp("full", ALL).build()
    assert (seen.scps is not None, seen.rcps) == (True, None)
    assert [document.name for level in seen.limits for document in level] == ["full"]
    outside = an_account().build()
    assert (outside.scps, outside.rcps) == ((), ())
    old = an_account().organization().gap("organizations:ListPoliciesForTarget").build()
    assert (old.scps, old.rcps) == (None, None)


# administrators under SCPs


def ann_stands(*scps: dict[str, Any], level: str = "account") -> Level:
    world = member().scp("full", ALL, level=level)
    for number, body in enumerate(scps):
        world.scp(f"scp{number}", body, level=level)
    account = world.build()
    return standing(account, user_of(account, "ann")).level


@pytest.mark.parametrize(
    "forbidden",
    [
        document(deny("organizations:LeaveOrganization")),
        document(deny("s3:*")),
        document(deny("iam:*", f"arn:aws:iam::{ACCOUNT}:role/organization-*")),
        document(deny(["iam:CreateUser", "iam:CreateAccessKey"])),
        document({"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}}),
        document(deny("iam:*", Condition=MFA)),
        document(deny("iam:*", Condition={"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/ann"}})),
    ],
)  # fmt: skip
def test_an_administrator_stays_one_while_permissions_can_be_changed(forbidden: dict[str, Any]) -> None:
    assert ann_stands(forbidden) is Level.FULL


@pytest.mark.parametrize(
    "forbidden",
    [
        document(deny("iam:*")),
        document(deny("*")),
        document({"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}),
        document(deny("iam:*", Condition={"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/boss"}})),
    ],
)
def test_nobody_is_administrator_where_permissions_cannot_be_changed(forbidden: dict[str, Any]) -> None:
    assert ann_stands(forbidden) is Level.NONE


def test_an_allow_list_leaves_administrators_where_it_leaves_iam() -> None:
    lists = document(allow(["iam:*", "s3:*"])), document(allow("s3:*"))
    found = [member().scp("list", body).build() for body in lists]
    assert [standing(account, user_of(account, "ann")).level for account in found] == [Level.FULL, Level.NONE]


def test_who_lacks_iam_by_scp_is_a_power_user() -> None:
    account = member().scp("full", ALL).scp("no-iam", document(deny("iam:*"))).build()
    assert names(find("principal_with_admin_access"), account) == []
    assert names(find("principal_with_power_user_access"), account) == ["ann"]


def test_groups_are_judged_under_the_scps() -> None:
    world = an_account().organization().group("admins", attached=("AdministratorAccess",)).scp("full", ALL)
    assert names(find("principal_with_admin_access"), world.build()) == ["admins"]
    assert names(find("principal_with_admin_access"), world.scp("no", document(deny("iam:*"))).build()) == []


def test_wide_grants_are_what_the_scps_leave() -> None:
    world = an_account().organization().user("ann", inline={"p": document(allow("s3:PutObject"))}).scp("full", ALL)
    check = find("policy_with_unconditioned_wildcard_resource")
    assert names(check, world.build()) == ["ann"]
    assert names(check, world.scp("no", document(deny("s3:Put*"))).build()) == []


# paths under SCPs


def escalations(account: Account) -> list[tuple[str, Verdict]]:
    return [(path.source.name, path.verdict) for path in find_paths(account) if path.escalates]


def climber(*scps: dict[str, Any]) -> Account:
    """Three ways up: by a policy of its own, by a function, by a trust."""
    world = an_account().organization().scp("full", ALL)
    world.role("admin", by_service("lambda"), attached=("AdministratorAccess",))
    world.user("putter", inline={"p": document(allow("iam:PutUserPolicy"))})
    needs = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]
    world.user("passer", inline={"p": document(allow(needs))})
    for number, body in enumerate(scps):
        world.scp(f"scp{number}", body)
    return world.build()


def test_without_an_scp_in_the_way_paths_stand() -> None:
    assert set(escalations(climber())) == {("putter", Verdict.PROVEN), ("passer", Verdict.PROVEN)}


@pytest.mark.parametrize(
    ("forbidden", "left"),
    [
        (deny("iam:PutUserPolicy"), {("passer", Verdict.PROVEN)}),
        (deny("iam:Put*", f"arn:aws:iam::{ACCOUNT}:user/*"), {("passer", Verdict.PROVEN)}),
        (deny("lambda:*"), {("putter", Verdict.PROVEN)}),
        (deny("lambda:*", Condition=MFA), {("putter", Verdict.PROVEN), ("passer", Verdict.CONDITIONAL)}),
        (
            deny("*", Condition={"StringEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/putter"}}),
            {("passer", Verdict.PROVEN)},
        ),
    ],
)
def test_an_scp_ends_the_paths_that_need_what_it_denies(forbidden: dict[str, Any], left: set[Any]) -> None:
    assert set(escalations(climber(document(forbidden)))) == left


def test_answers_are_not_shared_between_those_whom_an_scp_tells_apart() -> None:
    spared = {"ArnNotEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/b"}}
    world = an_account().organization().scp("full", ALL).role("admin", attached=("AdministratorAccess",))
    for name in ("a", "b", "c"):
        world.user(name, inline={"p": document(allow("iam:UpdateAssumeRolePolicy", "*"), allow("sts:AssumeRole", "*"))})
    world.scp("no", document(deny("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/*", Condition=spared)))
    assert escalations(world.build()) == [("b", Verdict.PROVEN)]


def test_what_one_makes_of_oneself_is_under_the_scps_too() -> None:
    """A change on paper: the policy may be put, and what it allows is still denied."""
    scp = document(deny("iam:*", Condition={"StringNotEquals": {"aws:PrincipalTag/a": "b"}}))
    world = an_account().organization().scp("full", ALL).scp("no", scp)
    account = world.user("ann", inline={"p": document(allow("iam:PutUserPolicy"))}, tags={"a": "c"}).build()
    assert escalations(account) == []


# rule 11: RCPs


def assume(world: World, trusted: dict[str, Any] | None = None, path: str = "/") -> bool | None:
    account = world.role("target", trusted or trust({"AWS": ACCOUNT}), path=path).build()
    return access.assume(account, user_of(account, "ann"), role_of(account, "target")).allowed


@pytest.mark.parametrize(
    ("rcp", "expect"),
    [
        (FULL_RCP, True),
        (guard("sts:AssumeRole"), False),
        (guard("sts:*", f"arn:aws:iam::{ACCOUNT}:role/other"), True),
        (guard("sts:*", **OUTSIDE), True),
        (guard("sts:*", Bool={"aws:MultiFactorAuthPresent": "false"}), None),
        (guard("s3:*"), True),
    ],
)
def test_an_rcp_guards_roles(rcp: dict[str, Any], expect: bool | None) -> None:
    assert assume(member().rcp("full", FULL_RCP).rcp("guard", rcp, level="r-1")) is expect


def test_an_rcp_guards_neither_service_linked_roles_nor_the_management_account() -> None:
    everything = guard("sts:*")
    assert assume(member().rcp("guard", everything), path=SLR) is True
    own = an_account().organization(management=ACCOUNT).user("ann", inline={"p": ALL})
    assert assume(own.rcp("guard", everything)) is True


def test_an_rcp_counts_for_the_services_it_can_guard() -> None:
    world = member().rcp("guard", guard("*"))
    assert can(world) is False
    assert can(world, "iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/ann") is True


def test_an_rcp_guards_against_services_but_not_the_own_organizations() -> None:
    confused = {"StringNotEqualsIfExists": {"aws:SourceOrgID": "o-own"}, "Bool": {"aws:PrincipalIsAWSService": "true"}}

    def lets_in(rcp: dict[str, Any], world: World) -> bool | None:
        account = world.role("worker", by_service("lambda")).rcp("guard", rcp).build()
        return access.trusts_service(account, role_of(account, "worker"), "lambda.amazonaws.com").allowed

    assert lets_in(guard("sts:*", **confused), an_account().organization()) is True
    assert lets_in(guard("sts:*", **OUTSIDE), an_account().organization()) is True
    assert lets_in(guard("sts:*"), an_account().organization()) is False


def test_an_rcp_ends_paths_through_roles() -> None:
    world = an_account().organization().role("admin", trust({"AWS": ACCOUNT}), attached=("AdministratorAccess",))
    world.user("ann", inline={"p": document(allow("sts:AssumeRole"))})
    assert escalations(world.build()) == [("ann", Verdict.PROVEN)]
    assert escalations(world.rcp("guard", guard("sts:AssumeRole")).build()) == []


def shared_bucket(world: World) -> World:
    grant = document({"Effect": "Allow", "Principal": {"AWS": FOREIGN}, "Action": "s3:GetObject", "Resource": "*"})
    return world.bucket("b", policy=grant).role("r", trust({"AWS": FOREIGN}))


@pytest.mark.parametrize(
    ("rcp", "raised"),
    [
        (FULL_RCP, [True, True]),
        (guard("s3:*", **OUTSIDE), [False, True]),
        (guard("sts:*", **OUTSIDE), [True, False]),
        (guard("s3:*", StringNotEqualsIfExists={"aws:PrincipalOrgID": "o-other"}), [True, True]),
        (guard("s3:PutObject"), [True, True]),
        (guard("s3:*"), [False, True]),
    ],
)
def test_an_rcp_shuts_outsiders_out_of_buckets_and_roles(rcp: dict[str, Any], raised: list[bool]) -> None:
    account = shared_bucket(an_account().organization()).rcp("guard", rcp).build()
    checks = "bucket_cross_account_without_condition", "trust_cross_account_without_external_id"
    assert [bool(names(find(check), account)) for check in checks] == raised


def test_the_management_accounts_buckets_are_not_guarded() -> None:
    account = shared_bucket(an_account().organization(management=ACCOUNT)).rcp("guard", guard("s3:*")).build()
    assert names(find("bucket_cross_account_without_condition"), account) == ["b"]


# the report


def test_the_report_names_what_was_considered() -> None:
    report = audit(member().scp("full", ALL).snapshot())
    assert report.layers_considered == ("SCPs",)
    assert report.layers_not_considered == ("RCPs", "session policies", "VPC endpoint policies")
    outside = audit(an_account().snapshot())
    assert outside.layers_considered == ("SCPs", "RCPs")


def full_access(level: str, body: dict[str, Any]) -> Given:
    policy = parse_value(body)
    assert isinstance(policy, Policy)
    return Given(level, "p-FullAWSAccess", "", "FullAWSAccess", policy)


def published(report: Report) -> list[Any]:
    """All files, less what the report says of the layers it counted."""
    found = [json.loads(b"".join(file.render(report))) for file in FILES]
    for each in found:
        for field in ("layers_considered", "layers_not_considered", "notes"):
            each.get("coverage", {}).pop(field, None)
    return found


def test_full_access_at_every_level_changes_nothing() -> None:
    plain = loads(files("leastwise").joinpath("demo/snapshot.json.gz").read_bytes())
    levels = "root", "ou-ab12-cd34", "account"
    full = with_guardrails(plain, tuple(full_access(level, FULL_ACCESS) for level in levels), SCP)
    full = with_guardrails(full, tuple(full_access(level, FULL_RCP) for level in levels), RCP)
    under, without = audit(full), audit(plain)
    assert [len(build(full).limits), len(build(full).guards)] == [3, 3]
    assert len(without.findings) > 40
    assert published(under) == published(without)
