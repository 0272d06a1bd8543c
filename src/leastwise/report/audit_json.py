"""`iam_security_audit.json`: all that one audit found, could not see, and set aside.

The published words (`principal_name`, `issue_description`, …) live here and nowhere else; the model keeps its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta
from msgspec.structs import asdict

from leastwise.report.path_json import About, PublishedEvidence, PublishedPath, about, evidence, path
from leastwise.report.published import (
    AccountId,
    ConfidenceWord,
    Count,
    Fingerprint,
    Percent,
    Published,
    SeverityWord,
    Stamp,
    StatusWord,
    Text,
    Texts,
    Version,
    write,
)
from leastwise.results import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.past import Run
    from leastwise.results import Finding, Fix, PrincipalScore, Report, Suppressed

SCHEMA_VERSION = "1.1"


class PublishedFinding(About, frozen=True, kw_only=True):
    """One thing that is wrong about one principal, bucket, policy or account."""

    id: Text
    check: Text
    title: Text
    severity: SeverityWord
    severity_reason: Text = ""
    confidence: ConfidenceWord
    assumptions: tuple[Text, ...] = ()
    risk_reasons: tuple[Text, ...] = ()
    issue_description: Text
    attack_scenario: Text
    impact: Text
    likelihood: Text
    remediation_steps: Texts
    evidence: Annotated[tuple[PublishedEvidence, ...], Meta(min_length=1)]
    references: Texts
    fingerprint: Fingerprint
    first_seen: Stamp = ""
    status: StatusWord = ""


class PublishedSuppressed(PublishedFinding, frozen=True, kw_only=True):
    """A finding that is set aside, with the reason.

    One that was muted has the last day of that, or `never`, as `expires`; without, its subject is exempt.
    """

    reason: Text
    owner: Text = ""
    expires: Text = ""


class PublishedScore(About, frozen=True, kw_only=True):
    """The risk of one principal and what makes it up."""

    tier: Text
    findings: Count
    reasons: tuple[Text, ...] = ()


class PublishedScores(Published, frozen=True, kw_only=True):
    """The account's risk, 0 to 100, higher is worse; posture is 100 less it."""

    model: Text
    risk: Percent
    posture: Percent
    risk_with_suppressed: Percent
    risk_with_muted: Percent | None = None
    reasons: tuple[Text, ...]
    principals: tuple[PublishedScore, ...]


class PublishedAccount(Published, frozen=True, kw_only=True):
    """The account that was audited."""

    id: AccountId
    partition: Text
    aliases: tuple[Text, ...] = ()


class PublishedGap(Published, frozen=True, kw_only=True):
    """A call that gave no usable answer; without a target, for nobody."""

    call: Text
    target: Text = ""
    reason: Text
    detail: Text = ""


class PublishedUnassessed(Published, frozen=True, kw_only=True):
    """A check that gave no answer. Never a pass."""

    check: Text
    target: Text = ""
    reason: Text
    traceback: Text = ""


class Coverage(Published, frozen=True, kw_only=True):
    """How much of the account the audit rests on."""

    complete: bool
    credential_report_at: Text = ""
    checks: tuple[Text, ...]
    limits: dict[str, Count] = {}  # noqa: RUF012  msgspec copies it
    min_severity: SeverityWord = Severity.INFO.label
    layers_considered: tuple[Text, ...]
    layers_not_considered: tuple[Text, ...]
    notes: tuple[Text, ...] = ()
    gaps: tuple[PublishedGap, ...]
    unassessed: tuple[PublishedUnassessed, ...]


class PublishedRewrite(Published, frozen=True, kw_only=True):
    """A policy document before and after, null where there is none, and the commands that change it and change it back.

    What there is to heed stands in `mind`.
    """

    document: Text
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    apply: tuple[Text, ...] = ()
    rollback: tuple[Text, ...] = ()
    mind: tuple[Text, ...] = ()


class PublishedFix(Published, frozen=True, kw_only=True):
    """What to do first, and how much it ends.

    With an `id` it is a change of a policy document, which `leastwise fix ID` shows whole. Such changes belong
    together: with those before it a change ends `ends_so_far` of the `ends_of` paths to administrator, and where
    `verified` the account was judged again on paper with all of them. Else each path was decided by itself.
    `statements` are at fault, `paths` the ids of those that it ends, `rewrite` is the change itself.
    """

    id: Text = ""
    text: Text
    ends_paths: Count
    ends_so_far: Count = 0
    ends_of: Count = 0
    ends_findings: Count
    subjects: tuple[Text, ...]
    verified: bool
    statements: tuple[PublishedEvidence, ...] = ()
    paths: tuple[Text, ...] = ()
    rewrite: PublishedRewrite | None = None


class Counts(Published, frozen=True, kw_only=True):
    """How many findings there are of each severity."""

    critical: Count
    high: Count
    medium: Count
    low: Count
    info: Count


class PublishedBaseline(Published, frozen=True, kw_only=True):
    """How many findings differ from an earlier audit. Each finding then has a `status`.

    What is no longer assessed may be as it was. `remarks` tell what else differs between the audits.
    """

    taken_at: Stamp
    new: Count
    changed: Count
    fixed: Count
    muted: Count
    exempt: Count
    not_assessed: Count
    remarks: tuple[Text, ...] = ()


class PublishedRun(Published, frozen=True, kw_only=True):
    """One run of the account's history, and what it changed beside those before it; the first can change nothing.

    `paths` lead to administrator, `set_aside` findings are muted or exempt, and `not_assessed` are those of earlier
    runs that this one could not judge.
    """

    taken_at: Stamp
    tool: Text
    risk: Percent
    posture: Percent
    complete: bool
    counts: Counts
    paths: Count
    set_aside: Count
    new: Count | None = None
    fixed: Count | None = None
    not_assessed: Count


class AuditFile(Published, frozen=True, kw_only=True):
    """One audit of one account."""

    schema_version: Version
    tool: Text
    catalogue: Text
    account: PublishedAccount
    caller: Text = ""
    taken_at: Stamp
    origin: Text
    baseline: PublishedBaseline | None = None
    coverage: Coverage
    scores: PublishedScores
    counts: Counts
    inventory: dict[str, Count]
    history: tuple[PublishedRun, ...] = ()
    fix_first: tuple[PublishedFix, ...]
    findings: tuple[PublishedFinding, ...]
    privilege_escalation_paths: tuple[PublishedPath, ...]
    external_paths: tuple[PublishedPath, ...]
    suppressed: tuple[PublishedSuppressed, ...]


def render(report: Report) -> Iterator[bytes]:
    """The text of the file, in pieces."""
    return write(
        AuditFile(
            schema_version=SCHEMA_VERSION,
            tool=report.tool,
            catalogue=report.catalogue,
            account=account(report),
            caller=report.caller,
            taken_at=report.taken_at,
            origin=report.origin,
            baseline=PublishedBaseline(**asdict(report.baseline)) if report.baseline else None,
            coverage=_coverage(report),
            scores=_scores(report),
            counts=Counts(**{severity.label: number for severity, number in report.counts.items()}),
            inventory=report.inventory,
            history=tuple(map(run, report.history)),
            fix_first=tuple(map(_fix, report.fixes)),
            findings=(),
            privilege_escalation_paths=(),
            external_paths=(),
            suppressed=(),
        ),
        findings=map(_finding, report.findings),
        privilege_escalation_paths=map(path, report.paths),
        external_paths=map(path, report.external),
        suppressed=map(_suppressed, report.suppressed),
    )


def _fix(fix: Fix) -> PublishedFix:
    told = asdict(fix) | {
        "statements": evidence(fix.statements),
        "paths": tuple(f"path:{each}" for each in fix.paths),
        "rewrite": PublishedRewrite(**asdict(fix.rewrite)) if fix.rewrite else None,
    }
    return PublishedFix(**told)


def account(report: Report) -> PublishedAccount:
    """The audited account, as both files name it."""
    return PublishedAccount(id=report.account, partition=report.partition, aliases=report.aliases)


def run(one: Run) -> PublishedRun:
    """A run, as the audit and `leastwise trend` publish it."""
    return PublishedRun(**asdict(one) | {"counts": Counts(**one.counts), "posture": one.posture})


def _coverage(report: Report) -> Coverage:
    return Coverage(
        complete=report.complete,
        credential_report_at=report.credential_report_at,
        checks=report.checks,
        limits=report.limits,
        min_severity=report.min_severity.label,
        layers_considered=report.layers_considered,
        layers_not_considered=report.layers_not_considered,
        notes=report.notes,
        gaps=tuple(PublishedGap(**asdict(gap)) for gap in report.gaps),
        unassessed=tuple(PublishedUnassessed(**asdict(each)) for each in report.unassessed),
    )


def _scores(report: Report) -> PublishedScores:
    scores = report.scores
    return PublishedScores(
        model=scores.model,
        risk=scores.risk,
        posture=scores.posture,
        risk_with_suppressed=scores.risk_with_suppressed,
        risk_with_muted=scores.risk_with_muted,
        reasons=scores.reasons,
        principals=tuple(_score(each) for each in scores.principals),
    )


def _score(score: PrincipalScore) -> PublishedScore:
    return PublishedScore(
        **about(score.subject, score.score), tier=score.tier, findings=score.findings, reasons=score.reasons
    )


def _suppressed(suppressed: Suppressed) -> PublishedSuppressed:
    why: dict[str, Any] = {"reason": suppressed.reason, "owner": suppressed.owner, "expires": suppressed.expires}
    return PublishedSuppressed(**why, **asdict(_finding(suppressed.finding)))


def _finding(finding: Finding) -> PublishedFinding:
    """Field by field, for there are tens of thousands. One without evidence of its own points at its subject."""
    subject = finding.subject
    return PublishedFinding(
        principal_name=subject.name,
        principal_arn=subject.arn,
        principal_type=subject.kind,
        risk_score=finding.risk,
        id=finding.id,
        check=finding.check,
        title=finding.title,
        severity=finding.severity.label,
        severity_reason=finding.severity_reason,
        confidence=finding.confidence,
        assumptions=finding.assumes,
        risk_reasons=finding.risk_reasons,
        issue_description=finding.message,
        attack_scenario=finding.attack,
        impact=finding.impact,
        likelihood=finding.likelihood,
        remediation_steps=finding.fix,
        evidence=evidence(finding.evidence) or (PublishedEvidence(document=subject.arn, note=finding.message),),
        references=finding.cites or (f"leastwise explain {finding.check}",),
        fingerprint=finding.fingerprint,
        first_seen=finding.first_seen,
        status=finding.status.value,
    )
