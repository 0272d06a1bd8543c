"""Unused access, from a stand-in for Access Analyzer, and from a server that has none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from collect.replies import answers
from leastwise.catalog import universe
from leastwise.collect.evidence.gather import gather
from leastwise.collect.options import Options
from leastwise.usage.records import Unused
from leastwise.usage.sight import unused
from servers import ACCOUNT, Fault, Request, faulty

if TYPE_CHECKING:
    from leastwise.collect.clock import Clock
    from leastwise.usage.records import Evidence

REGIONS = ("eu-west-1", "us-east-1")
ANALYZED = datetime(2026, 1, 30, 12, tzinfo=UTC)
LAST = datetime(2025, 6, 1, tzinfo=UTC)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
IDLE = f"arn:aws:iam::{ACCOUNT}:role/idle"
USER = f"arn:aws:iam::{ACCOUNT}:user/ann"


def analyzer(**more: Any) -> dict[str, Any]:
    return {
        "arn": f"arn:aws:access-analyzer:us-east-1:{ACCOUNT}:analyzer/unused",
        "name": "unused",
        "type": "ACCOUNT_UNUSED_ACCESS",
        "createdAt": "2025-01-01T00:00:00Z",
        "lastResourceAnalyzedAt": ANALYZED.isoformat(),
        "status": "ACTIVE",
        "configuration": {"unusedAccess": {"unusedAccessAge": 120}},
    } | more


def finding(name: str, kind: str, resource: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "findingType": kind,
        "resource": resource,
        "resourceType": "AWS::IAM::Role",
        "resourceOwnerAccount": ACCOUNT,
        "status": "ACTIVE",
        "analyzedAt": ANALYZED.isoformat(),
        "createdAt": ANALYZED.isoformat(),
        "updatedAt": ANALYZED.isoformat(),
    } | more


FOUND = [
    finding("1", "UnusedPermission", ROLE),
    finding("2", "UnusedIAMRole", IDLE),
    finding("3", "UnusedIAMUserAccessKey", USER),
    finding("4", "UnusedIAMUserPassword", USER),
]
DETAILS = [
    {"unusedPermissionDetails": {"serviceNamespace": "sqs", "lastAccessed": LAST.isoformat()}},
    {"unusedPermissionDetails": {"serviceNamespace": "iam", "actions": []}},
    {
        "unusedPermissionDetails": {
            "serviceNamespace": "s3",
            "actions": [{"action": "DeleteBucket"}, {"action": "s3:CreateBucket", "lastAccessed": LAST.isoformat()}],
        }
    },
]


class Analyzer:
    """One analyzer in us-east-1; its findings come in pages of two, the details of one in pages of one."""

    def __init__(self, *more: Fault, analyzers: list[dict[str, Any]] | None = None) -> None:
        self.analyzers = [analyzer()] if analyzers is None else analyzers
        self.plan = [
            *more,
            answers("ListAnalyzers", self.listed),
            answers("ListFindingsV2", lambda request: self.page("findings", FOUND, 2, request)),
            answers("GetFindingV2", lambda request: {**FOUND[0], **self.page("findingDetails", DETAILS, 1, request)}),
        ]
        self.filters: list[Any] = []

    def listed(self, request: Request) -> Any:
        there = request.region == "us-east-1"
        return {"analyzers": [one for one in self.analyzers if there and one["type"] == request.parameters["type"]]}

    def page(self, name: str, rows: list[Any], size: int, request: Request) -> Any:
        self.filters.append(request.parameters.get("filter"))
        start = int(request.parameters.get("nextToken", 0))
        following = {"nextToken": str(start + size)} if start + size < len(rows) else {}
        return {name: rows[start : start + size], **following}


def look(url: str, clock: Clock, stand_in: Analyzer) -> Evidence:
    with faulty(url, stand_in.plan) as proxy:
        (found,) = gather(["access-analyzer"], Options(endpoint_url=proxy.url, clock=clock, regions=REGIONS))
    return found


def test_what_is_unused_is_told_by_principal(url: str, clock: Clock) -> None:
    stand_in = Analyzer()
    found = look(url, clock, stand_in)
    assert found.unused == (
        Unused(principal=IDLE, actions="*"),
        Unused(principal=ROLE, actions="iam:*"),
        Unused(principal=ROLE, actions="s3:CreateBucket", last=LAST),
        Unused(principal=ROLE, actions="s3:DeleteBucket"),
        Unused(principal=ROLE, actions="sqs:*", last=LAST),
    )
    assert found.coverage.source == "IAM Access Analyzer"
    assert (found.coverage.first, found.coverage.last) == (ANALYZED - timedelta(days=120), ANALYZED)
    assert (found.coverage.days, found.coverage.accounts) == (120, (ACCOUNT,))
    assert found.coverage.remarks == (f"a password or an access key is unused of {USER}",)
    assert stand_in.filters[0]["resourceOwnerAccount"] == {"eq": [ACCOUNT]}
    assert stand_in.filters[0]["status"] == {"eq": ["ACTIVE"]}


def test_unused_actions_are_bits_without_those_that_leave_no_trace(url: str, clock: Clock) -> None:
    found = look(url, clock, Analyzer())
    names = universe().names_of(unused(found, ROLE))
    assert {"sqs:SendMessage", "s3:CreateBucket", "iam:CreateUser"} <= {*names}
    assert not {"iam:PassRole", "s3:GetObject"} & {*names}
    assert unused(found, f"{ROLE}-other") == 0


@pytest.mark.parametrize(
    "analyzers",
    [[], [analyzer(status="DISABLED")], [analyzer(type="ACCOUNT")], [analyzer(configuration={"internalAccess": {}})]],
)
def test_without_an_analyzer_nothing_is_known(url: str, clock: Clock, analyzers: list[dict[str, Any]]) -> None:
    found = look(url, clock, Analyzer(analyzers=analyzers))
    assert (found.unused, found.coverage.first) == ((), None)
    assert "no analyzer of unused access is active" in found.coverage.remarks[0]


def test_the_longest_window_is_taken(url: str, clock: Clock) -> None:
    longer = analyzer(type="ORGANIZATION_UNUSED_ACCESS", configuration={"unusedAccess": {"unusedAccessAge": 365}})
    assert look(url, clock, Analyzer(analyzers=[analyzer(), longer])).coverage.days == 365


@pytest.mark.parametrize(("call", "action"), [("ListAnalyzers", "ListAnalyzers"), ("ListFindingsV2", "ListFindings")])
def test_what_is_denied_is_a_gap_with_what_to_do(url: str, clock: Clock, call: str, action: str) -> None:
    found = look(url, clock, Analyzer(answers(call, lambda _: 403)))
    assert found.unused == ()
    assert f"allow access-analyzer:{action}" in found.coverage.remarks[-1]


def test_a_finding_that_is_denied_leaves_the_others(url: str, clock: Clock) -> None:
    found = look(url, clock, Analyzer(answers("GetFindingV2", lambda _: 403)))
    assert [one.principal for one in found.unused or ()] == [IDLE]
    assert "allow access-analyzer:GetFinding" in found.coverage.remarks[-1]


def test_a_server_without_the_service_is_a_gap(url: str, clock: Clock) -> None:
    (found,) = gather(["access-analyzer"], Options(endpoint_url=url, clock=clock, regions=REGIONS))
    assert found.unused == ()
    assert "accessanalyzer:ListAnalyzers: " in found.coverage.remarks[0]
