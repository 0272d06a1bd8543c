"""A rich report made by hand: every part of it filled, some of it hostile."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from leastwise import risk
from leastwise.advised import Counterexample, Grade, Proof, Source, Step, Tri, UseCounts
from leastwise.behind import Backdrop, PolicyText, Portrait, Rewrite
from leastwise.results import (
    AdvisedPolicy,
    AdvisedTrust,
    Change,
    Confidence,
    Edge,
    Evidence,
    Finding,
    Fix,
    Impact,
    Kind,
    Likelihood,
    Path,
    Recommendation,
    Report,
    Severity,
    Subject,
    Suppressed,
    Used,
    Verdict,
    fingerprint,
)
from leastwise.unseen import MissingView, Unassessed

ACCOUNT = "123456789012"
DOCUMENT: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Deploy", "Effect": "Allow", "Action": ["iam:PassRole", "lambda:*"], "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"},
    ],
}
HOSTILE = "\x1b[31mred\x1b[0m [bold]b[/bold] \u202eevil\u202c\nnew\tline </script>\x00 \u200bzero"


def subject(kind: Kind, name: str) -> Subject:
    if kind is Kind.BUCKET:
        return Subject(f"arn:aws:s3:::{name}", name, kind)
    if kind is Kind.ACCOUNT:
        return Subject(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, kind)
    return Subject(f"arn:aws:iam::{ACCOUNT}:{kind.value}/{name}", name, kind)


ANN = subject(Kind.USER, "ann")
DEPLOY = subject(Kind.ROLE, "platform-continuous-deployment-production-eu-west-1-runner")
ADMIN = subject(Kind.ROLE, "admin")
BEN = subject(Kind.USER, "ben")
BREAK_GLASS = subject(Kind.USER, "break-glass")
LOGS = subject(Kind.BUCKET, "acme-logs-eu-west-1")
ROOT = subject(Kind.ACCOUNT, ACCOUNT)
VENDOR = subject(Kind.ROLE, "vendor-readonly")
VENDOR_ACCOUNT = Subject("arn:aws:iam::999988887777:root", "999988887777", Kind.ACCOUNT)
TIERS = {ANN.arn: "privileged", DEPLOY.arn: "privileged", ADMIN.arn: "administrator", BEN.arn: "other"} | {
    subject(Kind.USER, f"clean-{n}").arn: "other" for n in range(8)
}


def finding(who: Subject, check: str = "user_without_mfa", **more: object) -> Finding:
    """A finding with quiet defaults, its risk not yet computed."""
    fields: dict[str, object] = {
        "check": check,
        "title": check.replace("_", " ").capitalize(),
        "subject": who,
        "severity": Severity.HIGH,
        "confidence": Confidence.CERTAIN,
        "message": f"{who.name} signs in with a password alone",
        "attack": "A guessed or phished password is enough to sign in as the user.",
        "fix": ("Enrol an MFA device.",),
        "evidence": (Evidence(document=who.arn, pointer="/mfa_active", source="iam:GetCredentialReport"),),
        "cites": ("CIS AWS 1.10",),
        "impact": Impact.SUBJECT,
        "likelihood": Likelihood.CREDENTIAL,
    } | more
    return Finding(**fields, fingerprint=fingerprint(check, who.arn, str(sorted(more))))  # type: ignore[arg-type]  # the record checks them


def statement(who: Subject, number: int, *, sid: str = "", note: str = "") -> Evidence:
    return Evidence(
        document=f"arn:aws:iam::{ACCOUNT}:policy/{who.name}-policy",
        pointer=f"/Statement/{number}",
        name=f"{who.name}-policy",
        sid=sid,
        note=note,
    )


def edge(source: Subject, target: Subject, method: str = "lambda-new-function", **more: object) -> Edge:
    fields: dict[str, object] = {
        "source": source.arn,
        "target": target.arn,
        "method": method,
        "title": "Pass a role to a new Lambda function",
        "verdict": Verdict.PROVEN,
        "permissions": (
            Used("iam:PassRole", target.arn, (statement(source, 0, sid="Deploy"),)),
            Used("lambda:CreateFunction"),
            Used("lambda:InvokeFunction"),
        ),
        "attack": "Creates a function that bears the role, invokes it and reads the role's credentials.",
        "fix": ("Scope iam:PassRole to the roles that the pipeline needs.",),
    } | more
    return Edge(**fields)  # type: ignore[arg-type]  # the record checks them


def path(source: Subject, target: Subject, *edges: Edge, **more: object) -> Path:
    fields: dict[str, object] = {"verdict": Verdict.PROVEN, "severity": Severity.CRITICAL} | more
    return risk.score_path(Path(source=source, target=target, edges=edges or (edge(source, target),), **fields))  # type: ignore[arg-type]  # the record checks them


def paths() -> tuple[Path, ...]:
    middle = subject(Kind.ROLE, "build")
    assumed = edge(
        DEPLOY,
        middle,
        "assume",
        title="Assume the role",
        permissions=(Used("sts:AssumeRole", middle.arn, (statement(DEPLOY, 0),)),),
        attack="",
        fix=(),
    )
    bent = edge(
        middle,
        ADMIN,
        "codebuild-change-project",
        verdict=Verdict.CONDITIONAL,
        conditions=("a CodeBuild project bears role/admin",),
        end_of_life=True,
    )
    missing = edge(BEN, ADMIN, verdict=Verdict.LATENT, missing=("a role that trusts lambda.amazonaws.com",))
    return (
        path(ANN, ADMIN),
        path(ANN, ADMIN, edge(ANN, ADMIN, "iam-create-policy-version", title="Write a policy version")),
        path(DEPLOY, ADMIN, assumed, bent, verdict=Verdict.CONDITIONAL, severity=Severity.HIGH),
        path(BEN, ADMIN, missing, verdict=Verdict.LATENT, severity=Severity.LOW),
        path(BEN, middle, edge(BEN, middle), verdict=Verdict.LATERAL, severity=Severity.LOW),
    )


def findings() -> tuple[Finding, ...]:
    """One of each kind of subject and severity."""
    made = (
        finding(
            ANN,
            "principal_can_escalate",
            title="Principal can escalate its privileges",
            severity=Severity.CRITICAL,
            message="ann can become role admin by passing it to a new Lambda function",
            impact=Impact.ACCOUNT,
            likelihood=Likelihood.PRINCIPAL,
            evidence=(
                statement(ANN, 0, sid="Deploy", note="allows iam:PassRole on every role"),
                Evidence(document=ADMIN.arn, pointer="/Statement/0", note="the trust lets lambda.amazonaws.com in"),
            ),
        ),
        finding(
            DEPLOY,
            "principal_can_escalate",
            severity=Severity.CRITICAL,
            confidence=Confidence.CONDITIONAL,
            likelihood=Likelihood.PRINCIPAL,
            message=f"{DEPLOY.name} can become role admin if a CodeBuild project bears it: "
            "codebuild:UpdateProject on * and codebuild:StartBuild on * are allowed to it by way of the role build, "
            f"which trusts {DEPLOY.arn}",
            assumes=("a CodeBuild project bears role/admin", "iam:ListRoles could not be seen"),
            evidence=(statement(DEPLOY, 3),),
            severity_reason="the path ends at a full administrator",
        ),
        finding(
            VENDOR,
            "trust_cross_account_without_external_id",
            message="account 999988887777 may assume the role without an ExternalId",
            likelihood=Likelihood.OUTSIDER,
            evidence=(Evidence(document=VENDOR.arn, pointer="/AssumeRolePolicyDocument/Statement/0"),),
        ),
        finding(ANN),
        finding(
            LOGS,
            "bucket_cross_account_without_condition",
            message="anyone may read objects: the policy allows s3:GetObject to * without a condition",
            impact=Impact.SENSITIVE,
            likelihood=Likelihood.ANYONE,
        ),
        finding(
            subject(Kind.ROLE, HOSTILE),
            "role_inactive",
            severity=Severity.LOW,
            message=f"{HOSTILE} was last used 312 days ago",
        ),
        finding(
            ROOT,
            "password_policy_weak",
            severity=Severity.MEDIUM,
            message="length 8 is below 14; the last 24 passwords are not remembered",
            impact=Impact.HYGIENE,
        ),
        finding(
            BEN,
            "key_older_than_limit",
            severity=Severity.MEDIUM,
            message="access key 1 is 120 days old",
            evidence=(),
            cites=(),
        ),
        finding(ADMIN, "principal_with_inline_and_managed_policies", severity=Severity.INFO, impact=Impact.HYGIENE),
    )
    return tuple(sorted((scored(f, TIERS.get(f.subject.arn, "other")) for f in made), key=lambda f: -f.risk))


def scored(judged: Finding, tier: str) -> Finding:
    """The finding as it weighs on a subject of the tier."""
    weight = risk.weigh(judged.impact, judged.likelihood, judged.confidence, judged.severity, tier)
    return replace(judged, risk=weight.risk, risk_reasons=weight.reasons)


def recommendations() -> tuple[Recommendation, ...]:
    narrowed = AdvisedPolicy(
        name="ann-policy",
        replaces=f"arn:aws:iam::{ACCOUNT}:policy/ann-policy",
        kind="managed",
        document={
            "Version": "2012-10-17",
            "Statement": [{"Sid": "", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}],
        },
        size=98,
        quota=6144,
    )
    changes = (
        Change(
            kind="removed",
            document=f"arn:aws:iam::{ACCOUNT}:policy/ann-policy",
            pointer="/Statement/0",
            reason="iam:PassRole on every role lets ann become role/admin",
            confidence=Confidence.CERTAIN,
            before="iam:PassRole on *",
        ),
    )
    advice = Recommendation(
        subject=ANN,
        risk=96,
        policies=(narrowed, replace(narrowed, name="ann-new", replaces="")),
        changes=changes,
        actions_before=1000,
        actions_after=1,
        confidence=Confidence.CONDITIONAL,
        confidence_reasons=("no usage evidence was given",),
        warnings=("ann-policy is attached to two more principals",),
        affects=(BEN.arn,),
        proof=Proof(
            subset_of_current=Tri.YES, method="each statement lies within one of the current", paths_closed=("ab" * 8,)
        ),
        plan=(
            Step(text="wait until the change is in force everywhere"),
            Step(text="detach ann-policy", command="aws iam detach-user-policy", rollback="aws iam attach-user-policy"),
        ),
    )
    return (advice, proven(advice))


def proven(advice: Recommendation) -> Recommendation:
    """The same for ben, with evidence of use."""
    failed = Counterexample(
        against="covers_observed", action="s3:PutObject", resource="*", context={"aws:viaawsservice": ("true",)}
    )
    trust = AdvisedTrust(
        name="trust policy",
        replaces=f"{BEN.arn} trust policy",
        kind="trust",
        document={"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*"}]},
        size=82,
        quota=2048,
        changes=advice.changes,
        choices=("the external id",),
        proof=Proof(subset_of_current=Tri.NO, counterexamples=(failed,)),
        plan=advice.plan,
    )
    return replace(
        advice,
        subject=BEN,
        warnings=(),
        affects=(),
        actions_before=0,
        actions_after=0,
        evidence=(Source(name="Access Advisor", days=120, first="2025-09-01T00:00:00Z", gaps=("data events",)),),
        use=UseCounts(used=3, unused_proven=1, unknown=6),
        proof=Proof(subset_of_current=Tri.YES, covers_observed=Tri.YES, observed=2, set_apart=1),
        grade=Grade.MEDIUM,
        grade_reasons=("120 days",),
        exposure_before=12.5,
        exposure_after=0.0,
        trust=trust,
        aggressive=advice.changes,
    )


def a_backdrop() -> Backdrop:
    """The documents and portraits behind the rich report."""
    texts = (
        PolicyText(
            arn=f"arn:aws:iam::{ACCOUNT}:policy/ann-policy", name="ann-policy", kind="managed", at="", body=DOCUMENT
        ),
        PolicyText(
            arn=ADMIN.arn,
            name="trust policy",
            kind="trust",
            at="/AssumeRolePolicyDocument",
            body={
                "Version": "2012-10-17",
                "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
            },
        ),
    )
    portrait = Portrait(
        arn=ANN.arn,
        created="2024-01-01T00:00:00+00:00",
        used=(("password", "2025-12-01T08:00:00+00:00"), ("access key 1", "")),
        policies=(
            ("ann-policy", texts[0].arn, ""),
            ("inline", ANN.arn, ""),
            ("shared", texts[0].arn, "through group devs"),
        ),
        boundary="limits",
        granted=1000,
        bounded=400,
        limited=380,
        idle=("glacier", "workmail"),
    )
    return Backdrop(documents=texts, portraits=(portrait, Portrait(arn=DEPLOY.arn, boundary="unread", granted=7)))


def a_report(**changes: object) -> Report:
    """The rich report, with whatever is to be different."""
    found = findings()
    entered = edge(
        VENDOR_ACCOUNT,
        ADMIN,
        "enter-account",
        verdict=Verdict.CONDITIONAL,
        permissions=(Used("sts:AssumeRole", ADMIN.arn),),
        trust=(Evidence(document=ADMIN.arn, pointer="/AssumeRolePolicyDocument/Statement/0"),),
        conditions=("account 999988887777 lets it assume role/admin (no snapshot of it was given)",),
    )
    exempt = scored(finding(BREAK_GLASS, severity=Severity.CRITICAL), tier="administrator")
    suppressed = (Suppressed(finding=exempt, reason="tagged EmergencyAccess=true: break-glass access"),)
    report = Report(
        tool="leastwise 0.1.0",
        catalogue="2026-10-27",
        account=ACCOUNT,
        partition="aws",
        aliases=("acme-production",),
        caller=f"arn:aws:iam::{ACCOUNT}:user/auditor",
        taken_at="2026-01-01T00:00:00Z",
        origin="live",
        credential_report_at="2025-12-31T22:10:00Z",
        inventory={"users": 12, "groups": 3, "roles": 16, "customer_managed_policies": 40, "buckets": 5},
        layers_considered=("SCPs",),
        layers_not_considered=("RCPs", "session policies"),
        notes=("SCPs come from files, for these levels only: account",),
        gaps=(
            MissingView(call="iam:ListServiceSpecificCredentials", reason="AccessDenied"),
            MissingView(call="s3:GetBucketPolicy", reason="AccessDenied", target="acme-logs-eu-west-1"),
            MissingView(call="s3:GetBucketPolicy", reason="AccessDenied", target="acme-backups", detail=HOSTILE),
        ),
        unassessed=(Unassessed(check="user_inactive", reason="iam:GetCredentialReport could not be seen"),),
        checks=("key_older_than_limit", "user_without_mfa"),
        findings=found,
        suppressed=suppressed,
        paths=paths(),
        external=(path(VENDOR_ACCOUNT, ADMIN, entered, verdict=Verdict.CONDITIONAL, severity=Severity.HIGH),),
        recommendations=recommendations(),
        recommendations_left_out=3,
        scores=risk.score_account(found, suppressed=suppressed, tiers=TIERS),
        fixes=(
            Fix(
                id="fix:0123456789abcdef",
                text="Scope iam:PassRole in ann-policy (Deploy) to the one role that the function needs",
                ends_paths=2,
                ends_so_far=2,
                ends_of=3,
                verified=True,
                ends_findings=1,
                subjects=(ANN.arn,),
                statements=(statement(ANN, 0, sid="Deploy"),),
                paths=(paths()[0].fingerprint,),
                rewrite=Rewrite(
                    document="managed policy ann-policy",
                    before=DOCUMENT,
                    after={"Version": "2012-10-17", "Statement": [DOCUMENT["Statement"][1]]},
                    apply=("aws iam create-policy-version --policy-arn=arn:aws:iam::123456789012:policy/ann-policy",),
                    rollback=("aws iam set-default-policy-version --version-id=v1",),
                    mind=("ben holds it, too",),
                ),
            ),
            Fix(text="Enrol an MFA device for ann", ends_paths=0, ends_findings=1, subjects=(ANN.arn,)),
        ),
    )
    return replace(report, **changes)


def an_empty_report() -> Report:
    """Nothing found, everything seen."""
    return a_report(
        findings=(), paths=(), external=(), suppressed=(), fixes=(), gaps=(), unassessed=(), recommendations=(), aliases=(),
        scores=risk.score_account((), suppressed=(), tiers=TIERS), recommendations_left_out=0, caller="",
        credential_report_at="",
    )  # fmt: skip
