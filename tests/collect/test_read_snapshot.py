"""Files: snapshots, bare dumps in every form people have them in, and everything else they try."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import os
import stat
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pytest

from leastwise.collect.calls import KEPT
from leastwise.collect.file import read_snapshot, write_snapshot
from leastwise.errors import SnapshotError, UsageError
from leastwise.snapshot import Gap, Snapshot, dumps, raw

if TYPE_CHECKING:
    from pathlib import Path

    from leastwise.collect.clock import Clock

DETAILS = "iam:GetAccountAuthorizationDetails"
WRITTEN = 1_767_225_600  # 2026-01-01T00:00:00Z
LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
DUMP: dict[str, Any] = {
    "UserDetailList": [{"UserName": "änn", "Arn": "arn:aws:iam::111122223333:user/änn"}],
    "GroupDetailList": [],
    "RoleDetailList": [{"RoleName": "r", "Arn": "arn:aws:iam::111122223333:role/r"}],
    "Policies": [{"Arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
}
SNAPSHOT = Snapshot(
    account="111122223333",
    taken_at="2026-01-15T00:00:00Z",
    calls={DETAILS: raw(DUMP)},
    gaps=[Gap(call="s3:ListBuckets", reason="AccessDenied")],
)


def write(path: Path, data: bytes | dict[str, Any]) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data, indent=4).encode())
    os.utime(path, (WRITTEN, WRITTEN))
    return path


def details(snapshot: Snapshot) -> Any:
    return msgspec.json.decode(snapshot.calls[DETAILS])


@pytest.mark.parametrize("name", ["snapshot.json", "snapshot.json.gz"])
def test_a_snapshot_comes_back_as_it_went(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_snapshot(SNAPSHOT, path)
    assert read_snapshot(path) == SNAPSHOT
    assert read_snapshot(str(path)) == SNAPSHOT
    assert path.read_bytes().startswith(b"\x1f\x8b") is name.endswith(".gz")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_snapshot_that_somebody_reordered(tmp_path: Path) -> None:
    fields = dict(sorted(json.loads(dumps(SNAPSHOT, compress=False)).items()))
    assert next(iter(fields)) != "format"
    assert read_snapshot(write(tmp_path / "s.json", fields)).account == SNAPSHOT.account


def test_as_of_overrides_the_time_of_a_snapshot(tmp_path: Path) -> None:
    write_snapshot(SNAPSHOT, tmp_path / "s.json")
    snapshot = read_snapshot(tmp_path / "s.json", as_of="2026-03-01T10:00:00+01:00")
    assert snapshot.taken_at == "2026-03-01T09:00:00Z"
    assert snapshot.origin == ("live, taken 2026-01-15T00:00:00Z, aged as of the given time 2026-03-01T09:00:00Z")


def test_a_bare_dump(tmp_path: Path) -> None:
    path = write(tmp_path / "gaad.json", DUMP)
    snapshot = read_snapshot(path)
    assert (snapshot.account, snapshot.partition) == ("111122223333", "aws")
    assert snapshot.taken_at == "2026-01-01T00:00:00Z"
    assert snapshot.origin == ("authorization-details file, aged by its modification time 2026-01-01T00:00:00Z")
    assert list(snapshot.calls) == [DETAILS]
    assert details(snapshot) == DUMP
    assert [gap.call for gap in snapshot.gaps] == [call for call in KEPT if call != DETAILS]
    assert {gap.reason for gap in snapshot.gaps} == {"NotCollected"}


def test_as_of_overrides_the_time_of_a_file(tmp_path: Path) -> None:
    snapshot = read_snapshot(write(tmp_path / "gaad.json", DUMP), as_of="2026-02-01T00:00:00Z")
    assert snapshot.taken_at == "2026-02-01T00:00:00Z"
    assert snapshot.origin == "authorization-details file, aged as of the given time 2026-02-01T00:00:00Z"


TEXT = json.dumps(DUMP, ensure_ascii=False)


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        gzip.compress(TEXT.encode()),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        f"\n  {TEXT}\r\n\n".encode(),
        f"[{TEXT}]".encode(),
        json.dumps({**DUMP, "IsTruncated": False, "Marker": "m", "ResponseMetadata": {"x": 1}}).encode(),
    ],
    ids=["plain", "gzip", "utf-8 mark", "utf-16", "utf-16 le", "utf-16 be", "blank", "array", "sdk"],
)
def test_forms_of_a_dump(tmp_path: Path, data: bytes) -> None:
    snapshot = read_snapshot(write(tmp_path / "gaad.json", data))
    assert {name: details(snapshot)[name] for name in LISTS} == DUMP


def page(number: int, *, more: bool) -> dict[str, Any]:
    arn = f"arn:aws-us-gov:iam::111122223333:user/u{number}"
    return {"UserDetailList": [{"Arn": arn}], "RoleDetailList": [], "IsTruncated": more, "Marker": "x"}


@pytest.mark.parametrize("joiner", ["", "\n", " \n\n "])
def test_pages_one_after_the_other(tmp_path: Path, joiner: str) -> None:
    pages = [json.dumps(page(n, more=n < 3), indent=2) for n in (1, 2, 3)]
    snapshot = read_snapshot(write(tmp_path / "pages.json", joiner.join(pages).encode()))
    assert snapshot.partition == "aws-us-gov"
    found = details(snapshot)
    assert set(found) == set(LISTS)
    assert [user["Arn"][-2:] for user in found["UserDetailList"]] == ["u1", "u2", "u3"]
    assert found["Policies"] == found["RoleDetailList"] == []


def test_pages_in_an_array(tmp_path: Path) -> None:
    text = json.dumps([page(1, more=True), page(2, more=False)])
    found = details(read_snapshot(write(tmp_path / "pages.json", text.encode())))
    assert len(found["UserDetailList"]) == 2


class Input(NamedTuple):
    buffer: io.BytesIO
    terminal: bool = False

    def isatty(self) -> bool:
        return self.terminal


def test_standard_input(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr(sys, "stdin", Input(io.BytesIO(gzip.compress(TEXT.encode()))))
    snapshot = read_snapshot("-", clock=clock)
    assert snapshot.taken_at == "2026-01-31T09:00:00Z"
    assert "from standard input, aged by the present time 2026-01-31T09:00:00Z" in snapshot.origin


def test_standard_input_that_is_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Input(io.BytesIO(), terminal=True))
    with pytest.raises(UsageError, match="nothing is piped into it"):
        read_snapshot("-")


EXPECTED = "expected a snapshot made by `leastwise collect`"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is empty"),
        (b" \n\t", "it is empty"),
        (b"hello", f"it is not JSON: line 1, byte 0: JSON is malformed: invalid character; {EXPECTED}"),
        (b'{\n"UserDetailList": [\n x ]}', "it is not JSON: line 3, byte 2"),
        (b'{"UserDetailList": []} x', "it is not JSON: line 1, byte 23"),
        (TEXT.encode()[:-5], "it ends in the middle of the JSON, so it was cut off"),
        (gzip.compress(TEXT.encode())[:-9], "the gzip file is damaged or cut off"),
        (b'\xff\xfe{\x00"', "damaged or cut off UTF-16"),
        (TEXT.encode("latin-1"), "it is not UTF-8 text"),
        (b"{}", "it holds an object with no keys"),
        (b'{"Users": [], "IsTruncated": false}', "it holds an object with the keys IsTruncated, Users"),
        (b'{"Policies": []}', "it holds an object with the keys Policies"),
        (b'{"UserDetailList": 3}', "it holds an object with the keys UserDetailList"),
        (b'{"schema_version": 1, "findings": []}', "it is a report of leastwise, not a snapshot"),
        (b'{"Error": {"Code": "AccessDenied"}}', "it holds an error of AWS instead of an answer"),
        (b"\nAn error occurred (AccessDenied) when calling the GetAccountAuthorizationDetails operation: x",
         "an error of the AWS command line (AccessDenied from GetAccountAuthorizationDetails)"),
        (b"[]", "it holds an empty array"),
        (b"[1, 2]", "it holds an array of 2"),
        (b"3", "it holds a number"),
        (b"null", "it holds null"),
        (b'"x"', "it holds a text"),
        (b'{"UserDetailList": []} {"Users": []}', "it holds several JSON texts"),
        (json.dumps(page(1, more=True)).encode(), "it holds only some of the pages"),
        (json.dumps({**DUMP, "NextToken": "t"}).encode(), "it holds only some of the pages"),
        (b'{"UserDetailList": [], "RoleDetailList": []}', "it names no user, group, role or policy"),
        (json.dumps([DUMP, {"UserDetailList": [{"Arn": "arn:aws:iam::444455556666:user/u"}]}]).encode(),
         "it mixes several accounts (111122223333, 444455556666)"),
        (b'{"format": 9, "account": "1", "taken_at": "2026-01-01T00:00:00Z", "calls": {}}', "format 9"),
        (b'{"format": 1}', "not a leastwise snapshot"),
    ],
)  # fmt: skip
def test_files_that_are_no_source(tmp_path: Path, data: bytes, words: str) -> None:
    path = write(tmp_path / "odd", data)
    with pytest.raises(SnapshotError) as caught:
        read_snapshot(path)
    said = str(caught.value)
    assert said.startswith(f"{path}: ")
    assert words in said
    assert "\n" not in said
    assert caught.value.exit_code == 2


def test_paths_that_are_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no file .*: make one with `leastwise collect -o FILE`"):
        read_snapshot(tmp_path / "none")
    with pytest.raises(UsageError, match="is a directory"):
        read_snapshot(tmp_path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_snapshot(write(tmp_path / "file", DUMP) / "below")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path / "file", DUMP)
    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(UsageError, match="may not be read"):
        read_snapshot(path)


def test_as_of_that_is_no_time(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--as-of: 'yesterday' is not a time"):
        read_snapshot(write(tmp_path / "file", DUMP), as_of="yesterday")


def test_writing_where_one_cannot(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot write .*choose another place"):
        write_snapshot(SNAPSHOT, tmp_path / "none" / "s.json")
    with pytest.raises(UsageError, match="cannot write"):
        write_snapshot(SNAPSHOT, tmp_path)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    path = write(tmp_path / "s.json", b"old")
    monkeypatch.setattr("pathlib.Path.replace", refuse)
    with pytest.raises(UsageError, match="No space left on device"):
        write_snapshot(SNAPSHOT, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_reading_a_file_needs_no_boto3() -> None:
    import subprocess

    code = (
        "import sys, leastwise.collect, leastwise.collect.file, leastwise.collect.permissions\n"
        "sys.exit(any(name.startswith('boto') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
