"""CloudTrail log files in S3: on a moto server, with faults before it."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from collect import accounts
from events import a_record
from leastwise.collect.evidence import objects
from leastwise.collect.evidence.gather import gather
from leastwise.collect.evidence.logs import read_logs
from leastwise.collect.options import Options
from leastwise.errors import CollectError, UsageError
from leastwise.parallel import processes
from servers import Fault, faulty

if TYPE_CHECKING:
    from leastwise.collect.clock import Clock
    from leastwise.collect.progress import Progress
    from leastwise.usage.records import Evidence

BUCKET = "trail-logs"
FOLDER = "org/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/01"
PLACE = f"s3://{BUCKET}/org"
LOG = gzip.compress(
    json.dumps({"Records": [a_record("s3:ListBuckets", {}), a_record("ec2:DescribeVpcs", {})]}).encode(), mtime=0
)


@pytest.fixture
def s3(url: str) -> Any:
    """A client, and the trail's bucket with three files of two events each."""
    client = accounts.Clients(url).s3
    client.create_bucket(Bucket=BUCKET)
    for number in range(3):
        client.put_object(Bucket=BUCKET, Key=f"{FOLDER}/111122223333_CloudTrail_{number}.json.gz", Body=LOG)
    return client


def read(url: str, clock: Clock, *places: str, **more: Any) -> Evidence:
    (found,) = gather([f"cloudtrail={place}" for place in places], Options(endpoint_url=url, clock=clock, **more))
    return found


def told(found: Evidence) -> dict[str, str]:
    return {fault.path: fault.reason for fault in found.coverage.faults}


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize("place", [f"s3://{BUCKET}", f"s3://{BUCKET}/", PLACE, f"{PLACE}/", f"{PLACE}/AWSLogs"])
def test_a_bucket_and_a_folder_are_read_like_files(url: str, clock: Clock, tmp_path: Any, place: str) -> None:
    steps: list[Progress] = []
    found = read(url, clock, place, progress=steps.append)
    assert (found.coverage.files, found.coverage.events, told(found)) == (3, 6, {})
    assert (steps[-1].done, steps[-1].total) == (3, None)
    for number in range(3):
        (tmp_path / f"{number}.json.gz").write_bytes(LOG)
    assert found.observations == read_logs([tmp_path]).observations


@pytest.mark.usefixtures("s3")
def test_one_object_is_read_and_each_only_once(url: str, clock: Clock) -> None:
    one = f"s3://{BUCKET}/{FOLDER}/111122223333_CloudTrail_1.json.gz"
    assert read(url, clock, one).coverage.files == 1
    assert read(url, clock, one, PLACE, PLACE, f"{PLACE}/AWSLogs").coverage.files == 3


def test_files_and_objects_are_one_source(s3: Any, url: str, clock: Clock, tmp_path: Any) -> None:
    (tmp_path / "own.json.gz").write_bytes(LOG)
    s3.put_object(Bucket=BUCKET, Key="organized/none.json.gz", Body=LOG)  # no folder `org`
    found = read(url, clock, str(tmp_path), PLACE)
    assert (found.coverage.files, found.coverage.events) == (4, 8)


def test_pages_are_followed_and_cores_used(s3: Any, url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "AT_ONCE", 1)
    for number in range(1005):
        s3.put_object(Bucket=BUCKET, Key=f"more/{number:04}.txt", Body=b"")
    with faulty(url, []) as proxy:
        (found,) = gather(
            [f"cloudtrail=s3://{BUCKET}"], Options(endpoint_url=proxy.url, clock=clock), mapper=processes(2)
        )
    assert found.coverage.events == 6
    assert len(found.coverage.faults) + found.coverage.faults_unlisted == 1005
    assert sum(request.parameters.get("list-type") == "2" for request in proxy.seen) == 2


def test_what_lies_beside_is_told_apart(s3: Any, url: str, clock: Clock) -> None:
    beside = {
        f"{FOLDER}/notes.txt": "its name ends in none of",
        f"{FOLDER}/cut.json.gz": "cut off",
        f"{FOLDER}/empty.json.gz": "empty",
    }
    silent = ("org/", "org/AWSLogs/1/CloudTrail-Digest/d.json.gz", "org/AWSLogs/1/Config/c.json.gz")
    for key in (*beside, *silent):
        s3.put_object(Bucket=BUCKET, Key=key, Body=LOG[:80] if key.endswith("cut.json.gz") else b"")
    found = read(url, clock, PLACE)
    assert found.coverage.events == 6
    assert told(found).keys() == {f"s3://{BUCKET}/{key}" for key in beside}
    assert all(part in told(found)[f"s3://{BUCKET}/{key}"] for key, part in beside.items())


@pytest.mark.usefixtures("s3")
def test_an_object_too_large_is_not_read(url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "LARGEST", 10)
    found = read(url, clock, PLACE)
    assert (found.coverage.events, len(told(found))) == (0, 3)
    assert all("as no log file of CloudTrail has" in reason for reason in told(found).values())


@pytest.mark.usefixtures("s3")
def test_an_object_that_is_denied_is_named_and_the_rest_used(url: str, clock: Clock) -> None:
    with faulty(url, [Fault("GetBucket", "none", times=1), Fault("GetBucket", "deny", times=1)]) as proxy:
        found = read(proxy.url, clock, PLACE)
    assert (found.coverage.files, found.coverage.events) == (2, 4)
    ((path, reason),) = told(found).items()
    assert path.startswith(f"{PLACE}/AWSLogs")
    assert "AccessDenied" in reason
    assert "s3:GetObject" in reason


@pytest.mark.usefixtures("s3")
def test_where_all_are_denied_the_others_are_not_asked_for(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "AT_ONCE", len(LOG) + 1)
    with faulty(url, [Fault("GetBucket", "none", times=1), Fault("GetBucket", "deny")]) as proxy:
        found = read(proxy.url, clock, PLACE)
    assert "were not asked for" in told(found)[PLACE]
    assert proxy.actions.count("GetBucket") == 3


@pytest.mark.usefixtures("s3")
def test_a_listing_that_is_denied_is_a_gap_with_what_to_do(url: str, clock: Clock) -> None:
    with faulty(url, [Fault("GetBucket", "deny")]) as proxy:
        found = read(proxy.url, clock, PLACE)
    assert found.coverage.files == 0
    assert "it cannot be listed (AccessDenied" in told(found)[PLACE]
    assert f"allow s3:ListBucket on the bucket {BUCKET} and s3:GetObject" in told(found)[PLACE]


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize("kind", ["cut", "reset", "error", "throttle"])
def test_what_fails_in_passing_is_asked_again(url: str, clock: Clock, kind: str) -> None:
    with faulty(url, [Fault("GetBucket", "none", times=1), Fault("GetBucket", kind, times=2)]) as proxy:
        found = read(proxy.url, clock, PLACE)
    assert (found.coverage.files, told(found)) == (3, {})


@pytest.mark.usefixtures("s3")
def test_a_body_that_always_stops_is_a_fault(url: str, clock: Clock) -> None:
    with faulty(url, [Fault("GetBucket", "none", times=1), Fault("GetBucket", "cut")]) as proxy:
        found = read(proxy.url, clock, PLACE)
    assert found.coverage.files == 0
    assert len(told(found)) == 3
    assert all("it cannot be had" in reason for reason in told(found).values())


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("s3://no-such-bucket/x", "name the bucket that the trail writes to"),
        (f"s3://{BUCKET}/oorg", "no CloudTrail log"),
    ],
)
def test_a_place_without_logs_is_said(url: str, clock: Clock, place: str, said: str) -> None:
    found = read(url, clock, place)
    assert said in told(found)[place]


def test_a_place_without_a_bucket_is_refused(url: str, clock: Clock) -> None:
    with pytest.raises(UsageError, match="names no bucket"):
        read(url, clock, "s3:///x")


def test_without_credentials_nothing_is_gathered(url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(CollectError, match="no AWS credentials were found"):
        read(url, clock, PLACE)


def test_objects_without_an_account_are_refused() -> None:
    with pytest.raises(UsageError, match="is asked of an account"):
        read_logs([PLACE])
