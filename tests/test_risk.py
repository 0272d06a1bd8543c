"""The scores, and the laws they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leastwise import risk
from leastwise.results import Confidence, Evidence, Finding, Impact, Kind, Likelihood, Severity, Suppressed, Verdict
from report.sample import ADMIN, ANN, BEN, DEPLOY, edge, finding, path, scored, statement, subject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

PEOPLE = tuple(subject(Kind.USER, f"user-{n}") for n in range(4))
TIERS = dict(zip((p.arn for p in PEOPLE), risk.TIERS, strict=True))


def weighing(points: int, *, place: int = 0, who: int = 0) -> Finding:
    """A finding of so many points that shares its statement with no other of another place."""
    return replace(finding(PEOPLE[who], evidence=(statement(PEOPLE[who], place),)), risk=points)


def weighing_all(*points: int) -> list[Finding]:
    return [weighing(each, place=place) for place, each in enumerate(points)]


def account_risk(findings: Sequence[Finding]) -> int:
    return risk.score_account(findings, suppressed=(), tiers=TIERS).risk


heaps = st.lists(st.builds(weighing, st.integers(0, 100), place=st.integers(0, 5), who=st.integers(0, 3)), max_size=25)
factors = st.builds(
    finding,
    st.just(ANN),
    impact=st.sampled_from(Impact),
    likelihood=st.sampled_from(Likelihood),
    confidence=st.sampled_from(Confidence),
    severity=st.sampled_from(Severity),
)


# one finding


@pytest.mark.parametrize(
    ("severity", "impact", "likelihood", "confidence", "expected"),
    [
        (Severity.CRITICAL, Impact.ACCOUNT, Likelihood.ANYONE, Confidence.CERTAIN, 100),
        (Severity.CRITICAL, Impact.ACCOUNT, Likelihood.PRINCIPAL, Confidence.CERTAIN, 88),
        (Severity.CRITICAL, Impact.ACCOUNT, Likelihood.PRINCIPAL, Confidence.CONDITIONAL, 86),
        (Severity.HIGH, Impact.IDENTITY, Likelihood.CREDENTIAL, Confidence.CERTAIN, 71),
        (Severity.MEDIUM, Impact.HYGIENE, Likelihood.CREDENTIAL, Confidence.CERTAIN, 39),
        (Severity.LOW, Impact.ACCOUNT, Likelihood.ANYONE, Confidence.CERTAIN, 34),
        (Severity.INFO, Impact.HYGIENE, Likelihood.REMOTE, Confidence.CERTAIN, 0),
    ],
)
def test_severity_decides_the_band_and_the_factors_the_place_in_it(
    severity: Severity, impact: Impact, likelihood: Likelihood, confidence: Confidence, expected: int
) -> None:
    judged = finding(ANN, severity=severity, impact=impact, likelihood=likelihood, confidence=confidence)
    assert scored(judged, tier="other").risk == expected


def test_what_a_subject_is_worth_follows_its_tier() -> None:
    scores = [scored(finding(ANN), tier=tier).risk for tier in risk.TIERS]
    assert scores == [74, 71, 69, 66]


def test_the_reasons_name_every_factor_and_the_result() -> None:
    judged = scored(finding(ANN, confidence=Confidence.CONDITIONAL), tier="privileged")
    assert judged.risk_reasons == (
        "impact 0.8: whatever the subject can do, which is privileged",
        "likelihood 0.75: whoever gets hold of a long-lived credential",
        "confidence 0.8: conditional",
        "their product, 48 of 100, makes it 69 among high findings (60 to 79)",
    )


@given(factors, st.sampled_from(sorted(risk.TIERS)))
def test_a_score_never_leaves_its_severitys_band(judged: Finding, tier: str) -> None:
    band = risk.BANDS[judged.severity]
    assert band.low <= scored(judged, tier=tier).risk <= band.high


@given(factors, factors)
def test_a_worse_severity_always_scores_more(one: Finding, other: Finding) -> None:
    better, worse = sorted((one, other), key=lambda f: f.severity)
    if better.severity < worse.severity:
        risks = [scored(each, tier="administrator").risk for each in (better, worse)]
        assert risks[0] < risks[1]


@given(factors)
def test_certainty_and_power_never_lower_a_score(judged: Finding) -> None:
    certain, open_ = (replace(judged, confidence=c) for c in (Confidence.CERTAIN, Confidence.CONDITIONAL))
    assert scored(certain, tier="other").risk >= scored(open_, tier="other").risk
    by_tier = [scored(judged, tier=tier).risk for tier in risk.TIERS]
    assert by_tier == sorted(by_tier, reverse=True)


def test_every_word_of_the_model_has_its_weight() -> None:
    assert set(risk.IMPACT) | {Impact.SUBJECT} == set(Impact)
    assert set(risk.LIKELIHOOD) == set(Likelihood)
    assert set(risk.CONFIDENCE) == set(Confidence)
    assert set(risk.CERTAINTY) == set(Verdict)
    assert set(risk.BANDS) == set(Severity)


# one path


def test_a_path_weighs_more_the_surer_and_the_shorter_it_is() -> None:
    middle = subject(Kind.ROLE, "build")
    two = (edge(ANN, middle), edge(middle, ADMIN))
    weights = [
        path(ANN, ADMIN).risk,
        path(ANN, ADMIN, edge(ANN, ADMIN, verdict=Verdict.CONDITIONAL)).risk,
        path(ANN, ADMIN, *two).risk,
        path(ANN, ADMIN, two[0], edge(middle, ADMIN, verdict=Verdict.CONDITIONAL)).risk,
    ]
    assert weights == sorted(set(weights), reverse=True)


def test_a_lateral_path_weighs_less_than_an_escalation_of_the_same_severity() -> None:
    assert path(ANN, BEN, verdict=Verdict.LATERAL).risk < path(ANN, ADMIN).risk


# one principal


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ((80,), 80),
        ((80, 40, 20), 82),  # 80 + 20 * (10 + 1.25) / 100
        ((90, 20), 91),  # 90.5, and halves go up
        ((100, 100, 100), 100),
        ((0,), 0),
    ],
)
def test_further_causes_count_a_quarter_of_the_one_before(points: tuple[int, ...], expected: int) -> None:
    (score,) = risk.score_principals(weighing_all(*points), TIERS)
    assert score.score == expected


def test_what_one_statement_causes_counts_once() -> None:
    same = (statement(ANN, 0), statement(ANN, 1))
    one = replace(finding(ANN, "principal_with_admin_access", evidence=same), risk=90)
    other = replace(finding(ANN, "principal_can_escalate", evidence=same[::-1]), risk=85)
    (score,) = risk.score_principals((other, one), {})
    assert (score.score, score.findings) == (90, 2)
    assert score.reasons == ("Principal with admin access (90)",)


def test_findings_that_point_at_no_place_are_told_apart_by_their_check() -> None:
    bare = (Evidence(document=ANN.arn),)
    findings = [replace(finding(ANN, check, evidence=bare), risk=60) for check in ("role_inactive", "user_inactive")]
    (score,) = risk.score_principals(findings, {})
    assert score.score == 66
    assert score.reasons == ("Role inactive (60)", "6 more for 1 further cause")


def test_principals_come_worst_first_and_each_with_its_tier() -> None:
    scores = risk.score_principals([weighing(20, who=0), weighing(70, who=3), weighing(20, who=1)], TIERS)
    assert [(s.subject, s.tier) for s in scores] == [
        (PEOPLE[3], "other"),
        (PEOPLE[0], "administrator"),
        (PEOPLE[1], "privileged"),
    ]


@given(heaps, st.integers(0, 100), st.integers(0, 5))
def test_one_more_finding_never_lowers_a_principal(heap: list[Finding], points: int, place: int) -> None:
    before = {s.subject: s.score for s in risk.score_principals(heap, TIERS)}
    after = {s.subject: s.score for s in risk.score_principals([*heap, weighing(points, place=place)], TIERS)}
    assert all(before[who] <= after[who] <= 100 for who in before)


@given(st.integers(1, 200), st.integers(80, 100))
def test_a_heap_of_lows_never_outranks_one_critical(number: int, critical: int) -> None:
    heap = [weighing(34, place=place) for place in range(number)]
    low, high = (risk.score_principals(each, {})[0].score for each in (heap, [weighing(critical)]))
    assert low < high
    everywhere = [weighing(34, place=place, who=who) for who in range(4) for place in range(number)]
    assert account_risk(everywhere) < account_risk([weighing(critical)])


# the account


def test_the_account_is_its_worst_and_half_the_weighted_mean_of_the_rest() -> None:
    scores = risk.score_account([weighing(80, who=0), weighing(40, who=3)], suppressed=(), tiers=TIERS)
    assert scores.risk == 84  # mean (5*80 + 1*40) / 11 = 40; 80 + 20 * 0.5 * 0.4
    assert scores.posture == 16
    assert scores.model == risk.MODEL
    assert scores.reasons == (
        "user user-0 is the worst with 80 of 100: User without mfa (80)",
        "2 of 4 principals have findings; the weighted mean of all is 40",
    )


def test_a_bucket_counts_when_it_is_the_worst_and_never_dilutes_the_mean() -> None:
    bucket = subject(Kind.BUCKET, "logs")
    principal = weighing(80, who=0)
    with_low = [principal, replace(finding(bucket), risk=10)]
    assert account_risk(with_low) == account_risk([principal])
    assert account_risk([principal, replace(finding(bucket), risk=95)]) > 95


def test_exempt_subjects_count_only_in_the_second_score() -> None:
    exempt = (Suppressed(finding=weighing(90, who=0), reason="break-glass"),)
    scores = risk.score_account([weighing(40, who=3)], suppressed=exempt, tiers=TIERS)
    assert scores.risk == account_risk([weighing(40, who=3)])
    assert scores.risk_with_suppressed == account_risk([weighing(40, who=3), weighing(90, who=0)]) > 90
    assert scores.reasons[-1] == f"exempt principals would add {scores.risk_with_suppressed - scores.risk}"
    assert all(each.subject != PEOPLE[0] for each in scores.principals)


def test_an_account_without_findings_or_principals_is_not_at_risk() -> None:
    scores = risk.score_account([], suppressed=(), tiers={})
    assert (scores.risk, scores.posture, scores.reasons) == (0, 100, ("nothing was found",))


@given(heaps, st.integers(0, 100), st.integers(0, 5), st.integers(0, 3))
def test_one_more_finding_never_lowers_the_account(heap: list[Finding], points: int, place: int, who: int) -> None:
    more = [*heap, weighing(points, place=place, who=who)]
    assert account_risk(heap) <= account_risk(more) <= 100


@given(heaps)
def test_the_account_is_never_better_than_its_worst(heap: list[Finding]) -> None:
    assert account_risk(heap) >= max((f.risk for f in heap), default=0)


@given(heaps, st.randoms(use_true_random=False))
def test_the_order_of_findings_changes_nothing(heap: list[Finding], chance: Random) -> None:
    shuffled = list(heap)
    chance.shuffle(shuffled)
    one, other = (risk.score_account(each, suppressed=(), tiers=TIERS) for each in (heap, shuffled))
    assert one == other


def test_a_bigger_share_of_clean_principals_lowers_the_mean() -> None:
    clean = {f"{DEPLOY.arn}-{n}": "other" for n in range(50)}
    findings = [weighing(60, who=0)]
    wider = risk.score_account(findings, suppressed=(), tiers=TIERS | clean)
    assert 60 <= wider.risk < account_risk(findings)
