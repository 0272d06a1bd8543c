"""What tests of changes share: planning, following the commands, and looking again from a new snapshot."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from leastwise.leastprivilege.packing import INLINE_QUOTA, MANAGED_QUOTA, size_of
from leastwise.policy.document import Policy, parse_value
from leastwise.remedy import Plan, commands_of, line, plan, today
from leastwise.remedy.sites import Place
from remedy.aws_cli import in_world
from world import ACCOUNT, World, allow, an_account, by_service

if TYPE_CHECKING:
    from leastwise.account.model import Account
    from leastwise.remedy import Amendment

IAM = f"arn:aws:iam::{ACCOUNT}"
ADMIN = f"{IAM}:role/admin"
MAKE = allow(["lambda:CreateFunction", "lambda:InvokeFunction"])
EMERGENCY = {"EmergencyAccess": "true"}


def fleet(**more: Any) -> World:
    """An account with an administrator that Lambda may bear."""
    return an_account().role("admin", by_service("lambda"), attached=("AdministratorAccess",), **more)


def planned(account: Account) -> Plan:
    """All paths, planned."""
    return plan(account, today(account), lambda _: True)


def sources(account: Account) -> set[str]:
    """The names of those who can become administrator."""
    return {path.source.name for path in today(account)}


def applied(world: World, made: Plan, *, back: bool = False) -> World:
    """The account after the commands of all changes; and after taking them back, in the opposite order."""
    account, after = world.build(), copy.deepcopy(world)
    commands = [commands_of(account, fix.amendment) for fix in made.fixes]
    for each in commands:
        assert each.apply
        in_world(after, map(line, each.apply))
    for each in reversed(commands) if back else ():
        in_world(after, map(line, each.rollback))
    return after


def in_force(world: World) -> str:
    """What the account's documents say, in the order of nothing."""
    defaults = {
        p["Arn"]: v["Document"] for p in world.policies for v in p["PolicyVersionList"] if v["IsDefaultVersion"]
    }
    holders = [*world.users, *world.groups, *world.roles]
    for holder in copy.deepcopy(holders):
        for key in ("UserPolicyList", "GroupPolicyList", "RolePolicyList", "AttachedManagedPolicies"):
            holder.get(key, []).sort(key=str)
        defaults[holder["Arn"]] = holder
    return json.dumps(defaults, sort_keys=True)


def fits(account: Account, made: Amendment) -> bool:
    """Whether the document is one that IAM takes: it can be read, says something, and is within its quota."""
    if made.after is None:
        return True
    if not isinstance(parse_value(made.after), Policy) or not made.after["Statement"]:
        return False
    if made.site.place is Place.TRUST:
        return made.size <= 2_048
    if made.site.place is Place.MANAGED or made.managed:
        return made.size <= MANAGED_QUOTA
    holder = next(h for h in account.holders if h.arn == made.site.holder)
    others = [d.policy for d in holder.inline if d.name != made.name]
    return made.size + sum(size_of(p.source) for p in others if isinstance(p, Policy)) <= INLINE_QUOTA[holder.kind]
