"""The quick answers about what is possible are those that the possible actions give."""

from __future__ import annotations

from typing import Any

import pytest

from leastwise.access import possible_actions
from leastwise.catalog import universe
from leastwise.possible import is_possible, possible_among
from world import allow, an_account, deny, document, user_of

PUT = universe().mask("s3:PutObject")
SEND = universe().mask("sqs:SendMessage")
OBJECTS = allow("s3:PutObject", "arn:aws:s3:::b/*")
QUEUES = allow("sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:q")
PAST = {"DateLessThan": {"aws:CurrentTime": "2001-01-01T00:00:00Z"}}
UNSEEN = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}


@pytest.mark.parametrize(
    ("statements", "left"),
    [
        ((OBJECTS, QUEUES), ("s3:PutObject", "sqs:SendMessage")),
        ((OBJECTS, QUEUES, deny("s3:PutObject")), ("sqs:SendMessage",)),
        ((OBJECTS, QUEUES, deny("s3:PutObject", "arn:aws:s3:::b/secret/*")), ("s3:PutObject", "sqs:SendMessage")),
        ((OBJECTS, QUEUES, deny("s3:PutObject", Condition=UNSEEN)), ("s3:PutObject", "sqs:SendMessage")),
        ((OBJECTS, QUEUES, deny("*")), ()),
        ((OBJECTS, {**QUEUES, "Condition": PAST}), ("s3:PutObject",)),
        ((OBJECTS, {**QUEUES, "Condition": UNSEEN}), ("s3:PutObject", "sqs:SendMessage")),
        (({**OBJECTS, "Condition": PAST}, {**QUEUES, "Condition": PAST}), ()),
    ],
)
def test_statements_leave(statements: tuple[dict[str, Any], ...], left: tuple[str, ...]) -> None:
    account = an_account().user("ann", inline={"p": document(*statements)}).build()
    ann = user_of(account, "ann")
    assert possible_among(account, ann, PUT | SEND) == universe().union(left)
    assert possible_actions(account, ann) & (PUT | SEND) == universe().union(left)
    for mark in (PUT, SEND, PUT | SEND):
        assert is_possible(account, ann, mark) is bool(mark & universe().union(left))


def test_a_boundary_leaves_what_it_allows_too() -> None:
    world = an_account().policy("limit", document(QUEUES))
    account = world.user("ann", inline={"p": document(OBJECTS, QUEUES)}, boundary="limit").build()
    ann = user_of(account, "ann")
    assert possible_among(account, ann, PUT | SEND) == SEND
    assert (is_possible(account, ann, PUT), is_possible(account, ann, SEND)) == (False, True)


def test_nothing_is_possible_without_a_policy() -> None:
    account = an_account().user("ann").build()
    assert not is_possible(account, user_of(account, "ann"), universe().everything)
