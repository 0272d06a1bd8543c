"""CloudTrail log files: every shape is read, every fault named, and the rest still used."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from events import a_record
from leastwise.collect.evidence import logfile, logs
from leastwise.collect.evidence.logs import read_logs
from leastwise.errors import UsageError
from leastwise.parallel import processes, threads

if TYPE_CHECKING:
    from pathlib import Path

    from leastwise.collect.progress import Progress
    from leastwise.usage.records import Evidence

A = a_record("s3:GetObject", {"bucketName": "b", "key": "k"})
B = a_record("ec2:DescribeVpcs", {})
BOTH = json.dumps({"Records": [A, B]}).encode()
LINES = b"\n".join(json.dumps(record).encode() for record in (A, B))
DEEP = b"[" * 100_000


def read(folder: Path, content: bytes, name: str = "log.json.gz") -> Evidence:
    (folder / name).write_bytes(content)
    return read_logs([folder])


def reason(found: Evidence) -> str:
    (fault,) = found.coverage.faults
    return fault.reason


@pytest.mark.parametrize(
    "content",
    [
        BOTH,
        BOTH + b"\n",
        gzip.compress(BOTH),
        gzip.compress(BOTH[:90]) + gzip.compress(BOTH[90:]),
        b"\xef\xbb\xbf" + BOTH,
        json.dumps({"Records": [A, B]}, indent=2).encode(),
        json.dumps([A, B]).encode(),
        LINES,
        LINES + b"\n\n",
        gzip.compress(LINES),
        json.dumps({"Records": [A]}).encode() + b"\n" + json.dumps({"Records": [B]}).encode() + b"\n",
    ],
)
def test_every_shape_of_a_file_is_read(tmp_path: Path, content: bytes) -> None:
    found = read(tmp_path, content)
    assert found.coverage.faults == ()
    assert (found.coverage.files, found.coverage.events) == (1, 2)
    assert [one.action for one in found.observations] == ["ec2:DescribeVpcs", "s3:GetObject"]


@pytest.mark.parametrize(
    ("content", "said", "events"),
    [
        (b"", "empty", 0),
        (b" \n ", "empty", 0),
        (gzip.compress(b"", mtime=0), "empty", 0),
        (gzip.compress(BOTH)[:-200], "cut off", 0),
        (gzip.compress(BOTH, 0)[:-200], "cut off", 1),
        (gzip.compress(BOTH)[:-8] + b"\0" * 8, "damaged", 2),
        (gzip.compress(BOTH)[:40] + b"\xff" * 400, "damaged", 0),
        (BOTH[:-200], "cut off; 1 records", 1),
        (b"<html>", "damaged", 0),
        (b'{"not": "a log"}', "no CloudTrail records", 0),
        (b'"text"', "no CloudTrail records", 0),
        (b'{"Records": 7}', "no CloudTrail records", 0),
        (DEEP, "damaged", 0),
        (b'{"Records": [' + DEEP, "damaged", 0),
        (b'{"Records": [{"a": ' + DEEP, "damaged", 0),
        (b"\xff\xfe\x00", "damaged", 0),
        (json.dumps({"Records": [A, 7, {"eventName": []}, B]}).encode(), "2 of its 4 records", 2),
        (json.dumps({"Records": [A, {**A, "eventTime": "noon"}]}).encode(), "1 of its 2 records", 1),
        (json.dumps({"Records": [A, {**A, "eventTime": "2026-10-01T12:00:00"}]}).encode(), "1 of its 2 records", 1),
        (json.dumps({"Records": [A, {**A, "userIdentity": "me"}]}).encode(), "1 of its 2 records", 1),
        (LINES + b"\nnonsense\n{}", "2 of its lines", 2),
    ],
)
def test_a_fault_is_named_and_the_rest_is_used(tmp_path: Path, content: bytes, said: str, events: int) -> None:
    (tmp_path / "good.json").write_bytes(BOTH)
    found = read(tmp_path, content)
    assert found.coverage.events == 2 + events
    told = [fault.reason for fault in found.coverage.faults]
    assert any(said in one for one in told), told
    assert {fault.path for fault in found.coverage.faults} == {str(tmp_path / "log.json.gz")}


@pytest.mark.parametrize(
    "change",
    [
        {"requestParameters": {"key": {"a": [[[[[[1, None, True, "x" * 10_000]]]]]]}}},
        {"requestParameters": 7, "resources": "text"},
        {"resources": [[[]]]},
        {"userIdentity": {"type": None, "arn": ""}},
        {"eventSource": "", "eventName": ""},
        {"eventName": "A" * 100_000},
        {"eventSource": "\u0000\ud7ff", "eventName": "é"},
        {"awsRegion": "", "recipientAccountId": "*"},
        {"sourceIPAddress": None, "errorCode": ""},
    ],
)
def test_hostile_records_are_no_trouble(tmp_path: Path, change: dict[str, Any]) -> None:
    found = read(tmp_path, json.dumps({"Records": [{**A, **change}, B]}).encode())
    assert (found.coverage.events, found.coverage.faults) == (2, ())


def test_parameters_nested_without_end_tell_nothing(tmp_path: Path) -> None:
    deep = b'{"a":' * 300 + b'{"bucketName":"b"}' + b"}" * 300
    text = json.dumps({"Records": [{**A, "requestParameters": "HERE"}]}).encode().replace(b'"HERE"', deep)
    found = read(tmp_path, text)
    assert found.coverage.events + len(found.coverage.faults) == 1


def test_the_digests_beside_the_logs_are_no_fault(tmp_path: Path) -> None:
    (tmp_path / "CloudTrail-Digest").mkdir()
    (tmp_path / "CloudTrail-Digest" / "d.json.gz").write_bytes(gzip.compress(b"{}"))
    found = read(tmp_path, b'{"digestStartTime": "2026-10-01T00:00:00Z", "logFiles": []}')
    assert (found.coverage.faults, found.coverage.events) == ((), 0)


def test_a_file_that_gives_nothing_is_called_damaged_and_not_empty_too(tmp_path: Path) -> None:
    assert "damaged" in reason(read(tmp_path, b"\x1f\x8bnonsense"))


def test_what_lies_in_a_folder_and_is_no_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "README.txt").write_text("hello")
    found = read(tmp_path, BOTH)
    assert found.coverage.events == 2
    assert "its name ends in none of" in reason(found)


def test_a_link_to_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "gone.json").symlink_to(tmp_path / "nowhere")
    found = read(tmp_path, BOTH)
    assert found.coverage.events == 2
    assert "a link to none" in reason(found)


def test_large_parameters_are_read_like_others(tmp_path: Path) -> None:
    large = a_record("s3:GetObject", {"bucketName": "b", "key": "k", "noise": ["x" * 99] * 99})
    found = read(tmp_path, json.dumps({"Records": [large, A, large]}).encode())
    assert [(one.resource, one.count) for one in found.observations] == [("arn:aws:s3:::b/k", 3)]


def test_a_file_that_is_named_is_read_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "events").write_bytes(BOTH)
    assert read_logs([tmp_path / "events"]).coverage.events == 2


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "log.json").write_bytes(BOTH)
    assert read_logs([tmp_path, str(tmp_path / "log.json"), tmp_path]).coverage.events == 2


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no .*nowhere: name CloudTrail log files"):
        read_logs([tmp_path / "nowhere"])


def test_a_text_too_long_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfile, "PIECE", 64)
    monkeypatch.setattr(logfile, "LARGEST", 256)
    assert "longer than" in reason(read(tmp_path, gzip.compress(BOTH)))
    assert "longer than" in reason(read(tmp_path, b'{"eventVersion": 1}\n' + b"x" * 900))


def test_lines_are_read_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfile, "PIECE", 1500)
    found = read(tmp_path, gzip.compress(b"\n".join([LINES] * 20)))
    assert (found.coverage.events, found.coverage.faults) == (40, ())


def test_many_faults_are_counted(tmp_path: Path) -> None:
    for number in range(120):
        (tmp_path / f"{number:03}.json").write_bytes(b"")
    coverage = read_logs([tmp_path]).coverage
    assert (len(coverage.faults), coverage.faults_unlisted) == (100, 20)


@pytest.mark.parametrize("workers", ["threads", "processes"])
def test_workers_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: str) -> None:
    monkeypatch.setattr(logs, "BATCH_BYTES", 1)
    for number in range(4):
        (tmp_path / f"{number}.json.gz").write_bytes(gzip.compress(BOTH))
    (tmp_path / "bad.json").write_bytes(b"{")
    told: list[Progress] = []
    mapper = threads(2) if workers == "threads" else processes(2)
    assert read_logs([tmp_path], mapper=mapper, progress=told.append) == read_logs([tmp_path])
    assert [(one.done, one.total) for one in told] == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
