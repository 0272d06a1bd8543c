"""An inventory from a file: joined to a snapshot, kept no wider than a collected one, and refused in plain words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from leastwise.account.kinds import REGIONS
from leastwise.collect.inventory_file import read_inventory, with_inventory
from leastwise.errors import SnapshotError, UsageError
from leastwise.snapshot import Gap, Snapshot, dumps, raw
from world import an_account

if TYPE_CHECKING:
    from pathlib import Path

FUNCTIONS = "lambda:ListFunctions"
ROW = {"FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:f", "FunctionName": "f", "Role": "r"}
FULL = {**ROW, "Environment": {"Variables": {"PASSWORD": "hunter2"}}}


def joined(tmp_path: Path, content: object, base: Snapshot | None = None) -> Snapshot:
    path = tmp_path / "inventory.json"
    path.write_text(json.dumps(content))
    return with_inventory(base or an_account().snapshot(), read_inventory(str(path)))


def seen(snapshot: Snapshot, call: str = FUNCTIONS) -> Any:
    return msgspec.json.decode(snapshot.calls[call])


@pytest.mark.parametrize("rows", [[FULL], {"Functions": [FULL], "NextMarker": None}])
def test_rows_are_taken_as_they_are_or_from_the_whole_answer(tmp_path: Path, rows: object) -> None:
    snapshot = joined(tmp_path, {"calls": {FUNCTIONS: {"us-east-1": rows}}})
    assert seen(snapshot) == {"us-east-1": [ROW]}
    assert b"hunter2" not in dumps(snapshot, compress=False)
    assert snapshot.notes == ["the inventory comes from a file"]


def test_an_answer_about_one_resource_is_a_row(tmp_path: Path) -> None:
    call = "stepfunctions:DescribeStateMachine"
    answer = {"stateMachineArn": "a", "name": "n", "roleArn": "r", "definition": "hunter2"}
    snapshot = joined(tmp_path, {"calls": {call: {"us-east-1": answer}}})
    assert seen(snapshot, call) == {"us-east-1": [{"stateMachineArn": "a", "roleArn": "r"}]}


def test_a_whole_snapshot_gives_its_inventory_and_nothing_else(tmp_path: Path) -> None:
    regions = {"Regions": [{"RegionName": "us-east-1", "OptInStatus": "opted-in"}]}
    other = an_account().user("eve").call(REGIONS, regions).call(FUNCTIONS, {"us-east-1": [ROW]})
    other.gap("glue:GetJobs", target="us-east-1").gap("s3:ListBuckets")
    path = tmp_path / "other.json.gz"
    path.write_bytes(dumps(other.snapshot(), compress=True))
    base = an_account().user("ann").call("glue:GetJobs", {"us-east-1": []}).gap("emr:DescribeCluster").snapshot()
    snapshot = with_inventory(base, read_inventory(str(path)))
    assert seen(snapshot) == {"us-east-1": [ROW]}
    assert seen(snapshot, REGIONS) == {"Regions": [{"RegionName": "us-east-1"}]}
    assert "glue:GetJobs" not in snapshot.calls
    assert snapshot.gaps == [Gap(call="glue:GetJobs", target="us-east-1", reason="AccessDenied")]
    assert snapshot.notes == ["the inventory comes from a file, taken 2026-01-01T00:00:00Z"]
    assert b"ann" in bytes(snapshot.calls["iam:GetAccountAuthorizationDetails"])


def test_an_inventory_of_another_account_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="is of account 999988887777, and the audited one is 123456789012"):
        joined(tmp_path, {"account": "999988887777", "calls": {FUNCTIONS: {}}})


def test_what_is_no_part_of_it_is_named(tmp_path: Path) -> None:
    snapshot = joined(tmp_path, {"calls": {FUNCTIONS: {}, "lambda:ListFunction": {}, "s3:ListBuckets": {}}})
    assert snapshot.notes[-1] == "the file with the inventory also holds what is no part of one: lambda:ListFunction"


def test_an_answer_that_cannot_be_read_is_a_gap(tmp_path: Path) -> None:
    snapshot = joined(tmp_path, {"calls": {FUNCTIONS: ["f"], "glue:GetJobs": {"us-east-1": [7, None, "x"]}}})
    (gap,) = snapshot.gaps
    assert (gap.call, gap.target, gap.reason) == (FUNCTIONS, None, "Garbled")
    assert FUNCTIONS not in snapshot.calls
    assert seen(snapshot, "glue:GetJobs") == {"us-east-1": [{}, {}, {}]}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is empty"),
        (b"{", "it is no inventory (Input data was truncated)"),
        (b"[]", "it is no inventory"),
        (b'{"calls": 7}', "it is no inventory"),
        (b'{"UserDetailList": []}', "it is no inventory"),
        (b'{"calls": {}}', "it holds no answer that tells what runs"),
        (b'{"calls": {"ec2:DescribeRegions": {}, "s3:ListBuckets": {}}}', "it holds no answer that tells what runs"),
        (b"\x1f\x8b\x00", "damaged or cut off"),
    ],
)
def test_files_that_are_none(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(SnapshotError) as refused:
        read_inventory(str(path))
    assert str(refused.value).startswith(f"{path}: ")
    assert says in str(refused.value)
    assert "leastwise collect --inventory" in str(refused.value)


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no file .*nothing: `leastwise collect --inventory` makes one"):
        read_inventory(str(tmp_path / "nothing"))
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read_inventory(str(tmp_path))


def test_the_same_inventory_twice_is_the_same(tmp_path: Path) -> None:
    once = joined(tmp_path, {"calls": {FUNCTIONS: {"us-east-1": [FULL]}}})
    again = joined(tmp_path, {"calls": {FUNCTIONS: {"us-east-1": [ROW]}}})
    assert once.calls == again.calls
    assert once.calls[FUNCTIONS] == raw({"us-east-1": [ROW]})
