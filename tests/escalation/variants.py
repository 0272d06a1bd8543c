"""Variants of every method's cases, each with a truth that follows from how it was made.

A change keeps what the case shows, blocks some of it, or opens it by a condition that nobody can decide offline. What
then remains is for `owed` to say: no policy engine is asked, and a new method is varied without further ado.
"""

from __future__ import annotations

import copy
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from escalation.cases_io import EVE, account_of, eve, kind_of_eve, needed
from escalation.owed import PASS_ROLE, owed
from leastwise.escalation import find_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from escalation.owed import Case, World
    from leastwise.escalation import Method

ACCOUNT = "123456789012"
IAM = f"arn:aws:iam::{ACCOUNT}:"
ADMIN = "AdministratorAccess"
VERDICTS = ("proven", "conditional")
ON_ONESELF = {"member"}  # ways in that lead to no other principal


class Variant(NamedTuple):
    """An account, and whether `who` becomes administrator in it: "proven", "conditional" or ""."""

    name: str
    world: World
    truth: str
    who: str = EVE

    def reported(self) -> str:
        """What leastwise says."""
        paths = find_paths(account_of(self.world))
        found = {path.verdict.value for path in paths if path.source.name == self.who}
        return next((verdict for verdict in VERDICTS if verdict in found), "")


class Base(NamedTuple):
    """What is varied: a case, and the actions that it grants to eve."""

    case: Case
    actions: tuple[str, ...]

    @property
    def method(self) -> Method:
        return self.case.method

    @property
    def is_own(self) -> bool:
        """Whether eve's own policies grant what is needed, and no boundary is in play."""
        return bool(self.actions) and not eve(self.case.world).get("boundary")

    @property
    def wins_for_itself(self) -> bool:
        """Whether eve gains only by what eve itself may do afterwards."""
        return self.method.shape == "rewrite_self" or self.method.access in ON_ONESELF

    def world(self) -> World:
        """A copy to be changed."""
        return copy.deepcopy(self.case.world)

    def kept(self, name: str, world: World, who: str = EVE) -> Variant:
        """What changes nothing."""
        return Variant(name, world, self.left(), who)

    def left(self, *without: str) -> str:
        """What the case owes to eve without some of the actions."""
        return owed(self.case.world, granting([a for a in self.actions if a not in without]))

    def with_more(self, granted: Callable[[str], bool]) -> str:
        """What the account owes to eve who is granted more: never more than the case, where a deny bars all else."""
        truth = owed(self.case.world, granted)
        return self.case.verdict if truth and self.method.change == "no-tag" else truth

    def opened(self, name: str, world: World) -> Variant:
        """What now hangs on something that cannot be seen."""
        return Variant(name, world, self.left() and "conditional")


def granting(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether an action is among those that the patterns mean."""
    low = [pattern.lower() for pattern in patterns]
    return lambda action: any(fnmatchcase(action.lower(), pattern) for pattern in low)


def base_of(case: Case) -> Base:
    return Base(case, tuple(action for statement in needed(case.world) for action in statement["Action"]))


def rewritten(base: Base, **changes: Any) -> World:
    """The account with the needed statement changed; None takes an element out."""
    world = base.world()
    for statement in needed(world):
        statement.update(changes)
        for key in [key for key, value in changes.items() if value is None]:
            del statement[key]
    return world


def give(world: World, name: str, *statements: dict[str, Any], by: str = "inline") -> World:
    """Further statements for eve: inline, in an attached policy, in a group, or in an SCP beside the full one."""
    if by == "inline":
        eve(world).setdefault("inline", {})[name] = list(statements)
    elif by == "attached":
        policy(world, name, *statements)
        eve(world)["attached"] = [*eve(world).get("attached", ()), name]
    elif by == "group":
        world.setdefault("groups", {})[name] = {"inline": {name: list(statements)}}
        eve(world)["groups"] = [*eve(world).get("groups", ()), name]
    else:
        world["scps"] = {"full": [allow("*")], name: list(statements)}
    return world


def carriers(world: World) -> tuple[str, ...]:
    """By what a statement can be given to eve."""
    return ("inline", "attached", "group") if kind_of_eve(world) == "users" else ("inline", "attached")


def policy(world: World, name: str, *statements: dict[str, Any], older: Sequence[dict[str, Any]] = ()) -> None:
    world.setdefault("policies", {})[name] = {"statements": list(statements), "older": [[one] for one in older]}


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def without_needed(world: World) -> list[dict[str, Any]]:
    """Take the needed statements out of eve's policies; these are they."""
    taken = list(needed(world))
    own = eve(world)
    own["inline"] = {name: body for name, body in own.get("inline", {}).items() if not any(s in taken for s in body)}
    return [{key: value for key, value in s.items() if key != "Sid"} for s in taken]


def split_pass_role(base: Base, **changes: Any) -> World:
    """The account with iam:PassRole in a statement of its own, which is changed."""
    world = base.world()
    (statement,) = needed(world)
    statement["Action"] = [action for action in statement["Action"] if action != PASS_ROLE]
    return give(world, "pass", {**statement, "Sid": "Pass", "Action": PASS_ROLE, **changes})


def services(method: Method) -> list[str]:
    """All that are handed a role."""
    return [*method.receivers, *filter(None, (method.trusts, method.helper))]
