"""What trails write down: read from a moto server, and from answers of each form."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from collect import accounts
from collect.replies import answers
from events import a_record
from leastwise.collect.evidence.gather import gather
from leastwise.collect.evidence.objects import Place
from leastwise.collect.evidence.selectors import selectors
from leastwise.collect.evidence.trails import Written
from leastwise.collect.options import Options
from leastwise.errors import UsageError
from leastwise.usage.records import Selector, Trail
from leastwise.usage.sight import sees
from servers import Fault, faulty

if TYPE_CHECKING:
    from pathlib import Path

    from leastwise.usage.records import Coverage

BUCKET = "trail-logs"
LOG = gzip.compress(json.dumps({"Records": [a_record("ec2:DescribeVpcs", {})]}).encode(), mtime=0)
OBJECTS = "AWS::S3::Object"


def one(field: str, **operators: Any) -> dict[str, Any]:
    return {"Field": field, **operators}


def advanced(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"AdvancedEventSelectors": [{"FieldSelectors": list(fields)}]}


def basic(**row: Any) -> dict[str, Any]:
    return {"EventSelectors": [row]}


MANAGEMENT, DATA = one("eventCategory", Equals=["Management"]), one("eventCategory", Equals=["Data"])
S3 = one("resources.type", Equals=[OBJECTS])
NO_MANAGEMENT = {"IncludeManagementEvents": False}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, [Selector()]),
        ({"EventSelectors": [], "AdvancedEventSelectors": None}, [Selector()]),
        (basic(ReadWriteType="All", IncludeManagementEvents=True, DataResources=[]), [Selector()]),
        (basic(ReadWriteType="WriteOnly"), [Selector(reads=False)]),
        (basic(ReadWriteType="ReadOnly"), [Selector(writes=False)]),
        (basic(**NO_MANAGEMENT), []),
        (
            basic(ExcludeManagementEventSources=["rdsdata.amazonaws.com", "kms.amazonaws.com"]),
            [Selector(without=("kms.amazonaws.com", "rdsdata.amazonaws.com"))],
        ),
        (basic(**NO_MANAGEMENT, DataResources=[{"Type": OBJECTS, "Values": ["arn:aws:s3"]}]), [Selector(type=OBJECTS)]),
        (
            basic(**NO_MANAGEMENT, DataResources=[{"Type": OBJECTS, "Values": ["arn:aws-cn:s3:::"]}]),
            [Selector(type=OBJECTS)],
        ),
        (
            basic(
                **NO_MANAGEMENT,
                ReadWriteType="WriteOnly",
                DataResources=[{"Type": OBJECTS, "Values": ["arn:aws:s3:::b/"]}],
            ),
            [Selector(type=OBJECTS, reads=False, partly=True)],
        ),
        (basic(**NO_MANAGEMENT, DataResources=[{"Type": OBJECTS, "Values": []}]), []),
        (advanced(MANAGEMENT), [Selector()]),
        (advanced(MANAGEMENT, one("readOnly", Equals=["false"])), [Selector(reads=False)]),
        (advanced(MANAGEMENT, one("readOnly", Equals=["true"])), [Selector(writes=False)]),
        (
            advanced(MANAGEMENT, one("eventSource", NotEquals=["kms.amazonaws.com"])),
            [Selector(without=("kms.amazonaws.com",))],
        ),
        (advanced(MANAGEMENT, one("eventSource", Equals=["iam.amazonaws.com"])), [Selector(partly=True)]),
        (advanced(DATA, S3), [Selector(type=OBJECTS)]),
        (
            advanced(DATA, S3, one("resources.ARN", StartsWith=["arn:aws:s3:::b/"])),
            [Selector(type=OBJECTS, partly=True)],
        ),
        (advanced(DATA, S3, one("eventName", NotEquals=["HeadObject"])), [Selector(type=OBJECTS, partly=True)]),
        (advanced(one("eventCategory", Equals=["NetworkActivity"]), one("eventSource", Equals=["s3"])), []),
    ],
)
def test_selectors_of_both_forms_say_the_same(answer: dict[str, Any], expected: list[Selector]) -> None:
    assert list(selectors(answer)) == expected


HERE = Place(BUCKET, "org")


@pytest.mark.parametrize(
    ("prefix", "regions"),
    [
        ("", ()),
        ("org", ()),
        ("org/", ()),
        ("org/AWSLogs/1111", ()),
        ("org/AWSLogs/1111/CloudTrail", ()),
        ("org/AWSLogs/o-1/1111/CloudTrail/eu-west-1/2026/01", ("eu-west-1",)),
        ("other", None),
        ("org2/AWSLogs", None),
        ("AWSLogs", None),
    ],
)
def test_a_place_holds_the_logs_of_a_trail_or_of_one_region(prefix: str, regions: tuple[str, ...] | None) -> None:
    found = Written(Trail(name="t"), HERE).within(Place(BUCKET, prefix))
    assert (found and found.regions) == regions
    assert Written(Trail(name="t"), HERE).within(Place("another", prefix)) is None


@pytest.fixture
def made(url: str) -> Any:
    """A bucket with a log, and a CloudTrail client of the region where its trail is at home."""
    s3 = accounts.Clients(url).s3
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="org/AWSLogs/1/CloudTrail/eu-west-1/2026/10/01/a.json.gz", Body=LOG)
    client = boto3.client("cloudtrail", region_name="eu-central-1", endpoint_url=url)
    a_trail(client, "main")
    return client


def a_trail(client: Any, name: str, prefix: str = "org", **more: Any) -> str:
    arn: str = client.create_trail(Name=name, S3BucketName=BUCKET, S3KeyPrefix=prefix, IsMultiRegionTrail=True, **more)[
        "TrailARN"
    ]
    client.start_logging(Name=name)
    return arn


def coverage(url: str, clock: Any, *specs: str) -> Coverage:
    (found,) = gather(specs or [f"cloudtrail=s3://{BUCKET}/org"], Options(endpoint_url=url, clock=clock))
    return found.coverage


def test_the_trail_of_a_place_says_what_its_logs_could_show(made: Any, url: str, clock: Any) -> None:
    made.put_event_selectors(
        TrailName="main",
        EventSelectors=[
            {
                "ReadWriteType": "WriteOnly",
                "IncludeManagementEvents": True,
                "DataResources": [{"Type": OBJECTS, "Values": ["arn:aws:s3"]}],
            }
        ],
    )
    found = coverage(url, clock)
    (trail,) = found.trails
    assert (trail.regions, trail.stopped, trail.organization) == ((), None, False)
    assert trail.selectors == (Selector(reads=False), Selector(type=OBJECTS, reads=False))
    assert found.remarks == ()
    assert [sees(action, found) for action in ("s3:PutObject", "s3:GetObject", "ec2:RunInstances")] == [
        True,
        False,
        True,
    ]


@pytest.mark.usefixtures("made")
def test_without_asking_it_would_be_the_events_that_tell(url: str, clock: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json.gz").write_bytes(LOG)
    assert sees("ec2:RunInstances", coverage(url, clock, f"cloudtrail={tmp_path}")) is False
    asked = coverage(url, clock, f"cloudtrail={tmp_path}", "trails")
    assert sees("ec2:RunInstances", asked) is True
    assert [trail.name.rpartition("/")[2] for trail in asked.trails] == ["main"]


def test_which_of_several_trails_wrote_files_is_not_known(made: Any, url: str, clock: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json.gz").write_bytes(LOG)
    a_trail(made, "second", "elsewhere")
    found = coverage(url, clock, f"cloudtrail={tmp_path}", "trails")
    assert found.trails == ()
    assert "wrote these files is not known: name the place of the logs in S3" in found.remarks[0]
    assert [trail.name.rpartition("/")[2] for trail in coverage(url, clock).trails] == ["main"]


def test_a_trail_that_is_switched_off_is_said(made: Any, url: str, clock: Any) -> None:
    made.stop_logging(Name="main")
    found = coverage(url, clock)
    assert isinstance(found.trails[0].stopped, datetime)
    assert found.trails[0].stopped.tzinfo is not None
    assert "has been switched off since" in found.remarks[0]


@pytest.mark.usefixtures("made")
def test_logs_of_an_unknown_trail_are_said(url: str, clock: Any) -> None:
    accounts.Clients(url).s3.put_object(Bucket=BUCKET, Key="copies/a.json.gz", Body=LOG)
    found = coverage(url, clock, f"cloudtrail=s3://{BUCKET}/copies")
    assert (found.events, found.trails) == (1, ())
    assert found.remarks == (
        f"no trail of this account is known to write to s3://{BUCKET}/copies: what it leaves out is not known",
    )


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("call", ["DescribeTrails", "GetEventSelectors"])
def test_what_is_denied_is_a_gap_and_the_logs_are_used(url: str, clock: Any, call: str) -> None:
    with faulty(url, [answers(call, lambda _: 403)]) as proxy:
        found = coverage(proxy.url, clock)
    assert (found.events, found.trails) == (1, ())
    assert f"allow cloudtrail:{call}" in found.remarks[0]


@pytest.mark.usefixtures("made")
def test_a_server_that_does_not_know_the_calls_is_a_gap(url: str, clock: Any) -> None:
    plan = [Fault(call, "html") for call in ("ListTrails", "DescribeTrails")]
    with faulty(url, plan) as proxy:
        found = coverage(proxy.url, clock)
    assert (found.events, found.trails) == (1, ())
    assert "what the trails leave out is not known (cloudtrail:DescribeTrails: " in found.remarks[0]


@pytest.mark.usefixtures("made")
def test_the_status_only_sharpens(url: str, clock: Any) -> None:
    with faulty(url, [answers("GetTrailStatus", lambda _: 403)]) as proxy:
        (trail,) = coverage(proxy.url, clock).trails
    assert (trail.since, trail.stopped, trail.selectors) == (None, None, (Selector(),))


def test_trails_without_logs_tell_nothing() -> None:
    with pytest.raises(UsageError, match="give cloudtrail=PATH, too"):
        gather(["trails"])
