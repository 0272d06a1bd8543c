"""Files as sources: a leastwise snapshot, or the bare output of `aws iam get-account-authorization-details`.

A file may hold hundreds of megabytes, so it is read once and not turned into objects here.
"""

from __future__ import annotations

import codecs
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from leastwise.collect.clock import Clock, stamp
from leastwise.collect.dump import Age, read_dump
from leastwise.errors import SnapshotError, UsageError
from leastwise.snapshot import Snapshot, decompress, dumps, loads, parse_time
from leastwise.whole import write_whole

STANDARD_INPUT = "-"
_OURS = re.compile(rb'\s*\{\s*"format"\s*:')
_UTF16 = {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"{\0": "utf-16-le",
    b"\0{": "utf-16-be",
}


class _Source(NamedTuple):
    """Bytes, what to call them in a message, and when they were written, where that is known."""

    name: str
    data: bytes
    modified: datetime | None


def read_snapshot(path_or_dash: str | Path, *, as_of: str | None = None, clock: Clock | None = None) -> Snapshot:
    """The snapshot in a file, or on standard input for `-`; plain or gzipped.

    `as_of` says when the account was as the file shows it. Without it a snapshot knows its own time, and a
    bare dump is as old as its file. Raises UsageError for the path, SnapshotError for what is in it.
    """
    moment = _as_of(as_of)
    source = _standard_input() if str(path_or_dash) == STANDARD_INPUT else _file(Path(path_or_dash))
    try:
        data = plain_text(source.data)
        if _OURS.match(data):
            return _aged(loads(data), moment)
        return read_dump(data, _age(source, moment, clock or Clock()))
    except SnapshotError as error:
        raise SnapshotError(f"{source.name}: {error}") from error


def write_snapshot(snapshot: Snapshot, path: str | Path) -> None:
    """Write a snapshot whole or not at all, gzipped when the name ends in `.gz`, for its owner only."""
    target = Path(path)
    data = dumps(snapshot, compress=target.suffix == ".gz")
    try:
        write_whole(target.parent, {target.name: (data,)})
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror or error}; choose another place") from error


def _file(path: Path) -> _Source:
    try:
        with path.open("rb") as file:
            modified = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
            return _Source(str(path), file.read(), modified)
    except FileNotFoundError as error:
        raise UsageError(f"there is no file {path}: make one with `leastwise collect -o FILE`") from error
    except IsADirectoryError as error:
        raise UsageError(f"{path} is a directory: name the snapshot file in it") from error
    except PermissionError as error:
        raise UsageError(f"{path} may not be read: check who owns it") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error


def _standard_input() -> _Source:
    if sys.stdin.isatty():
        raise UsageError("`-` reads standard input, and nothing is piped into it: name a file, or pipe one in")
    return _Source("standard input", sys.stdin.buffer.read(), None)


def plain_text(packed: bytes) -> bytes:
    """The text, unpacked, in UTF-8 without a mark: PowerShell's `>` writes UTF-16, some editors a mark."""
    data = decompress(packed)
    if not data or data.isspace():
        raise SnapshotError("it is empty, so the command that wrote it failed: collect it again")
    if data.startswith(codecs.BOM_UTF8):
        return data[len(codecs.BOM_UTF8) :]
    encoding = _UTF16.get(data[:2])
    if encoding is None:
        return data
    try:
        return data.decode(encoding).encode()
    except UnicodeError as error:
        raise SnapshotError("it is damaged or cut off UTF-16 text: write it again") from error


def _as_of(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_time(text)
    except SnapshotError as error:
        raise UsageError(f"--as-of: {error}") from error


def _age(source: _Source, as_of: datetime | None, clock: Clock) -> Age:
    if as_of is not None:
        return Age(stamp(as_of), "aged as of the given time")
    if source.modified is not None:
        return Age(stamp(source.modified), "aged by its modification time")
    return Age(stamp(clock.now()), "from standard input, aged by the present time")


def _aged(snapshot: Snapshot, as_of: datetime | None) -> Snapshot:
    if as_of is None:
        return snapshot
    moment = stamp(as_of)
    origin = f"{snapshot.origin}, taken {snapshot.taken_at}, aged as of the given time {moment}"
    return msgspec.structs.replace(snapshot, taken_at=moment, origin=origin)
