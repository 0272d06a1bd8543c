"""The tables of the inventory, held against the models of AWS's own SDK: every call, parameter and member exists."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest

from leastwise.account.kinds import CALLS, KINDS, dig, first, kept, members
from leastwise.collect.calls import ALLOWED, INVENTORY_CALLS, LAST_ACCESSED_CALLS, READ_CALLS, READ_VERBS
from leastwise.collect.inventory_calls import ASKS, Ask
from leastwise.escalation import methods

if TYPE_CHECKING:
    from leastwise.account.kinds import Kind

BY_CALL = {ask.call: ask for ask in ASKS}

every_ask = pytest.mark.parametrize("ask", ASKS, ids=lambda ask: ask.call)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)


@cache
def service(name: str) -> Any:
    return botocore.session.get_session().get_service_model(name)


def operation(ask: Ask) -> Any:
    return service(ask.service).operation_model(ask.operation)


def below(shape: Any, path: str) -> Any:
    """The shape at a path with dots, through lists; KeyError where there is none."""
    for word in path.split(".") if path else ():
        shape = _inside(shape)
        shape = shape.value if shape.type_name == "map" else shape.members[word]
    return _inside(shape)


def _inside(shape: Any) -> Any:
    while shape.type_name == "list":
        shape = shape.member
    return shape


@every_ask
def test_what_is_sent_exists_and_nothing_due_is_missing(ask: Ask) -> None:
    taken = operation(ask).input_shape
    sent = {*ask.parameters, *ask.takes, *filter(None, (ask.batch, ask.page))}
    assert sent <= set(taken.members)
    assert set(taken.required_members) <= sent - {ask.page}
    if ask.batch:
        assert taken.members[ask.batch].type_name == "list"


@every_ask
def test_what_is_read_exists(ask: Ask) -> None:
    answer = operation(ask).output_shape
    row = below(answer, ask.rows)
    for member in (*members(ask.call), *filter(None, ask.gives.values())):
        assert below(row, member).type_name in {"string", "boolean"}, member
    if ask.mark:
        assert answer.members[ask.mark].type_name == "string"
    assert ("" in ask.gives.values()) <= (row.type_name == "string")


@every_ask
def test_what_a_call_takes_is_given_by_those_before_it(ask: Ask) -> None:
    for parent in ask.of:
        given = {name for one in (parent, *parent.of) for name in one.gives}
        assert {*ask.takes, *filter(None, (ask.batch,))} <= given
    assert ask.depth == (1 + max(parent.depth for parent in ask.of) if ask.of else 0)
    assert ask.call in CALLS or any(ask in other.of for other in ASKS), "nobody reads it"


def test_each_call_of_a_kind_is_asked() -> None:
    assert {call for kind in KINDS for call in kind.calls} == set(CALLS)
    assert set(CALLS) <= set(BY_CALL)
    assert len({kind.id for kind in KINDS}) == len(KINDS)


@every_kind
def test_what_completes_a_row_fits_it(kind: Kind) -> None:
    if kind.via:
        assert kind.via.there in members(kind.via.call)
    assert all(member in members(kind.call) for member in kind.members if not kind.via)


def test_only_reading_calls_and_each_once() -> None:
    assert all(call.operation.startswith(READ_VERBS) for call in INVENTORY_CALLS)
    assert len(ALLOWED) == len(READ_CALLS) + len(INVENTORY_CALLS) + len(LAST_ACCESSED_CALLS)


SECRET = ("environment", "variable", "userdata", "parameter", "definition", "password", "secret", "output", "argument")


@every_kind
def test_no_member_that_may_hold_a_secret_is_kept(kind: Kind) -> None:
    ends = [member.rpartition(".")[2].lower() for member in members(kind.call)]
    assert not [end for end in ends if end.startswith(SECRET)]


def test_members_are_found_through_objects_and_lists() -> None:
    row = {"a": [{"b": "x"}, {"b": ["y", "z"]}, {"c": 1}, "text"], "d": {"e": "f"}, "g": None}
    assert dig(row, "a.b") == ["x", "y", "z"]
    assert dig(row, "d.e") == first(row, "d.none|g|d.e") == ["f"]
    assert dig(row, "g") == dig(row, "d.e.f") == first(row, "no") == []


def test_of_a_row_only_what_means_something_is_kept() -> None:
    row = {
        "FunctionArn": "arn:f",
        "FunctionName": "f",
        "Role": {"Secret": "s"},
        "Environment": {"Variables": {"Secret": "s"}},
    }
    assert kept("lambda:ListFunctions", row) == {"FunctionArn": "arn:f", "FunctionName": "f", "Role": {}}
    template = {"LaunchTemplateData": {"UserData": "s", "IamInstanceProfile": {"Name": "p"}}}
    assert kept("ec2:DescribeLaunchTemplateVersions", template) == {
        "LaunchTemplateData": {"IamInstanceProfile": {"Name": "p"}}
    }
    assert kept("lambda:ListFunctions", "text") == {}


def test_what_the_methods_suppose_is_listed_where_it_can_be() -> None:
    """The kinds that no call lists, by decision: add a row to `kinds`, or the kind here with its reason."""
    unlisted = {
        "lambda:event-source",  # a stream or queue of records that the role may read: of many services
        "acm-pca:certificate-authority",  # whom it is trusted by, no list tells
        "sso:instance",  # whether this account administers it is a fact of the organization
        "codestar:service-role",  # no call of the closed service answers any more
    }
    supposed = {fact.kind for method in methods() for fact in method.supposes if fact.kind}
    assert supposed - {kind.id for kind in KINDS} == unlisted
