"""CloudTrail log files in S3: listed page by page, had several at a time, never more of them held than are worked on.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError

from leastwise.collect.evidence.logfile import Held
from leastwise.collect.evidence.naming import why_not
from leastwise.collect.evidence.spec import SCHEME
from leastwise.collect.explain import explain
from leastwise.collect.failure import Failure, Kind, from_boto_error
from leastwise.collect.session import GARBLED_DELAYS, WORKERS
from leastwise.errors import CollectError, UsageError
from leastwise.parallel import threads
from leastwise.usage.records import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.collect.session import Aws

LIST = "s3:ListObjectsV2"
GET = "s3:GetObject"
AT_ONCE = 8 << 20
"""Bytes that are had together, and handed on before the next."""
LARGEST = 256 << 20
"""Bytes of an object. CloudTrail's own have a few million at most."""


class Place(NamedTuple):
    """A bucket, and a folder or an object in it."""

    bucket: str
    prefix: str

    def __str__(self) -> str:
        """As users write it."""
        return f"{SCHEME}{self.bucket}/{self.prefix}"

    def holds(self, key: str) -> bool:
        """Whether a key is the object itself, or lies in the folder."""
        folder = self.prefix if not self.prefix or self.prefix.endswith("/") else f"{self.prefix}/"
        return key == self.prefix or key.startswith(folder)


class _Listed(NamedTuple):
    bucket: str
    key: str
    size: int

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}"


def place(text: str) -> Place:
    """`s3://bucket/prefix`. Raises UsageError where no bucket is named."""
    bucket, _, prefix = text.removeprefix(SCHEME).partition("/")
    if not bucket:
        raise UsageError(f"{text} names no bucket: write s3://BUCKET/PREFIX, as far as the folder AWSLogs or beyond")
    return Place(bucket, prefix)


def logs(aws: Aws, places: Iterable[Place], faults: list[Fault]) -> Iterator[tuple[Held, ...]]:
    """The log files at these places, some at a time, each once. What cannot be had is added to the faults.

    Raises CollectError where credentials or endpoint lead nowhere.
    """
    distinct = dict.fromkeys(places)
    for one in distinct:
        if not any(other.bucket == one.bucket and other.holds(one.prefix) for other in distinct if other != one):
            yield from _below(aws, one, faults)


def _below(aws: Aws, one: Place, faults: list[Fault]) -> Iterator[tuple[Held, ...]]:
    """The log files at a place. Where the first ones are all denied, so are the others, and nobody asks for them."""
    had = found = 0
    for several in _together(_listed(aws, one, faults)):
        said = list(threads(WORKERS)(lambda listed: _get(aws, listed), several))
        held = tuple(got for got in said if isinstance(got, Held))
        failed = [(listed, got) for listed, got in zip(several, said, strict=True) if isinstance(got, Failure)]
        faults += [Fault(path=str(listed), reason=_cannot("be had", got, listed)) for listed, got in failed]
        had, found = had + len(held), found + len(several)
        yield held
        if not had and len(failed) > 1 and all(failure.kind is Kind.DENIED for _, failure in failed):
            faults.append(Fault(path=str(one), reason="the others in it were not asked for: the first were all denied"))
            return
    if not found and not any(fault.path.startswith(str(one)) for fault in faults):
        faults.append(
            Fault(path=str(one), reason="no CloudTrail log file lies there: name the trail's bucket and prefix")
        )


def _together(listed: Iterable[_Listed]) -> Iterator[list[_Listed]]:
    """Objects up to so many bytes, and at least as many as there are connections."""
    several: list[_Listed] = []
    size = 0
    for one in listed:
        several.append(one)
        size += one.size
        if size >= AT_ONCE:
            yield several
            several, size = [], 0
    if several:
        yield several


def _listed(aws: Aws, one: Place, faults: list[Fault]) -> Iterator[_Listed]:
    """The objects of a place that are log files by their names."""
    marker: dict[str, str] = {}
    while True:
        page = aws.ask(LIST, Bucket=one.bucket, Prefix=one.prefix, **marker)
        if isinstance(page, Failure):
            faults.append(Fault(path=str(one), reason=_cannot("be listed", page, one)))
            return
        rows = page.get("Contents") or ()
        yield from (listed for listed in (_named(one, row) for row in rows) if listed and _wanted(listed, faults))
        following = {"ContinuationToken": str(page.get("NextContinuationToken") or "")}
        if not page.get("IsTruncated") or following in (marker, {"ContinuationToken": ""}):
            return
        marker = following


def _named(one: Place, row: dict[str, Any]) -> _Listed | None:
    key = str(row.get("Key", ""))
    folder = key.endswith("/") and not row.get("Size")
    return _Listed(one.bucket, key, int(row.get("Size") or 0)) if one.holds(key) and not folder else None


def _wanted(listed: _Listed, faults: list[Fault]) -> bool:
    """Whether an object is to be had; if it is no log of another service, either, that is a fault."""
    reason = why_not(listed.key)
    if reason is None and listed.size > LARGEST:
        reason = f"it was not read: it has more than {LARGEST >> 20} MiB, as no log file of CloudTrail has"
    if reason:
        faults.append(Fault(path=str(listed), reason=reason))
    return reason is None


def _get(aws: Aws, listed: _Listed) -> Held | Failure:
    """An object, asked for again where its body stops on the way."""
    failure = Failure(GET, "Unread")
    for delay in (0.0, *GARBLED_DELAYS):
        aws.clock.sleep(delay)
        said = aws.ask(GET, Bucket=listed.bucket, Key=listed.key)
        if isinstance(said, Failure):
            return said
        try:
            return Held(str(listed), said["Body"].read())
        except BotoCoreError as error:
            failure = from_boto_error(GET, error)
    return failure


def _cannot(what: str, failure: Failure, where: Place | _Listed) -> str:
    said = f"{failure.reason}: {failure.detail}" if failure.detail else failure.reason
    return f"it cannot {what} ({said}): {_todo(failure, where)}"


def _todo(failure: Failure, where: Place | _Listed) -> str:
    """What to do about it. Raises CollectError for what no bucket can help."""
    if failure.kind in {Kind.CREDENTIALS, Kind.ENDPOINT}:
        raise CollectError(explain(failure))
    if failure.kind is Kind.DENIED:
        return (
            f"allow s3:ListBucket on the bucket {where.bucket} and s3:GetObject on its objects, and kms:Decrypt on "
            "the key if the trail has one"
        )
    if failure.reason == "NoSuchBucket":
        return "name the bucket that the trail writes to"
    if failure.reason == "InvalidObjectState":
        return "it lies in an archive: restore it"
    return "try again"
