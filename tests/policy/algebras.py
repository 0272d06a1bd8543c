"""Policies and requests at random, for the laws of the algebra: few enough words that the same often meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from leastwise.policy.condition import Context
from leastwise.policy.document import Document, Policy, parse_value
from leastwise.policy.evaluate import Layer, Layers
from leastwise.policy.request import Caller, Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OWN = "123456789012"
FOREIGN = "999988887777"
ANN = f"arn:aws:iam::{OWN}:user/ann"
ROLE = f"arn:aws:iam::{OWN}:role/deploy"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/deploy/s"

ACTION_PATTERNS = (
    "s3:GetObject", "s3:PutObject", "s3:*", "S3:Get*", "s3:*Object", "s3:G?tObject", "iam:PassRole", "iam:*", "*", "*:*",
    "brandnew:Do", "brandnew:*", "b*:*o*",
)  # fmt: skip
ACTIONS = (
    "s3:GetObject", "s3:PutObject", "s3:ListBucket", "iam:PassRole", "iam:GetUser", "ec2:RunInstances",
    "sts:GetCallerIdentity", "brandnew:Do", "brandnew:Other", "s3:Frob", "s3:GxtObject",
)  # fmt: skip
RESOURCE_PATTERNS = (
    "*", "arn:aws:s3:::b/k", "arn:aws:s3:::b/*", "arn:aws:s3:::?/k", "arn:aws:s3:::*/k", "arn:aws:s3:::*",
    "arn:aws:iam::*:user/*", "arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::${aws:PrincipalTag/t, 'b'}/k",
    "arn:aws:s3:::home-?", "arn:aws:s3:::*${aws:username}*", "arn:aws:s3:::${aws:TagKeys}/k", "arn:aws:s3:::${k, 'b'}/k",
)  # fmt: skip
RESOURCES = (
    "*", "arn:aws:s3:::b/k", "arn:aws:s3:::b/x", "arn:aws:s3:::c/k", "arn:aws:s3:::ann/k", "arn:aws:s3:::ann",
    "arn:aws:s3:::a/k", "arn:aws:s3:::home-a", f"arn:aws:iam::{OWN}:user/ann", "arn:aws:s3:::/k",
)  # fmt: skip
CONDITIONS: tuple[dict[str, Any], ...] = (
    {}, {}, {},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
    {"StringLike": {"aws:username": "a*"}},
    {"StringEquals": {"aws:username": ["ann", "bob"]}},
    {"StringNotEquals": {"aws:username": "ann"}},
    {"StringEqualsIgnoreCase": {"aws:username": "ANN"}},
    {"StringNotEqualsIfExists": {"aws:username": "ann"}},
    {"Null": {"aws:username": "false"}},
    {"StringEquals": {"k": "a"}},
    {"StringNotEquals": {"k": "a"}},
    {"NumericLessThan": {"k": "10"}},
    {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}},
    {"ForAnyValue:StringLike": {"aws:TagKeys": ["a*"]}},
    {"ForAnyValue:StringNotEquals": {"k": ["a"]}},
    {"Null": {"aws:TagKeys": "true"}},
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"NotIpAddress": {"aws:SourceIp": "10.1.0.0/16"}},
    {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}},
    {"NumericGreaterThanEquals": {"aws:MultiFactorAuthAge": "3600"}},
    {"DateGreaterThan": {"aws:CurrentTime": "2024-01-01T00:00:00Z"}},
    {"StringEquals": {"aws:PrincipalTag/t": "${aws:username}"}},
    {"StringNotEquals": {"aws:PrincipalTag/t": "${aws:username}"}},
    {"StringNotEquals": {"aws:PrincipalTag/t": "${aws:TagKeys}"}},
    {"StringEquals": {"aws:PrincipalTag/t": "b"}},
    {"StringLike": {"s3:prefix": "${aws:username}/*"}},
    {"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:b*"}},
    {"ArnNotEquals": {"aws:SourceArn": "arn:aws:s3:::b"}},
    {"Novel": {"k": "a"}},
)  # fmt: skip
CONTEXT: dict[str, tuple[str | Sequence[str], ...]] = {
    "aws:MultiFactorAuthPresent": ("true", "false"),
    "aws:username": ("ann", "bob", "ANN", "x", ""),
    "k": ("a", "b", "5", "20", "", ("a", "b"), ("z", "y"), ("", "a")),
    "aws:TagKeys": ("a", ("a", "b"), ("a", "z"), ("z",), ("",)),
    "aws:SourceIp": ("10.0.0.1", "10.1.0.1", "::1"),
    "aws:MultiFactorAuthAge": ("1", "3600"),
    "aws:CurrentTime": ("2023-01-01T00:00:00Z", "2024-06-01T00:00:00Z"),
    "aws:PrincipalTag/t": ("b", "ann", "x"),
    "s3:prefix": ("ann/x", "b"),
    "aws:SourceArn": ("arn:aws:s3:::b", "arn:aws:s3:x:y:bb", "arn:aws:sns:a:b:c"),
}
PRINCIPALS: tuple[Any, ...] = (
    "*", {"AWS": ANN}, {"AWS": OWN}, {"AWS": f"arn:aws:iam::{FOREIGN}:root"}, {"AWS": ROLE}, {"AWS": SESSION},
    {"Service": "lambda.amazonaws.com"}, {"Federated": "idp"},
)  # fmt: skip
CALLERS = (
    Caller(arn=ANN, account=OWN),
    Caller(arn=ROLE, account=OWN, is_role=True),
    Caller(arn=ROLE, account=OWN, is_role=True, session=SESSION),
    Caller(arn=f"arn:aws:iam::{OWN}:role/other", account=OWN, is_role=True),
    Caller(arn=f"arn:aws:iam::{FOREIGN}:user/eve", account=FOREIGN),
    Caller(),
    Caller(service="lambda.amazonaws.com"),
    Caller(service="ec2.amazonaws.com"),
    Caller(provider="idp"),
)

Body = list[dict[str, Any]]


def one_or_two(words: Sequence[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(list(words)), min_size=1, max_size=2)


def _statement(effect: str, lists: tuple[list[str], list[str]], element: tuple[Any, ...]) -> dict[str, Any]:
    actions, resources = lists
    conditions, principal, not_action, not_resource, not_principal = element
    block: dict[str, Any] = {}
    for one in conditions:
        for operator, keys in one.items():
            block[operator] = {**block.get(operator, {}), **keys}
    body = {
        "Effect": effect,
        "NotAction" if not_action else "Action": actions,
        "NotResource" if not_resource else "Resource": resources,
    }
    named = {"NotPrincipal" if not_principal else "Principal": principal} if principal else {}
    return {**body, **({"Condition": block} if block else {}), **named}


def statements(
    effects: Sequence[str] = ("Allow", "Allow", "Deny"), *, principals: Sequence[Any] = (None,)
) -> st.SearchStrategy[dict[str, Any]]:
    seldom = st.sampled_from([False, False, False, True])
    return st.builds(
        _statement,
        st.sampled_from(list(effects)),
        st.tuples(one_or_two(ACTION_PATTERNS), one_or_two(RESOURCE_PATTERNS)),
        st.tuples(
            st.lists(st.sampled_from(CONDITIONS), max_size=2), st.sampled_from(list(principals)), seldom, seldom, seldom
        ),
    )


bodies = st.lists(statements(), max_size=3)
resource_bodies = st.lists(statements(principals=PRINCIPALS), max_size=2)


def layer(body: Body) -> Layer:
    policy = parse_value({"Version": "2012-10-17", "Statement": body})
    assert isinstance(policy, Policy)
    return Layer([Document(arn="arn", name="p", kind="inline", policy=policy)])


def identity(*body: dict[str, Any]) -> Layers:
    return Layers(identity=layer(list(body)))


limits = st.lists(bodies.map(layer), max_size=1).map(tuple)
limited = st.builds(
    lambda own, boundaries, sessions, scps: Layers(
        identity=layer(own), boundaries=boundaries, sessions=sessions, scps=scps
    ),
    bodies, limits, limits, limits,
)  # fmt: skip
shared = st.builds(
    lambda own, boundaries, resource, rcps, must: Layers(
        identity=layer(own) if own else None,
        boundaries=boundaries,
        resource=layer(resource),
        rcps=rcps,
        resource_must_allow=must,
    ),
    bodies, limits, resource_bodies, st.lists(resource_bodies.map(layer), max_size=1).map(tuple), st.booleans(),
)  # fmt: skip


def _request(action: str, resource: str, known: Mapping[str, Any], caller: Caller, account: str) -> Request:
    return Request(
        action=action, resource=resource, context=Context(known, strict=True), caller=caller, resource_account=account
    )


contexts = st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in CONTEXT.items()})
requests = st.builds(
    _request,
    st.sampled_from(ACTIONS),
    st.sampled_from(RESOURCES),
    contexts,
    st.sampled_from(CALLERS),
    st.sampled_from(["", OWN, FOREIGN]),
)
many_requests = st.lists(requests, min_size=20, max_size=20)
