"""What the rows of an inventory mean: which roles are borne, where was looked, and what cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from inventories import HERE, THERE, looked, runs
from leastwise.account.build import build
from leastwise.account.kinds import CALLS, KINDS, REGIONS
from leastwise.account.workloads import OTHERS, Workloads
from leastwise.audit import audit
from leastwise.snapshot import Gap
from world import ACCOUNT, World, an_account, by_service

if TYPE_CHECKING:
    from leastwise.account.model import Account

BOSS = f"arn:aws:iam::{ACCOUNT}:role/boss"
FUNCTIONS, FUNCTION = "lambda:ListFunctions", "lambda:function"
INSTANCE = "ec2:instance"


def house() -> World:
    return an_account().role("boss", by_service("ec2"), profile=True).role("clerk", by_service("ec2"), profile=True)


def listed(world: World, call: str, *rows: Any, region: str = HERE) -> Account:
    return (
        looked(world, HERE, THERE).call(call, {region: list(rows), **({} if region == THERE else {THERE: []})}).build()
    )


def gaps(account: Account) -> list[tuple[str, str | None, str]]:
    return [(gap.call, gap.target, gap.reason) for gap in account.gaps]


def test_without_an_inventory_nothing_is_known_and_nothing_is_amiss() -> None:
    account = house().build()
    assert not account.workloads.seen
    assert not account.workloads.listed
    assert not account.workloads.sees(FUNCTION, HERE)
    assert gaps(account) == []
    assert Workloads().of(FUNCTION) == Workloads().bearing(FUNCTION, BOSS) == ()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_each_kind_is_found_with_the_role_it_bears(kind: Any) -> None:
    account = runs(looked(house(), HERE, THERE), kind.id, "x", role="boss").build()
    (one, *rest) = account.workloads.of(kind.id)
    assert not rest
    assert (one.region, one.pointer, one.call) == (HERE, f"/{HERE}/0", kind.call)
    assert one.arn.startswith("arn:aws:")
    assert one.name
    assert one.role == (BOSS if kind.roles or kind.profiles else "")
    assert account.workloads.bearing(kind.id, BOSS) == ((one,) if one.role else ())
    assert account.workloads.sees(kind.id, HERE)
    assert account.workloads.unseen[kind.id] == ()
    assert gaps(account) == []


@pytest.mark.parametrize(
    ("call", "row", "role"),
    [
        ("glue:GetJobs", {"Name": "j", "Role": "boss"}, BOSS),
        ("glue:GetJobs", {"Name": "j", "Role": "service-role/boss"}, BOSS),
        ("glue:GetJobs", {"Name": "j", "Role": "nobody"}, ""),
        ("glue:GetJobs", {"Name": "j"}, ""),
        ("ec2:DescribeLaunchTemplateVersions", {"LaunchTemplateId": "t", "LaunchTemplateData": {}}, ""),
        (
            "ec2:DescribeLaunchTemplateVersions",
            {"LaunchTemplateId": "t", "LaunchTemplateData": {"IamInstanceProfile": {"Name": "boss"}}},
            BOSS,
        ),
    ],
)
def test_roles_and_profiles_by_arn_and_by_name(call: str, row: Any, role: str) -> None:
    (one,) = (one for each in listed(house(), call, row).workloads.listed.values() for one in each)
    assert one.role == role


def test_a_resource_with_two_roles_bears_both() -> None:
    roles = {"authenticated": BOSS, "unauthenticated": BOSS.replace("boss", "clerk")}
    row = {"IdentityPoolId": f"{HERE}:1", "Roles": roles}
    found = listed(house(), "cognito-identity:GetIdentityPoolRoles", row).workloads.of("cognito-identity:identity-pool")
    assert [one.role for one in found] == [*roles.values()]
    assert {one.arn for one in found} == {f"arn:aws:cognito-identity:{HERE}:{ACCOUNT}:identitypool/{HERE}:1"}


@pytest.mark.parametrize(("state", "there"), [("running", True), ("stopped", True), ("terminated", False)])
def test_what_is_gone_does_not_count(state: str, there: bool) -> None:
    row = {"InstanceId": "i-1", "State": {"Name": state}}
    account = listed(house(), "ec2:DescribeInstances", row)
    assert bool(account.workloads.of(INSTANCE)) is there
    assert account.workloads.sees(INSTANCE, HERE)


def test_a_role_of_a_task_itself_stands_before_that_of_its_definition() -> None:
    world = runs(looked(house(), HERE), "ecs:task", "t", role="boss")
    row = world.more["ecs:DescribeTasks"][HERE][0]
    row["overrides"] = {"taskRoleArn": BOSS.replace("boss", "clerk")}
    (task,) = world.build().workloads.of("ecs:task")
    assert task.role == BOSS.replace("boss", "clerk")
    assert task.within == (f"arn:aws:ecs:{HERE}:{ACCOUNT}:cluster/main",)


def test_a_task_without_its_definition_is_not_seen_in_full() -> None:
    world = runs(looked(house(), HERE), "ecs:task", "t", role="boss")
    world.more["ecs:DescribeTaskDefinition"] = {HERE: []}
    account = world.build()
    assert gaps(account) == [("ecs:DescribeTasks", HERE, "Garbled")]
    assert [task.role for task in account.workloads.of("ecs:task")] == [""]
    assert account.workloads.unseen["ecs:task"] == (HERE,)
    assert account.workloads.sees("ecs:service", HERE)


def test_where_the_call_failed_is_not_seen() -> None:
    account = looked(house(), HERE, THERE).gap(FUNCTIONS, target=THERE).gap("glue:GetJobs").build()
    assert account.workloads.seen[FUNCTION] == (HERE,)
    assert account.workloads.unseen[FUNCTION] == (THERE,)
    assert account.workloads.seen["glue:job"] == ()
    assert account.workloads.unseen["glue:job"] == (THERE, HERE)


def test_part_of_a_list_is_not_all_of_it() -> None:
    world = runs(looked(house(), HERE), FUNCTION, "f", role="boss")
    gap = Gap(call=FUNCTIONS, target=HERE, reason="TooMany")
    account = build(msgspec.structs.replace(world.snapshot(), gaps=[gap]))
    assert account.workloads.unseen[FUNCTION] == (HERE,)
    assert len(account.workloads.bearing(FUNCTION, BOSS)) == 1


def test_a_region_that_was_not_asked_is_not_seen() -> None:
    account = looked(house(), HERE, enabled=(HERE, THERE)).build()
    assert account.workloads.unseen[FUNCTION] == (THERE,)
    assert account.workloads.remarks == (f"the inventory covers 1 of 2 enabled regions: {HERE}",)


def test_a_region_where_all_is_denied_was_asked() -> None:
    world = looked(house(), HERE, THERE)
    for call in CALLS:
        world.gap(call, target=THERE)
    account = world.build()
    assert account.workloads.unseen[FUNCTION] == (THERE,)
    assert account.workloads.remarks == ()


def test_each_resource_counts_once() -> None:
    world = runs(runs(looked(house(), HERE, THERE), FUNCTION, "f"), "codebuild:project", "p", role="boss")
    runs(world, "codebuild:batch-project", "p", role="boss")
    report = audit(world.snapshot())
    assert report.inventory["running_resources"] == 2
    assert report.notes == ()
    assert "running_resources" not in audit(house().snapshot()).inventory


def test_without_the_list_of_regions_there_may_be_others() -> None:
    world = looked(house(), HERE)
    del world.more[REGIONS]
    account = world.build()
    assert account.workloads.remarks == (
        f"the inventory covers these regions, and no list tells whether there are others: {HERE}",
    )
    assert audit(world.snapshot()).notes == account.workloads.remarks
    assert account.workloads.seen[FUNCTION] == (HERE,)
    assert account.workloads.unseen[FUNCTION] == (OTHERS,)


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"FunctionArn": None},
        {"FunctionArn": "f"},
        {"FunctionArn": ["arn:aws:lambda:us-east-1:123456789012:function:f"]},
        {"FunctionArn": "arn:aws:lambda:us-east-1:999988887777:function:f"},
        {"FunctionArn": "arn:aws:lambda:us-east-1::function:f"},
    ],
)
def test_a_row_that_names_no_resource_of_the_account_is_a_gap(row: Any) -> None:
    good = {"FunctionArn": f"arn:aws:lambda:{HERE}:{ACCOUNT}:function:f", "Role": BOSS}
    account = listed(house(), FUNCTIONS, row, good, row)
    assert gaps(account) == [(FUNCTIONS, HERE, "Garbled")]
    assert [one.arn for one in account.workloads.of(FUNCTION)] == [good["FunctionArn"]]
    assert [one.name for one in account.workloads.of(FUNCTION)] == [good["FunctionArn"]]
    assert account.workloads.unseen[FUNCTION] == (HERE,)


def test_a_region_of_which_no_list_tells_counts_as_far_as_it_was_seen() -> None:
    world = runs(looked(house(), HERE, enabled=(THERE,)), FUNCTION, "f", role="boss")
    whole = world.build().workloads
    assert (whole.seen[FUNCTION], whole.unseen[FUNCTION]) == ((HERE,), (THERE,))
    del world.more[REGIONS]
    gap = Gap(call=FUNCTIONS, target=HERE, reason="TooMany")
    broken = build(msgspec.structs.replace(world.snapshot(), gaps=[gap])).workloads
    assert (broken.seen[FUNCTION], broken.unseen[FUNCTION]) == ((), (HERE, OTHERS))


@pytest.mark.parametrize("answer", [7, [], {HERE: 7}, {HERE: [7]}, {HERE: {"Functions": []}}])
def test_an_answer_of_another_shape_is_a_gap(answer: Any) -> None:
    account = looked(house(), HERE).call(FUNCTIONS, answer).build()
    assert [(call, reason) for call, _, reason in gaps(account)] == [(FUNCTIONS, "Garbled")]
    assert account.workloads.unseen[FUNCTION] == (HERE,)
    assert account.workloads.sees(INSTANCE, HERE)


def test_a_list_of_regions_of_another_shape_is_a_gap() -> None:
    account = looked(house(), HERE).call(REGIONS, ["x"]).build()
    assert gaps(account) == [(REGIONS, None, "Garbled")]
    assert account.workloads.unseen[FUNCTION] == (OTHERS,)


def test_odd_names_stay_what_they_are() -> None:
    name = "f\x1b[31m\n<script>\u202e'; rm -rf"
    row = {"FunctionArn": f"arn:aws:lambda:{HERE}:{ACCOUNT}:function:{name}", "FunctionName": name, "Role": BOSS}
    (one,) = listed(house(), FUNCTIONS, row).workloads.of(FUNCTION)
    assert one.name == name
