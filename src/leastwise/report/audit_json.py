"""`iam_security_audit.json`: all that one audit found, could not see, and set aside.

The published words (`principal_name`, `issue_description`, …) live here and nowhere else; the model keeps its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, field
from msgspec.structs import asdict

from leastwise.report.published import (
    AccountId,
    ArnText,
    ConfidenceWord,
    Count,
    Fingerprint,
    KindWord,
    Percent,
    Published,
    SeverityWord,
    Stamp,
    Text,
    Texts,
    VerdictWord,
    Version,
    write,
)
from leastwise.report.words import stops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.results import Edge, Evidence, Finding, Path, PrincipalScore, Report, Subject, Used

SCHEMA_VERSION = "1.0"


class About(Published, frozen=True, kw_only=True):
    """Whom an entry is about, and how much it weighs."""

    principal_name: Text
    principal_arn: ArnText
    principal_type: KindWord
    risk_score: Percent


class PublishedEvidence(Published, frozen=True, kw_only=True):
    """Where in the snapshot the claim can be read again. Without a pointer the whole document is meant."""

    document: ArnText
    name: Text = ""
    pointer: Text = ""
    sid: Text = ""
    note: Text = ""
    source: Text = ""


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


class PublishedSuppressed(PublishedFinding, frozen=True, kw_only=True):
    """A finding about an exempt subject, with the reason."""

    reason: Text


class PublishedUse(Published, frozen=True, kw_only=True):
    """One permission that a hop uses; the resource may be but an example. None of the statements: a trust allows it."""

    permission: Text
    resource: Text
    statements: tuple[PublishedEvidence, ...] = ()


class PublishedStep(Published, frozen=True, kw_only=True):
    """One hop of a path."""

    source: ArnText = field(name="from")
    to: ArnText
    method: Text
    title: Text
    verdict: VerdictWord
    permissions: Texts
    proof: tuple[PublishedUse, ...]
    trust: tuple[PublishedEvidence, ...] = ()
    evidence: tuple[PublishedEvidence, ...]
    conditions: tuple[Text, ...]
    missing: tuple[Text, ...] = ()
    attack: Text = ""
    commands: tuple[Text, ...] = ()
    what_stops_it: tuple[Text, ...] = ()
    end_of_life: bool = False


class PublishedPath(About, frozen=True, kw_only=True):
    """How a principal gains the power of another."""

    id: Text
    target_name: Text
    target_arn: ArnText
    target_type: KindWord
    verdict: VerdictWord
    severity: SeverityWord
    methods: Texts
    attack_scenario: Text
    remediation_steps: Texts
    steps: Annotated[tuple[PublishedStep, ...], Meta(min_length=1)]
    fingerprint: Fingerprint


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
    layers_considered: tuple[Text, ...]
    layers_not_considered: tuple[Text, ...]
    notes: tuple[Text, ...] = ()
    gaps: tuple[PublishedGap, ...]
    unassessed: tuple[PublishedUnassessed, ...]


class PublishedFix(Published, frozen=True, kw_only=True):
    """What to do first, and how much it ends."""

    text: Text
    ends_paths: Count
    ends_findings: Count
    subjects: tuple[Text, ...]


class Counts(Published, frozen=True, kw_only=True):
    """How many findings there are of each severity."""

    critical: Count
    high: Count
    medium: Count
    low: Count
    info: Count


class AuditFile(Published, frozen=True, kw_only=True):
    """One audit of one account."""

    schema_version: Version
    tool: Text
    catalogue: Text
    account: PublishedAccount
    caller: Text = ""
    taken_at: Stamp
    origin: Text
    coverage: Coverage
    scores: PublishedScores
    counts: Counts
    inventory: dict[str, Count]
    fix_first: tuple[PublishedFix, ...]
    findings: tuple[PublishedFinding, ...]
    privilege_escalation_paths: tuple[PublishedPath, ...]
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
            coverage=_coverage(report),
            scores=_scores(report),
            counts=Counts(**{severity.label: number for severity, number in report.counts.items()}),
            inventory=report.inventory,
            fix_first=tuple(PublishedFix(**asdict(fix)) for fix in report.fixes),
            findings=tuple(PublishedFinding(**_finding(f)) for f in report.findings),
            privilege_escalation_paths=tuple(_path(p) for p in report.paths),
            suppressed=tuple(PublishedSuppressed(reason=s.reason, **_finding(s.finding)) for s in report.suppressed),
        )
    )


def account(report: Report) -> PublishedAccount:
    """The audited account, as both files name it."""
    return PublishedAccount(id=report.account, partition=report.partition, aliases=report.aliases)


def about(subject: Subject, risk: int) -> dict[str, Any]:
    """The fields by which both files name whom an entry is about."""
    return {
        "principal_name": subject.name,
        "principal_arn": subject.arn,
        "principal_type": subject.kind.value,
        "risk_score": risk,
    }


def _coverage(report: Report) -> Coverage:
    return Coverage(
        complete=report.complete,
        credential_report_at=report.credential_report_at,
        checks=report.checks,
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
        reasons=scores.reasons,
        principals=tuple(_score(each) for each in scores.principals),
    )


def _score(score: PrincipalScore) -> PublishedScore:
    return PublishedScore(
        **about(score.subject, score.score), tier=score.tier, findings=score.findings, reasons=score.reasons
    )


def _finding(finding: Finding) -> dict[str, Any]:
    """A finding's published fields. One without evidence of its own points at its subject."""
    return {
        **about(finding.subject, finding.risk),
        "id": f"{finding.check}:{finding.fingerprint}",
        "check": finding.check,
        "title": finding.title,
        "severity": finding.severity.label,
        "severity_reason": finding.severity_reason,
        "confidence": finding.confidence.value,
        "assumptions": finding.assumes,
        "risk_reasons": finding.risk_reasons,
        "issue_description": finding.message,
        "attack_scenario": finding.attack,
        "impact": finding.impact.value,
        "likelihood": finding.likelihood.value,
        "remediation_steps": finding.fix,
        "evidence": _evidence(finding.evidence)
        or (PublishedEvidence(document=finding.subject.arn, note=finding.message),),
        "references": finding.cites or (f"leastwise explain {finding.check}",),
        "fingerprint": finding.fingerprint,
    }


def _evidence(evidence: tuple[Evidence, ...]) -> tuple[PublishedEvidence, ...]:
    return tuple(map(_pointer, evidence))


def _pointer(e: Evidence) -> PublishedEvidence:
    """Field by field: there are tens of thousands, and a dictionary for each is dear."""
    return PublishedEvidence(
        document=e.document, name=e.name, pointer=e.pointer, sid=e.sid, note=e.note, source=e.source
    )


def _path(path: Path) -> PublishedPath:
    return PublishedPath(
        **about(path.source, path.risk),
        id=f"path:{path.fingerprint}",
        target_name=path.target.name,
        target_arn=path.target.arn,
        target_type=path.target.kind.value,
        verdict=path.verdict.value,
        severity=path.severity.label,
        methods=tuple(edge.method for edge in path.edges),
        attack_scenario=" ".join(_attack(edge) for edge in path.edges),
        remediation_steps=tuple(dict.fromkeys(step for edge in path.edges for step in _remedy(edge))),
        steps=tuple(_step(edge) for edge in path.edges),
        fingerprint=path.fingerprint,
    )


def _attack(edge: Edge) -> str:
    return edge.attack or f"{edge.source} becomes {edge.target}: {edge.title}."


def _remedy(edge: Edge) -> tuple[str, ...]:
    used = ", ".join(map(str, edge.permissions))
    return edge.fix or (f"Take from {edge.source} what lets it become {edge.target}: {used}.",)


def _use(used: Used) -> PublishedUse:
    return PublishedUse(permission=used.action, resource=used.resource, statements=_evidence(used.evidence))


def _step(edge: Edge) -> PublishedStep:
    return PublishedStep(
        source=edge.source,
        to=edge.target,
        method=edge.method,
        title=edge.title,
        verdict=edge.verdict.value,
        permissions=tuple(map(str, edge.permissions)),
        proof=tuple(_use(used) for used in edge.permissions),
        trust=_evidence(edge.trust),
        evidence=_evidence(edge.evidence),
        conditions=edge.conditions,
        missing=edge.missing,
        attack=edge.attack,
        commands=edge.commands,
        what_stops_it=stops(edge),
        end_of_life=edge.end_of_life,
    )
