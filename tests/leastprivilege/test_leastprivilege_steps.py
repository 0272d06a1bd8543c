"""The steps of a plan, done to an account: it becomes what was advised, and what it was when they are taken back."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from leastprivilege.adopt import adopt, advice
from leastwise.access import possible_actions
from remedy.aws_cli import in_world
from world import World, allow, document

if TYPE_CHECKING:
    from leastwise.access import Holder
    from leastwise.account.model import Account

WIDE = document(allow("sqs:*"), allow("sns:*"))
OLDER = tuple(document(allow(f"sqs:Send{n}*")) for n in range(4))
LONG = document(*(allow(f"{s}:*") for s in ("sqs", "sns", "dynamodb", "lambda", "kms", "ecr", "glue", "ssm", "events")))


def ann(account: Account) -> Holder:
    return next(h for h in account.holders if h.name in {"ann", "dev"})


def owned() -> World:
    return World().policy("own", WIDE).user("ann", attached=("own",))


def full() -> World:
    return World().policy("own", WIDE, older=OLDER).user("ann", attached=("own",))


def shared() -> World:
    return (
        World()
        .policy("own", document(allow("sqs:SendMessage")))
        .user("ann", attached=("own",))
        .user("bob", attached=("own",))
    )


def inline() -> World:
    return World().user("ann", inline={"p": WIDE, "other": document(allow("sts:GetCallerIdentity"))})


def outgrown() -> World:
    return World().user("ann", inline={"p": LONG})


def of_a_group() -> World:
    return World().group("dev", inline={"p": WIDE}).user("ann-b", groups=("dev",)).user("bob", groups=("dev",))


def state(world: World) -> Any:
    """All there is, versions without the numbers that AWS gave them."""
    policies = copy.deepcopy(world.policies)
    for policy in policies:
        for version in policy["PolicyVersionList"]:
            del version["VersionId"]
        policy["PolicyVersionList"].sort(key=lambda v: (v["IsDefaultVersion"], json.dumps(v["Document"])))
        del policy["DefaultVersionId"]
    return json.loads(json.dumps([world.users, world.groups, world.roles, policies]))


@pytest.mark.parametrize("make", [owned, full, shared, inline, outgrown, of_a_group])
def test_the_steps_bring_about_what_was_advised_and_are_taken_back(make: Any) -> None:
    world = make()
    before, account = state(world), world.build()
    found = advice(account, ann(account))
    assert found.policies
    in_world(world, [step.command for step in found.plan if step.command])
    after = world.build()
    wanted = adopt(ann(account), found)
    assert possible_actions(after, ann(after)) == possible_actions(account, wanted)
    assert not advice(after, ann(after)).policies, "nothing is left to advise"
    in_world(world, [step.rollback for step in reversed(found.plan) if step.rollback])
    assert state(world) == before


def texts(world: World) -> list[str]:
    account = world.build()
    return [step.text for step in advice(account, ann(account)).plan]


def test_what_is_new_comes_before_what_it_replaces() -> None:
    create, attach, wait, detach, watch = texts(shared())
    assert create == "create the managed policy leastwise-ann-own"
    assert attach == "attach leastwise-ann-own"
    assert wait.startswith("wait a minute")
    assert detach == "detach own, which 1 other keeps as it is"
    assert watch.startswith("watch for calls of ann that are denied")


def test_five_versions_make_room_and_four_need_not() -> None:
    first, *_ = texts(full())
    assert first.startswith("delete v1 of own")
    four = World().policy("own", WIDE, older=OLDER[1:]).user("ann", attached=("own",))
    assert not any(text.startswith("delete v") for text in texts(four))


def test_a_group_is_watched_through_its_members() -> None:
    assert texts(of_a_group())[-1].startswith("watch for calls of the 2 members of dev")


def test_nothing_to_change_takes_no_step() -> None:
    assert texts(World().user("ann", inline={"p": document(allow("sts:GetCallerIdentity"))})) == []


def test_a_name_that_could_act_gets_no_command() -> None:
    account = World().user("ann", inline={"$(touch x)": WIDE}).build()
    (step,) = advice(account, ann(account)).plan
    assert (step.command, step.rollback) == ("", "")
    assert "no command is given" in step.text


def test_a_quote_in_a_document_stays_in_its_word() -> None:
    bucket = "arn:aws:s3:::b/it's; rm -rf"
    world = World().user("ann", inline={"p": document(allow("s3:GetObject", bucket), allow("sqs:*"))})
    account = world.build()
    (put, _) = advice(account, ann(account)).plan
    in_world(world, [put.command])
    assert bucket in json.dumps(world.users)
