"""The table of examples that every release must keep: what an entity must raise, and what it must not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from leastwise.audit import audit
from leastwise.results import Finding, Report, Severity, Verdict
from world import ACCOUNT, FOREIGN, World, allow, an_account, by_service, deny, document, key, trust

ADMIN = ("AdministratorAccess",)
FUNCTIONS = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:mine-*"


@dataclass(frozen=True)
class Row:
    """One row: the world, whom it is about, and what must and must not be raised about it."""

    story: str
    world: World
    about: str
    must: frozenset[str] = frozenset()
    must_not: frozenset[str] = frozenset()
    verdicts: frozenset[Verdict] | None = None


def row(story: str, world: World, about: str, *, must: str = "", must_not: str = "", verdicts: Any = None) -> Row:
    return Row(story, world, about, frozenset(must.split()), frozenset(must_not.split()), verdicts)


def passer(service: str) -> World:
    world = an_account().role("admin", by_service(service), attached=ADMIN)
    pass_it = allow("iam:PassRole", world.arn("role", "admin"))
    return world.user(
        "it", inline={"p": document(pass_it, allow(["lambda:CreateFunction", "lambda:InvokeFunction"], FUNCTIONS))}
    )


def self_putter(*groups: str) -> World:
    world = an_account().group("no-puts", inline={"d": document(deny("iam:Put*"))})
    return world.user("it", inline={"p": document(allow("iam:PutUserPolicy", world.arn("user", "it")))}, groups=groups)


def changer(service: str) -> World:
    world = an_account().role("admin", by_service(service), attached=ADMIN)
    return world.user("it", inline={"p": document(allow("lambda:UpdateFunctionCode"))})


def external(operator: str, value: str) -> World:
    bound = {operator: {"sts:ExternalId": value}}
    return an_account().role("it", trust({"AWS": f"arn:aws:iam::{FOREIGN}:root"}, "sts:AssumeRole", **bound))


PERMISSIONS = (
    "principal_with_admin_access principal_with_power_user_access principal_can_escalate "
    "policy_with_unconditioned_wildcard_resource principal_with_inline_and_managed_policies"
)

TABLE = (
    row("password, no MFA", an_account().user("it", password=True), "it", must="user_without_mfa"),
    row("one active key of 120 days, used yesterday", an_account().user("it", keys=(key(120, used=1),)), "it", must="key_older_than_limit", must_not="user_inactive"),
    row("an inactive key of 400 days", an_account().user("it", keys=(key(400, active=False),)), "it", must_not="key_older_than_limit"),
    row("two active keys, the newer of 3 days", an_account().user("it", keys=(key(80, used=1), key(3, used=1))), "it", must="user_with_multiple_active_keys"),
    row("password never used, user of 200 days", an_account().user("it", password=True, age=200), "it", must="user_inactive"),
    row("password never used, user of 10 days", an_account().user("it", password=True, age=10), "it", must_not="user_inactive"),
    row("no credential, inline star", an_account().user("it", inline={"p": document(allow("*"))}), "it", must="principal_with_admin_access", must_not="user_inactive user_without_mfa"),
    row("member of an administrators' group", an_account().group("g", attached=ADMIN).user("it", groups=("g",)), "it", must="principal_with_admin_access", must_not="principal_with_power_user_access"),
    row("the administrators' group itself", an_account().group("it", attached=ADMIN).user("ann", groups=("it",)), "it", must="principal_with_admin_access"),
    row("AdministratorAccess in a boundary of s3:Get*", an_account().policy("b", document(allow("s3:Get*"))).user("it", attached=ADMIN, boundary="b"), "it", must_not="principal_with_admin_access principal_can_escalate"),
    row("everything allowed, everything denied", an_account().user("it", inline={"p": document(allow("*"), deny("*"))}), "it", must_not=PERMISSIONS),
    row("IAMFullAccess", an_account().user("it", attached=("IAMFullAccess",)), "it", must="principal_with_admin_access principal_can_escalate", verdicts={Verdict.PROVEN}),
    row("PutUserPolicy on itself", self_putter(), "it", must="principal_can_escalate", verdicts={Verdict.PROVEN}),
    row("the same, a group denies Put*", self_putter("no-puts"), "it", must_not="principal_can_escalate", verdicts=set()),
    row("a role that may attach policies to users", an_account().user("ann").role("it", inline={"p": document(allow("iam:AttachUserPolicy"))}), "it", must_not="principal_can_escalate"),
    row("PassRole to an admin for Lambda, create and invoke", passer("lambda"), "it", must="principal_can_escalate", verdicts={Verdict.PROVEN}),
    row("the same role trusts EC2 only", passer("ec2"), "it", must_not="principal_can_escalate"),
    row("UpdateFunctionCode, an admin role trusts Lambda", changer("lambda"), "it", must="principal_can_escalate", verdicts={Verdict.CONDITIONAL}),
    row("the same, no stronger role trusts Lambda", changer("ec2"), "it", must_not="principal_can_escalate", verdicts={Verdict.LATENT}),
    row("no permissions, an admin role trusts the user", an_account().user("it").role("admin", trust({"AWS": f"arn:aws:iam::{ACCOUNT}:user/it"}), attached=ADMIN), "it", must="principal_can_escalate", verdicts={Verdict.PROVEN}),
    row("foreign trust with any ExternalId", external("StringLike", "*"), "it", must="trust_cross_account_without_external_id"),
    row("foreign trust with a fixed ExternalId", external("StringEquals", "x-42"), "it", must_not="trust_cross_account_without_external_id"),
    row("a session of twelve hours", an_account().role("it", session=43_200), "it", must="role_session_too_long"),
    row("a role of 200 days, last used 100 days ago", an_account().role("it", age=200, used=100), "it", must="role_inactive"),
    row("list actions on star", an_account().user("it", inline={"p": document(allow(["s3:ListAllMyBuckets", "ec2:DescribeInstances"]))}), "it", must_not="policy_with_unconditioned_wildcard_resource"),
    row("PutObject on star over TLS", an_account().user("it", inline={"p": document(allow("s3:PutObject", Condition={"Bool": {"aws:SecureTransport": "true"}}))}), "it", must="policy_with_unconditioned_wildcard_resource"),
)  # fmt: skip


def raised(report: Report, name: str) -> dict[str, Finding]:
    return {f.check: f for f in report.findings if f.subject.name == name}


@pytest.mark.parametrize("case", TABLE, ids=[case.story for case in TABLE])
def test_the_table_of_examples(case: Row) -> None:
    report = audit(case.world.snapshot())
    assert report.unassessed == ()
    checks = set(raised(report, case.about))
    assert case.must <= checks
    assert not case.must_not & checks
    if case.verdicts is not None:
        assert {p.verdict for p in report.paths if p.source.name == case.about} == case.verdicts


def test_a_newer_key_of_three_days_lowers_the_severity() -> None:
    fresh = audit(an_account().user("it", keys=(key(80, used=1), key(3, used=1))).snapshot())
    settled = audit(an_account().user("it", keys=(key(80, used=1), key(60, used=1))).snapshot())
    check = "user_with_multiple_active_keys"
    assert raised(fresh, "it")[check].severity < raised(settled, "it")[check].severity


def test_exempt_subjects_raise_nothing_start_no_path_and_are_listed() -> None:
    tags = {"EmergencyAccess": "True"}
    putter = {"p": document(allow("iam:PutUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/it"))}
    report = audit(an_account().user("it", password=True, tags=tags, inline=putter).snapshot())
    assert not raised(report, "it")
    assert not [p for p in report.paths if p.source.name == "it"]
    assert "user_without_mfa" in {s.finding.check for s in report.suppressed}
    assert all("EmergencyAccess" in s.reason for s in report.suppressed)


def test_a_strangers_way_into_the_organization_role_is_critical_and_not_exempt() -> None:
    described = {"Organization": {"Id": "o-1", "MasterAccountId": "111111111111"}}
    world = an_account().call("organizations:DescribeOrganization", described)
    world.role("OrganizationAccountAccessRole", trust({"AWS": f"arn:aws:iam::{FOREIGN}:root"}), attached=ADMIN)
    report = audit(world.snapshot())
    assert {c: f.severity for c, f in raised(report, "OrganizationAccountAccessRole").items()} == {
        "organization_role_trusts_stranger": Severity.CRITICAL
    }


def test_the_organization_role_that_trusts_its_management_account_raises_nothing() -> None:
    described = {"Organization": {"Id": "o-1", "MasterAccountId": "111111111111"}}
    world = an_account().call("organizations:DescribeOrganization", described)
    world.role("OrganizationAccountAccessRole", trust({"AWS": "arn:aws:iam::111111111111:root"}), attached=ADMIN)
    assert not raised(audit(world.snapshot()), "OrganizationAccountAccessRole")


def test_a_principal_with_an_unreadable_policy_is_named_never_taken_for_powerless() -> None:
    report = audit(an_account().user("it", inline={"p": {"Version": "2012-10-17"}}).snapshot())
    assert [u.target for u in report.unassessed] == [f"arn:aws:iam::{ACCOUNT}:user/it"]
    assert not report.complete


def test_a_gap_in_what_a_check_needs_is_unassessed_never_a_pass() -> None:
    report = audit(an_account().user("it", password=True).gap("iam:GetCredentialReport").snapshot())
    assert "user_without_mfa" in {u.check for u in report.unassessed}
    assert not report.complete


def test_the_same_snapshot_gives_the_same_report() -> None:
    worlds = [case.world for case in TABLE]
    assert [audit(w.snapshot()) for w in worlds] == [audit(w.snapshot()) for w in worlds]
