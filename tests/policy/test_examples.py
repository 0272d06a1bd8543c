"""Is anything within a pattern allowed? The examples that are tried find what there is, and are names AWS could know."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from leastwise.policy.condition import Context
from leastwise.policy.document import Document, parse_value
from leastwise.policy.evaluate import Answer, Layer, Layers, Outcome, evaluate
from leastwise.policy.examples import MANY, best, examples
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


def may(asked: Request, layers: Layers, within: str) -> Answer:
    found = list(examples(asked, layers, within))
    assert len(set(found)) == len(found) <= MANY
    return best(evaluate(msgspec.structs.replace(asked, resource=resource), layers) for resource in found)


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
    answer = may(ASKED, Layers(identity=layer(*statements)), ANY)
    assert answer.outcome is expect


def test_not_resource_is_answered_by_a_resource_outside_it() -> None:
    spared = {"Effect": "Allow", "Action": "lambda:*", "NotResource": [ONE]}
    answer = may(ASKED, Layers(identity=layer(spared)), ANY)
    assert answer.outcome is ALLOWED
    assert answer.request.resource != ONE
    closed = {"Effect": "Allow", "Action": "lambda:*", "NotResource": ["arn:aws:lambda:*"]}
    assert may(ASKED, Layers(identity=layer(closed)), ANY).outcome is DENIED


def test_the_witness_replays_on_the_evaluator() -> None:
    layers = Layers(identity=layer(allow("*"), deny("arn:aws:lambda:*:123456789012:function:prod-*")))
    answer = may(ASKED, layers, "arn:aws:lambda:eu-west-1:123456789012:function:?*")
    assert Glob.parse("arn:aws:lambda:eu-west-1:123456789012:function:?*").matches(answer.request.resource)
    assert evaluate(answer.request, layers).outcome is ALLOWED


def test_a_boundary_counts() -> None:
    bound = layer({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    assert may(ASKED, Layers(identity=layer(allow("*")), boundaries=(bound,)), ANY).outcome is DENIED


def test_the_best_answer_stands_where_no_resource_is_plainly_allowed() -> None:
    first, second = f"{ONE}-1", f"{ONE}-2"
    layers = Layers(identity=layer(allow(first, Condition=MFA), allow([second, second]), deny(second)))
    answer = may(ASKED, layers, ANY)
    assert answer.outcome is CONDITIONAL
    assert answer.request.resource == first


def test_patterns_that_only_cross_are_answered_by_what_they_share() -> None:
    layers = Layers(identity=layer(allow("arn:aws:lambda:eu-*:123456789012:function:a?")))
    answer = may(ASKED, layers, "arn:aws:lambda:*-1:123456789012:function:*z")
    assert answer.outcome is ALLOWED
    assert answer.request.resource.endswith(":function:az")


def test_a_deny_of_not_resource_and_one_that_leaves_nothing() -> None:
    spared = {"Effect": "Deny", "Action": "lambda:*", "NotResource": [ONE]}
    layers = Layers(identity=layer(allow(ONE), spared, deny("arn:aws:lambda:*:*:function:two")))
    assert may(ASKED, layers, ANY).outcome is ALLOWED


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def test_the_search_ends() -> None:
    many = [f"{ONE}-{number}" for number in range(MANY + 9)]
    layers = Layers(identity=layer(allow(many, Condition=MFA), allow(f"{ONE}-yes")))
    assert may(ASKED, layers, ANY).outcome is CONDITIONAL


def test_what_a_deny_spares_is_found_among_what_it_covers() -> None:
    many = [f"{ONE}-{number}" for number in range(MANY + 9)]
    layers = Layers(identity=layer(allow([*many, f"{ONE}-yes"]), deny([f"{ONE}-?", f"{ONE}-??"])))
    assert may(ASKED, layers, ANY).request.resource == f"{ONE}-yes"


def sparing(effect: str, resource: str, **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": "lambda:*", "NotResource": resource, **more}


def function(name: str) -> str:
    return f"arn:aws:lambda:*:123456789012:function:{name}"


@pytest.mark.parametrize(
    ("limits", "expect"),
    [
        ({"boundaries": (layer(allow(function("*-dev"))),)}, ALLOWED),
        ({"boundaries": (layer(allow([function("b*"), function("*-x")])),), "scps": (layer(allow("*")),)}, ALLOWED),
        ({"boundaries": (layer(allow(function("b*"))),)}, DENIED),
        ({"boundaries": (layer(allow(function("*"))),)}, ALLOWED),
        ({"boundaries": (layer(allow(function("*"), Condition={"StringEquals": {"aws:username": "bob"}})),)}, DENIED),
        ({"scps": (layer(allow("*", Condition=MFA), allow(function("*-dev"))),)}, ALLOWED),
        ({"scps": (layer(allow("*")), layer(sparing("Allow", function("a*"))))}, DENIED),
        ({"scps": (layer(sparing("Deny", function("*z")), allow("*")),)}, ALLOWED),
        ({"scps": (layer(sparing("Deny", function("b")), allow("*")),)}, Outcome.EXPLICITLY_DENIED),
        (
            {
                "scps": (
                    layer(
                        sparing("Deny", function("b"), Condition=MFA),
                        {**deny("*"), "Condition": {"StringEquals": {"aws:username": "bob"}}},
                        allow("*"),
                    ),
                )
            },
            CONDITIONAL,
        ),
    ],
)  # fmt: skip
def test_every_layer_narrows_what_is_looked_at(limits: dict[str, Any], expect: Outcome) -> None:
    layers = Layers(identity=layer(allow(function("a*"))), **limits)
    assert may(ASKED, layers, ANY).outcome is expect


@pytest.mark.parametrize(
    ("pattern", "within", "expect"),
    [
        ("arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:*::image/*", None),
        ("arn:aws:ec2:*:*:image/*", "arn:aws:ec2:*::image/*", "arn:aws:ec2:x::image/x"),
        ("arn:aws:ec2:*", "arn:aws:ec2:*::image/*", "arn:aws:ec2:x::image/x"),
        ("arn:aws:lambda:*:function:f", ANY, "arn:aws:lambda:xx:123456789012:function:f"),
        ("arn:aws:lambda:*:*:f", "arn:aws:lambda:*:1:function:*", "arn:aws:lambda:x:1:function:f"),
        ("arn:aws:lambda:*:function:f", "arn:aws:lambda:eu-west-1:1:*", "arn:aws:lambda:eu-west-1:1:function:f"),
        ("arn:aws:lambda:*:f:unction:g:*", "arn:aws:lambda:*:1:function:*", None),
        ("*:function:f", "arn:aws:lambda:*:1:function:*", "arn:aws:lambda:x:1:function:f"),
        ("arn:aws:s3:::b/a:b", "arn:aws:s3:::*/*", "arn:aws:s3:::b/a:b"),
        ("f", "arn:aws:s3:::*/*", None),
        ("*", "*", "*"),
        ("arn:aws:s3:::b", "*", "arn:aws:s3:::b"),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b", None),
        ("arn:aws:s3:::b*", "arn:aws:s3:::*", "arn:aws:s3:::bx"),
    ],
)
def test_patterns_meet_as_names_do(pattern: str, within: str, expect: str | None) -> None:
    answer = may(ASKED, Layers(identity=layer(allow(pattern))), within)
    assert (answer.request.resource if answer.allowed else None) == expect


def test_what_is_no_name_is_asked_about_as_it_is() -> None:
    assert may(ASKED, Layers(), "novel").request.resource == "novel"


def test_other_kinds_are_left_out() -> None:
    layers = Layers(identity=layer(allow("arn:aws:s3:::b*")))
    assert list(examples(ASKED, layers, "arn:aws:s3:::*", without=["arn:aws:s3:::bx"])) == ["arn:aws:s3:::bz"]
    layers = Layers(identity=layer(allow("arn:aws:s3:::b/*")))
    assert list(examples(ASKED, layers, "arn:aws:s3:::*", without=["arn:aws:s3:::*/*"])) == ["arn:aws:s3:::x"]


def test_the_best_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing was asked"):
        best(())


def test_what_is_parted_meets_what_is_not() -> None:
    layers = Layers(
        identity=layer(allow("arn:aws:lambda:*:function:a")), boundaries=(layer(allow([function("b"), function("*")])),)
    )
    assert may(ASKED, layers, "arn:aws:lambda:*:123456789012:function:*").request.resource == function("a").replace(
        ":*:", ":x:"
    )
