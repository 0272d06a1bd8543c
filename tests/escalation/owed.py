"""The truth about an account, by a rule that asks no policy engine: which of the cases does it contain?

A firing case says what must be there for its method to work. Where an account has all of that (the same other
principals, and an eve who is granted what is needed), the case's verdict is owed, whatever else has been changed.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from escalation.cases_io import EVE, case, eve, is_needed, kind_of_eve, needed
from leastwise.escalation import methods

if TYPE_CHECKING:
    from collections.abc import Callable

    from leastwise.escalation import Method

World = dict[str, Any]
PASS_ROLE = "iam:PassRole"


class Case(NamedTuple):
    """A method and the account in which it fires; "" is the verdict where that makes nobody an administrator."""

    method: Method
    world: World
    verdict: str


@cache
def cases() -> tuple[Case, ...]:
    return tuple(_case(method) for method in methods())


def _case(method: Method) -> Case:
    fires = case(method.id)["fires"]
    verdict = fires["verdict"] if fires["verdict"] in {"proven", "conditional"} else ""
    return Case(method, fires["account"], verdict)


@cache
def near_misses() -> dict[Method, Case]:
    """Of each method the account in which it is silent, where no other method fires there."""
    silent = {method: case(method.id)["silent"] for method in methods()}
    return {method: Case(method, miss["account"], "") for method, miss in silent.items() if "leaves" not in miss}


def owed(world: World, granted: Callable[[str], bool]) -> str:
    """The best verdict of the cases that the account contains, when eve is granted these actions."""
    found = {c.verdict for c in cases() if _is_met(c.method, world, granted) and _is_within(c.world, world)}
    return next((verdict for verdict in ("proven", "conditional") if verdict in found), "")


def _is_met(method: Method, world: World, granted: Callable[[str], bool]) -> bool:
    if method.caller not in {"", _sort(world)}:
        return False
    passes = method.shape != "pass_role" or granted(PASS_ROLE)
    return passes and all(any(map(granted, need.actions)) for need in method.needs)


def _sort(world: World) -> str:
    """What kind of caller eve is, in the words of the rows."""
    return "permission-set" if eve(world).get("path", "").startswith("/aws-reserved/") else kind_of_eve(world)[:-1]


def _is_within(small: World, large: World) -> bool:
    kind = kind_of_eve(large)
    if kind_of_eve(small) != kind:
        small = json.loads(json.dumps(small).replace(f":{kind_of_eve(small)[:-1]}/eve", f":{kind[:-1]}/eve"))
    others = all(
        _is_alike(one, large.get(k, {}).get(name))
        for k in ("users", "roles", "groups", "policies")
        for name, one in small.get(k, {}).items()
        if name != EVE
    )
    return others and _is_eve_within(eve(small), eve(large)) and _is_covered(small, large)


def _is_alike(one: World, other: World | None) -> bool:
    return other is not None and _plain(one) == _plain(other)


def _plain(holder: World) -> World:
    """Without what is empty; a boundary may hold what eve needs, which may differ."""
    rest = [s for s in holder.get("statements", ()) if not is_needed(s)]
    return {key: value for key, value in {**holder, "statements": rest}.items() if value}


def _is_eve_within(small: World, large: World) -> bool:
    own = {name: body for name, body in small.get("inline", {}).items() if not any(map(is_needed, body))}
    return (
        own.items() <= large.get("inline", {}).items()
        and set(small.get("attached", ())) <= set(large.get("attached", ()))
        and set(small.get("groups", ())) <= set(large.get("groups", ()))
        and small.get("boundary") == large.get("boundary")
    )


def _is_covered(small: World, large: World) -> bool:
    """Whether eve's statements reach every resource that they reach in the case."""
    asked = {resource for statement in needed(small) for resource in _listed(statement["Resource"])}
    given = {resource for statement in needed(large) for resource in _listed(statement["Resource"])}
    return "*" in given or asked <= given


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
