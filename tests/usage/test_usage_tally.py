"""Events added up: laws of order and of cutting, what is shortened, and what the coverage says."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events import ACCOUNT, REGION, ROLE, USER, a_session, an_event
from leastwise.usage.reading import Teller
from leastwise.usage.records import Known, Unmapped
from leastwise.usage.tally import MOST, Scope, Tally, Times, shortened

if TYPE_CHECKING:
    from leastwise.usage.event import Event
    from leastwise.usage.records import Coverage, Evidence, Observation

MOMENT = datetime(2026, 10, 1, tzinfo=UTC)


def tallied(*files: list[Event]) -> Tally:
    tally = Tally(files=len(files))
    tell = Teller()
    for events in files:
        tally.add(events, tell)
    return tally


def evidence(*files: list[Event]) -> Evidence:
    return tallied(*files).evidence("logs")


def only(*events: Event) -> Observation:
    (observation,) = evidence(list(events)).observations
    return observation


def covered(*events: Event) -> Coverage:
    return evidence(list(events)).coverage


def at(hour: int, what: str = "ec2:DescribeVpcs", parameters: Any = None, **more: Any) -> Event:
    return an_event(what, parameters, eventTime=f"2026-10-01T{hour:02}:00:00Z", **more)


def test_events_alike_make_one_observation() -> None:
    seen = only(at(9), at(7), at(8, userAgent="other", eventID="other"))
    assert (seen.principal, seen.action, seen.resource, seen.known) == (USER, "ec2:DescribeVpcs", "*", Known.EXACT)
    assert (seen.count, seen.first.hour, seen.last.hour) == (3, 7, 9)
    assert (seen.circumstance.account, seen.circumstance.region) == (ACCOUNT, REGION)


@pytest.mark.parametrize(
    "other",
    [
        {"userIdentity": a_session()},
        {"userIdentity": a_session(USER.replace("ann", "bob"))},
        {"awsRegion": "us-east-1"},
        {"recipientAccountId": "444455556666"},
        {"errorCode": "ThrottlingException"},
        {"sourceIPAddress": "cloudformation.amazonaws.com"},
        {"eventName": "DescribeSubnets"},
    ],
)
def test_events_that_differ_in_what_matters_make_two(other: dict[str, Any]) -> None:
    assert len(evidence([at(1), at(2, **other)]).observations) == 2


def test_sessions_of_a_role_are_one() -> None:
    seen = only(at(1, userIdentity=a_session(name="a")), at(2, userIdentity=a_session(name="b")))
    assert (seen.principal, seen.count) == (ROLE, 2)


def test_the_circumstances_of_an_observation() -> None:
    through = a_session(invokedBy="cloudformation.amazonaws.com")
    parameters = {"instancesSet": {}, "iamInstanceProfile": {"name": "web"}}
    event = at(1, "ec2:RunInstances", parameters, userIdentity=through, errorCode="Client.RequestLimitExceeded")
    (passed,) = (one for one in evidence([event]).observations if one.action == "iam:PassRole")
    assert passed.circumstance.passed_to == "ec2.amazonaws.com"
    assert passed.circumstance.profile.endswith("instance-profile/*web")
    assert passed.circumstance.via == "cloudformation.amazonaws.com"
    assert passed.circumstance.inferred
    assert passed.circumstance.weak


def test_the_coverage_counts_every_event_once() -> None:
    seen = covered(
        at(1),
        at(2, "s3:GetObject", {"bucketName": "b", "key": "k"}, managementEvent=False, eventCategory="Data"),
        at(3, errorCode="AccessDenied"),
        at(4, "sts:GetCallerIdentity"),
        at(5, "strange:Thing"),
        at(6, "strange:Thing"),
        at(7, eventType="AwsServiceEvent"),
        at(8, userIdentity={"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}),
        at(9, "rds:CreateDBInstance", {"dBInstanceIdentifier": "d"}),
    )
    assert (seen.events, seen.used, seen.denied, seen.free, sum(seen.nobody.values())) == (9, 3, 1, 1, 2)
    assert len(seen.nobody) == 2
    assert seen.unmapped == (Unmapped(source="strange.amazonaws.com", name="Thing", count=2),)
    assert seen.unnamed_roles == {"rds:CreateDBInstance": 1}
    assert (seen.accounts, seen.regions) == ((ACCOUNT,), (REGION,))
    assert seen.data == ("s3.amazonaws.com",)
    assert "ec2.amazonaws.com" in seen.management
    assert "s3.amazonaws.com" not in seen.management
    assert seen.first is not None
    assert seen.last is not None
    assert (seen.first.hour, seen.last.hour) == (1, 9)


def test_days_with_events_are_counted() -> None:
    later = [
        an_event("ec2:DescribeVpcs", {}, eventTime=f"2026-10-{moment}Z") for moment in ("05T00:00:00", "04T23:59:59")
    ]
    assert covered(at(1), at(23), *later).days == 3


def test_times_of_other_zones_are_the_same_moments() -> None:
    seen = only(at(1, parameters={}), an_event("ec2:DescribeVpcs", {}, eventTime="2026-10-01T03:00:00+02:00"))
    assert seen.first == seen.last


def test_without_events_nothing_is_covered() -> None:
    nothing = covered()
    assert (nothing.events, nothing.first, nothing.last, nothing.days) == (0, None, None, 0)


def test_names_without_end_are_cut() -> None:
    (unmapped,) = covered(at(1, "ec2:" + "A" * 5000)).unmapped
    assert len(unmapped.name) < 200


# many resources


def objects(number: int, folder: str = "logs") -> list[Event]:
    return [at(1, "s3:GetObject", {"bucketName": "b", "key": f"{folder}/{n}"}) for n in range(number)]


def test_few_resources_are_listed() -> None:
    seen = evidence(objects(MOST)).observations
    assert len(seen) == MOST
    assert {one.known for one in seen} == {Known.EXACT}


def test_many_resources_are_shortened_to_what_holds_them() -> None:
    seen = evidence(objects(MOST + 1), objects(3, folder="other")).observations
    assert [(one.resource, one.known, one.count) for one in seen] == [
        ("arn:aws:s3:::b/logs/*", Known.PATTERN, MOST + 1),
        ("arn:aws:s3:::b/other/*", Known.PATTERN, 3),
    ]


def test_shortening_ends_at_everything() -> None:
    scope = Scope()
    for number in range(MOST + 1):
        scope.add(f"arn:aws:s3:::b{number}", Times(1, MOMENT, MOMENT))
    assert set(scope.found) == {"arn:aws:s3:::*"}
    for number in range(MOST + 1):
        scope.add(f"arn:aws:sqs:r:{number}:q", Times(1, MOMENT, MOMENT))
    assert set(scope.found) == {"*"}


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "arn:aws:s3:::b/a/b/c/d/e/f.txt",
        "arn:aws:logs:r:1:log-group:/aws/x:log-stream:y",
        "arn:x",
        "",
        "a:b:c:d:e:",
    ],
)
def test_shortening_twice_is_shortening_further(resource: str) -> None:
    for less, more in pairwise(range(7)):
        assert shortened(shortened(resource, less), more) == shortened(resource, more)
        assert shortened(shortened(resource, more), more) == shortened(resource, more)


# laws

RECORDS = st.builds(
    at,
    st.integers(0, 23),
    st.sampled_from(["s3:GetObject", "s3:PutObject", "ec2:DescribeVpcs", "strange:Thing", "sts:GetCallerIdentity"]),
    st.fixed_dictionaries({"bucketName": st.sampled_from(["a", "b"]), "key": st.sampled_from(["x/1", "x/2", "y"])}),
    errorCode=st.sampled_from([None, "AccessDenied", "ThrottlingException"]),
    userIdentity=st.sampled_from([a_session(), a_session(name="other"), {"type": "AWSService"}]),
)


@given(st.lists(RECORDS, max_size=12), st.randoms(use_true_random=False), st.integers(0, 12))
@settings(max_examples=60, deadline=None)
def test_neither_order_nor_cutting_changes_anything(events: list[Event], chance: Any, cut: int) -> None:
    shuffled = events[:]
    chance.shuffle(shuffled)
    whole = tallied(events)
    merged = tallied(shuffled[:cut])
    merged.merge(pickle.loads(pickle.dumps(tallied(shuffled[cut:]))))  # noqa: S301  our own, as workers send it
    merged.files = whole.files
    assert merged.evidence("logs") == whole.evidence("logs")


@given(st.lists(st.integers(0, 40), min_size=1, max_size=3), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_shortening_does_not_hang_on_order_either(sizes: list[int], chance: Any) -> None:
    names = [f"arn:aws:s3:::b{i}/{n % 7}/{n}" for i, size in enumerate(sizes) for n in range(size * 9)]
    one, other, third = Scope(), Scope(), Scope()
    for name in names:
        one.add(name, Times(1, MOMENT, MOMENT))
    chance.shuffle(names)
    for index, name in enumerate(names):
        (other if index % 2 else third).add(name, Times(1, MOMENT, MOMENT))
    other.merge(third)
    assert (one.level, one.found) == (other.level, other.found)
