"""The allowed set and what is granted of it."""

from __future__ import annotations

from typing import Any

import pytest

from leastwise import catalog
from leastwise.policy.algebra import allowed_set, granted
from leastwise.policy.document import Document, parse, parse_value
from leastwise.policy.evaluate import Layer, Layers, evaluate
from leastwise.policy.form import Who
from leastwise.policy.request import Caller, Request

OWN = "123456789012"
FOREIGN = "999988887777"


def layer(*statements: dict[str, Any]) -> Layer:
    policy = parse_value({"Version": "2012-10-17", "Statement": list(statements)})
    return Layer([Document(arn="arn", name="p", kind="inline", policy=policy)])


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def identity(*statements: dict[str, Any]) -> Layers:
    return Layers(identity=layer(*statements))


def managed(name: str) -> Layers:
    text = catalog.managed_policy(name)
    assert text
    return Layers(identity=Layer([Document(arn=name, name=name, kind="managed", policy=parse(text))]))


def test_actions_of_one_meaning_make_one_class() -> None:
    body = (allow("s3:Get*"), allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::b/*"), allow("brandnew:*"))
    classes = {one.example: one for one in allowed_set(identity(*body)).classes}
    assert classes["s3:GetObject"].names == ("s3:GetObject",)
    assert len(classes["s3:GetObject"].statements) == 2
    assert classes["s3:PutObject"].names == ("s3:PutObject",)
    assert classes["brandnew:x"].names == ("brandnew:x",)
    assert "s3:GetBucketPolicy" in next(one.names for one in classes.values() if len(one.names) > 9)


def test_a_large_policy_has_few_classes() -> None:
    assert len(allowed_set(managed("ReadOnlyAccess")).classes) < 12
    assert allowed_set(managed("AdministratorAccess")).actions == catalog.universe().everything


def test_what_is_never_allowed_is_in_no_class() -> None:
    found = allowed_set(identity(allow("s3:*"), {**allow("s3:*"), "Effect": "Deny"}))
    assert found.allows(Request(action="s3:GetObject", resource="arn:aws:s3:::b/k")) is False
    assert found.allows(Request(action="ec2:RunInstances")) is False
    assert all(not one.actions & catalog.universe().mask("ec2:*") for one in found.classes)


def test_what_hangs_on_a_condition_is_open() -> None:
    found = allowed_set(identity(allow("s3:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})))
    assert found.allows(Request(action="s3:GetObject")) is None


def test_granted_names_an_example_and_its_conditions() -> None:
    body = allow("s3:GetObject", "arn:aws:s3:::b/*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    (found,) = granted(identity(body), "s3:*", "arn:aws:s3:::b/secret/*")
    assert found.names == ("s3:GetObject",)
    assert found.conditions == ("IpAddress aws:SourceIp = 10.0.0.0/8",)
    assert found.request
    assert found.request.resource.startswith("arn:aws:s3:::b/secret/")
    assert found.request.context.known["aws:sourceip"] == ("10.0.0.0",)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:PutObject", "*"),
        ("s3:GetObject", "arn:aws:s3:::other/*"),
        ("ec2:*", "*"),
        ("brandnew:*", "*"),
        ("s3:GetObject", "bucket"),
        ("", "*"),
    ],
)
def test_granted_is_silent_where_nothing_is(action: str, resource: str) -> None:
    assert granted(identity(allow("s3:GetObject", "arn:aws:s3:::b/*")), action, resource) == ()


@pytest.mark.parametrize(("action", "name"), [("foo:Bar", "foo:bar"), ("foo:B*", "foo:bx")])
def test_granted_knows_of_actions_that_the_catalogue_does_not(action: str, name: str) -> None:
    (found,) = granted(managed("AdministratorAccess"), action)
    assert found.names == (name,)
    assert found.request == Request(action=name, resource="*", context=found.request.context)  # type: ignore[union-attr]  # asserted by the comparison


def test_granted_does_not_mistake_a_deny_for_a_limit() -> None:
    layers = identity(allow("s3:*"), {**allow("s3:*", "arn:aws:s3:::b/*"), "Effect": "Deny"})
    assert granted(layers, "s3:GetObject", "arn:aws:s3:::b/*") == ()
    assert granted(layers, "s3:GetObject", "arn:aws:s3:::b*")


def test_granted_says_why_it_does_not_know() -> None:
    (found,) = granted(identity(allow("s3:GetObject", Condition={"Novel": {"some:key": "1"}})), "s3:*")
    assert found.request is None
    assert found.reason
    assert found.conditions == ()


def test_granted_asks_for_whom_it_is_told() -> None:
    bucket = {**allow("s3:GetObject", "arn:aws:s3:::b/*"), "Principal": {"AWS": f"arn:aws:iam::{FOREIGN}:role/r"}}
    layers = Layers(resource=layer(bucket))
    assert granted(layers, "s3:GetObject", who=Who(Caller(arn=f"arn:aws:iam::{OWN}:user/u", account=OWN), OWN)) == ()
    role = Caller(arn=f"arn:aws:iam::{FOREIGN}:role/r", account=FOREIGN, is_role=True)
    (found,) = granted(layers, "s3:GetObject", who=Who(role, FOREIGN))
    assert found.request
    assert found.request.caller == role
    assert evaluate(found.request, layers).allowed is True


def test_an_example_is_of_an_action_that_takes_such_resources() -> None:
    (found,) = granted(managed("ReadOnlyAccess"), "s3:*", "arn:aws:s3:::mine/*")
    assert found.request
    assert found.request.action != found.names[0]
    assert found.request.resource.startswith("arn:aws:s3:::mine/")
