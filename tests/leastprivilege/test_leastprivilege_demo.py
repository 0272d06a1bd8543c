"""The demo account with logs as S3 delivers them: for several principals, what a person would have written."""

from __future__ import annotations

import gzip
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import leastwise
from leastprivilege.adopt import statements
from leastwise.audit import Options, audit
from leastwise.collect.evidence.logs import read_logs
from leastwise.collect.file import read_snapshot
from leastwise.snapshot import parse_time
from trails import DATA, a_call, an_arn, every_day
from world import ACCOUNT, NOW, allow

if TYPE_CHECKING:
    from leastwise.results import Recommendation

DEMO = Path(leastwise.__file__).parent / "demo" / "snapshot.json.gz"
HERE = f"eu-west-1:{ACCOUNT}"
BOSS, LAMBDA = an_arn("role", "admin-for-lambda"), {"functionName": "resize"}


def calls(ago: int) -> list[dict[str, Any]]:
    """What the principals of the demo did, up to so many days before the clock of `trails`."""
    objects = [
        a_call(
            "user/power", "s3:GetObject", {"bucketName": "reports", "key": f"daily/2026/{n}.csv"}, days=ago + n, **DATA
        )
        for n in range(1, 30)
    ]
    return [
        *every_day(until=ago),
        *objects,
        a_call("user/power", "s3:ListObjectsV2", {"bucketName": "reports"}, days=ago + 2, **DATA),
        a_call("user/power", "ec2:DescribeInstances", {}, days=ago + 2),
        a_call("user/power", "ec2:StopInstances", {"instancesSet": {"items": [{"instanceId": "i-0a"}]}}, days=ago + 3),
        a_call("user/power", "rds:DeleteDBInstance", {}, days=ago + 4, errorCode="AccessDenied"),
        a_call("user/passer-lambda", "lambda:CreateFunction20150331", {**LAMBDA, "role": BOSS}, days=ago + 5),
        a_call("user/iam-full", "iam:ListUsers", {}, days=ago + 6, awsRegion="us-east-1"),
        a_call("user/iam-full", "iam:CreateAccessKey", {"userName": "old-key"}, days=ago + 6, awsRegion="us-east-1"),
        a_call("role/admin-for-lambda", "dynamodb:DescribeTable", {"tableName": "orders"}, days=ago + 7),
    ]


@pytest.fixture(scope="module")
def advised(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recommendation]:
    """The recommendations, without what nobody could have seen."""
    snapshot = read_snapshot(DEMO)
    folder = tmp_path_factory.mktemp("logs")
    files: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in calls((NOW - parse_time(snapshot.taken_at)).days):
        files[f"{record['awsRegion']}/{record['eventTime'][:10].replace('-', '/')}"].append(record)
    for number, (place, records) in enumerate(files.items()):
        path = folder / "AWSLogs" / ACCOUNT / "CloudTrail" / place / f"{ACCOUNT}_{number}.json.gz"
        path.parent.mkdir(parents=True)
        path.write_bytes(gzip.compress(msgspec.json.encode({"Records": records}), 1))
    evidence = (read_logs([folder]),)
    assert not evidence[0].coverage.faults
    report = audit(snapshot, Options(principals=(), evidence=evidence, aggressive=True))
    return {each.subject.name: each for each in report.recommendations}


def test_one_with_power_over_nearly_everything(advised: dict[str, Recommendation]) -> None:
    found = advised["power"]
    assert statements(found) == [
        allow("ec2:DescribeInstances"),
        allow("ec2:StopInstances", f"arn:aws:ec2:{HERE}:instance/*"),
        allow("s3:ListBucket", "arn:aws:s3:::reports"),
        allow("s3:GetObject", "arn:aws:s3:::reports/daily/*"),
    ]
    assert (found.use.used, found.actions_after) == (4, 4)
    assert found.proof.is_safe


def test_one_who_may_do_anything_to_identities(advised: dict[str, Recommendation]) -> None:
    assert statements(advised["iam-full"]) == [
        allow("iam:ListUsers"),
        allow("iam:CreateAccessKey", an_arn("user", "old-key")),
    ]


def test_one_who_passes_a_role_keeps_passing_it(advised: dict[str, Recommendation]) -> None:
    found = advised["passer-lambda"]
    assert {"iam:PassRole", "lambda:CreateFunction"} <= {s["Action"] for s in statements(found)}
    assert {c.after for c in found.changes if c.kind == "escalation closed"} == {"lambda:InvokeFunction removed"}
    assert found.proof.covers_observed == "yes"


def test_an_administrator_that_reads_one_table(advised: dict[str, Recommendation]) -> None:
    found = advised["admin-for-lambda"]
    assert statements(found) == [allow("dynamodb:DescribeTable", f"arn:aws:dynamodb:{HERE}:table/orders")]
    assert found.policies[0].name == "leastwise-admin-for-lambda-AdministratorAccess"


def test_none_is_called_wider_and_nothing_seen_is_lost(advised: dict[str, Recommendation]) -> None:
    assert {found.proof.subset_of_current for found in advised.values()} == {"yes"}
    assert "no" not in {found.proof.covers_observed for found in advised.values()}
    assert all(policy.size <= policy.quota for found in advised.values() for policy in found.policies)
