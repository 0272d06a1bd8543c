"""Changes that take something away: a permission, a partner, or all there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from escalation.cases_io import EVE, eve, kind_of_eve
from escalation.owed import PASS_ROLE, owed
from escalation.variants import (
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
from escalation.variants_kept import GATES, as_role, chained, chiefs, moved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from escalation.owed import World

NEVER = {
    "past": {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
    "another account": {"StringEquals": {"aws:PrincipalAccount": "999988887777"}},
    "another principal": {"ArnEquals": {"aws:PrincipalArn": f"{IAM}user/somebody-else"}},
    "a service's call": {"Bool": {"aws:PrincipalIsAWSService": "true"}},
    "no principal": {"Null": {"aws:PrincipalArn": "true"}},
    "open, and past": {
        "IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
        "DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"},
    },
}
ALWAYS = {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}
ABROAD = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
UNTAGGED = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
BUCKETS = allow("s3:*")


def permissions(base: Base) -> Iterator[Variant]:
    """Each in turn: never granted, denied somewhere, or out of bounds."""
    world = base.case.world
    for action in base.actions:
        left = base.left(action)
        rest = [one for one in base.actions if one != action]
        yield Variant(f"without {action}", rewritten(base, Action=rest or ["s3:ListBucket"]), left)
        for by in carriers(world):
            yield Variant(f"{action} denied by {by}", give(base.world(), "no", deny(action), by=by), left)
        always = give(base.world(), "no", deny(action.swapcase(), Condition=ALWAYS))
        yield Variant(f"{action} denied by a condition that holds", always, left)
        if base.is_own:
            yield Variant(f"{action} out of bounds", bounded(base.world(), _but(action)), left)
        if not left:
            yield Variant(f"{action} denied by SCP", give(base.world(), "no", deny(action), by="scp"), "")
            beyond = {**base.world(), "scps": {"some": [_but(action)]}}
            yield Variant(f"{action} beyond the SCPs", beyond, "")


def _but(action: str) -> dict[str, Any]:
    return {"Effect": "Allow", "NotAction": action, "Resource": "*"}


def bounded(world: World, *statements: dict[str, Any]) -> World:
    policy(world, "bound", *statements)
    eve(world)["boundary"] = "bound"
    return world


def everything(base: Base) -> Iterator[Variant]:
    """All at once."""
    for by in (*carriers(base.case.world), "scp"):
        yield Variant(f"all denied by {by}", give(base.world(), "no", deny("*"), by=by), "")
    but = {"Effect": "Deny", "NotAction": ["s3:*"], "Resource": "*"}
    yield Variant("all but S3 denied", give(base.world(), "no", but), "")
    nothing = owed(base.case.world, granting([]))
    if not base.is_own:
        return
    yield Variant("boundary of S3", bounded(base.world(), BUCKETS), nothing)
    for name, condition in NEVER.items():
        yield Variant(f"condition that never holds: {name}", rewritten(base, Condition=condition), nothing)
    global_ones = [action for action in base.actions if action.startswith("iam:") and action != PASS_ROLE]
    if global_ones:
        yield Variant("not the region of IAM", rewritten(base, Condition=ABROAD), base.left(*global_ones))
    if kind_of_eve(base.case.world) == "users":
        yield Variant("condition on a tag it lacks", rewritten(base, Condition=UNTAGGED), nothing)
    for name, resource in (("elsewhere", f"{IAM}mfa/elsewhere"), ("abroad", "arn:aws:iam::999988887777:*")):
        yield Variant(f"resource {name}", rewritten(base, Resource=resource), nothing)
    yield from _misplaced(base, nothing)


def _misplaced(base: Base, nothing: str) -> Iterator[Variant]:
    world = base.world()
    statements = without_needed(world)
    policy(world, "versions", BUCKETS, older=statements)
    eve(world)["attached"] = [*eve(world).get("attached", ()), "versions"]
    yield Variant("by an older version", world, nothing)
    world = base.world()
    yield Variant("by the boundary alone", bounded(world, *without_needed(world), BUCKETS), nothing)
    world = base.world()
    world.setdefault("groups", {})["others"] = {"inline": {"p": without_needed(world)}}
    yield Variant("by a group of others", world, nothing)
    world = base.world()
    world.setdefault("users", {})["another"] = {"inline": {"p": without_needed(world)}}
    yield Variant("by another user", world, nothing)
    if base.wins_for_itself and kind_of_eve(world) == "users":
        spared = {"Effect": "Deny", "NotAction": list(base.actions), "Resource": "*"}
        left = base.left() if "iam:PutGroupPolicy" in base.actions else ""  # who is left that overwrites the deny next
        yield Variant("a group denies all else", give(base.world(), "no", spared, by="group"), left)


def passing(base: Base) -> Iterator[Variant]:
    """Roles that may not be passed where it matters."""
    if base.method.shape != "pass_role":
        return
    left = base.left(PASS_ROLE)
    for name, operator, values in (
        ("elsewhere", "StringEquals", ["elsewhere.amazonaws.com"]),
        ("not here", "StringNotEquals", services(base.method)),
        ("not like here", "StringNotLike", ["*.amazonaws.com"]),
    ):
        condition = {operator: {"iam:PassedToService": values}}
        yield Variant(f"PassRole {name}", split_pass_role(base, Condition=condition), left)
    denied = deny(PASS_ROLE, Condition={"StringEquals": {"iam:PassedToService": services(base.method)}})
    yield Variant("PassRole denied for the service", give(base.world(), "no", denied), left)
    roles = [f"{IAM}role/{name}" for name in base.case.world["roles"]]
    yield Variant("PassRole denied on the roles", give(base.world(), "no", deny(PASS_ROLE, roles)), left)
    world = split_pass_role(base, Resource=f"{IAM}role/clerk")
    world["roles"]["clerk"] = {"trust": {"Service": services(base.method)}, "profile": True}
    yield Variant("PassRole of a powerless role", world, left)
    world = split_pass_role(base, Resource=roles)
    for name in base.case.world["roles"]:
        world = _renamed(world, name)
    yield Variant("PassRole of what the roles are not", world, left)


def _renamed(world: World, name: str) -> World:
    """The role moves into a path, and nobody's policies follow it."""
    world["roles"][name]["path"] = "/team/"
    return world


def partners(base: Base) -> Iterator[Variant]:
    """The target is not what it was."""
    for name in ("reader", "boundary", "deny"):
        world = base.world()
        found = list(chiefs(world))
        for holder in found:
            _weaken(holder, name)
        policy(world, "bound", BUCKETS)
        if found and not (name == "boundary" and world.get("groups")):
            yield Variant(f"weak target: {name}", world, owed(world, granting(base.actions)))
    yield from _trusts(base)
    yield from _guarded(base)


def _weaken(holder: World, how: str) -> None:
    if how == "reader":
        holder["attached"] = ["ReadOnlyAccess" if name == ADMIN else name for name in holder["attached"]]
    elif how == "boundary":
        holder["boundary"] = "bound"
    else:
        holder["inline"] = {**holder.get("inline", {}), "no": [deny("*")]}


def _trusts(base: Base) -> Iterator[Variant]:
    """Nobody may bear or assume the roles."""
    roles = [name for name in base.case.world.get("roles", {}) if name != EVE]
    if base.method.shape not in {"assume", "pass_role", "bend_resource"} and base.method.access != "trust":
        return
    for label, principal in (
        ("another service", {"Service": "elsewhere.amazonaws.com"}),
        ("another account", {"AWS": "arn:aws:iam::999988887777:root"}),
        ("another user", {"AWS": f"{IAM}user/somebody-else"}),
    ):
        world = base.world()
        for name in roles:
            world["roles"][name]["trust"] = principal
        yield Variant(f"trust of {label}", world, "")
    world = base.world()
    for name in roles:
        principal = world["roles"][name]["trust"]
        denied = {"Effect": "Deny", "Principal": principal, "Action": "sts:*"}
        world["roles"][name]["more_trust"] = [denied]
    yield Variant("trust denied", world, "")


def _guarded(base: Base) -> Iterator[Variant]:
    """Whom eve edits stays weak, or is out of its hands."""
    method = base.method
    edited = [(kind, name) for kind in ("users", "roles") for name in base.case.world.get(kind, {}) if name != EVE]
    if method.shape == "take_over" and not method.makes and method.access != "member" and method.change != "boundary":
        world = base.world()
        policy(world, "bound", BUCKETS)
        for kind, name in edited:
            world[kind][name]["boundary"] = "bound"
        yield Variant("targets in a boundary", world, "")
        world = base.world()
        policy(world, "no", deny("*"))
        for kind, name in edited:
            world[kind][name]["attached"] = [*world[kind][name].get("attached", ()), "no"]
        yield Variant("targets denied everything", world, "")
    roles = [name for kind, name in edited if kind == "roles"]
    if method.shape == "take_over" and method.target == "role" and not method.makes and method.change != "version":
        world = base.world()
        for name in roles:
            world = moved(world, "roles", name, "/aws-reserved/sso.amazonaws.com/")
        yield Variant("targets of Identity Center", world, "")
    if method.shape == "pass_role":
        world = base.world()
        for name in roles:
            world = moved(world, "roles", name, "/aws-service-role/x.amazonaws.com/")
        yield Variant("service-linked targets", world, "")


def chains(base: Base) -> Iterator[Variant]:
    """A way to eve that is interrupted."""
    world = as_role(base.world())
    if world is None:
        return
    for broken in range(GATES):
        yield Variant(f"gate {broken} is shut", chained(world, GATES, broken=broken), "", "start")
    world = chained(world, 1)
    world["users"]["start"]["inline"]["no"] = [deny("sts:AssumeRole", f"{IAM}role/eve")]
    yield Variant("the first step is denied", world, "", "start")


BLOCKED = (permissions, everything, passing, partners, chains)
