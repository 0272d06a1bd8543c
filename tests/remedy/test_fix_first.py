from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastprivilege.adopt import escalation
from leastwise.access import cite
from leastwise.remedy import fix_first
from leastwise.results import (
    Confidence,
    Evidence,
    Finding,
    Impact,
    Likelihood,
    Path,
    Severity,
    Subject,
    Verdict,
    fingerprint,
)
from world import ACCOUNT, World, allow, an_account, by_service, document, role_of, trust, user_of

if TYPE_CHECKING:
    from leastwise.access import Holder
    from leastwise.account.model import Account, Role, User
    from leastwise.policy.document import Document

IAM = f"arn:aws:iam::{ACCOUNT}"
ADMIN = f"{IAM}:role/admin"
PASS = f"iam:PassRole on {ADMIN}"


def way(source: User | Role, target: Holder, *permissions: str, cited: tuple[Evidence, ...] = ()) -> Path:
    """A path of one hop that cites the evidence, or all statements of the source's policies."""
    path = escalation(source, target, *permissions)
    evidence = cited or tuple(cite(d, s) for d in source.documents for s in d.statements)
    edge = msgspec.structs.replace(path.edges[0], trust=evidence)
    return msgspec.structs.replace(path, edges=(edge,))


def trusts(document: Document) -> tuple[Evidence, ...]:
    return tuple(cite(document, s) for s in document.statements)


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


def admin(account: Account) -> Role:
    return role_of(account, "admin")


def test_the_statement_that_most_paths_hang_on_comes_first() -> None:
    world = fleet().group("team", inline={"g": document(allow("iam:PassRole", ADMIN, Sid="Pass"))})
    world.user("ann", groups=("team",)).user("bob", groups=("team",))
    world.user("cy", inline={"p": document(allow("iam:PutUserPolicy"))})
    account = world.build()
    ann, bob, cy = (user_of(account, name) for name in ("ann", "bob", "cy"))
    paths = (
        way(cy, cy, f"iam:PutUserPolicy on {cy.arn}"),
        way(ann, admin(account), PASS),
        way(bob, admin(account), PASS),
    )
    first, second = fix_first(account, (), paths)
    assert first.text == "Remove or scope iam:PassRole in statement Pass of group team, inline policy g"
    assert (first.ends_paths, first.subjects) == (2, (ann.arn, bob.arn))
    assert second.text.startswith("Remove or scope iam:PutUserPolicy in statement 1 of user cy, inline policy p")
    assert second.ends_paths == 1


def test_of_several_permissions_the_least_missed_is_named() -> None:
    world = fleet().user("ann", inline={"p": document(allow(["lambda:*", "iam:PassRole"]))})
    account = world.build()
    path = way(user_of(account, "ann"), admin(account), "lambda:InvokeFunction on *", PASS)
    assert fix_first(account, (), [path])[0].text.startswith("Remove or scope iam:PassRole in")


def test_a_statement_with_an_alternative_ends_nothing() -> None:
    world = fleet().user("ann", inline={"p": document(allow("iam:PassRole", ADMIN), allow("iam:Pass*", ADMIN))})
    account = world.build()
    assert fix_first(account, (), [way(user_of(account, "ann"), admin(account), PASS)]) == ()


def test_where_any_resource_would_do_a_grant_on_another_is_an_alternative() -> None:
    other = allow("lambda:UpdateFunctionCode", f"arn:aws:lambda:*:{ACCOUNT}:function:x")
    world = fleet().user("ann", inline={"p": document(allow("lambda:UpdateFunctionCode"), other)})
    account = world.build()
    path = way(user_of(account, "ann"), admin(account), "lambda:UpdateFunctionCode on *")
    assert fix_first(account, (), [path]) == ()


def test_one_trust_statement_that_lets_everybody_in_is_the_cause() -> None:
    world = an_account().role("admin", trust({"AWS": ACCOUNT}), attached=("AdministratorAccess",))
    for name in ("ann", "bob"):
        world.user(name, inline={"p": document(allow("sts:AssumeRole", ADMIN))})
    account = world.build()
    role = admin(account)
    paths = [
        way(
            u,
            role,
            f"sts:AssumeRole on {ADMIN}",
            cited=(*trusts(role.trust), cite(u.inline[0], u.inline[0].statements[0])),
        )
        for u in account.users
    ]
    (first,) = fix_first(account, (), paths)
    assert first.text == "Narrow who may assume role admin, in statement 1 of its trust policy"


def test_a_policy_of_aws_is_replaced_where_it_is_attached() -> None:
    account = fleet().user("ann", attached=("IAMFullAccess",)).build()
    ann = user_of(account, "ann")
    (first,) = fix_first(account, (), [way(ann, ann, f"iam:PutUserPolicy on {ann.arn}")])
    assert first.text.startswith(
        "Replace the AWS-managed policy IAMFullAccess on user ann by one without iam:PutUserPolicy"
    )


def test_what_aws_owns_is_no_fix_of_ours() -> None:
    path = "/aws-reserved/sso.amazonaws.com/"
    world = fleet().role("sso", path=path, inline={"p": document(allow("iam:PassRole", ADMIN))})
    account = world.build()
    sso = role_of(account, "sso")
    assert fix_first(account, [finding(sso.subject)], [way(sso, admin(account), PASS)]) == ()


def test_only_escalations_count() -> None:
    account = fleet().user("ann", inline={"p": document(allow("iam:PassRole", ADMIN))}).build()
    path = way(user_of(account, "ann"), admin(account), PASS)
    latent = msgspec.structs.replace(path, verdict=Verdict.LATENT)
    assert fix_first(account, (), [latent]) == ()
    assert len(fix_first(account, (), [path, latent])) == 1
    assert fix_first(account, (), [path, latent])[0].ends_paths == 1


def test_findings_of_those_who_are_freed_are_counted_and_not_repeated() -> None:
    account = fleet().user("ann", inline={"p": document(allow("iam:PassRole", ADMIN))}).build()
    ann = user_of(account, "ann")
    found = (finding(ann.subject, check="principal_can_escalate", risk=99), finding(ann.subject, risk=40))
    first, second = fix_first(account, found, [way(ann, admin(account), PASS)])
    assert (first.ends_paths, first.ends_findings) == (1, 1)
    assert (second.text, second.ends_paths, second.ends_findings) == ("Enrol an MFA device: user ann", 0, 1)


def test_a_finding_is_not_ended_while_another_path_is_left() -> None:
    granted = document(allow("iam:PassRole", ADMIN), allow("iam:PutUserPolicy"))
    account = fleet().user("ann", inline={"p": granted}).build()
    ann = user_of(account, "ann")
    paths = [way(ann, admin(account), PASS), way(ann, ann, f"iam:PutUserPolicy on {ann.arn}")]
    fixes = fix_first(account, [finding(ann.subject, check="principal_can_escalate")], paths)
    assert [f.ends_findings for f in fixes] == [0, 1]


def test_the_riskiest_findings_fill_up_to_five() -> None:
    world = an_account()
    for number in range(7):
        world.user(f"user-{number}")
    account = world.build()
    found = [finding(u.subject, risk=n) for n, u in enumerate(account.users)]
    fixes = fix_first(account, found, ())
    assert [f.subjects[0][-6:] for f in fixes] == ["user-6", "user-5", "user-4", "user-3", "user-2"]
