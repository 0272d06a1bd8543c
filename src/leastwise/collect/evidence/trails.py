"""The trails of an account: where they write to, what they write down, and whether they still do.

Nothing of it changes what the logs hold; it tells what they could have held, which no log file does.
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from leastwise.collect.evidence.objects import Place, place
from leastwise.collect.evidence.selectors import selectors
from leastwise.collect.evidence.spec import is_object
from leastwise.collect.failure import Failure, Kind
from leastwise.collect.query import Paging, Query, fetch
from leastwise.collect.session import WORKERS
from leastwise.parallel import threads
from leastwise.usage.records import Trail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.collect.session import Aws

LIST = Query("cloudtrail:ListTrails", lists=("Trails",), paging=Paging("NextToken", "NextToken"))
DESCRIBE = Query("cloudtrail:DescribeTrails", lists=("trailList",))
SELECTORS = Query("cloudtrail:GetEventSelectors", singles=("TrailARN", "EventSelectors", "AdvancedEventSelectors"))
STATUS = Query("cloudtrail:GetTrailStatus", singles=("IsLogging", "StartLoggingTime", "StopLoggingTime"))
_FOLDER = "CloudTrail"


class Written(NamedTuple):
    """A trail, the bucket it writes to, and the folder there in which `AWSLogs` lies."""

    trail: Trail
    place: Place

    def within(self, given: Place) -> Trail | None:
        """The trail as far as a place holds its logs, which may be those of one region; None if it holds none."""
        root = f"{self.place.prefix}/AWSLogs/".removeprefix("/")
        folder = given.prefix.rstrip("/") + "/" if given.prefix else ""
        if given.bucket != self.place.bucket or not (root.startswith(folder) or folder.startswith(root)):
            return None
        _, found, below = folder.removeprefix(root).partition(f"{_FOLDER}/")
        region = below.partition("/")[0] if found else ""
        return msgspec.structs.replace(self.trail, regions=(region,)) if region else self.trail


class Trails(NamedTuple):
    """The trails that could be read, and what must be said of them and of the others."""

    written: tuple[Written, ...]
    remarks: tuple[str, ...] = ()

    @property
    def alone(self) -> tuple[Trail, ...]:
        """Without where they write to."""
        return tuple(one.trail for one in self.written)


def trails(aws: Aws) -> Trails:
    """Every trail of the account, those of the organization too."""
    listed = fetch(aws, LIST)
    named = () if isinstance(listed, Failure) else listed["Trails"]
    homes = sorted({row["HomeRegion"] for row in named if row.get("HomeRegion")}) or [aws.region]
    described = [fetch(aws, DESCRIBE, home) for home in homes]
    failed = [answer for answer in described if isinstance(answer, Failure)]
    if failed:
        return Trails((), (_unknown(failed[0]),))
    rows = [row for answer in described if not isinstance(answer, Failure) for row in answer["trailList"]]
    found = {row["TrailARN"]: row for row in rows}
    said = list(threads(WORKERS)(lambda arn: _read(aws, found[arn]), sorted(found)))
    written = tuple(one for one in said if isinstance(one, Written))
    stopped = (_stopped(one.trail) for one in written if one.trail.stopped)
    return Trails(written, (*(one for one in said if isinstance(one, str)), *stopped))


def known(aws: Aws, places: Iterable[str]) -> Trails:
    """The trails that wrote the logs at these places: those in S3 by where they write to, files if there is but one."""
    found = trails(aws)
    remote = [place(one) for one in places if is_object(one)]
    return _of_places(found, remote) if remote else _of_files(found)


def _of_places(found: Trails, places: Iterable[Place]) -> Trails:
    kept: dict[Trail, Written] = {}
    remarks = list(found.remarks)
    for given in places:
        narrowed = [Written(trail, one.place) for one in found.written if (trail := one.within(given))]
        kept |= {one.trail: one for one in narrowed}
        if not narrowed:
            remarks.append(f"no trail of this account is known to write to {given}: what it leaves out is not known")
    return Trails(tuple(kept.values()), tuple(remarks))


def _of_files(found: Trails) -> Trails:
    """Which of several trails wrote files, those do not tell."""
    if len(found.written) < 2:
        return found
    names = ", ".join(one.trail.name for one in found.written)
    remark = f"which of the trails {names} wrote these files is not known: name the place of the logs in S3"
    return Trails((), (*found.remarks, remark))


def _read(aws: Aws, row: dict[str, Any]) -> Written | str:
    """A trail with its selectors, or why they are not known."""
    name, home = row["TrailARN"], row.get("HomeRegion") or aws.region
    chosen = fetch(aws, SELECTORS, home, TrailName=name)
    if isinstance(chosen, Failure):
        return f"{name}: {_unknown(chosen)}"
    status = fetch(aws, STATUS, home, Name=name)
    known = {} if isinstance(status, Failure) else status
    trail = Trail(
        name=name,
        regions=() if row.get("IsMultiRegionTrail") else (home,),
        organization=bool(row.get("IsOrganizationTrail")),
        since=known.get("StartLoggingTime"),
        stopped=known.get("StopLoggingTime") if known.get("IsLogging") is False else None,
        selectors=selectors(chosen),
    )
    return Written(trail, Place(row.get("S3BucketName") or "", row.get("S3KeyPrefix") or ""))


def _unknown(failure: Failure) -> str:
    todo = f"allow {failure.call}" if failure.kind is Kind.DENIED else "it is taken from the events alone"
    return f"what the trails leave out is not known ({failure.call}: {failure.reason}): {todo}"


def _stopped(trail: Trail) -> str:
    return f"{trail.name} has been switched off since {trail.stopped:%Y-%m-%dT%H:%M:%SZ}: there are no events after it"
