"""Changes that take nothing away: what the case shows is still so, or more is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from escalation.cases_io import EVE, eve, kind_of_eve, needed
from escalation.owed import PASS_ROLE, owed
from escalation.variants import (
    ACCOUNT,
    ADMIN,
    IAM,
    Base,
    Variant,
    allow,
    carriers,
    deny,
    give,
    granting,
    policy,
    rewritten,
    services,
    split_pass_role,
    without_needed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from escalation.owed import World

HOLDING = {
    "account": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
    "time": {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
    "name": {"ArnLike": {"aws:PrincipalArn": f"{IAM}*"}},
    "no service": {"Bool": {"aws:PrincipalIsAWSService": "false"}},
    "odd key": {"stringequals": {"AWS:principalACCOUNT": ["999988887777", ACCOUNT]}},
}
UNTAGGED = {"Null": {"aws:PrincipalTag/nobody-has-it": "true"}}  # of a user: a role's session might bring tags
OPEN = {
    "address": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    "network": {"StringEquals": {"aws:SourceVpc": "vpc-1"}},
}
REGIONAL = {
    "one": {"StringEquals": {"aws:RequestedRegion": "eu-west-3"}},
    "alike": {"StringLike": {"aws:RequestedRegion": ["eu-*"]}},
    "all but one": {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}},
}
REGION_OF_IAM = {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}
GATES = 3
GLOBAL = ["iam:*", "sts:*", "organizations:*", "route53:*", "support:*"]
ABROAD = {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "eu-west-1"]}}
VERSION = "iam:CreatePolicyVersion"  # whoever is left that rewrites the boundary next


def spellings(base: Base) -> Iterator[Variant]:
    if not base.actions:
        return
    odd = [action.swapcase() for action in base.actions]
    tails = [f"{action[:-3]}*" for action in base.actions]
    whole = sorted({f"{action.partition(':')[0]}:*" for action in base.actions})
    holes = [f"{action[:-4]}?{action[-3:]}" for action in base.actions]
    for name, patterns in {"odd case": odd, "prefixes": tails, "services": whole, "holes": holes}.items():
        world = rewritten(base, Action=patterns)
        yield Variant(name, world, base.with_more(granting(patterns)))
    if base.is_own and base.method.change not in {"inline-deny", "attached-deny"}:
        world = rewritten(base, Action=None, NotAction=["s3:*", "dynamodb:GetItem"])
        yield Variant("NotAction", world, base.with_more(lambda action: not action.lower().startswith("s3:")))
    if base.is_own:
        yield base.kept("NotResource", _with_not_resource(base))


def _with_not_resource(base: Base) -> World:
    world = base.world()
    for statement in needed(world):
        if statement["Resource"] == "*":
            del statement["Resource"]
            statement["NotResource"] = "arn:aws:sqs:*:*:nothing"
    return world


def places(base: Base) -> Iterator[Variant]:
    """Where the permissions stand."""
    if not base.is_own:
        return
    for by in carriers(base.case.world):
        world = base.world()
        yield base.kept(f"all by {by}", give(world, "moved", *without_needed(world), by=by))
    world = base.world()
    for number, statement in enumerate(_one_by_one(without_needed(world))):
        by = carriers(world)[number % len(carriers(world))]
        give(world, f"part-{number}", statement, by=by)
    yield base.kept("split over policies", world)
    world = base.world()
    give(world, "versions", *without_needed(world), by="attached")
    world["policies"]["versions"]["older"] = [[allow("s3:GetObject")]]
    yield base.kept("by the default version", world)


def _one_by_one(statements: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for statement in statements:
        yield from ({**statement, "Action": action} for action in statement["Action"])


def company(base: Base) -> Iterator[Variant]:
    """What stands beside them."""
    world = base.world()
    eve(world)["attached"] = [*eve(world).get("attached", ()), "ReadOnlyAccess", "AmazonS3ReadOnlyAccess"]
    yield base.kept("more policies", give(world, "work", allow(["s3:PutObject", "sqs:*"]), deny("s3:DeleteBucket")))
    past = {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}
    yield base.kept("a deny that is over", give(base.world(), "past", deny("*", Condition=past)))
    if base.actions:
        elsewhere = deny(list(base.actions), f"arn:aws:iam::{ACCOUNT}:role/elsewhere")
        yield base.kept("a deny elsewhere", give(base.world(), "elsewhere", elsewhere))
    if base.is_own:
        world = rewritten(base, Condition=past)
        yield base.kept("twice, once in vain", give(world, "again", *without_needed(base.world())))
    world = base.world()
    guarded = {**eve(world), "inline": {**eve(world).get("inline", {}), "no": [deny("*")]}}
    world[kind_of_eve(world)]["twin"] = guarded
    yield base.kept("beside a guarded twin", world)
    yield Variant("the guarded twin", world, "", "twin")


def conditions(base: Base) -> Iterator[Variant]:
    if base.actions:
        for name, condition in HOLDING.items():
            yield base.kept(f"condition that holds: {name}", rewritten(base, Condition=condition))
        if kind_of_eve(base.case.world) == "users":
            yield base.kept("condition that holds: no tag", rewritten(base, Condition=UNTAGGED))
        if all(action == PASS_ROLE or not action.startswith("iam:") for action in base.actions):
            for name, condition in REGIONAL.items():
                yield base.kept(f"region of the caller's choice: {name}", rewritten(base, Condition=condition))
        if all(action.startswith("iam:") and action != PASS_ROLE for action in base.actions):
            yield base.kept("the region of IAM", rewritten(base, Condition=REGION_OF_IAM))
        for name, condition in OPEN.items():
            yield base.opened(f"condition that may hold: {name}", rewritten(base, Condition=condition))
            unless = deny(list(base.actions), Condition=condition)
            yield base.opened(f"deny that may hold: {name}", give(base.world(), "unless", unless))


def passes(base: Base) -> Iterator[Variant]:
    """How widely roles may be passed."""
    if base.method.shape != "pass_role":
        return
    for name, operator, values in (
        ("named", "StringEquals", services(base.method)),
        ("alike", "StringLike", ["*.amazonaws.com", "*.amazonaws.com.cn"]),
        ("if any", "StringEqualsIfExists", services(base.method)),
        ("unlike", "StringNotEquals", ["elsewhere.amazonaws.com"]),
    ):
        condition = {operator: {"iam:PassedToService": values}}
        yield base.kept(f"PassRole to the service: {name}", split_pass_role(base, Condition=condition))
    roles = [f"{IAM}role/{name}" for name in base.case.world["roles"]]
    holes = [f"{role[:-1]}?" for role in roles]
    for name, scope in (("named", roles), ("alike", "arn:*:iam::*:role/*"), ("holes", holes)):
        yield base.kept(f"PassRole of the role: {name}", split_pass_role(base, Resource=scope))


def limits(base: Base) -> Iterator[Variant]:
    """Boundaries and SCPs that leave enough."""
    for name, scp in {
        "leaving": deny("organizations:LeaveOrganization"),
        "buckets": deny("s3:DeleteBucket"),
        "regions": {"Effect": "Deny", "NotAction": GLOBAL, "Resource": "*", "Condition": ABROAD},
        "others": deny("*", Condition={"ArnLike": {"aws:PrincipalArn": f"{IAM}role/elsewhere"}}),
    }.items():
        yield base.kept(f"SCP: {name}", give(base.world(), "guard", scp, by="scp"))
    if eve(base.case.world).get("boundary"):
        return
    for name, statements, enough in (
        ("everything", [allow("*")], True),
        (
            "just enough",
            [allow([*base.actions, "sts:AssumeRole"])],
            not base.wins_for_itself or VERSION in base.actions,
        ),
    ):
        world = base.world()
        policy(world, "bound", *statements)
        eve(world)["boundary"] = "bound"
        yield Variant(f"boundary: {name}", world, base.left() if enough else "")


def administrators(base: Base) -> Iterator[Variant]:
    """Other ways for the target to be one."""
    for name in ("IAMFullAccess", "own", "inline", "parts"):
        world = base.world()
        found = list(chiefs(world))
        for holder in found:
            holder["attached"] = [name if policy_ == ADMIN else policy_ for policy_ in holder["attached"]]
            if name in {"inline", "parts"}:
                holder["attached"].remove(name)
                parts = [allow("*")] if name == "inline" else [{**allow("*"), "Action": "iam:*"}, _all_but("iam:*")]
                holder["inline"] = {**holder.get("inline", {}), name: parts}
        if name == "own":
            policy(world, "own", allow("*"), older=[allow("s3:GetObject")])
        if found:
            yield base.kept(f"administrator by {name}", world)


def _all_but(action: str) -> dict[str, Any]:
    return {"Effect": "Allow", "NotAction": action, "Resource": "*"}


def chiefs(world: World) -> Iterator[World]:
    """Everybody who is administrator by AWS's policy."""
    for kind in ("users", "roles", "groups"):
        for holder in world.get(kind, {}).values():
            if ADMIN in holder.get("attached", ()):
                yield holder


def paths(base: Base) -> Iterator[Variant]:
    """Principals in a path."""
    world = base.world()
    for kind in ("users", "roles"):
        for name in list(world.get(kind, {})):
            if not world[kind][name].get("path"):
                world = moved(world, kind, name, "/team/a/")
    yield base.kept("in a path", world)


def moved(world: World, kind: str, name: str, path: str) -> World:
    """The account with a principal in a path, and all that names it."""
    told = json.dumps(world).replace(f':{kind[:-1]}/{name}"', f':{kind[:-1]}{path}{name}"')
    changed: World = json.loads(told)
    changed[kind][name]["path"] = path
    return changed


def chains(base: Base) -> Iterator[Variant]:
    """Somebody who first has to become eve, role by role."""
    world = as_role(base.world())
    if world is None:
        return
    truth = owed(world, granting(base.actions))
    for hops in (1, GATES):
        yield Variant(f"from {hops} before", chained(world, hops), truth, "start")


def as_role(world: World) -> World | None:
    """The account with eve as a role; None where that is something else."""
    if kind_of_eve(world) == "users":
        if world["users"][EVE].keys() - {"inline", "attached", "boundary"}:
            return None
        changed: World = json.loads(json.dumps(world).replace(":user/eve", ":role/eve"))
        changed.setdefault("roles", {})[EVE] = changed["users"].pop(EVE)
        return changed
    return None if world["roles"][EVE].get("path", "/") != "/" else world


def chained(world: World, hops: int, *, broken: int = -1) -> World:
    """A user who may assume a role that may assume a role … that may assume eve. A broken gate trusts nobody of them."""
    world = json.loads(json.dumps(world))
    names = [*(f"gate-{i}" for i in range(hops - 1)), EVE]
    before = f"{IAM}user/start"
    for number, name in enumerate(names):
        role = world["roles"].setdefault(name, {})
        trusted = f"{IAM}root" if number % 2 else before
        role["trust"] = {"AWS": f"{IAM}user/nobody" if number == broken else trusted}
        before = f"{IAM}role/{name}"
        if number:
            onwards = {"go": [allow("sts:AssumeRole", before)]}
            earlier = world["roles"][names[number - 1]]
            earlier["inline"] = {**earlier.get("inline", {}), **onwards}
    world.setdefault("users", {})["start"] = {"inline": {"go": [allow("sts:AssumeRole", f"{IAM}role/{names[0]}")]}}
    return world


KEPT = (spellings, places, company, conditions, passes, limits, administrators, paths, chains)
