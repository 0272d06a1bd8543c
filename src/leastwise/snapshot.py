"""What was seen of one account: AWS's own answers under AWS's own names, and what could not be seen.

The snapshot is the only thing that passes from the world to the judgement, so its `taken_at` is *now* for
every age in the report: the same file gives the same report on any day and on any machine.
"""

from __future__ import annotations

import gzip
import re
import zlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from leastwise.errors import SnapshotError

FORMAT = 1
GZIP_MAGIC = b"\x1f\x8b"
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?")


class Gap(msgspec.Struct, frozen=True, order=True, kw_only=True, omit_defaults=False):
    """One call that gave no usable answer.

    `call` is `service:Operation`; `target` names the one bucket, policy or region it concerned, or is None
    when the whole call failed; `reason` is AWS's error code or our word for what happened
    (`AccessDenied`, `NotCollected`, `Unsupported`, `Garbled`, …); `detail` is for people.
    """

    call: str
    target: str | None = None
    reason: str
    detail: str = ""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One account as it was at `taken_at`.

    `calls` maps `service:Operation` to the undecoded JSON of what that call returned (pages merged, or for
    per-target calls an object keyed by target). Only `account.build` knows the shapes inside. `notes` say, for people,
    what in it did not come from the account itself.
    """

    format: int = FORMAT
    account: str
    partition: str = "aws"
    taken_at: str
    tool: str = ""
    caller: str = ""
    origin: str = "live"
    calls: dict[str, msgspec.Raw]
    gaps: list[Gap] = []
    notes: list[str] = []

    @property
    def now(self) -> datetime:
        """`taken_at` as a time with its zone."""
        return parse_time(self.taken_at)


def parse_time(text: str) -> datetime:
    """An ISO 8601 time as a zone-aware UTC datetime; a time without a zone is taken as UTC.

    Raises SnapshotError when it is no time.
    """
    if not _STAMP.fullmatch(text):
        raise SnapshotError(f"{text!r} is not a time; write it like 2026-01-31T09:00:00Z")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SnapshotError(f"{text!r} is not a time: {error}") from error
    if moment.tzinfo is UTC:
        return moment
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def raw(value: Any) -> msgspec.Raw:
    """A JSON-ready value as the undecoded JSON that a snapshot holds. Times become ISO 8601."""
    return msgspec.Raw(msgspec.json.encode(value))


def dumps(snapshot: Snapshot, *, compress: bool) -> bytes:
    """The snapshot as JSON bytes, gzipped on request; the same snapshot gives the same bytes."""
    text = msgspec.json.encode(snapshot)
    return gzip.compress(text, 6, mtime=0) if compress else text


def loads(data: bytes) -> Snapshot:
    """Read a snapshot from plain or gzipped JSON.

    Raises SnapshotError when the bytes are no snapshot of a format this version knows.
    """
    try:
        snapshot = msgspec.json.decode(decompress(data), type=Snapshot)
    except msgspec.DecodeError as error:
        raise SnapshotError(f"this is not a leastwise snapshot: {error}") from error
    if snapshot.format != FORMAT:
        raise SnapshotError(
            f"the snapshot has format {snapshot.format}, this leastwise reads format {FORMAT}: "
            "collect it again, or use the version that made it"
        )
    parse_time(snapshot.taken_at)
    return snapshot


def decompress(data: bytes) -> bytes:
    """The bytes, ungzipped when they are gzip. Raises SnapshotError when the archive is cut off or damaged."""
    if not data.startswith(GZIP_MAGIC):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise SnapshotError(f"the gzip file is damaged or cut off ({error}): collect it again") from error
