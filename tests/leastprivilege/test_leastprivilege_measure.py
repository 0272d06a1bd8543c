"""The index of unused permissions and the grade of the evidence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from leastwise import catalog
from leastwise.advised import WEIGHTS, Grade
from leastwise.evidence import Knowledge
from leastwise.leastprivilege import Adviser
from leastwise.leastprivilege.measure import Said, grade, index, weight
from trails import a_call, every_day, the_logs
from world import World, allow, document

if TYPE_CHECKING:
    from leastwise.account.model import Account

RUN = a_call("role/worker", "ec2:RunInstances", {"instanceType": "t3.nano"}, days=3)
LOOK = a_call("role/worker", "ec2:DescribeVpcs", days=3)


def bits(*names: str) -> int:
    return catalog.universe().union(names)


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("s3:ListBucket", 1),
        ("s3:GetObjectTagging", 2),
        ("s3:PutObjectTagging", 3),
        ("s3:PutObject", 5),
        ("s3:PutBucketPolicy", 10),
        ("lambda:UpdateFunctionCode", 10),  # writes, and an escalation goes by it
        ("iam:PutUserPolicy", 20),
    ],
)
def test_an_action_weighs_by_its_level_and_by_the_escalations_that_go_by_it(name: str, points: int) -> None:
    assert weight(bits(name)) == points


def test_the_index_is_the_share_of_weight_that_is_proven_unused() -> None:
    granted = bits("s3:ListBucket", "s3:GetObjectTagging", "s3:PutObject")
    assert index(granted, 0) == 0.0
    assert index(granted, bits("s3:PutObject", "sqs:SendMessage")) == 62.5
    assert index(granted, granted) == 100.0
    assert index(0, granted) == 0.0


def graded(*records: dict[str, Any], days: int = 120, age: float = 500, granted: str = "ec2:*") -> Said:
    account = _account(age, granted)
    return grade(account, Knowledge.of(account, [the_logs(*every_day(days), *records)]), account.roles[0])


def _account(age: float, granted: str) -> Account:
    return World().role("worker", age=age, used=3, inline={"p": document(allow(granted))}).build()


@pytest.mark.parametrize(
    ("said", "expected", "reason"),
    [
        (graded(RUN), Grade.HIGH, "120 days are covered"),
        (graded(RUN, days=60), Grade.LOW, "60 days are covered, fewer than 90"),
        (graded(RUN, age=95), Grade.HIGH, "95 days are covered"),
        (graded(RUN, age=60), Grade.LOW, "the principal is 60 days old"),
        (graded(LOOK), Grade.MEDIUM, "all 1 used actions read, and none writes"),
        (graded(RUN, granted="s3:*Object"), Grade.LOW, "% of the granted actions it is known"),
        (graded(RUN, a_call("role/worker", "ec2:NoSuchThing")), Grade.LOW, "no action is known for: of ec2"),
    ],
)
def test_the_grade_is_as_good_as_the_worst_that_speaks_against_it(said: Said, expected: Grade, reason: str) -> None:
    assert said.grade is expected, said
    assert any(reason in one for one in said.reasons), said


def test_under_ninety_days_it_is_never_above_medium() -> None:
    for days in (1, 29, 30, 89):
        assert graded(RUN, days=days).grade in {Grade.LOW, Grade.MEDIUM}


def test_without_a_source_there_is_no_grade_and_no_index() -> None:
    account = _account(500, "ec2:*")
    for knowledge in (None, Knowledge.of(account)):
        found = Adviser(account, knowledge=knowledge).recommend(account.roles[0], 50)
        assert (found.grade, found.exposure_before, found.exposure_after) == (Grade.NONE, None, None)
    assert found.grade_reasons == ("no source told of its use",)


def test_the_index_never_rises_by_what_is_advised() -> None:
    account = _account(500, "ec2:*")
    knowledge = Knowledge.of(account, [the_logs(*every_day(), RUN)])
    found = Adviser(account, knowledge=knowledge).recommend(account.roles[0], 50)
    assert found.exposure_before is not None
    assert found.exposure_after is not None
    assert 50 < found.exposure_before <= 100
    assert found.exposure_after <= found.exposure_before


def test_the_guide_gives_the_weights_as_they_are() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "least-privilege.md").read_text("utf-8")
    rows = re.findall(r"^\| ([A-Z][a-z ]+) \| (\d+) \|$", guide, re.MULTILINE)
    assert {level: int(points) for level, points in rows} == WEIGHTS
