"""Every method has a case in which it fires and one in which it stays silent, and is tried on near misses of both."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from escalation.cases_io import CASES, EVE, account_of, case, eve, needed, routes
from leastwise.escalation import methods

if TYPE_CHECKING:
    from collections.abc import Callable

    from leastwise.escalation import Method

    Change = Callable[[dict[str, Any]], None]

METHODS = {method.id: method for method in methods()}
PAST = {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}
ELSEWHERE = "arn:aws:sqs:eu-west-1:123456789012:elsewhere"


def required(method: Method) -> tuple[str, ...]:
    """The actions that the firing case grants."""
    passed = ("iam:PassRole",) if method.shape == "pass_role" else ()
    return (*passed, *dict.fromkeys(need.action for need in method.needs))


def can_be_a_role(method: str) -> bool:
    """Whether the caller of the firing case is a user, and might as well be a role."""
    return EVE in case(method)["fires"]["account"].get("users", {}) and METHODS[method].caller == ""


NEEDY = [m for m in METHODS if METHODS[m].needs]
every_method = pytest.mark.parametrize("method", METHODS)
with_permissions = pytest.mark.parametrize("method", NEEDY)
each_permission = pytest.mark.parametrize(("method", "action"), [(m, a) for m in NEEDY for a in required(METHODS[m])])
by_a_role = pytest.mark.parametrize("method", [m for m in NEEDY if can_be_a_role(m)])
by_a_user = pytest.mark.parametrize("method", [m for m in NEEDY if EVE in case(m)["fires"]["account"].get("users", {})])
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


def fires_when(method: str, *changes: Change) -> bool:
    """Whether the method still fires after changes to its firing account."""
    account = copy.deepcopy(case(method)["fires"]["account"])
    for change in changes:
        change(account)
    return bool(routes(account_of(account), method, lesser=falls_short(method)))


def deny(action: str) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": "*"}


def bounded(account: dict[str, Any]) -> None:
    """Eve gets a boundary, which lets her use S3 alone."""
    eve(account)["boundary"] = "s3-only"
    only = [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]
    account.setdefault("policies", {})["s3-only"] = {"statements": only}


def as_a_role(account: dict[str, Any]) -> None:
    """Eve is a role instead of a user; who trusts the user trusts the role."""
    renamed = json.loads(json.dumps(account).replace(f"user/{EVE}", f"role/{EVE}"))
    account.clear()
    account |= renamed
    moved = account["users"].pop(EVE)
    account.setdefault("roles", {})[EVE] = {"trust": {"Service": "ec2.amazonaws.com"}, **moved}


def apart(account: dict[str, Any], action: str, **changes: Any) -> None:
    """One action gets a statement of its own, with changes."""
    for statement in list(needed(account)):
        if action in statement["Action"]:
            statement["Action"] = [a for a in statement["Action"] if a != action] or ["s3:ListBucket"]
            eve(account).setdefault("inline", {})["apart"] = [{**statement, "Action": action, **changes}]


def nowhere(account: dict[str, Any], action: str) -> None:
    """One action is taken away, in the boundary where the case has it there."""
    for statement in needed(account):
        statement["Action"] = [a for a in statement["Action"] if a != action] or ["s3:ListBucket"]


@each_permission
def test_each_permission_is_needed(method: str, action: str) -> None:
    assert not fires_when(method, lambda account: nowhere(account, action))


@each_permission
def test_each_permission_is_needed_on_the_right_resource(method: str, action: str) -> None:
    assert not fires_when(method, lambda account: apart(account, action, Resource=ELSEWHERE))


@each_permission
def test_an_explicit_deny_ends_it(method: str, action: str) -> None:
    def denied(account: dict[str, Any]) -> None:
        eve(account).setdefault("inline", {})["no"] = [deny(action)]

    if METHODS[method].change != "inline-deny":  # such a deny would be removed with the others
        assert not fires_when(method, denied)


@by_a_user
def test_a_denying_group_ends_it(method: str) -> None:
    def denied(account: dict[str, Any]) -> None:
        account.setdefault("groups", {})["no"] = {"inline": {"no": [deny(required(METHODS[method])[-1])]}}
        eve(account).setdefault("groups", []).append("no")

    assert not fires_when(method, denied)


@with_permissions
def test_a_boundary_of_the_caller_ends_it(method: str) -> None:
    assert not fires_when(method, bounded)


@by_a_role
def test_a_role_may_do_it_as_well(method: str) -> None:
    assert fires_when(method, as_a_role)


@by_a_role
def test_a_boundary_of_a_role_ends_it(method: str) -> None:
    assert not fires_when(method, as_a_role, bounded)


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
    if METHODS[method].change == "mfa":  # eve is administrator if MFA was shown: no path hangs on a second condition
        assert not routes(account_of(account))
        return
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


@by_a_user
def test_permissions_that_come_through_groups_add_up(method: str) -> None:
    def shared(account: dict[str, Any]) -> None:
        (statement,) = needed(account)
        for action in statement["Action"][1:]:
            name = action.replace(":", "-")
            account.setdefault("groups", {})[name] = {"inline": {"p": [{**statement, "Action": action}]}}
            eve(account).setdefault("groups", []).append(name)
        statement["Action"] = statement["Action"][:1]

    assert fires_when(method, shared)


def services(method: Method) -> list[str]:
    """All that are handed a role."""
    return [*method.receivers, *filter(None, (method.trusts, method.helper))]


@passing
def test_passing_to_another_service_only(method: str) -> None:
    pinned = {"StringEquals": {"iam:PassedToService": "elsewhere.amazonaws.com"}}
    assert not fires_when(method, lambda account: apart(account, "iam:PassRole", Condition=pinned))


@passing
def test_passing_to_the_right_service_only(method: str) -> None:
    pinned = {"StringEquals": {"iam:PassedToService": services(METHODS[method])}}
    assert fires_when(method, lambda account: apart(account, "iam:PassRole", Condition=pinned))


@passing
def test_passing_only_a_powerless_role(method: str) -> None:
    def powerless(account: dict[str, Any]) -> None:
        account["roles"]["clerk"] = {"trust": {"Service": services(METHODS[method])}, "profile": True}
        apart(account, "iam:PassRole", Resource="arn:aws:iam::123456789012:role/clerk")

    assert not fires_when(method, powerless)
