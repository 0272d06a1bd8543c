"""The event history, from a stand-in for LookupEvents, and from a server that has none."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from collect.conftest import NOW
from collect.replies import answers
from events import a_record
from leastwise.collect.clock import Clock
from leastwise.collect.evidence import history
from leastwise.collect.evidence.gather import gather
from leastwise.collect.options import Options
from leastwise.collect.session import Aws
from leastwise.errors import CollectError, UsageError
from leastwise.usage.sight import view
from servers import ACCOUNT, Fault, Request, faulty

if TYPE_CHECKING:
    from leastwise.usage.records import Evidence

REGIONS = ("eu-west-1", "us-east-1")


class Trail:
    """Answers LookupEvents of each region with pages of events, an hour apart, and remembers what it was asked."""

    def __init__(self, pages: int = 2, denied: tuple[str, ...] = (), *, broken: bool = False) -> None:
        self.pages, self.denied, self.broken = pages, denied, broken
        self.asked: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def __call__(self, request: Request) -> Any:
        self.asked[request.region].append(request.parameters)
        if request.region in self.denied:
            return 400
        page = int(request.parameters.get("NextToken", 0))
        moment = NOW - timedelta(hours=page + 1)
        record = a_record("ec2:DescribeVpcs", {}, awsRegion=request.region, eventTime=moment.isoformat())
        text = "{" if self.broken else json.dumps(record)
        following = {"NextToken": str(page + 1)} if page + 1 < self.pages else {}
        return {"Events": [{"EventTime": moment.timestamp(), "CloudTrailEvent": text}], **following}


@pytest.fixture
def clock(pauses: list[float]) -> Clock:
    """A clock that only waiting moves."""
    return Clock(now=lambda: NOW + timedelta(seconds=sum(pauses)), sleep=pauses.append)


def look(url: str, clock: Clock, trail: Trail, regions: tuple[str, ...] = REGIONS) -> Evidence:
    with faulty(url, [answers("LookupEvents", trail)]) as proxy:
        (found,) = gather(["lookup-events"], Options(endpoint_url=proxy.url, clock=clock, regions=regions))
    return found


def test_every_region_is_read_to_its_end_page_by_page(url: str, clock: Clock) -> None:
    trail = Trail(pages=3)
    found = look(url, clock, trail)
    assert {region: len(asked) for region, asked in trail.asked.items()} == dict.fromkeys(REGIONS, 3)
    assert [(one.action, one.count) for one in found.observations] == [("ec2:DescribeVpcs", 3)] * 2
    coverage = found.coverage
    assert coverage.source == "CloudTrail event history"
    assert coverage.first == NOW - timedelta(days=90)
    assert coverage.last == NOW - timedelta(minutes=15)
    assert (coverage.days, coverage.regions, coverage.faults) == (91, REGIONS, ())
    assert ACCOUNT in coverage.accounts


def test_requests_keep_the_pace_that_aws_allows(url: str, clock: Clock, pauses: list[float]) -> None:
    look(url, clock, Trail(pages=5), regions=("eu-west-1",))
    assert pauses == [0.5] * 4


def test_without_regions_every_enabled_one_is_in_sight(url: str, clock: Clock) -> None:
    found = look(url, clock, Trail(pages=1), regions=())
    assert len(found.coverage.regions) > 10
    assert {
        action: view(found.coverage).sees(action) for action in ("ec2:RunInstances", "kms:Decrypt", "s3:GetObject")
    } == {
        "ec2:RunInstances": True,
        "kms:Decrypt": True,
        "s3:GetObject": False,
    }


def test_some_regions_tell_of_no_other(url: str, clock: Clock) -> None:
    coverage = look(url, clock, Trail(), regions=("eu-west-1",)).coverage
    assert view(coverage).sees("ec2:RunInstances") is None
    assert view(coverage, "eu-west-1").sees("ec2:RunInstances") is True


@pytest.mark.parametrize("limit", ["MOST", "PATIENCE"])
def test_what_takes_too_long_is_cut_and_the_window_says_so(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(history, limit, 3 if limit == "MOST" else timedelta(seconds=0.9))
    coverage = look(url, clock, Trail(pages=9), regions=("eu-west-1",)).coverage
    assert coverage.first == NOW - timedelta(hours=3)
    assert coverage.days == 1
    assert "of eu-west-1 only the events since 2026-01-31T06:00:00Z were read" in " ".join(coverage.remarks)


def test_a_region_that_is_denied_is_said_and_out_of_sight(url: str, clock: Clock) -> None:
    coverage = look(url, clock, Trail(denied=("eu-west-1",))).coverage
    assert coverage.regions == ("us-east-1",)
    assert view(coverage).sees("ec2:RunInstances") is None
    (said, _) = coverage.remarks
    assert said == (
        "the event history of eu-west-1 could not be had (AccessDeniedException): allow cloudtrail:LookupEvents"
    )


def test_a_region_that_fails_halfway_counts_as_far_as_it_was_read(url: str, clock: Clock) -> None:
    trail = Trail(pages=9)
    plan = [answers("LookupEvents", trail, times=2), Fault("LookupEvents", "html")]
    with faulty(url, plan) as proxy:
        options = Options(endpoint_url=proxy.url, clock=clock, regions=("eu-west-1",))
        (found,) = gather(["lookup-events"], options)
    assert found.coverage.first == NOW - timedelta(hours=2)
    assert found.coverage.events == 2


def test_where_all_is_denied_nothing_is_known(url: str, clock: Clock) -> None:
    found = look(url, clock, Trail(denied=REGIONS))
    assert (found.observations, found.coverage.trails, found.coverage.first) == ((), (), None)
    assert view(found.coverage).sure == 0


def test_many_regions_that_say_the_same_are_one_line(url: str, clock: Clock) -> None:
    (found,) = gather(["lookup-events"], Options(endpoint_url=url, clock=clock))
    assert re.match(r"the event history of af-south-1 and \d+ more regions could not be had", found.coverage.remarks[0])


def test_an_event_that_is_none_is_a_fault(url: str, clock: Clock) -> None:
    coverage = look(url, clock, Trail(broken=True), regions=("eu-west-1",)).coverage
    assert [fault.path for fault in coverage.faults] == ["cloudtrail:LookupEvents eu-west-1"] * 2


def test_a_server_without_the_call_is_a_gap(url: str, clock: Clock) -> None:
    (found,) = gather(["lookup-events"], Options(endpoint_url=url, clock=clock, regions=REGIONS))
    assert found.coverage.trails == ()
    assert "the event history of eu-west-1, us-east-1 could not be had (" in found.coverage.remarks[0]


@pytest.mark.usefixtures("clean")
def test_a_call_that_is_not_implemented_is_a_gap(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    aws = Aws(Options(clock=clock, evidence=("lookup-events",)))

    def missing(**_: Any) -> None:
        raise NotImplementedError("The lookup_events action has not been implemented")

    monkeypatch.setattr(aws.client("cloudtrail", "eu-west-1"), "lookup_events", missing)
    monkeypatch.setattr(aws.client("ec2"), "describe_regions", lambda **_: {"Regions": [{"RegionName": "eu-west-1"}]})
    found = history.event_history(aws, ACCOUNT)
    assert "could not be had (Unsupported)" in found.coverage.remarks[0]


def test_a_region_that_is_not_enabled_is_refused(url: str, clock: Clock) -> None:
    with pytest.raises(UsageError, match="no enabled region"):
        look(url, clock, Trail(), regions=("mars-1",))


def test_credentials_that_lead_nowhere_end_it(url: str, clock: Clock) -> None:
    with faulty(url, [Fault("*", "expired")]) as proxy, pytest.raises(CollectError, match="expired"):
        gather(["lookup-events"], Options(endpoint_url=proxy.url, clock=clock))
