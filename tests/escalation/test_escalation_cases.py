"""Every method has a case in which it fires and one in which it stays silent, and keeps silent when it is blocked."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from escalation.cases_io import CASES, EVE, account_of, case, routes
from leastwise.escalation import methods

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.escalation import Method

METHODS = {method.id: method for method in methods()}
PAST = {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}

every_method = pytest.mark.parametrize("method", METHODS)
with_permissions = pytest.mark.parametrize("method", [m for m in METHODS if METHODS[m].needs])
passing = pytest.mark.parametrize("method", [m for m in METHODS if METHODS[m].shape == "pass_role"])


def falls_short(method: str) -> bool:
    """Whether the method makes nobody an administrator for all that can be seen."""
    return case(method)["fires"]["verdict"] in {"latent", "lateral"}


def test_every_method_has_a_case_file_and_no_case_lacks_its_method() -> None:
    assert {p.stem for p in CASES.glob("*.json")} == set(METHODS)
    for method in METHODS:
        assert {"fires", "silent"} <= case(method).keys()


@every_method
def test_fires(method: str) -> None:
    fires = case(method)["fires"]
    (path,) = routes(account_of(fires["account"]), method, lesser=falls_short(method))
    assert path.verdict.value == fires["verdict"]
    assert path.target.name == fires.get("to", path.target.name)
    (edge,) = path.edges
    assert edge.title == METHODS[method].title
    assert edge.end_of_life is METHODS[method].end_of_life
    assert edge.evidence
    assert edge.permissions
    assert "{" not in edge.attack.replace("{…}", "")
    assert bool(edge.conditions) is (fires["verdict"] == "conditional")
    assert bool(edge.missing) is (fires["verdict"] == "latent")


@every_method
def test_stays_silent(method: str) -> None:
    assert not routes(account_of(case(method)["silent"]["account"]), method, lesser=falls_short(method))


def fires_when(method: str, change: Any) -> bool:
    """Whether the method still fires after a change to its firing account."""
    account = copy.deepcopy(case(method)["fires"]["account"])
    change(account)
    return bool(routes(account_of(account), method, lesser=falls_short(method)))


def needed(account: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The statements that the case marks as needed."""
    for kind in ("users", "roles", "policies"):
        for holder in account.get(kind, {}).values():
            lists = [holder["statements"]] if kind == "policies" else holder.get("inline", {}).values()
            yield from (s for statements in lists for s in statements if s.get("Sid") == "Needed")


def eve(account: dict[str, Any]) -> dict[str, Any]:
    found = account.get("users", {}).get(EVE) or account["roles"][EVE]
    assert isinstance(found, dict)
    return found


def required(method: Method) -> tuple[str, ...]:
    """The actions that the firing case grants."""
    passed = ("iam:PassRole",) if method.shape == "pass_role" else ()
    return (*passed, *(need.action for need in method.needs))


@with_permissions
def test_each_permission_is_needed(method: str) -> None:
    for action in required(METHODS[method]):

        def without(account: dict[str, Any], action: str = action) -> None:
            for statement in needed(account):
                statement["Action"] = [a for a in statement["Action"] if a != action] or ["s3:ListBucket"]

        assert not fires_when(method, without), action


@with_permissions
def test_an_explicit_deny_ends_it(method: str) -> None:
    for action in required(METHODS[method]):
        if METHODS[method].change == "inline-deny":
            continue  # such a deny would be removed with the others

        def denied(account: dict[str, Any], action: str = action) -> None:
            eve(account).setdefault("inline", {})["no"] = [{"Effect": "Deny", "Action": action, "Resource": "*"}]

        assert not fires_when(method, denied), action


@with_permissions
def test_a_denying_group_ends_it(method: str) -> None:
    def denied(account: dict[str, Any]) -> None:
        action = required(METHODS[method])[-1]
        account.setdefault("groups", {})["no"] = {"inline": {"no": [deny(action)]}}
        eve(account).setdefault("groups", []).append("no")

    if EVE in case(method)["fires"]["account"].get("users", {}):
        assert not fires_when(method, denied)


def deny(action: str) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": "*"}


@with_permissions
def test_a_boundary_of_the_caller_ends_it(method: str) -> None:
    def bounded(account: dict[str, Any]) -> None:
        eve(account)["boundary"] = "s3-only"
        only = [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]
        account.setdefault("policies", {})["s3-only"] = {"statements": only}

    assert not fires_when(method, bounded)


@with_permissions
def test_a_condition_that_cannot_hold_ends_it(method: str) -> None:
    def past(account: dict[str, Any]) -> None:
        for statement in needed(account):
            statement["Condition"] = PAST

    assert not fires_when(method, past)


@with_permissions
def test_an_undecidable_condition_makes_it_conditional_and_is_named(method: str) -> None:
    account = copy.deepcopy(case(method)["fires"]["account"])
    for statement in needed(account):
        statement["Condition"] = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    short = falls_short(method)
    (path,) = routes(account_of(account), lesser=short)  # by this method, or by one that needs less
    assert path.verdict.value == (case(method)["fires"]["verdict"] if short else "conditional")
    assert any("aws:SourceIp" in text for edge in path.edges for text in edge.conditions)


@with_permissions
def test_odd_case_and_wildcards_do_not_hide_it(method: str) -> None:
    def disguised(account: dict[str, Any]) -> None:
        for statement in needed(account):
            statement["Action"] = [f"{a[:-1].swapcase()}?" for a in statement["Action"]]

    assert fires_when(method, disguised)


@with_permissions
def test_permissions_split_over_policies_add_up(method: str) -> None:
    def split(account: dict[str, Any]) -> None:
        (statement,) = needed(account)
        parts = [[{**statement, "Action": action}] for action in statement["Action"]]
        if eve(account).get("boundary"):
            return  # the needed statement stands in the boundary, of which there is one
        eve(account)["inline"] |= {f"part-{i}": part for i, part in enumerate(parts)}
        statement["Action"] = "s3:ListBucket"

    assert fires_when(method, split)


def services(method: Method) -> list[str]:
    """All that are handed a role."""
    return [*method.receivers, *filter(None, (method.trusts, method.helper))]


@passing
def test_passing_to_another_service_only(method: str) -> None:
    def elsewhere(account: dict[str, Any]) -> None:
        (statement,) = needed(account)
        pinned = {"StringEquals": {"iam:PassedToService": "elsewhere.amazonaws.com"}}
        split_pass_role(account, statement, Condition=pinned)

    assert not fires_when(method, elsewhere)


@passing
def test_passing_to_the_right_service_only(method: str) -> None:
    def pinned(account: dict[str, Any]) -> None:
        (statement,) = needed(account)
        right = {"StringEquals": {"iam:PassedToService": services(METHODS[method])}}
        split_pass_role(account, statement, Condition=right)

    assert fires_when(method, pinned)


@passing
def test_passing_only_a_powerless_role(method: str) -> None:
    def powerless(account: dict[str, Any]) -> None:
        (statement,) = needed(account)
        account["roles"]["clerk"] = {"trust": {"Service": services(METHODS[method])}, "profile": True}
        split_pass_role(account, statement, Resource="arn:aws:iam::123456789012:role/clerk")

    assert not fires_when(method, powerless)


def split_pass_role(account: dict[str, Any], statement: dict[str, Any], **changes: Any) -> None:
    """Take iam:PassRole out into a statement of its own."""
    statement["Action"] = [a for a in statement["Action"] if a != "iam:PassRole"]
    eve(account)["inline"]["pass"] = [{**statement, "Action": "iam:PassRole", **changes}]
