"""`may`: is anything within a pattern allowed? Every yes carries a resource on which the evaluator says so."""

from __future__ import annotations

from typing import Any

import pytest

from leastwise.policy.algebra import MANY, may
from leastwise.policy.condition import Context
from leastwise.policy.document import Document, parse_value
from leastwise.policy.evaluate import Layer, Layers, Outcome, evaluate
from leastwise.policy.pattern import Glob
from leastwise.policy.request import Caller, Request

ANY = "arn:aws:lambda:?*:123456789012:function:?*"
ONE = "arn:aws:lambda:eu-west-1:123456789012:function:one"


def layer(*statements: dict[str, Any]) -> Layer:
    policy = parse_value({"Version": "2012-10-17", "Statement": list(statements)})
    return Layer([Document(arn="arn", name="p", kind="inline", policy=policy)])


def allow(resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": resource, **more}


def deny(resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "lambda:*", "Resource": resource, **more}


ASKED = Request(
    action="lambda:InvokeFunction",
    context=Context({"aws:username": "ann"}),
    caller=Caller(arn="arn:aws:iam::123456789012:user/ann", account="123456789012"),
)

ALLOWED, DENIED, CONDITIONAL = Outcome.ALLOWED, Outcome.DENIED, Outcome.CONDITIONAL


@pytest.mark.parametrize(
    ("statements", "expect"),
    [
        ([allow("*")], ALLOWED),
        ([allow(ONE)], ALLOWED),
        ([allow("arn:aws:lambda:*:123456789012:function:${aws:username}-*")], ALLOWED),
        ([allow("arn:aws:lambda:*:123456789012:function:${aws:PrincipalTag/team}-*")], CONDITIONAL),
        ([allow("arn:aws:lambda:*:999988887777:function:*")], DENIED),
        ([allow("arn:aws:s3:::b")], DENIED),
        ([], DENIED),
        ([allow("*"), deny("*")], Outcome.EXPLICITLY_DENIED),
        ([allow("*"), deny(ONE)], ALLOWED),
        ([allow(ONE), deny(ONE)], Outcome.EXPLICITLY_DENIED),
        ([allow("*"), deny("arn:aws:lambda:*:123456789012:function:prod-*")], ALLOWED),
        ([allow("*"), deny("arn:aws:lambda:*:*:function:*")], Outcome.EXPLICITLY_DENIED),
        ([allow("*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], CONDITIONAL),
        ([allow("*"), deny("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})], CONDITIONAL),
        ([{**allow("x"), "Resource": None}], DENIED),
    ],
)
def test_may(statements: list[dict[str, Any]], expect: Outcome) -> None:
    answer = may(ASKED, Layers(identity=layer(*statements)), Glob.parse(ANY))
    assert answer.outcome is expect


def test_not_resource_is_answered_by_a_resource_outside_it() -> None:
    spared = {"Effect": "Allow", "Action": "lambda:*", "NotResource": [ONE]}
    answer = may(ASKED, Layers(identity=layer(spared)), Glob.parse(ANY))
    assert answer.outcome is ALLOWED
    assert answer.request.resource != ONE
    closed = {"Effect": "Allow", "Action": "lambda:*", "NotResource": ["arn:aws:lambda:*"]}
    assert may(ASKED, Layers(identity=layer(closed)), Glob.parse(ANY)).outcome is DENIED


def test_the_witness_replays_on_the_evaluator() -> None:
    layers = Layers(identity=layer(allow("*"), deny("arn:aws:lambda:*:123456789012:function:prod-*")))
    answer = may(ASKED, layers, Glob.parse("arn:aws:lambda:eu-west-1:123456789012:function:?*"))
    assert Glob.parse("arn:aws:lambda:eu-west-1:123456789012:function:?*").matches(answer.request.resource)
    assert evaluate(answer.request, layers).outcome is ALLOWED


def test_a_boundary_counts() -> None:
    bound = layer({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    assert may(ASKED, Layers(identity=layer(allow("*")), boundaries=(bound,)), Glob.parse(ANY)).outcome is DENIED


def test_the_best_answer_stands_where_no_resource_is_plainly_allowed() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    first, second = f"{ONE}-1", f"{ONE}-2"
    layers = Layers(identity=layer(allow(first, Condition=mfa), allow([second, second]), deny(second)))
    answer = may(ASKED, layers, Glob.parse(ANY))
    assert answer.outcome is CONDITIONAL
    assert answer.request.resource == first


def test_patterns_that_only_cross_are_answered_by_what_they_share() -> None:
    layers = Layers(identity=layer(allow("arn:aws:lambda:eu-*:123456789012:function:a?")))
    answer = may(ASKED, layers, Glob.parse("arn:aws:lambda:*-1:123456789012:function:*z"))
    assert answer.outcome is ALLOWED
    assert answer.request.resource.endswith(":function:az")


def test_a_deny_of_not_resource_and_one_that_leaves_nothing() -> None:
    spared = {"Effect": "Deny", "Action": "lambda:*", "NotResource": [ONE]}
    layers = Layers(identity=layer(allow(ONE), spared, deny("arn:aws:lambda:*:*:function:two")))
    assert may(ASKED, layers, Glob.parse(ANY)).outcome is ALLOWED


def test_the_search_ends() -> None:
    many = [f"{ONE}-{number}" for number in range(MANY + 9)]
    layers = Layers(identity=layer(allow([*many, f"{ONE}-yes"]), deny([f"{ONE}-?", f"{ONE}-??"])))
    assert may(ASKED, layers, Glob.parse(ANY)).outcome is Outcome.EXPLICITLY_DENIED
