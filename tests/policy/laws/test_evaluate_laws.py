"""Laws of the evaluation: what must hold for every request and every set of policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from leastwise import catalog
from leastwise.policy.condition import Context
from leastwise.policy.document import Document, Policy, parse_value
from leastwise.policy.evaluate import Layer, Layers, Outcome, certain, evaluate, possible
from leastwise.policy.request import Caller, Request

if TYPE_CHECKING:
    from collections.abc import Sequence

OWN = "123456789012"
ANN = f"arn:aws:iam::{OWN}:user/ann"
ACTIONS = ["s3:GetObject", "s3:PutObject", "iam:PassRole", "iam:GetUser", "brandnew:Do"]
ACTION_PATTERNS = [*ACTIONS, "*", "s3:*", "S3:Get*", "iam:?*", "*:*", "brandnew:*"]
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
PRINCIPALS: list[Any] = ["*", {"AWS": ANN}, {"AWS": OWN}, {"AWS": ["arn:aws:iam::999988887777:root"]}]
CALLERS = [
    Caller(arn=ANN, account=OWN),
    Caller(arn=f"arn:aws:iam::{OWN}:role/r", account=OWN, is_role=True),
    Caller(arn="arn:aws:iam::999988887777:user/eve", account="999988887777"),
    Caller(),
]
RANK = {Outcome.EXPLICITLY_DENIED: 0, Outcome.DENIED: 0, Outcome.CONDITIONAL: 1, Outcome.ALLOWED: 2}


def statements(
    effects: Sequence[str] = ("Allow", "Deny"), *, principals: bool = False
) -> st.SearchStrategy[dict[str, Any]]:
    def make(effect: str, actions: list[str], resources: list[str], how: tuple[Any, ...]) -> dict[str, Any]:
        condition, principal, not_action, not_resource = how
        body = {
            "Effect": effect,
            "NotAction" if not_action else "Action": actions,
            "NotResource" if not_resource else "Resource": resources,
        }
        return {
            **body,
            **({"Condition": condition} if condition else {}),
            **({"Principal": principal} if principals else {}),
        }

    return st.builds(
        make,
        st.sampled_from(list(effects)),
        st.lists(st.sampled_from(ACTION_PATTERNS), min_size=1, max_size=2),
        st.lists(st.sampled_from(RESOURCE_PATTERNS), min_size=1, max_size=2),
        st.tuples(st.sampled_from(CONDITIONS), st.sampled_from(PRINCIPALS), st.booleans(), st.booleans()),
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


def rank(request: Request, layers: Layers) -> int:
    return RANK[evaluate(request, layers).outcome]


def both(identity: list[dict[str, Any]], resource: list[dict[str, Any]] | None, **more: Any) -> Layers:
    return Layers(identity=layer(identity), resource=layer(resource) if resource is not None else None, **more)


@given(requests, bodies(), maybe_resource, statements(effects=("Deny",)))
def test_adding_a_deny_never_widens(request: Request, body: list[Any], resource: Any, extra: dict[str, Any]) -> None:
    assert rank(request, both([*body, extra], resource)) <= rank(request, both(body, resource))


@given(requests, bodies(), maybe_resource, statements(effects=("Allow",)))
def test_removing_an_allow_never_widens(
    request: Request, body: list[Any], resource: Any, extra: dict[str, Any]
) -> None:
    assert rank(request, both(body, resource)) <= rank(request, both([*body, extra], resource))


@given(requests, bodies(), maybe_resource, bodies())
def test_a_boundary_never_grants(request: Request, body: list[Any], resource: Any, bound: list[Any]) -> None:
    limited = both(body, resource, boundaries=(layer(bound),))
    assert rank(request, limited) <= rank(request, both(body, resource))


@given(requests, bodies(), maybe_resource, bodies())
def test_an_scp_never_grants(request: Request, body: list[Any], resource: Any, scp: list[Any]) -> None:
    assert rank(request, both(body, resource, scps=(layer(scp),))) <= rank(request, both(body, resource))


@given(requests, bodies(), maybe_resource, bodies(principals=True))
def test_an_rcp_never_grants(request: Request, body: list[Any], resource: Any, rcp: list[Any]) -> None:
    assert rank(request, both(body, resource, rcps=(layer(rcp),))) <= rank(request, both(body, resource))


@given(requests, bodies(), maybe_resource, bodies())
def test_a_session_policy_never_grants(request: Request, body: list[Any], resource: Any, session: list[Any]) -> None:
    assert rank(request, both(body, resource, sessions=(layer(session),))) <= rank(request, both(body, resource))


@given(requests, bodies(), maybe_resource)
def test_the_order_of_statements_never_matters(request: Request, body: list[Any], resource: Any) -> None:
    assert evaluate(request, both(body, resource)).outcome is evaluate(request, both(body[::-1], resource)).outcome


@given(requests, bodies(), maybe_resource)
def test_strict_answers_refine_open_ones(request: Request, body: list[Any], resource: Any) -> None:
    opened = evaluate(request, both(body, resource)).allowed
    strict = Request(
        action=request.action,
        resource=request.resource,
        context=_strict(request),
        caller=request.caller,
        resource_account=OWN,
    )
    closed = evaluate(strict, both(body, resource)).allowed
    assert closed is not None
    assert opened in {None, closed}


def _strict(request: Request) -> Context:
    known = {key: value for key, value in CONTEXTS[2].items() if isinstance(request.context.lookup(key), tuple)}
    return Context(known, strict=True)


@given(requests, bodies())
def test_what_is_allowed_is_possible_and_what_is_certain_is_allowed(request: Request, body: list[Any]) -> None:
    layers = Layers(identity=layer(body))
    bit = _bit(request.action)
    if evaluate(request, layers).allowed is not False:
        assert bit == 0 or possible(layers) & bit
    if certain(layers) & bit:
        assert evaluate(request, layers).outcome is Outcome.ALLOWED


def _bit(action: str) -> int:
    index = catalog.universe().index(action)
    return 0 if index is None else 1 << index


@given(requests, bodies())
def test_an_allowed_answer_names_a_statement_that_allows(request: Request, body: list[Any]) -> None:
    answer = evaluate(request, Layers(identity=layer(body)))
    if answer.outcome is Outcome.ALLOWED:
        assert any(reason.applies for reason in answer.grants)
    if answer.outcome is Outcome.EXPLICITLY_DENIED:
        assert any(reason.applies and not reason.statement.allows for reason in answer.reasons)
