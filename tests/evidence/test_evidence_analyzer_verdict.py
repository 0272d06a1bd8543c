"""What findings of Access Analyzer prove of a principal, and what they leave open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from leastwise.evidence import Knowledge, Verdict
from leastwise.usage.records import Coverage, Evidence, Selector, Trail, Unused
from leastwise.usage.saying import told
from trails import a_call, an_arn, every_day, the_logs
from world import ACCOUNT, NOW, World, allow, document

ROLE = an_arn("role", "worker")
WORLD = World().role("worker", age=500, used=3, inline={"p": document(allow(["iam:*", "s3:*", "sqs:*"]))}).build()


def found(*actions: str, days: int = 120, age: int = 1, account: str = ACCOUNT) -> Evidence:
    last = NOW - timedelta(days=age)
    coverage = Coverage(
        source="IAM Access Analyzer", first=last - timedelta(days=days), last=last, days=days, accounts=(account,)
    )
    return Evidence(
        observations=(), coverage=coverage, unused=tuple(Unused(principal=ROLE, actions=one) for one in actions)
    )


def verdict(action: str, *sources: Evidence) -> tuple[Verdict, str]:
    use = Knowledge.of(WORLD, sources).use(WORLD.roles[0], action)
    return use.verdict, use.reason


@pytest.mark.parametrize(
    ("action", "source", "expected", "reason"),
    [
        ("sqs:SendMessage", found("sqs:*"), Verdict.UNUSED, "sqs:SendMessage was not used in 120 days"),
        ("s3:CreateBucket", found("s3:CreateBucket"), Verdict.UNUSED, "s3:CreateBucket was not used in 120 days"),
        ("s3:DeleteBucket", found("s3:CreateBucket"), Verdict.UNKNOWN, "does not name s3:DeleteBucket as unused"),
        ("iam:PassRole", found("iam:*"), Verdict.UNKNOWN, "does not name iam:PassRole as unused"),
        ("sqs:SendMessage", found("sqs:*", days=60), Verdict.UNKNOWN, "its window has 60 days, not 90"),
        ("sqs:SendMessage", found("sqs:*", age=20), Verdict.UNKNOWN, "the analysis is 20 days older"),
        ("sqs:SendMessage", found("sqs:*", account="999999999999"), Verdict.UNKNOWN, "--last-accessed"),
        ("sqs:SendMessage", found(), Verdict.UNKNOWN, "does not name sqs:SendMessage"),
    ],
)
def test_findings_prove_what_they_name(action: str, source: Evidence, expected: Verdict, reason: str) -> None:
    said = verdict(action, source)
    assert (said[0], reason in said[1]) == (expected, True), said


def test_without_an_analyzer_the_reason_is_said() -> None:
    nothing = Coverage(source="IAM Access Analyzer", remarks=("no analyzer is active",))
    said = verdict("sqs:SendMessage", Evidence(observations=(), coverage=nothing, unused=()))
    assert said[0] is Verdict.UNKNOWN
    assert "IAM Access Analyzer: no analyzer is active" in said[1]


def test_use_that_another_source_saw_counts() -> None:
    logs = the_logs(*every_day(), a_call("role/worker", "iam:CreateUser", days=3))
    assert verdict("iam:CreateUser", found("*"), logs)[0] is Verdict.USED
    assert verdict("iam:CreateGroup", found("*"), logs)[0] is Verdict.UNUSED


def test_the_source_says_what_it_is_blind_to() -> None:
    (source, *_) = Knowledge.of(WORLD, [found("s3:*")]).sources(WORLD.roles[0])
    assert (source.name, source.days) == ("IAM Access Analyzer", 120)
    assert any("neither resources nor conditions" in gap for gap in source.gaps)


@pytest.mark.parametrize(
    ("selector", "regions", "words"),
    [
        ({}, (), "management events of all regions"),
        ({"reads": False}, ("eu-west-1",), "management events of eu-west-1, writing ones only"),
        ({"writes": False}, (), "management events of all regions, reading ones only"),
        (
            {"without": ("kms.amazonaws.com",)},
            (),
            "management events of all regions, without those of kms.amazonaws.com",
        ),
        (
            {"type": "AWS::S3::Object", "partly": True},
            (),
            "data events (AWS::S3::Object) of all regions, some of them",
        ),
    ],
)
def test_a_trail_is_told_in_words(selector: dict[str, Any], regions: tuple[str, ...], words: str) -> None:
    assert told(Trail(name="t", regions=regions, selectors=(Selector(**selector),))) == (words,)


def test_known_trails_are_what_the_source_sees() -> None:
    logs = the_logs(*every_day())
    trail = Trail(name="t", selectors=(Selector(reads=False),))
    coverage = Coverage(
        source=logs.coverage.source,
        first=logs.coverage.first,
        last=logs.coverage.last,
        days=logs.coverage.days,
        accounts=(ACCOUNT,),
        trails=(trail,),
        remarks=("something was cut short",),
    )
    known = Knowledge.of(WORLD, [Evidence(observations=(), coverage=coverage)])
    (source, *_) = known.sources(WORLD.roles[0])
    assert source.sees == ("management events of all regions, writing ones only",)
    assert source.gaps[0] == "something was cut short"
    assert known.use(WORLD.roles[0], "iam:CreateUser").verdict is Verdict.UNUSED
    assert known.use(WORLD.roles[0], "iam:ListUsers").verdict is Verdict.UNKNOWN
