"""What an audit says to fix first: changes that truly end paths, then the worst findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.remedy import fix_first, fixes, today
from leastwise.results import (
    Confidence,
    Finding,
    Fix,
    Impact,
    Likelihood,
    Path,
    Severity,
    Subject,
    fingerprint,
)
from world import ACCOUNT, World, allow, an_account, by_service, document, trust, user_of

if TYPE_CHECKING:
    import pytest

    from leastwise.account.model import Account

IAM = f"arn:aws:iam::{ACCOUNT}"
ADMIN = f"{IAM}:role/admin"
MAKE = allow(["lambda:CreateFunction", "lambda:InvokeFunction"], Sid="Make")
PASS = allow("iam:PassRole", ADMIN, Sid="Pass")


def finding(subject: Subject, *, check: str = "user_without_mfa", risk: int = 50) -> Finding:
    return Finding(
        check=check,
        title="A title",
        subject=subject,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN,
        message="",
        attack="",
        fix=("Enrol an MFA device.", "And more."),
        evidence=(),
        cites=(),
        impact=Impact.ACCOUNT,
        likelihood=Likelihood.CREDENTIAL,
        fingerprint=fingerprint(check, subject.arn),
        risk=risk,
    )


def fleet() -> World:
    return an_account().role("admin", by_service("lambda"), attached=("AdministratorAccess",))


def first(account: Account, *found: Finding, paths: tuple[Path, ...] | None = None) -> tuple[Fix, ...]:
    return fix_first(account, found, today(account) if paths is None else paths)


def test_the_document_that_most_paths_hang_on_comes_first() -> None:
    world = fleet().group("team", inline={"g": document(PASS, MAKE)}).user("ann", groups=("team",))
    world.user("bob", groups=("team",)).user("cy", inline={"p": document(allow("iam:PutUserPolicy", f"{IAM}:user/cy"))})
    account = world.role("admin-2", by_service("ec2"), attached=("AdministratorAccess",)).build()
    team, cy = first(account)
    assert team.text == "Remove iam:PassRole in statement Pass of group team, inline policy g"
    assert team.subjects == (user_of(account, "ann").arn, user_of(account, "bob").arn)
    assert cy.text == "Remove iam:PutUserPolicy in statement 1 of user cy, inline policy p"
    assert (team.ends_paths, team.ends_so_far) == (len(today(account)) - 1, len(today(account)) - 1)
    assert (cy.ends_paths, cy.ends_so_far, cy.ends_of) == (1, len(today(account)), len(today(account)))
    assert team.verified
    assert cy.verified
    assert team.id.startswith("fix:")
    assert team.id != cy.id


def test_of_several_permissions_the_least_missed_is_named() -> None:
    granted = document(allow(["lambda:CreateFunction", "lambda:InvokeFunction", "iam:PassRole"]))
    account = fleet().user("ann", inline={"p": granted}).build()
    assert first(account)[0].text.startswith("Remove iam:PassRole in")


def test_a_permission_that_two_documents_grant_is_denied_instead() -> None:
    """Each of them leaves the other open, so that neither is claimed to be the fix."""
    two = {"p": document(PASS, MAKE), "q": document(allow("iam:Pass*"), MAKE)}
    account = fleet().user("ann", inline=two).build()
    texts = [fix.text for fix in first(account)]
    assert texts == ["Leave lambda.amazonaws.com out of the trust policy of role admin"]
    spared = an_account().role(
        "admin", by_service("lambda"), attached=("AdministratorAccess",), tags={"EmergencyAccess": "true"}
    )
    texts = [fix.text for fix in first(spared.user("ann", inline=two).build())]
    assert texts == ["Deny user ann iam:PassRole, in a new inline policy"]


def test_two_statements_of_one_document_are_mended_together() -> None:
    account = fleet().user("ann", inline={"p": document(PASS, allow("iam:Pass*", ADMIN), MAKE)}).build()
    (fix,) = first(account)
    assert fix.text == "Remove iam:PassRole in statements Pass, 2 of user ann, inline policy p"
    assert fix.ends_paths == len(today(account)) > 0


def test_a_second_role_that_would_serve_leaves_the_first_trust_no_fix() -> None:
    """Both trusts must go, or neither: one of them alone is never claimed to end anything."""
    world = fleet().role("boss", by_service("lambda"), attached=("AdministratorAccess",))
    for name in ("ann", "bob", "cy"):
        world.user(name, inline={"p": document(allow("iam:PassRole"), MAKE)})
    both = first(world.build())
    assert [fix.text.rpartition(" ")[2] for fix in both] == ["admin", "boss"]
    assert [fix.ends_paths > 0 for fix in both] == [False, True]


def test_one_trust_that_lets_everybody_in_is_the_cause() -> None:
    world = an_account().role("admin", trust({"AWS": ACCOUNT}), attached=("AdministratorAccess",))
    for name in ("ann", "bob"):
        world.user(name, inline={"p": document(allow("sts:AssumeRole", ADMIN))})
    (fix,) = first(world.build())
    assert fix.text == "Leave user ann, user bob out of the trust policy of role admin"
    assert fix.ends_paths == fix.ends_of == len(("ann", "bob"))


def test_a_policy_of_aws_is_replaced_where_it_is_attached_by_one_that_truly_frees() -> None:
    account = fleet().user("ann", attached=("IAMFullAccess",)).build()
    (fix,) = first(account)
    assert fix.text.startswith("Replace the AWS-managed policy IAMFullAccess on user ann by one without iam:")
    assert "more" in fix.text, "without one of its permissions alone it would still be an administrator's equal"


def test_what_aws_owns_is_no_fix_of_ours() -> None:
    path = "/aws-reserved/sso.amazonaws.com/"
    world = an_account().role(
        "admin", by_service("lambda"), attached=("AdministratorAccess",), tags={"EmergencyAccess": "true"}
    )
    world.role("sso", path=path, inline={"p": document(PASS, MAKE)})
    account = world.build()
    assert today(account)
    assert first(account, finding(account.roles[0].subject)) == ()


def test_only_escalations_count() -> None:
    account = an_account().user("ann", inline={"p": document(PASS, MAKE)}).build()
    assert first(account) == ()


def test_findings_of_those_who_are_freed_are_counted_and_not_repeated() -> None:
    account = fleet().user("ann", inline={"p": document(PASS, MAKE)}).build()
    ann = user_of(account, "ann").subject
    change, single = first(account, finding(ann, check="principal_can_escalate", risk=99), finding(ann, risk=40))
    assert (change.ends_paths, change.ends_findings) == (len(today(account)), 1)
    assert (single.text, single.ends_paths, single.ends_findings) == ("Enrol an MFA device: user ann", 0, 1)
    assert (single.id, single.verified) == ("", False)


def test_a_finding_is_not_ended_while_another_path_is_left() -> None:
    granted = {"p": document(PASS, MAKE), "q": document(allow("iam:PutUserPolicy"))}
    account = fleet().user("ann", inline=granted).build()
    fixes_ = first(account, finding(user_of(account, "ann").subject, check="principal_can_escalate"))
    assert [fix.ends_findings for fix in fixes_] == [0, 1]


def test_the_riskiest_findings_fill_up_to_five() -> None:
    world = an_account()
    for number in range(7):
        world.user(f"user-{number}")
    account = world.build()
    found = [finding(u.subject, risk=n) for n, u in enumerate(account.users)]
    assert [f.subjects[0][-6:] for f in first(account, *found)] == ["user-6", "user-5", "user-4", "user-3", "user-2"]


def test_a_large_account_is_not_judged_again_and_the_fix_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    world = fleet().group("team", inline={"g": document(PASS, MAKE)}).user("ann", groups=("team",))
    account = world.user("bob", groups=("team",)).build()
    monkeypatch.setattr(fixes, "FEW", 1)
    (fix,) = first(account)
    assert (fix.verified, fix.ends_paths) == (False, len(today(account)))


def test_unjudged_a_path_still_counts_only_if_its_hop_was_decided_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixes, "FEW", 1)
    world = fleet().role("boss", by_service("lambda"), attached=("AdministratorAccess",))
    account = world.user("ann", inline={"p": document(allow("iam:PassRole"), MAKE)}).build()
    (fix,) = first(account)
    assert fix.text == "Remove iam:PassRole in statement 1 of user ann, inline policy p"
    assert fix.ends_paths == len(today(account))
