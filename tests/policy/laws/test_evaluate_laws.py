"""Laws of the evaluation: what must hold for every request and every set of policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.policy import evaluate as evaluation
from leastwise.policy.condition import Context
from leastwise.policy.document import Document, Policy, parse_value
from leastwise.policy.evaluate import Layer, Layers, Outcome, evaluate
from leastwise.policy.request import Caller, Request
from leastwise.policy.ways import verb_of, ways_of

if TYPE_CHECKING:
    from collections.abc import Sequence

OWN = "123456789012"
ANN = f"arn:aws:iam::{OWN}:user/ann"
ACTIONS = [
    "s3:GetObject", "s3:PutBucketPolicy", "iam:PassRole", "iam:GetUser", "brandnew:Do", "sts:AssumeRole",
    "sts:TagSession", "sts:GetSessionToken", "kms:Decrypt", "kms:RetireGrant",
]  # fmt: skip
ACTION_PATTERNS = [*ACTIONS, "*", "*", "sts:*", "kms:*", "s3:*", "S3:Get*", "iam:?*", "*:*", "brandnew:*"]
RESOURCES = ["arn:aws:s3:::b/k", "arn:aws:s3:::c/k", ANN, "*"]
RESOURCE_PATTERNS = [*RESOURCES[:3], "*", "arn:aws:s3:::b/*", "arn:aws:s3:::?/k", "arn:aws:iam::*:user/${aws:username}"]
CONTEXTS = [{}, {"aws:username": "ann"}, {"aws:username": "ann", "aws:MultiFactorAuthPresent": "true"}]
CONDITIONS: list[dict[str, Any]] = [
    {},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"StringLike": {"aws:username": "a*"}},
    {"StringNotEquals": {"aws:username": "ann"}},
    {"Null": {"aws:MultiFactorAuthPresent": "true"}},
]
ROLE = f"arn:aws:iam::{OWN}:role/r"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/r/s"
FEDERATED = f"arn:aws:sts::{OWN}:federated-user/bob"
FOREIGN = "999988887777"
PRINCIPALS: list[Any] = [
    "*",
    {"AWS": ANN},
    {"AWS": OWN},
    {"AWS": [f"arn:aws:iam::{FOREIGN}:root"]},
    {"AWS": [ROLE, OWN]},
    {"AWS": SESSION},
    {"AWS": FEDERATED},
    {"Service": "lambda.amazonaws.com"},
    {"Federated": "idp"},
]
CALLERS = [
    Caller(arn=ANN, account=OWN),
    Caller(arn=ANN, account=OWN, session=FEDERATED),
    Caller(arn=ROLE, account=OWN, is_role=True),
    Caller(arn=ROLE, account=OWN, is_role=True, session=SESSION),
    Caller(arn=ROLE, account=OWN, is_role=True, service_linked=True),
    Caller(arn=f"arn:aws:iam::{OWN}:root", account=OWN),
    Caller(arn=f"arn:aws:iam::{FOREIGN}:user/eve", account=FOREIGN),
    Caller(arn=f"arn:aws:iam::{FOREIGN}:root", account=FOREIGN),
    Caller(service="lambda.amazonaws.com"),
    Caller(provider="idp"),
    Caller(),
]
RANK = {Outcome.EXPLICITLY_DENIED: 0, Outcome.DENIED: 0, Outcome.CONDITIONAL: 1, Outcome.ALLOWED: 2}


SELDOM = st.sampled_from([False, False, False, True])


def statements(
    effects: Sequence[str] = ("Allow", "Deny"), *, principals: bool = False
) -> st.SearchStrategy[dict[str, Any]]:
    def make(effect: str, actions: list[str], resources: list[str], how: tuple[Any, ...]) -> dict[str, Any]:
        condition, principal, (not_action, not_resource, not_principal) = how
        body = {
            "Effect": effect,
            "NotAction" if not_action else "Action": actions,
            "NotResource" if not_resource else "Resource": resources,
        }
        return {
            **body,
            **({"Condition": condition} if condition else {}),
            **({"NotPrincipal" if not_principal else "Principal": principal} if principals else {}),
        }

    return st.builds(
        make,
        st.sampled_from(list(effects)),
        st.lists(st.sampled_from(ACTION_PATTERNS), min_size=1, max_size=2),
        st.lists(st.sampled_from(RESOURCE_PATTERNS), min_size=1, max_size=2),
        st.tuples(st.sampled_from(CONDITIONS), st.sampled_from(PRINCIPALS), st.tuples(SELDOM, SELDOM, SELDOM)),
    )


def bodies(**how: Any) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(statements(**how), max_size=4)


def layer(body: list[dict[str, Any]]) -> Layer:
    policy = parse_value({"Version": "2012-10-17", "Statement": body})
    assert isinstance(policy, Policy)
    return Layer([Document(arn="arn", name="p", kind="inline", policy=policy)])


requests = st.builds(
    lambda action, resource, context, caller: Request(
        action=action, resource=resource, context=Context(context), caller=caller, resource_account=OWN
    ),
    st.sampled_from(ACTIONS),
    st.sampled_from(RESOURCES),
    st.sampled_from(CONTEXTS),
    st.sampled_from(CALLERS),
)
maybe_resource = st.none() | bodies(principals=True)
seldom = {
    "boundaries": bodies(),
    "sessions": bodies(),
    "scps": bodies(),
    "rcps": bodies(principals=True),
    "endpoints": bodies(principals=True),
}
ALL = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
limits = st.fixed_dictionaries(
    {},
    optional={
        kind: st.lists(one, max_size=2).map(lambda found: tuple(map(layer, found))) for kind, one in seldom.items()
    },
)


def rank(request: Request, layers: Layers) -> int:
    return RANK[evaluate(request, layers).outcome]


def both(identity: list[dict[str, Any]], resource: list[dict[str, Any]] | None, **more: Any) -> Layers:
    return Layers(identity=layer(identity), resource=layer(resource) if resource is not None else None, **more)


all_layers = st.builds(lambda body, resource, more: both(body, resource, **more), bodies(), maybe_resource, limits)


@given(requests, bodies(), maybe_resource, statements(effects=("Deny",)))
def test_adding_a_deny_never_widens(request: Request, body: list[Any], resource: Any, extra: dict[str, Any]) -> None:
    assert rank(request, both([*body, extra], resource)) <= rank(request, both(body, resource))


@given(requests, bodies(), maybe_resource, statements(effects=("Allow",)))
def test_removing_an_allow_never_widens(
    request: Request, body: list[Any], resource: Any, extra: dict[str, Any]
) -> None:
    assert rank(request, both(body, resource)) <= rank(request, both([*body, extra], resource))


@pytest.mark.parametrize("kind", seldom)
@given(request_=requests, layers=all_layers, data=st.data())
def test_a_limit_never_grants(kind: str, request_: Request, layers: Layers, data: st.DataObject) -> None:
    """Each of them: boundary, session policy, SCP, RCP, endpoint policy.

    A federated user without any session policy has nothing (rule 6), so there a second one is added.
    """
    if kind == "sessions" and not layers.sessions:
        layers = msgspec.structs.replace(layers, sessions=(layer(ALL),))
    added = (*getattr(layers, kind), layer(data.draw(seldom[kind])))
    assert rank(request_, msgspec.structs.replace(layers, **{kind: added})) <= rank(request_, layers)


@given(requests, all_layers, bodies(), bodies())
def test_identity_and_limits_commute(request: Request, layers: Layers, one: list[Any], other: list[Any]) -> None:
    """What a boundary takes an SCP takes as well, and in either order."""
    first = msgspec.structs.replace(layers, scps=(layer(one), layer(other)))
    second = msgspec.structs.replace(layers, scps=(layer(other), layer(one)))
    assert evaluate(request, first).outcome is evaluate(request, second).outcome


@given(requests, bodies(), maybe_resource, limits)
def test_the_order_of_statements_never_matters(request: Request, body: list[Any], resource: Any, more: Any) -> None:
    turned = resource and resource[::-1]
    outcomes = [evaluate(request, both(*one, **more)).outcome for one in ((body, resource), (body[::-1], turned))]
    assert outcomes[0] is outcomes[1]


@given(requests, bodies(), bodies(), limits)
def test_the_order_and_number_of_policies_never_matters(
    request: Request, one: list[Any], other: list[Any], more: Any
) -> None:
    a, b = (layer(body).documents for body in (one, other))
    outcomes = {
        evaluate(request, Layers(identity=Layer(documents), **more)).outcome
        for documents in ((*a, *b), (*b, *a), (*a, *b, *a), layer([*one, *other]).documents)
    }
    assert len(outcomes) == 1


@given(requests, all_layers)
def test_strict_answers_refine_open_ones(request: Request, layers: Layers) -> None:
    opened = evaluate(request, layers).allowed
    closed = evaluate(msgspec.structs.replace(request, context=_strict(request)), layers).allowed
    assert closed is not None
    assert opened in {None, closed}


def _strict(request: Request) -> Context:
    known = {key: value for key, value in CONTEXTS[2].items() if isinstance(request.context.lookup(key), tuple)}
    return Context(known, strict=True)


@given(requests, all_layers)
def test_the_short_cut_by_masks_changes_no_answer(request: Request, layers: Layers) -> None:
    verb = verb_of(request.action)
    ways = ways_of(layers, request.caller, request.resource_account, verb)
    slow = evaluation._decide(ways, verb.name, request.resource, request.context)
    assert evaluate(request, layers).outcome is slow


@given(bodies(), st.sampled_from(ACTIONS))
def test_a_layer_knows_the_statements_that_speak_of_an_action(body: list[Any], action: str) -> None:
    one = layer(body)
    speaking = [s.pointer for _, s in one.statements if s.actions.match(action.lower())]
    bears = one.bearing(action.lower())
    assert sorted(b.statement.pointer for b in (*bears.denies, *bears.allows)) == speaking
    assert all(b.statement.allows for b in bears.allows)
    assert not any(b.statement.allows for b in bears.denies)


@given(requests, all_layers)
def test_every_answer_can_say_why(request: Request, layers: Layers) -> None:
    answer = evaluate(request, layers)
    if answer.outcome is Outcome.ALLOWED and not request.caller.is_root and request.action != "sts:GetSessionToken":
        assert any(reason.applies for reason in answer.grants)
    if answer.outcome is Outcome.EXPLICITLY_DENIED:
        assert any(reason.applies and not reason.statement.allows for reason in answer.reasons)
    assert bool(answer.conditions) == (answer.outcome is Outcome.CONDITIONAL)


@given(requests, all_layers)
def test_what_is_near_and_denied_is_blocked_by_something(request: Request, layers: Layers) -> None:
    answer = evaluate(request, layers)
    if answer.allowed is False:
        assert all(near.blocked_by and near.statement.allows for near in answer.near)
    elif answer.allowed:
        assert answer.near == ()


@given(requests, bodies(), bodies(principals=True))
def test_a_printed_policy_means_the_same(request: Request, body: list[Any], resource: list[Any]) -> None:
    printed = [_printed(one) for one in (body, resource)]
    assert [_printed(one) for one in printed] == printed
    assert evaluate(request, both(*printed)).outcome is evaluate(request, both(body, resource)).outcome


def _printed(body: list[dict[str, Any]]) -> list[dict[str, Any]]:
    policy = parse_value({"Version": "2012-10-17", "Statement": body})
    assert isinstance(policy, Policy)
    statements = policy.to_json()["Statement"]
    assert isinstance(statements, list)
    return statements
