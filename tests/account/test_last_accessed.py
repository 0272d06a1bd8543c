"""Reports of last use, from the snapshot to what they mean; and what becomes of those that cannot be read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from leastwise.account.last_accessed import CALL, LAG, PERIOD
from leastwise.audit import audit
from world import NOW, World, ago

if TYPE_CHECKING:
    from leastwise.account.last_accessed import LastAccess

ANN, BOB = World().arn("user", "ann"), World().arn("user", "bob")


def report(*services: dict[str, Any], completed: str = ago(0), **more: Any) -> dict[str, Any]:
    """What AWS answers when the job is done."""
    return {
        "JobStatus": "COMPLETED",
        "JobType": "ACTION_LEVEL",
        "JobCompletionDate": completed,
        "ServicesLastAccessed": list(services),
        **more,
    }


def world(reports: dict[str, Any] | None = None, age: float = 500) -> World:
    made = World().user("ann", age=age).user("bob", age=age)
    return made if reports is None else made.call(CALL, reports)


def known(reports: dict[str, Any], age: float = 500) -> LastAccess | None:
    account = world(reports, age).build()
    return account.last_accessed.of(ANN, account.users[0].created)


def test_without_it_nothing_is_known_and_nothing_is_missing() -> None:
    account = world().build()
    assert account.last_accessed.of(ANN, account.users[0].created) is None
    assert not account.last_accessed.asked
    assert account.last_accessed.remarks == ()
    assert CALL not in {gap.call for gap in account.gaps}


def test_a_service_and_its_actions_have_their_times() -> None:
    tracked = [{"ActionName": "ListAllMyBuckets", "LastAccessedTime": ago(3)}, {"ActionName": "s3:CreateBucket"}]
    s3 = {"ServiceNamespace": "S3", "LastAuthenticated": ago(2), "TrackedActionsLastAccessed": tracked}
    found = known({ANN: report(s3, {"ServiceNamespace": "ec2"})})
    assert found is not None
    seen, unseen = found.services["s3"], found.services["ec2"]
    assert seen is not None
    assert unseen is not None
    assert seen.last == NOW - timedelta(days=2)
    assert seen.actions == {"listallmybuckets": NOW - timedelta(days=3), "createbucket": None}
    assert (unseen.last, unseen.actions) == (None, {})


@pytest.mark.parametrize(("age", "days"), [(500, 399), (401, 399), (100, 99), (0.1, 0)])
def test_the_window_is_the_period_of_aws_or_the_life_of_the_principal(age: float, days: int) -> None:
    found = known({ANN: report()}, age)
    assert found is not None
    assert found.first == min(max(NOW - PERIOD, NOW - timedelta(days=age)), NOW - LAG)
    assert (found.last, found.days) == (NOW - LAG, days)


def test_of_who_was_made_nobody_knows_when_nothing_is_covered() -> None:
    found = world({ANN: report()}).build().last_accessed.of(ANN, None)
    assert found is not None
    assert (found.first, found.days) == (None, 0)


def test_it_is_decoded_once() -> None:
    account = world({ANN: report()}).build()
    created = account.users[0].created
    assert account.last_accessed.of(ANN, created) is account.last_accessed.of(ANN, created)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (report(JobStatus="IN_PROGRESS"), "Unfinished"),
        (report(completed="yesterday"), "Garbled"),
        (report(completed="2026-01-01T00:00:00"), "Garbled"),
        (report(ServicesLastAccessed={}), "Garbled"),
        ([], "Garbled"),
    ],
    ids=["unfinished", "no time", "no zone", "no list", "no object"],
)
def test_a_report_that_cannot_be_read_is_a_gap_and_takes_no_other_with_it(broken: Any, reason: str) -> None:
    account = world({ANN: broken, BOB: report()}).build()
    assert [(gap.target, gap.reason) for gap in account.gaps if gap.call == CALL] == [(ANN, reason)]
    assert account.last_accessed.of(ANN, NOW) is None
    assert account.last_accessed.of(BOB, NOW) is not None
    assert account.last_accessed.why_not(ANN).startswith(f"{CALL}: ")


def test_a_service_that_cannot_be_read_is_known_to_be_there() -> None:
    odd = {"ServiceNamespace": "ec2", "LastAuthenticated": 5}
    found = known({ANN: report(odd, {"ServiceNamespace": None}, {"ServiceNamespace": "s3"})})
    assert found is not None
    assert found.services["ec2"] is None
    assert found.services["s3"] is not None


def test_the_report_says_how_much_was_given() -> None:
    made = world({ANN: report()}).gap(CALL, target=BOB)
    told = audit(made.snapshot())
    (note,) = told.notes
    assert note == (
        "last use is known of 1 of 2 users, groups and roles, 400 days back from 2025-12-31T20:00:00Z; "
        "denied attempts count as use"
    )
    assert not told.complete
    assert audit(world().snapshot()).notes == ()


def test_the_same_findings_with_it_and_without() -> None:
    used = {"ServiceNamespace": "s3", "LastAuthenticated": ago(1)}

    def idle() -> World:
        return World().user("ann", password=True, password_used=200, age=500).role("old", age=500, used=None)

    with_it = idle().call(CALL, {ANN: report(used), World().arn("role", "old"): report(used)})
    plain, told = ({(f.check, f.subject.arn) for f in audit(each.snapshot()).findings} for each in (idle(), with_it))
    assert plain == told
    assert {"user_inactive", "role_inactive"} <= {check for check, _ in told}
