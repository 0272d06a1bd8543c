"""One CloudTrail log file, as whole as it is: what can be read is used, and what cannot is named.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
A file is one JSON object `{"Records": […]}`, gzipped or not; or a list of events, or one event, or one object, on each
line. Lines are read piece by piece; an object is read whole, and is at most `LARGEST` bytes.
"""

from __future__ import annotations

import json
import re
import zlib
from io import BytesIO
from itertools import chain
from typing import IO, TYPE_CHECKING, Literal, NamedTuple, Protocol

import msgspec

from leastwise.usage.event import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Tell = Callable[[str], None]

PIECE = 8 << 20
LARGEST = 512 << 20
"""Bytes of one JSON text. CloudTrail's own files have some 50 million at most."""
_GZIP = b"\x1f\x8b"
_GZIPPED = zlib.MAX_WBITS | 16
_MARK = b"\xef\xbb\xbf"
_ERRORS = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)


class Log(Protocol):
    """What holds a log file: a path, or an `Held` one. Its text names it."""

    def open(self, mode: Literal["rb"]) -> IO[bytes]:
        """Its bytes."""
        ...


class Held(NamedTuple):
    """A log file that was had from elsewhere."""

    name: str
    content: bytes

    def __str__(self) -> str:
        """Where it was."""
        return self.name

    def open(self, mode: Literal["rb"]) -> IO[bytes]:  # noqa: ARG002  as a path has it
        """Its bytes."""
        return BytesIO(self.content)


class _Document(msgspec.Struct):
    records: list[Event] = msgspec.field(name="Records")


class _Loose(msgspec.Struct):
    records: list[msgspec.Raw] = msgspec.field(name="Records")


_DOCUMENT = msgspec.json.Decoder(_Document)
_LOOSE = msgspec.json.Decoder(_Loose)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_EVENT = msgspec.json.Decoder(Event)
_ANY = msgspec.json.Decoder(msgspec.Raw)
_NEXT = re.compile(r"[\s,]*")


def events(log: Log, tell: Tell) -> Iterator[list[Event]]:
    """The events of a file, in pieces. Whatever is wrong is told, once for each kind of fault."""
    damage: list[str] = []
    pieces = _told(_unpacked(log, damage.append), damage, tell)
    head = next(pieces, b"").removeprefix(_MARK)
    line = head.partition(b"\n")[0] if b"\n" in head else b""
    if line.strip() and _is_json(line):
        yield from _by_line(head, pieces, tell)
        return
    text = _whole(head, pieces)
    if text is None:
        tell(f"its JSON text is longer than {LARGEST >> 20} MiB: no log file of CloudTrail is; it was not used")
    elif text.strip():
        yield _of_text(text, tell)
    elif not damage:
        tell("it is empty")


def _told(pieces: Iterator[bytes], damage: list[str], tell: Tell) -> Iterator[bytes]:
    """The pieces, and at their end what was wrong with them."""
    yield from pieces
    for reason in damage:
        tell(reason)


def _unpacked(log: Log, tell: Tell) -> Iterator[bytes]:
    """The text of a file in pieces, as far as it can be had."""
    try:
        with log.open("rb") as file:
            blocks = iter(lambda: file.read(PIECE), b"")
            first = next(blocks, b"")
            yield from _inflated(chain([first], blocks)) if first.startswith(_GZIP) else chain([first], blocks)
    except OSError as error:
        tell(f"it cannot be read: {error.strerror or error}")
    except zlib.error as error:
        tell(f"it is damaged, and used as far as it could be unpacked: {error}")
    except EOFError:
        tell("it is cut off, and used as far as it goes")


def _inflated(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Unpacked pieces of gzip streams in a row. Raises zlib.error, or EOFError where the last one is cut off."""
    stream = zlib.decompressobj(_GZIPPED)
    for block in blocks:
        data = block
        while data:
            if stream.eof:
                stream = zlib.decompressobj(_GZIPPED)
            before = stream.copy()
            try:
                piece = stream.decompress(data, PIECE)
            except zlib.error:
                yield from _up_to_the_damage(before, data)
                raise
            if piece:
                yield piece
            data = stream.unused_data if stream.eof else stream.unconsumed_tail
    rest = stream.flush()
    if rest:
        yield rest
    if not stream.eof:
        raise EOFError


def _up_to_the_damage(stream: zlib._Decompress, data: bytes, step: int = 4096) -> Iterator[bytes]:
    """What a block still holds ahead of an error, which would be lost with it: in steps, at last of a byte."""
    for start in range(0, len(data), step):
        before, part = stream.copy(), data[start : start + step]
        try:
            yield stream.decompress(part)
        except zlib.error:
            if step > 1:
                yield from _up_to_the_damage(before, part, 1)
            return


def _by_line(head: bytes, pieces: Iterable[bytes], tell: Tell) -> Iterator[list[Event]]:
    """An event, or an object with some, on each line."""
    bad = 0
    rest = b""
    for piece in chain([head], pieces):
        text, found, rest = (rest + piece).rpartition(b"\n")
        if len(rest) > LARGEST:
            tell(f"one of its lines is longer than {LARGEST >> 20} MiB; the file was not used from there")
            return
        if found:
            read, failed = _lines(text)
            bad += failed
            yield read
    read, failed = _lines(rest)
    yield read
    if bad + failed:
        tell(f"{bad + failed} of its lines hold no CloudTrail event; the others were used")


def _lines(text: bytes) -> tuple[list[Event], int]:
    """The events of whole lines, and how many lines have none."""
    try:
        return _EVENT.decode_lines(text), 0
    except _ERRORS:
        pass
    found: list[Event] = []
    bad = 0
    for line in text.splitlines():
        told: list[str] = []
        if line.strip():
            found += _of_text(line, told.append)
            bad += bool(told)
    return found, bad


def _whole(head: bytes, pieces: Iterable[bytes]) -> bytes | None:
    """All the text; None if it is too long."""
    held, size = [head], len(head)
    for piece in pieces:
        size += len(piece)
        if size > LARGEST:
            return None
        held.append(piece)
    return held[0] if len(held) == 1 else b"".join(held)


def _of_text(text: bytes, tell: Tell) -> list[Event]:
    """The events of one JSON text: the fast way, or else record by record."""
    try:
        return _DOCUMENT.decode(text).records
    except _ERRORS:
        pass
    try:
        records = _records(text)
    except msgspec.ValidationError:
        if b'"digestStartTime"' not in text:  # the digests that S3 delivers beside the logs are no fault
            tell("it holds no CloudTrail records: name the folder with the trail's log files, as S3 delivers them")
        return []
    except _ERRORS:
        records = list(_salvaged(text))
        tell(f"its JSON is damaged or cut off; {len(records)} records ahead of that were used")
    found = [event for record in records if (event := _event(record)) is not None]
    if len(found) < len(records):
        tell(
            f"{len(records) - len(found)} of its {len(records)} records are no CloudTrail events; the others were used"
        )
    return found


def _records(text: bytes) -> list[msgspec.Raw]:
    """The records of a text in any of its shapes. Raises ValidationError where it is none of them."""
    if text.lstrip().startswith(b"["):
        return _LIST.decode(text)
    try:
        return _LOOSE.decode(text).records
    except msgspec.ValidationError:
        _EVENT.decode(text)
        return [msgspec.Raw(text)]


def _event(record: msgspec.Raw) -> Event | None:
    try:
        return _EVENT.decode(record)
    except _ERRORS:
        return None


def _salvaged(text: bytes) -> Iterator[msgspec.Raw]:
    """The whole records at the beginning of a damaged text."""
    readable = text.decode("utf-8", "replace")
    decode = json.JSONDecoder().raw_decode
    place = readable.find("[") + 1
    while place:
        start = _NEXT.match(readable, place).end()  # type: ignore[union-attr]  # the pattern matches nothing, too
        try:
            _, place = decode(readable, start)
        except (ValueError, RecursionError):
            return
        yield msgspec.Raw(readable[start:place].encode())


def _is_json(line: bytes) -> bool:
    try:
        _ANY.decode(line)
    except _ERRORS:
        return False
    return True
