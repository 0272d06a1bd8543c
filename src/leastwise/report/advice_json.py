"""`least_privilege_recommendations.json`: for each principal, the policies that would have been enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta
from msgspec.structs import asdict

from leastwise.advised import INDEX
from leastwise.report import proof_json
from leastwise.report.audit_json import PublishedAccount, PublishedGap, account
from leastwise.report.path_json import About, about
from leastwise.report.published import (
    ConfidenceWord,
    Count,
    GradeWord,
    Index,
    Percent,
    Published,
    Stamp,
    Text,
    Texts,
    Version,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.results import AdvisedTrust, Change, Recommendation, Report

SCHEMA_VERSION = "1.1"
BASIS = "snapshot only"
WITH_EVIDENCE = "snapshot and evidence of use"


class PublishedPolicy(Published, frozen=True, kw_only=True):
    """One recommended document. Without `replaces` it is a new one. `size` and `quota` count characters."""

    name: Text
    replaces: Text = ""
    kind: Text
    document: Annotated[dict[str, Any], Meta(extra_json_schema={"required": ["Statement"]})]
    size: Count
    quota: Count


class PublishedChange(Published, frozen=True, kw_only=True):
    """One change to a current document, with its reason. Without a pointer the whole document is meant."""

    kind: Text
    document: Text
    pointer: Text = ""
    reason: Text
    confidence: ConfidenceWord
    before: Text = ""
    after: Text = ""


class PublishedTrust(PublishedPolicy, frozen=True, kw_only=True):
    """A narrower trust policy of a role. `choices` are what to fill in before it can be used."""

    changes: tuple[PublishedChange, ...] = ()
    choices: tuple[Text, ...] = ()
    proof: proof_json.PublishedProof
    plan: tuple[proof_json.PublishedStep, ...] = ()


class Metrics(Published, frozen=True, kw_only=True):
    """How many actions are granted before and after, and the index of unused permissions, where use is known of."""

    actions_before: Count
    actions_after: Count
    reduction_percent: Percent
    unused_index_before: Index | None = None
    unused_index_after: Index | None = None


class PublishedRecommendation(About, frozen=True, kw_only=True):
    """The policies that would have been enough for one principal, how sure that is, and how to put them in place."""

    policies: tuple[PublishedPolicy, ...]
    changes: tuple[PublishedChange, ...]
    metrics: Metrics
    confidence: ConfidenceWord
    confidence_reasons: Texts
    warnings: tuple[Text, ...] = ()
    also_affects: tuple[Text, ...] = ()
    evidence: tuple[proof_json.PublishedSource, ...] = ()
    use: proof_json.PublishedUse
    evidence_grade: GradeWord
    evidence_grade_reasons: tuple[Text, ...] = ()
    proof: proof_json.PublishedProof
    plan: tuple[proof_json.PublishedStep, ...] = ()
    trust: PublishedTrust | None = None
    aggressive: tuple[PublishedChange, ...] = ()


class AdviceFile(Published, frozen=True, kw_only=True):
    """The recommendations for one account; `left_out` principals with findings about permissions have none here.

    `gaps` are the calls, and the files of evidence, that gave no usable answer.
    """

    schema_version: Version
    tool: Text
    catalogue: Text
    account: PublishedAccount
    taken_at: Stamp
    basis: Text
    unused_index: Text
    left_out: Count
    gaps: tuple[PublishedGap, ...]
    recommendations: tuple[PublishedRecommendation, ...]


def render(report: Report) -> Iterator[bytes]:
    """The text of the file, in pieces."""
    return write(
        AdviceFile(
            schema_version=SCHEMA_VERSION,
            tool=report.tool,
            catalogue=report.catalogue,
            account=account(report),
            taken_at=report.taken_at,
            basis=WITH_EVIDENCE if any(advice.evidence for advice in report.recommendations) else BASIS,
            unused_index=INDEX,
            left_out=report.recommendations_left_out,
            gaps=tuple(PublishedGap(**asdict(gap)) for gap in report.gaps),
            recommendations=(),
        ),
        recommendations=map(_recommendation, report.recommendations),
    )


def _recommendation(advice: Recommendation) -> PublishedRecommendation:
    return PublishedRecommendation(
        **about(advice.subject, advice.risk),
        policies=tuple(PublishedPolicy(**asdict(policy)) for policy in advice.policies),
        changes=tuple(map(_change, advice.changes)),
        metrics=_metrics(advice),
        confidence=advice.confidence.value,
        confidence_reasons=advice.confidence_reasons,
        warnings=advice.warnings,
        also_affects=advice.affects,
        evidence=tuple(map(proof_json.source, advice.evidence)),
        use=proof_json.use(advice.use),
        evidence_grade=advice.grade.value,
        evidence_grade_reasons=advice.grade_reasons,
        proof=proof_json.proof(advice.proof),
        plan=proof_json.plan(advice.plan),
        trust=_trust(advice.trust) if advice.trust else None,
        aggressive=tuple(map(_change, advice.aggressive)),
    )


def _trust(trust: AdvisedTrust) -> PublishedTrust:
    said = {
        "changes": tuple(map(_change, trust.changes)),
        "proof": proof_json.proof(trust.proof),
        "plan": proof_json.plan(trust.plan),
    }
    return PublishedTrust(**asdict(trust) | said)


def _change(change: Change) -> PublishedChange:
    return PublishedChange(**asdict(change) | {"confidence": change.confidence.value})


def _metrics(advice: Recommendation) -> Metrics:
    """The reduction is rounded down: 100 percent is said only of a principal that is left nothing."""
    before, after = advice.actions_before, advice.actions_after
    return Metrics(
        actions_before=before,
        actions_after=after,
        reduction_percent=100 * (before - after) // before if before else 0,
        unused_index_before=advice.exposure_before,
        unused_index_after=advice.exposure_after,
    )
