"""Accounts written as data: what the case files hold, put into a world.

    {"users":    {"eve": {"inline": {"p": [statement, …]}, "attached": ["ReadOnlyAccess"], "groups": ["team"],
                          "boundary": "fence", "keys": 2, "inactive_keys": 1, "password": true, "mfa": true, "tags": {…}}},
     "roles":    {"boss": {"trust": {"Service": "lambda.amazonaws.com"}, "more_trust": [statement, …],
                          "profile": true, "path": "/", …}},
     "groups":   {"team": {"inline": {…}, "attached": […]}},
     "policies": {"fence": {"statements": [statement, …], "older": [[statement, …], …]}},
     "scps":     {"full": [statement, …]}}

The principal that attacks is always called eve; the statement it needs has the Sid "Needed". Where a silent case
silences its own method only, it says which other one it `leaves`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leastwise.escalation import find_paths
from world import World, an_account, document, key, trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account
    from leastwise.results import Path as Route

CASES = Path(__file__).with_name("cases")
EVE = "eve"


def case(method: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CASES / f"{method}.json").read_text(encoding="utf-8"))
    return found


def account_of(described: dict[str, Any]) -> Account:
    return world_of(described).build()


def world_of(described: dict[str, Any]) -> World:
    world = an_account()
    for name, policy in described.get("policies", {}).items():
        older = tuple(document(*statements) for statements in policy.get("older", ()))
        world.policy(name, document(*policy["statements"]), older=older)
    for name, group in described.get("groups", {}).items():
        world.group(name, inline=_inline(group), attached=tuple(group.get("attached", ())))
    for name, user in described.get("users", {}).items():
        _user(world, name, user)
    for name, role in described.get("roles", {}).items():
        _role(world, name, role)
    for name, statements in described.get("scps", {}).items():
        world.organization().scp(name, document(*statements))
    return world


def _user(world: World, name: str, user: dict[str, Any]) -> None:
    world.user(
        name,
        inline=_inline(user),
        attached=tuple(user.get("attached", ())),
        groups=tuple(user.get("groups", ())),
        boundary=user.get("boundary", ""),
        password=user.get("password", False),
        mfa=user.get("mfa", False),
        path=user.get("path", "/"),
        tags=user.get("tags"),
        keys=(
            *(key(10) for _ in range(user.get("keys", 0))),
            *(key(10, active=False) for _ in range(user.get("inactive_keys", 0))),
        ),
    )


def _role(world: World, name: str, role: dict[str, Any]) -> None:
    action = "sts:AssumeRoleWithWebIdentity" if "Federated" in role["trust"] else "sts:AssumeRole"
    trusted = trust(role["trust"], action)
    trusted["Statement"] += role.get("more_trust", [])
    world.role(
        name,
        trusted,
        inline=_inline(role),
        attached=tuple(role.get("attached", ())),
        boundary=role.get("boundary", ""),
        path=role.get("path", "/"),
        tags=role.get("tags"),
        profile=role.get("profile", False),
    )


def _inline(holder: dict[str, Any]) -> dict[str, Any]:
    return {name: document(*statements) for name, statements in holder.get("inline", {}).items()}


def routes(account: Account, method: str = "", *, lesser: bool = False) -> list[Route]:
    """The escalations of eve, those that use the method where one is given; on request, what falls short of one too."""
    return [
        path
        for path in find_paths(account)
        if path.source.name == EVE
        and (path.escalates or lesser)
        and (not method or any(edge.method == method for edge in path.edges))
    ]


def by_eve(world: World, *statements: dict[str, Any], **more: Any) -> list[Route]:
    """The escalations of eve, who is a user with these statements."""
    return routes(world.user(EVE, inline={"p": document(*statements)}, **more).build())


def used(paths: list[Route]) -> set[str]:
    """The methods of all steps."""
    return {edge.method for path in paths for edge in path.edges}


def kind_of_eve(described: dict[str, Any]) -> str:
    return "users" if EVE in described.get("users", {}) else "roles"


def eve(described: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = described[kind_of_eve(described)][EVE]
    return found


def needed(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The statements that the case marks as needed."""
    for kind in ("users", "roles", "policies"):
        for holder in described.get(kind, {}).values():
            lists = [holder["statements"]] if kind == "policies" else holder.get("inline", {}).values()
            yield from (s for statements in lists for s in statements if is_needed(s))


def is_needed(statement: dict[str, Any]) -> bool:
    return statement.get("Sid") == "Needed"
