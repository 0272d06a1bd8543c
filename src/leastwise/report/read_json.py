"""The published files read back: what `audit_json` and `advice_json` have written, as the report that they came from.

A report that was read gives the same files again. It has no backdrop, which is not published, and without the file of
recommendations none of those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec.structs import asdict

from leastwise.advised import Counterexample, Grade, Proof, Source, Step, Tri, UseCounts
from leastwise.behind import Rewrite
from leastwise.compared import Baseline, Status
from leastwise.errors import SnapshotError
from leastwise.past import Run
from leastwise.report.advice_json import AdviceFile, PublishedRecommendation
from leastwise.report.audit_json import AuditFile, PublishedFinding, PublishedFix, PublishedRun, PublishedSuppressed
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
    PrincipalScore,
    Recommendation,
    Report,
    Scores,
    Severity,
    Subject,
    Suppressed,
    Used,
    Verdict,
)
from leastwise.unseen import MissingView, Unassessed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.report.audit_json import PublishedScore, PublishedScores
    from leastwise.report.path_json import About, PublishedEvidence, PublishedPath, PublishedStep

MAJOR = "1."  # of the schemas that this version reads
PATH = "path:"
File = TypeVar("File", AuditFile, AdviceFile)


def audit_of(text: bytes) -> Report:
    """The report of `iam_security_audit.json`. Raises SnapshotError for anything else."""
    file = _decoded(text, AuditFile)
    try:
        return _report(file)
    except (KeyError, ValueError) as error:  # a word that no table has
        raise SnapshotError(f"it holds a word that this version does not know: {error}") from error


def advice_of(text: bytes, report: Report) -> Report:
    """The report with the recommendations of `least_privilege_recommendations.json`.

    Raises SnapshotError for anything else, and for the recommendations of another audit.
    """
    file = _decoded(text, AdviceFile)
    if (file.account.id, file.taken_at) != (report.account, report.taken_at):
        raise SnapshotError(f"its recommendations are of another audit: {file.account.id}, {file.taken_at}")
    try:
        given = tuple(map(_recommendation, file.recommendations))
    except ValueError as error:
        raise SnapshotError(f"it holds a word that this version does not know: {error}") from error
    return msgspec.structs.replace(report, recommendations=given, recommendations_left_out=file.left_out)


def _decoded(text: bytes, kind: type[File]) -> File:
    try:
        file = msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SnapshotError(f"it is not what an audit writes: {error}") from error
    if not file.schema_version.startswith(MAJOR):
        raise SnapshotError(f"its schema is {file.schema_version}, and this version reads {MAJOR}x: audit again")
    return file


def _report(file: AuditFile) -> Report:
    seen = file.coverage
    return Report(
        tool=file.tool,
        catalogue=file.catalogue,
        account=file.account.id,
        partition=file.account.partition,
        aliases=file.account.aliases,
        caller=file.caller,
        taken_at=file.taken_at,
        origin=file.origin,
        credential_report_at=seen.credential_report_at,
        inventory=file.inventory,
        layers_considered=seen.layers_considered,
        layers_not_considered=seen.layers_not_considered,
        notes=seen.notes,
        gaps=tuple(MissingView(**asdict(gap)) for gap in seen.gaps),
        unassessed=tuple(Unassessed(**asdict(each)) for each in seen.unassessed),
        checks=seen.checks,
        limits=seen.limits,
        min_severity=_severity(seen.min_severity),
        findings=tuple(map(_finding, file.findings)),
        suppressed=tuple(map(_suppressed, file.suppressed)),
        paths=tuple(map(_path, file.privilege_escalation_paths)),
        external=tuple(map(_path, file.external_paths)),
        recommendations=(),
        recommendations_left_out=0,
        scores=_scores(file.scores),
        fixes=tuple(map(_fix, file.fix_first)),
        history=tuple(map(_run, file.history)),
        baseline=Baseline(**asdict(file.baseline)) if file.baseline else None,
    )


def _scores(scores: PublishedScores) -> Scores:
    return Scores(
        model=scores.model,
        risk=scores.risk,
        posture=scores.posture,
        risk_with_suppressed=scores.risk_with_suppressed,
        risk_with_muted=scores.risk_with_muted,
        reasons=scores.reasons,
        principals=tuple(map(_score, scores.principals)),
    )


def _score(one: PublishedScore) -> PrincipalScore:
    return PrincipalScore(
        subject=_subject(one), score=one.risk_score, tier=one.tier, findings=one.findings, reasons=one.reasons
    )


def _subject(about: About) -> Subject:
    return Subject(about.principal_arn, about.principal_name, Kind(about.principal_type))


def _severity(word: str) -> Severity:
    return Severity[word.upper()]


def _evidence(pointers: Iterable[PublishedEvidence]) -> tuple[Evidence, ...]:
    return tuple(Evidence(**asdict(one)) for one in pointers)


def _finding(one: PublishedFinding) -> Finding:
    return Finding(
        check=one.check,
        title=one.title,
        subject=_subject(one),
        severity=_severity(one.severity),
        confidence=Confidence(one.confidence),
        message=one.issue_description,
        attack=one.attack_scenario,
        fix=one.remediation_steps,
        evidence=_evidence(one.evidence),
        cites=one.references,
        impact=Impact(one.impact),
        likelihood=Likelihood(one.likelihood),
        fingerprint=one.fingerprint,
        severity_reason=one.severity_reason,
        assumes=one.assumptions,
        risk=one.risk_score,
        risk_reasons=one.risk_reasons,
        first_seen=one.first_seen,
        status=Status(one.status),
    )


def _suppressed(one: PublishedSuppressed) -> Suppressed:
    return Suppressed(finding=_finding(one), reason=one.reason, owner=one.owner, expires=one.expires)


def _path(one: PublishedPath) -> Path:
    return Path(
        source=_subject(one),
        target=Subject(one.target_arn, one.target_name, Kind(one.target_type)),
        verdict=Verdict(one.verdict),
        edges=tuple(_edge(step, one.remediation_steps) for step in one.steps),
        severity=_severity(one.severity),
        risk=one.risk_score,
    )


def _edge(step: PublishedStep, remedy: tuple[str, ...]) -> Edge:
    """A hop. What ends it is published for the path as a whole."""
    return Edge(
        source=step.source,
        target=step.to,
        method=step.method,
        title=step.title,
        verdict=Verdict(step.verdict),
        permissions=tuple(Used(use.permission, use.resource, _evidence(use.statements)) for use in step.proof),
        trust=_evidence(step.trust),
        running=_evidence(step.running),
        conditions=step.conditions,
        missing=step.missing,
        attack=step.attack,
        commands=step.commands,
        fix=remedy,
        end_of_life=step.end_of_life,
    )


def _run(one: PublishedRun) -> Run:
    told = asdict(one) | {"counts": asdict(one.counts)}
    del told["posture"]  # follows from the risk
    return Run(**told)


def _fix(one: PublishedFix) -> Fix:
    told = asdict(one) | {
        "statements": _evidence(one.statements),
        "paths": tuple(each.removeprefix(PATH) for each in one.paths),
        "rewrite": Rewrite(**asdict(one.rewrite)) if one.rewrite else None,
    }
    return Fix(**told)


def _recommendation(one: PublishedRecommendation) -> Recommendation:
    trust = one.trust
    return Recommendation(
        subject=_subject(one),
        risk=one.risk_score,
        policies=tuple(AdvisedPolicy(**asdict(policy)) for policy in one.policies),
        changes=_changes(one.changes),
        actions_before=one.metrics.actions_before,
        actions_after=one.metrics.actions_after,
        confidence=Confidence(one.confidence),
        confidence_reasons=one.confidence_reasons,
        warnings=one.warnings,
        affects=one.also_affects,
        evidence=tuple(Source(**asdict(source)) for source in one.evidence),
        use=UseCounts(**asdict(one.use)),
        proof=_proof(one.proof),
        plan=_plan(one.plan),
        grade=Grade(one.evidence_grade),
        grade_reasons=one.evidence_grade_reasons,
        exposure_before=one.metrics.unused_index_before,
        exposure_after=one.metrics.unused_index_after,
        trust=AdvisedTrust(
            **asdict(trust)
            | {"changes": _changes(trust.changes), "proof": _proof(trust.proof), "plan": _plan(trust.plan)}
        )
        if trust
        else None,
        aggressive=_changes(one.aggressive),
    )


def _changes(published: Iterable[Any]) -> tuple[Change, ...]:
    return tuple(Change(**asdict(one) | {"confidence": Confidence(one.confidence)}) for one in published)


def _proof(published: Any) -> Proof:
    """`safe` follows from the rest."""
    told = asdict(published) | {
        "subset_of_current": Tri(published.subset_of_current),
        "covers_observed": Tri(published.covers_observed),
        "counterexamples": tuple(Counterexample(**asdict(one)) for one in published.counterexamples),
    }
    del told["safe"]
    return Proof(**told)


def _plan(published: Iterable[Any]) -> tuple[Step, ...]:
    return tuple(Step(**asdict(step)) for step in published)
