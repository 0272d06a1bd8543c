"""What runs, asked of moto's server region by region, and what becomes of it where a call fails."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from collect import accounts, running
from collect.running import HERE, SECRET, THERE, refused
from leastwise.account.kinds import CALLS, REGIONS
from leastwise.audit import audit
from leastwise.cli.scan import exit_code
from leastwise.collect import inventory
from leastwise.collect.calls import KEPT, KEPT_INVENTORY
from leastwise.collect.clock import Clock
from leastwise.collect.failure import Failure, Kind
from leastwise.collect.inventory_calls import ASKS
from leastwise.collect.live import collect, collect_live
from leastwise.collect.options import Options
from leastwise.collect.session import Aws
from leastwise.errors import UsageError
from leastwise.snapshot import dumps, loads
from servers import ACCOUNT, Fault, Reply, Request, faulty

if TYPE_CHECKING:
    from leastwise.collect.query import Part

LACKING = {  # what moto does not know
    "ssm:DescribeInstanceInformation",
    "apprunner:DescribeService",
    "amplify:ListApps",
    "bedrock-agentcore-control:GetCodeInterpreter",
    "bedrock-agentcore-control:GetBrowser",
}
FUNCTIONS, INSTANCES = "lambda:ListFunctions", "ec2:DescribeInstances"
PROJECTS, MACHINES = "codebuild:BatchGetProjects", "stepfunctions:DescribeStateMachine"


def gaps(part: Part) -> dict[str, list[tuple[str | None, str]]]:
    found: dict[str, list[tuple[str | None, str]]] = {}
    for failure in part.failures:
        found.setdefault(failure.call, []).append((failure.target, failure.reason))
    return found


def take(url: str, *regions: str, clock: Clock | None = None) -> Part:
    """The inventory alone."""
    options = Options(THERE, endpoint_url=url, clock=clock or Clock())
    with closing(Aws(options)) as aws:
        return inventory.inventory(aws, regions)


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only services that moto knows: every other costs retries."""
    known = [ask for ask in ASKS if ask.service not in {call.partition(":")[0] for call in LACKING}]
    monkeypatch.setattr(inventory, "ASKS", known)


@pytest.fixture
def build(url: str, brief: None) -> accounts.Clients:  # noqa: ARG001
    return accounts.Clients(url)


@pytest.fixture
def worker(build: accounts.Clients) -> str:
    return running.role(build)


def test_nothing_of_it_is_asked_unless_it_is_wanted(url: str) -> None:
    with faulty(url, []) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    assert not {*KEPT_INVENTORY} & (snapshot.calls.keys() | {gap.call for gap in snapshot.gaps})
    assert "DescribeRegions" not in proxy.actions


def test_each_region_tells_what_runs_there(url: str, build: accounts.Clients, worker: str) -> None:
    there = accounts.Clients(url, THERE)
    functions = [running.function(build, "f", worker), running.function(there, "g", worker)]
    machine = running.instance(build, worker)
    part = take(url, HERE, THERE)
    assert part.calls[FUNCTIONS] == {
        HERE: [{"FunctionArn": functions[0], "FunctionName": "f", "Role": worker}],
        THERE: [{"FunctionArn": functions[1], "FunctionName": "g", "Role": worker}],
    }
    profile = {"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/worker"}
    row = {"InstanceId": machine, "IamInstanceProfile": profile, "State": {"Name": "running"}}
    assert part.calls[INSTANCES] == {HERE: [row], THERE: []}
    assert {"RegionName": HERE} in part.calls[REGIONS]["Regions"]


def test_every_enabled_region_is_asked(url: str, build: accounts.Clients) -> None:
    def few(_: Request, real: Reply) -> Reply:
        names = "".join(f"<item><regionName>{name}</regionName></item>" for name in (HERE, THERE, "sa-east-1"))
        head, tail = real.body.split(b"<regionInfo>")[0], real.body.split(b"</regionInfo>")[1]
        return real._replace(body=head + f"<regionInfo>{names}</regionInfo>".encode() + tail)

    running.project(build, "pp", running.role(build))
    with faulty(url, [Fault("DescribeRegions", "reply", reply=few)]) as proxy:
        part = take(proxy.url)
    regions = {HERE, THERE, "sa-east-1"}
    assert {region: len(rows) for region, rows in part.calls[PROJECTS].items()} == {
        **dict.fromkeys(regions, 0),
        HERE: 1,
    }
    assert {request.region for request in proxy.seen if request.action == "ListProjects"} == regions


def test_each_call_has_an_answer_or_a_gap_in_each_region(url: str) -> None:
    snapshot = collect_live(endpoint_url=url, inventory=True, regions=(HERE, THERE))
    assert set(snapshot.calls) | {gap.call for gap in snapshot.gaps} == {*KEPT, *KEPT_INVENTORY}
    for call in set(CALLS) - LACKING:
        assert msgspec.json.decode(snapshot.calls[call]) == {HERE: [], THERE: []}, call
    assert {gap.call for gap in snapshot.gaps if gap.call in CALLS} == LACKING
    assert [gap.target for gap in snapshot.gaps if gap.call in LACKING] == [None] * len(LACKING)


def test_no_secret_reaches_the_snapshot(url: str, build: accounts.Clients, worker: str) -> None:
    running.function(build, "f", worker)
    running.instance(build, worker)
    running.project(build, "pp", worker)
    running.stack(build, "s", worker)
    running.machine(build, "m", worker)
    running.notebook(build, "n", worker)
    running.task(build, worker)
    snapshot = collect_live(endpoint_url=url, inventory=True, regions=(HERE,))
    written = dumps(snapshot, compress=False)
    calls = {call: msgspec.json.decode(answer) for call, answer in snapshot.calls.items()}
    assert SECRET.encode() not in written
    for call in (FUNCTIONS, INSTANCES, PROJECTS, MACHINES, "cloudformation:DescribeStacks", "ecs:DescribeTasks"):
        assert len(calls[call][HERE]) == 1, call
    assert calls["sagemaker:DescribeNotebookInstance"][HERE][0]["RoleArn"] == worker
    assert loads(written) == snapshot


def test_a_task_is_found_through_its_cluster_and_its_role_through_its_definition(
    url: str, build: accounts.Clients, worker: str
) -> None:
    arn = running.task(build, worker)
    part = take(url, HERE)
    (row,) = part.calls["ecs:DescribeTasks"][HERE]
    assert row["taskArn"] == arn
    (definition,) = part.calls["ecs:DescribeTaskDefinition"][HERE]
    assert (definition["taskDefinitionArn"], definition["taskRoleArn"]) == (row["taskDefinitionArn"], worker)
    assert part.calls["ecs:DescribeClusters"][HERE][0]["clusterArn"] == row["clusterArn"]


def test_many_are_described_at_once(url: str, build: accounts.Clients, worker: str) -> None:
    names = [f"p{number:03}" for number in range(101)]
    for name in names:
        running.project(build, name, worker)
    with faulty(url, []) as proxy:
        part = take(proxy.url, HERE)
    assert proxy.actions.count("BatchGetProjects") == 2
    assert sorted(row["name"] for row in part.calls[PROJECTS][HERE]) == names


def test_what_is_too_much_is_a_gap(
    url: str, build: accounts.Clients, worker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory, "MOST", 2)
    for name in "abc":
        running.machine(build, name, worker)
    part = take(url, HERE, THERE)
    assert gaps(part) == {MACHINES: [(HERE, "TooMany")]}
    assert len(part.calls[MACHINES][HERE]) == 2


def test_pages_are_joined(url: str, build: accounts.Clients, worker: str) -> None:
    def two(request: Request, real: Reply) -> Reply:
        functions = json.loads(real.body)["Functions"]
        page = {"Functions": functions[1:]} if "Marker" in request.parameters else {"Functions": functions[:1]}
        more = {} if "Marker" in request.parameters else {"NextMarker": "next"}
        return real._replace(body=json.dumps({**page, **more}).encode())

    for name in "fgh":
        running.function(build, name, worker)
    with faulty(url, [Fault("ListFunctions", "reply", reply=two)]) as proxy:
        part = take(proxy.url, HERE)
    assert proxy.actions.count("ListFunctions") == 2
    assert sorted(row["FunctionName"] for row in part.calls[FUNCTIONS][HERE]) == ["f", "g", "h"]
    assert gaps(part) == {}


def test_a_service_denied_everywhere_is_one_gap_and_the_audit_goes_on(url: str, build: accounts.Clients) -> None:
    running.project(build, "pp", running.role(build))
    with faulty(url, [Fault("ListProjects", "reply", reply=refused())]) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url, inventory=True, regions=(HERE, THERE))
    (gap,) = [gap for gap in snapshot.gaps if gap.call in KEPT_INVENTORY]
    assert (gap.call, gap.target, gap.reason) == (PROJECTS, None, "AccessDeniedException")
    assert gap.detail.startswith("codebuild:ListProjects: ")
    assert PROJECTS not in snapshot.calls
    assert exit_code(audit(snapshot), fail_on="critical", strict=False) == 0


@pytest.mark.parametrize(("action", "reason"), [("ListProjects", "AccessDeniedException"), ("DescribeInstances", None)])
def test_a_region_that_refuses_is_a_gap_of_its_own(
    url: str, build: accounts.Clients, worker: str, action: str, reason: str | None
) -> None:
    running.project(build, "pp", worker)
    running.instance(build, worker)
    with faulty(url, [Fault(action, "reply", reply=refused(THERE))]) as proxy:
        part = take(proxy.url, HERE, THERE)
    call = PROJECTS if reason else INSTANCES
    assert gaps(part) == {call: [(THERE, reason or "UnauthorizedOperation")]}
    assert {region: len(rows) for region, rows in part.calls[call].items()} == {HERE: 1}


def test_one_thing_that_may_not_be_described_leaves_the_others(url: str, build: accounts.Clients, worker: str) -> None:
    machines = [running.machine(build, name, worker) for name in "ab"]

    def second(request: Request, real: Reply) -> Reply:
        return refused()(request, real) if request.parameters["stateMachineArn"] == machines[1] else real

    with faulty(url, [Fault("DescribeStateMachine", "reply", reply=second)]) as proxy:
        part = take(proxy.url, HERE)
    assert gaps(part) == {MACHINES: [(HERE, "AccessDeniedException")]}
    assert [row["stateMachineArn"] for row in part.calls[MACHINES][HERE]] == machines[:1]


def test_an_entry_without_a_name_is_not_passed_over(url: str, build: accounts.Clients, worker: str) -> None:
    def nameless(_: Request, real: Reply) -> Reply:
        machines = json.loads(real.body)["stateMachines"]
        return real._replace(body=json.dumps({"stateMachines": [*machines, {"name": "x"}]}).encode())

    running.machine(build, "m", worker)
    with faulty(url, [Fault("ListStateMachines", "reply", reply=nameless)]) as proxy:
        part = take(proxy.url, HERE)
    assert gaps(part) == {MACHINES: [(HERE, "Garbled")]}
    assert len(part.calls[MACHINES][HERE]) == 1


def test_what_went_away_meanwhile_is_no_gap(url: str, build: accounts.Clients, worker: str) -> None:
    def gone(_: Request, __: Reply) -> Reply:
        return Reply(400, b'{"__type": "StateMachineDoesNotExist"}', "application/x-amz-json-1.0")

    running.machine(build, "m", worker)
    with faulty(url, [Fault("DescribeStateMachine", "reply", reply=gone)]) as proxy:
        part = take(proxy.url, HERE)
    assert gaps(part) == {}
    assert part.calls[MACHINES] == {HERE: []}


@pytest.mark.parametrize("kind", ["throttle", "garble", "reset", "cut"])
def test_what_fails_in_passing_is_asked_again(url: str, build: accounts.Clients, worker: str, kind: str) -> None:
    machine = running.instance(build, worker)
    with faulty(url, [Fault("DescribeInstances", kind, times=1)]) as proxy:
        part = take(proxy.url, HERE)
    assert [row["InstanceId"] for row in part.calls[INSTANCES][HERE]] == [machine]
    assert gaps(part) == {}


@pytest.mark.parametrize("kind", ["empty", "truncate"])
def test_half_a_list_is_no_list(url: str, build: accounts.Clients, worker: str, clock: Clock, kind: str) -> None:
    running.function(build, "f", worker)
    with faulty(url, [Fault("ListFunctions", kind)]) as proxy:
        part = take(proxy.url, HERE, clock=clock)
    assert gaps(part) == {FUNCTIONS: [(HERE, "Garbled")]}
    assert FUNCTIONS not in part.calls


def test_without_the_list_of_regions_the_own_one_is_asked(url: str, brief: None) -> None:  # noqa: ARG001
    with faulty(url, [Fault("DescribeRegions", "reply", reply=refused())]) as proxy:
        part = take(proxy.url)
    assert gaps(part) == {REGIONS: [(None, "UnauthorizedOperation")]}
    assert part.calls[FUNCTIONS] == {THERE: []}


def test_a_region_that_is_not_enabled_is_refused(url: str) -> None:
    with pytest.raises(
        UsageError, match=r"--regions: the account has no enabled region 'us-esat-1': it has .*us-east-1"
    ):
        take(url, "us-esat-1")


def test_same_state_gives_the_same_bytes(url: str, build: accounts.Clients, worker: str, clock: Clock) -> None:
    running.function(build, "f", worker)
    wanted = Options(endpoint_url=url, inventory=True, regions=(THERE, HERE), clock=clock)
    once, again = (dumps(collect(wanted), compress=False) for _ in range(2))
    assert once == again


def test_a_service_that_a_region_lacks_runs_nothing_there(clean: None) -> None:  # noqa: ARG001
    aws = Aws(Options())
    assert aws.lacks("datapipeline", "eu-north-1")
    assert not aws.lacks("datapipeline", "us-east-1")
    assert not aws.lacks("bedrock-agentcore-control", "eu-north-1"), "the table is silent about it"


@pytest.mark.parametrize(("region", "unseen"), [("eu-north-1", False), ("us-east-1", True)])
def test_an_endpoint_that_cannot_be_reached(
    clean: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
    region: str,
    unseen: bool,
) -> None:
    def unreachable(_: Aws, call: str, *__: Any, **___: Any) -> Failure | dict[str, Any]:
        if call == REGIONS:
            return {"Regions": [{"RegionName": name} for name in ("eu-north-1", "us-east-1")]}
        return Failure(call, "Unreachable", kind=Kind.UNREACHABLE)

    monkeypatch.setattr(Aws, "ask", unreachable)
    part = inventory.inventory(Aws(Options()), (region,))
    failed = {(failure.call, failure.target) for failure in part.failures}
    assert (("datapipeline:ListPipelines", region) in failed) is unseen
    assert part.calls.get("datapipeline:ListPipelines") == (None if unseen else {region: []})
