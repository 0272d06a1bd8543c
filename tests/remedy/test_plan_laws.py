"""Laws of plans, over small accounts made at random: followed by their commands, judged from a new snapshot."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leastwise.remedy import Extent, commands_of, line, plan, today
from leastwise.results import STRENGTH
from remedy.aws_cli import in_world, read
from remedy.changing import EMERGENCY, IAM, applied, fits, in_force, planned
from world import World, allow, an_account, deny, document, trust

USERS, ROLES, GROUPS = ("ann", "bob", "cy"), ("admin", "ops", "job"), ("team",)
ACTIONS = (
    "iam:PassRole", "iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:AddUserToGroup",
    "iam:UpdateAssumeRolePolicy", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:DeleteUserPolicy",
    "sts:AssumeRole", "lambda:CreateFunction", "lambda:InvokeFunction", "lambda:UpdateFunctionCode", "lambda:*",
    "iam:Put*", "iam:*", "s3:GetObject",
)  # fmt: skip
RESOURCES = (
    "*",
    f"{IAM}:role/*",
    f"{IAM}:role/admin",
    f"{IAM}:user/*",
    f"{IAM}:user/${{aws:username}}",
    f"{IAM}:policy/p",
)
PRINCIPALS: tuple[Any, ...] = (
    {"Service": "lambda.amazonaws.com"}, {"Service": "ec2.amazonaws.com"}, {"AWS": f"{IAM}:root"},
    {"AWS": f"{IAM}:user/ann"}, {"AWS": [f"{IAM}:user/bob", f"{IAM}:role/ops"]}, "*",
)  # fmt: skip

statements = st.builds(
    lambda make, actions, resource: make(actions, resource),
    st.sampled_from((allow, allow, allow, deny)),
    st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=4, unique=True),
    st.sampled_from(RESOURCES),
)
bodies = st.lists(statements, min_size=1, max_size=3).map(lambda found: document(*found))
inlines = st.dictionaries(st.sampled_from(("p", "q")), bodies, max_size=2)
attachments = st.lists(st.sampled_from(("p", "IAMFullAccess", "PowerUserAccess")), max_size=1).map(tuple)
tags = st.sampled_from(({}, {}, {}, EMERGENCY))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Three users, three roles, a group and a policy; the first role is an administrator."""
    world = an_account().policy("p", draw(bodies))
    for name in GROUPS:
        world.group(name, inline=draw(inlines), attached=draw(attachments))
    for name in USERS:
        groups = draw(st.sampled_from(((), GROUPS)))
        world.user(name, inline=draw(inlines), attached=draw(attachments), groups=groups, tags=draw(tags))
    for name in ROLES:
        attached = ("AdministratorAccess",) if name == "admin" else draw(attachments)
        world.role(
            name, trust(draw(st.sampled_from(PRINCIPALS))), inline=draw(inlines), attached=attached, tags=draw(tags)
        )
    return world


laws = settings(deadline=None, max_examples=60)


@laws
@given(worlds())
def test_a_plan_followed_ends_what_it_says_and_opens_nothing(world: World) -> None:
    account = world.build()
    before, made = today(account), planned(account)
    after = today(applied(world, made).build())
    left = {path.source.arn for path in after}
    found = made.consequence
    assert {path.fingerprint for path in after} == {path.fingerprint for path in found.after}
    assert not {path.fingerprint for path in found.ended} & {path.fingerprint for path in after}
    assert not set(found.freed) & left
    best: dict[str, int] = {}
    for path in before:
        best[path.source.arn] = max(best.get(path.source.arn, 0), STRENGTH[path.verdict])
    assert all(STRENGTH[path.verdict] <= best.get(path.source.arn, 0) for path in after), "a path that is new"


@laws
@given(worlds())
def test_what_was_done_can_be_taken_back_and_is_what_iam_takes(world: World) -> None:
    account = world.build()
    made = planned(account)
    for fix in made.fixes:
        assert fits(account, fix.amendment)
        assert all(read(line(command))[1] for command in commands_of(account, fix.amendment).apply)
    assert in_force(applied(world, made, back=True)) == in_force(world)


@laws
@given(worlds())
def test_the_exempt_keep_every_document_that_bears_on_them(world: World) -> None:
    account = world.build()
    after = applied(world, planned(account)).build()
    for old, new in zip(account.principals, after.principals, strict=True):
        if old.tags:
            assert [d.policy.source for d in old.documents] == [d.policy.source for d in new.documents]  # type: ignore[union-attr]


@laws
@given(worlds(), st.integers(1, 3))
def test_so_many_changes_and_no_more_and_each_alone_is_no_harm(world: World, most: int) -> None:
    account = world.build()
    made = plan(account, today(account), lambda _: True, Extent(most=most, rounds=4))
    assert len(made.fixes) <= most
    for fix in made.fixes:
        alone = copy.deepcopy(world)
        in_world(alone, map(line, commands_of(account, fix.amendment).apply))
        assert {p.source.arn for p in today(alone.build())} <= {p.source.arn for p in today(account)}


@laws
@given(worlds())
def test_unjudged_a_plan_claims_no_path_that_is_still_there(world: World) -> None:
    account = world.build()
    made = plan(account, today(account), lambda _: True, Extent(most=5, rounds=1, judged=False))
    after = today(applied(world, made).build())
    assert not {p.fingerprint for p in made.consequence.ended} & {p.fingerprint for p in after}
