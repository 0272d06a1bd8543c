"""Laws of the algebra: what is said of all requests at once is so for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leastwise.policy.algebra import Containment, Verdict, allowed_set, contains, granted
from leastwise.policy.evaluate import Layers, evaluate
from leastwise.policy.form import Who
from leastwise.policy.pattern import Glob
from policy.algebras import (
    CALLERS,
    OWN,
    RESOURCES,
    bodies,
    identity,
    layer,
    limited,
    many_requests,
    requests,
    shared,
    statements,
)

if TYPE_CHECKING:
    from leastwise.policy.request import Request

laws = settings(deadline=None, max_examples=60)
CONTAINED, NOT_CONTAINED = Verdict.CONTAINED, Verdict.NOT_CONTAINED


def agrees(answer: Containment, a: Layers, b: Layers, asked: list[Request]) -> None:
    """Samples refute no proof, and a witness replays."""
    if answer.verdict is CONTAINED:
        escaped = [r for r in asked if evaluate(r, b).allowed is True and evaluate(r, a).allowed is not True]
        assert not escaped, answer.method
    if answer.verdict is NOT_CONTAINED:
        assert answer.witness
        assert evaluate(answer.witness, b).allowed is True
        assert evaluate(answer.witness, a).allowed is False
        assert answer.witness.context.strict
    assert bool(answer.reason) == (answer.verdict is Verdict.UNKNOWN)
    assert bool(answer.method) == (answer.verdict is CONTAINED)


@laws
@given(limited, limited, many_requests)
def test_contains_agrees_with_the_evaluator(a: Layers, b: Layers, asked: list[Request]) -> None:
    agrees(contains(a, b), a, b, asked)


@laws
@given(bodies, statements(), many_requests)
def test_contains_agrees_where_the_two_differ_by_one_statement(
    body: list[Any], extra: dict[str, Any], asked: list[Request]
) -> None:
    one, two = identity(*body), identity(*body, extra)
    agrees(contains(one, two), one, two, asked)
    agrees(contains(two, one), two, one, asked)


@laws
@given(shared, shared, many_requests)
def test_contains_agrees_where_principals_count(a: Layers, b: Layers, asked: list[Request]) -> None:
    agrees(contains(a, b), a, b, asked)
    without = msgspec.structs.replace(b, resource=None)
    agrees(contains(b, without), b, without, asked)


@laws
@given(limited)
def test_contains_is_reflexive(a: Layers) -> None:
    assert contains(a, a).verdict is CONTAINED


@laws
@given(bodies)
def test_contains_is_reflexive_however_the_policy_is_written(body: list[Any]) -> None:
    doubled = [
        {name: value * 2 if isinstance(value, list) else value for name, value in statement.items()}
        for statement in reversed(body)
    ]
    assert contains(identity(*doubled), identity(*body)).verdict is not NOT_CONTAINED


@laws
@given(bodies, statements(), statements())
def test_contains_is_transitive(body: list[Any], one: dict[str, Any], two: dict[str, Any]) -> None:
    a, b, c = identity(*body, one, two), identity(*body, one), identity(*body)
    if contains(a, b).verdict is CONTAINED and contains(b, c).verdict is CONTAINED:
        assert contains(a, c).verdict is not NOT_CONTAINED


@laws
@given(bodies, bodies, statements(effects=("Deny",)))
def test_a_deny_more_keeps_what_is_contained(a: list[Any], b: list[Any], deny: dict[str, Any]) -> None:
    if contains(identity(*a), identity(*b)).verdict is CONTAINED:
        assert contains(identity(*a), identity(*b, deny)).verdict is not NOT_CONTAINED


@laws
@given(bodies, bodies, statements(effects=("Allow",)))
def test_an_allow_more_keeps_what_it_contains(a: list[Any], b: list[Any], allow: dict[str, Any]) -> None:
    if contains(identity(*a), identity(*b)).verdict is CONTAINED:
        assert contains(identity(*a, allow), identity(*b)).verdict is not NOT_CONTAINED


@laws
@given(limited, bodies)
def test_limits_only_narrow(a: Layers, limit: list[Any]) -> None:
    for kind in ("boundaries", "sessions", "scps"):
        added = msgspec.structs.replace(a, **{kind: (*getattr(a, kind), layer(limit))})
        assert contains(a, added).verdict is CONTAINED


@laws
@given(shared, limited, requests)
def test_the_allowed_set_says_what_the_evaluator_says(one: Layers, other: Layers, asked: Request) -> None:
    for layers in (one, other):
        who = Who(asked.caller, asked.resource_account)
        assert allowed_set(layers, who).allows(asked) is evaluate(asked, layers).allowed


@laws
@given(limited, requests)
def test_what_is_allowed_is_in_a_class(layers: Layers, asked: Request) -> None:
    found = allowed_set(layers)
    classes = [one for one in found.classes if asked.action.lower() in {name.lower() for name in one.names}]
    assert len(classes) <= 1
    if evaluate(asked, layers).allowed is not False and asked.action in {"s3:GetObject", "iam:PassRole"}:
        assert classes
        assert found.actions


@laws
@given(limited, st.sampled_from(["*", "s3:*", "s3:GetObject", "brandnew:Do"]), st.sampled_from(["*", *RESOURCES[1:]]))
def test_what_is_granted_replays_and_what_is_not_is_never_allowed(layers: Layers, actions: str, resources: str) -> None:
    found = granted(layers, actions, resources)
    for one in found:
        assert (one.request is None) == bool(one.reason)
        if one.request:
            assert evaluate(one.request, layers).allowed is True
            assert Glob.parse(actions.lower()).matches(one.request.action.lower())
            assert Glob.parse(resources).matches(one.request.resource)


@laws
@given(limited, requests)
def test_granted_misses_nothing(layers: Layers, asked: Request) -> None:
    if evaluate(asked, layers).allowed is True:
        assert granted(layers, asked.action, asked.resource)


@pytest.mark.parametrize("caller", CALLERS)
@laws
@given(layers=shared)
def test_granted_of_a_caller_replays(caller: Any, layers: Layers) -> None:
    for one in granted(layers, who=Who(caller, OWN)):
        if one.request:
            assert evaluate(one.request, layers).allowed is True
