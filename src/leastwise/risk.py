"""How much a finding, a path, a principal and the account weigh: 0 to 100, higher is worse.

Every number that is a judgement stands in the table below, and `MODEL` changes with it. The arithmetic is in whole
numbers and rounds halves up, so the same findings give the same scores on every machine. Three laws hold: one more
finding never lowers a score, no score passes 100, and a heap of low findings never outranks one critical.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise.results import (
    Confidence,
    Finding,
    Impact,
    Likelihood,
    Path,
    PrincipalScore,
    Scores,
    Severity,
    Subject,
    Suppressed,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Tier(NamedTuple):
    """What being able to act as a principal is worth, and how much the principal counts in the account's mean."""

    impact: int
    weight: int


class Weight(NamedTuple):
    """How much one finding weighs, and why."""

    risk: int
    reasons: tuple[str, ...]


class Band(NamedTuple):
    """The scores that a severity may have."""

    low: int
    high: int


# The table. Factors are in hundredths.
MODEL = "1"
TIERS = {
    "administrator": Tier(impact=100, weight=5),
    "privileged": Tier(impact=80, weight=3),
    "sensitive": Tier(impact=60, weight=2),
    "other": Tier(impact=40, weight=1),
}
IMPACT = {  # of `Impact.SUBJECT` the subject's tier decides
    Impact.ACCOUNT: 100,
    Impact.IDENTITY: 80,
    Impact.SENSITIVE: 60,
    Impact.WRITE: 40,
    Impact.HYGIENE: 20,
}
LIKELIHOOD = {
    Likelihood.ANYONE: 100,
    Likelihood.OUTSIDER: 90,
    Likelihood.CREDENTIAL: 75,
    Likelihood.INSIDER: 60,
    Likelihood.PRINCIPAL: 40,
    Likelihood.REMOTE: 20,
}
CONFIDENCE = {Confidence.CERTAIN: 100, Confidence.CONDITIONAL: 80}
CERTAINTY = {Verdict.PROVEN: 100, Verdict.CONDITIONAL: 80, Verdict.LATENT: 50, Verdict.LATERAL: 50}
BANDS = {  # also the floors: whatever its factors, a critical finding is never below 80
    Severity.CRITICAL: Band(80, 100),
    Severity.HIGH: Band(60, 79),
    Severity.MEDIUM: Band(35, 59),
    Severity.LOW: Band(10, 34),
    Severity.INFO: Band(0, 9),
}
FADING = 4  # each further finding of a principal counts a quarter of the one before
COUNTED = 12  # beyond these a further finding weighs less than a millionth of a point
PREVALENCE = 50  # hundredths of the mean of all principals that come on top of the worst


@cache  # few combinations, many findings
def weigh(impact: Impact, likelihood: Likelihood, confidence: Confidence, severity: Severity, tier: str) -> Weight:
    """The risk of a finding and, in words, how that comes about. `tier` is its subject's."""
    loss = TIERS[tier].impact if impact is Impact.SUBJECT else IMPACT[impact]
    exposure = _half_up(loss * LIKELIHOOD[likelihood] * CONFIDENCE[confidence], 10_000)
    risk = _placed(exposure, severity)
    low, high = BANDS[severity]
    whose = f", which is {tier}" if impact is Impact.SUBJECT else ""
    reasons = (
        f"impact {_factor(loss)}: {impact.value}{whose}",
        f"likelihood {_factor(LIKELIHOOD[likelihood])}: {likelihood.value}",
        f"confidence {_factor(CONFIDENCE[confidence])}: {confidence.value}",
        f"their product, {exposure} of 100, makes it {risk} among {severity.label} findings ({low} to {high})",
    )
    return Weight(risk, reasons)


def score_path(path: Path) -> Path:
    """The path with its risk: what its end is worth, how many steps it takes, and how sure its weakest hop is."""
    impact = IMPACT[Impact.SENSITIVE if path.verdict is Verdict.LATERAL else Impact.ACCOUNT]
    likelihood = LIKELIHOOD[Likelihood.PRINCIPAL if len(path.edges) == 1 else Likelihood.REMOTE]
    certainty = min(CERTAINTY[edge.verdict] for edge in path.edges)
    exposure = _half_up(impact * likelihood * certainty, 10_000)
    return msgspec.structs.replace(path, risk=_placed(exposure, path.severity))


def score_principals(findings: Iterable[Finding], tiers: Mapping[str, str]) -> tuple[PrincipalScore, ...]:
    """The score of every subject that has a finding, the worst first. `tiers` are by ARN; who is not in it is other."""
    by_subject: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        by_subject[finding.subject.arn, finding.subject.name].append(finding)
    return _ranked(_principal(own[0].subject, own, tiers.get(arn, "other")) for (arn, _), own in by_subject.items())


def _ranked(scores: Iterable[PrincipalScore]) -> tuple[PrincipalScore, ...]:
    return tuple(sorted(scores, key=lambda score: (-score.score, score.subject)))


def score_account(findings: Sequence[Finding], *, suppressed: Sequence[Suppressed], tiers: Mapping[str, str]) -> Scores:
    """The account's risk: at least its worst subject's, and more the further trouble is spread.

    `tiers` names every principal by ARN, the clean and the exempt ones too: over them the mean is taken. Subjects that
    are not in it (buckets, policies, the account) count when they are the worst.
    """
    principals = score_principals(findings, tiers)
    risk, mean = _account(principals, tiers)
    muted = [each for each in suppressed if each.muted]

    def with_those(of: Sequence[Suppressed]) -> int:
        again = _rescored(principals, [*findings, *(each.finding for each in of)], tiers=tiers, of=of)
        return _account(again, tiers)[0]

    with_muted = with_those(muted) if muted else risk
    with_suppressed = with_those(suppressed) if len(suppressed) > len(muted) else with_muted
    added = {"what is muted": with_muted - risk, "exempt principals": with_suppressed - with_muted}
    return Scores(
        risk=risk,
        posture=100 - risk,
        risk_with_suppressed=with_suppressed,
        risk_with_muted=with_muted if muted else None,
        reasons=tuple(_account_reasons(principals, tiers, mean=mean, added=added)),
        principals=principals,
        model=MODEL,
    )


def _rescored(
    principals: Iterable[PrincipalScore],
    findings: Iterable[Finding],
    *,
    of: Iterable[Suppressed],
    tiers: Mapping[str, str],
) -> tuple[PrincipalScore, ...]:
    """The scores with those of the exempt subjects made anew from all findings; the others' stay what they are."""
    exempt = {each.finding.subject.arn for each in of}
    scores = score_principals((f for f in findings if f.subject.arn in exempt), tiers)
    return _ranked((*(score for score in principals if score.subject.arn not in exempt), *scores))


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _factor(hundredths: int) -> str:
    return f"{hundredths / 100:g}"


def _placed(exposure: int, severity: Severity) -> int:
    """Severity decides the band, exposure the place in it, so that a score never contradicts its severity."""
    band = BANDS[severity]
    return band.low + _half_up(exposure * (band.high - band.low), 100)


def _cause(finding: Finding) -> object:
    """What would mend the finding: findings that rest on the same statement or credential count once."""
    pointers = frozenset([(e.document, e.pointer) for e in finding.evidence if e.pointer])
    return pointers or (finding.check, finding.evidence)


def _one_for_each_cause(findings: list[Finding]) -> Iterable[Finding]:
    """The worst of those that one change would mend, the worst cause first."""
    worst: dict[object, Finding] = {}
    for finding in sorted(findings, key=lambda f: (-f.risk, f.check, f.fingerprint)):
        worst.setdefault(_cause(finding), finding)
    return worst.values()


def _principal(subject: Subject, findings: list[Finding], tier: str) -> PrincipalScore:
    """First the worst cause, then what is left to 100 shared out to the others, each counting a quarter as much."""
    first, *others = _one_for_each_cause(findings) if len(findings) > 1 else findings
    score = first.risk
    reasons: tuple[str, ...] = (f"{first.title} ({first.risk})",)
    if others:
        shares = sum([f.risk * FADING ** (COUNTED - place) for place, f in enumerate(others[:COUNTED], start=1)])
        added = _half_up((100 - score) * shares, 100 * FADING**COUNTED)
        score, reasons = score + added, (*reasons, f"{added} more for {_count(len(others), 'further cause')}")
    return PrincipalScore(subject=subject, score=score, tier=tier, findings=len(findings), reasons=reasons)


def _account(principals: tuple[PrincipalScore, ...], tiers: Mapping[str, str]) -> tuple[int, int]:
    """The account's risk and the weighted mean it rests on."""
    weights = sum(TIERS[tier].weight * number for tier, number in Counter(tiers.values()).items()) or 1
    total = sum(TIERS[score.tier].weight * score.score for score in principals if score.subject.arn in tiers)
    worst = principals[0].score if principals else 0
    return worst + _half_up((100 - worst) * total * PREVALENCE, 10_000 * weights), _half_up(total, weights)


def _account_reasons(
    principals: tuple[PrincipalScore, ...], tiers: Mapping[str, str], *, mean: int, added: Mapping[str, int]
) -> Iterable[str]:
    if not principals:
        yield "nothing was found"
    else:
        worst = principals[0]
        who = f"{worst.subject.kind.value} {worst.subject.name}"
        yield f"{who} is the worst with {worst.score} of 100: {worst.reasons[0]}"
        troubled = sum(score.subject.arn in tiers for score in principals)
        yield f"{troubled:,} of {_count(len(tiers), 'principal')} have findings; the weighted mean of all is {mean}"
    yield from (f"{what} would add {points}" for what, points in added.items() if points)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
