"""Snapshots: read and written, plain and compressed, whole and broken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.errors import SnapshotError
from leastwise.snapshot import Snapshot, dumps, loads, parse_time
from world import an_account


@pytest.mark.parametrize("compress", [True, False])
def test_what_is_written_is_read_again(compress: bool) -> None:
    snapshot = an_account().user("ann").gap("s3:ListBuckets").snapshot()
    again = loads(dumps(snapshot, compress=compress))
    assert dumps(again, compress=False) == dumps(snapshot, compress=False)
    assert [g.call for g in again.gaps] == ["s3:ListBuckets"]


def test_the_same_snapshot_gives_the_same_bytes() -> None:
    first, second = (dumps(an_account().user("ann").snapshot(), compress=True) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\x1f\x8b broken",
        dumps(an_account().snapshot(), compress=True)[:-20],
        dumps(an_account().snapshot(), compress=False).replace(b'"format":1', b'"format":99'),
        dumps(an_account().snapshot(), compress=False).replace(b"2026-01-01T00:00:00Z", b"yesterday"),
    ],
    ids=["empty", "cut", "list", "bare", "bad-gzip", "cut-gzip", "other-format", "no-time"],
)
def test_what_is_no_snapshot_says_so(data: bytes) -> None:
    with pytest.raises(SnapshotError) as caught:
        loads(data)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=200))
def test_rubbish_is_never_more_than_a_snapshot_error(data: bytes) -> None:
    try:
        loads(data)
    except SnapshotError:
        return
    pytest.fail("rubbish was read as a snapshot")


@pytest.mark.parametrize(
    "text",
    ["2026-01-31T09:00:00Z", "2026-01-31T09:00:00+00:00", "2026-01-31T10:00:00+01:00", "2026-01-31T09:00:00"],
)
def test_times_are_read_in_utc(text: str) -> None:
    assert parse_time(text).isoformat() == "2026-01-31T09:00:00+00:00"


@pytest.mark.parametrize("text", ["", "N/A", "2026-01-31", "2026-13-31T09:00:00Z", "no_information"])
def test_what_is_no_time_says_so(text: str) -> None:
    with pytest.raises(SnapshotError):
        parse_time(text)


def test_now_is_the_snapshots_time() -> None:
    snapshot = Snapshot(account="123456789012", taken_at="2026-01-31T09:00:00Z", calls={})
    assert snapshot.now.isoformat() == "2026-01-31T09:00:00+00:00"
