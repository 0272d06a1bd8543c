"""Who is within reach: the indexes say what trying every list on everybody would."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from leastwise.escalation.reach import OPEN, Directory, Index, Reach
from leastwise.policy.document import Policy, Statement, parse_value
from world import an_account

if TYPE_CHECKING:
    from leastwise.account.model import User

NAMES = ("ann", "anna", "bob", "team/ann", "zoe")
HERE = "arn:aws:iam::123456789012:user/"
LISTS: tuple[dict[str, object], ...] = (
    {"Resource": "*"},
    {"Resource": f"{HERE}ann"},
    {"Resource": [f"{HERE}bob", f"{HERE}zoe"]},
    {"Resource": f"{HERE}ann*"},
    {"Resource": "arn:aws:iam::*:user/?nn"},
    {"Resource": f"{HERE}${{aws:username}}"},
    {"NotResource": f"{HERE}ann"},
    {"Resource": "arn:aws:s3:::ann"},
    {"Resource": "arn:aws:iam"},
)


def statement(listed: dict[str, object]) -> Statement:
    made = parse_value({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*", **listed}})
    assert isinstance(made, Policy)
    return made.statements[0]


@pytest.fixture(scope="module")
def users() -> tuple[User, ...]:
    world = an_account()
    for name in NAMES:
        world.user(name.rpartition("/")[2], path=f"/{name.rpartition('/')[0]}/".replace("//", "/"))
    return world.build().users


@pytest.mark.parametrize("listed", LISTS)
def test_a_directory_finds_whom_a_list_covers(users: tuple[User, ...], listed: dict[str, object]) -> None:
    reach = Reach([statement(listed)])
    assert list(Directory(users).within([reach])) == [user for user in users if reach(user.arn)]


def test_several_reaches_must_all_cover(users: tuple[User, ...]) -> None:
    directory = Directory(users)
    for pair in combinations([Reach([statement(listed)]) for listed in LISTS], 2):
        assert list(directory.within(pair)) == [u for u in users if all(reach(u.arn) for reach in pair)]
    assert list(directory.within([])) == list(users)


def test_an_index_finds_the_lists_that_cover_an_arn(users: tuple[User, ...]) -> None:
    index = Index[int]()
    for number, listed in enumerate((*LISTS, *LISTS)):
        index.add(statement(listed).resources, number)
    for user in users:
        covering = [n for n, one in enumerate(LISTS) if statement(one).resources.match(user.arn, OPEN) is not False]
        assert list(index.covering(user.arn)) == [[n, n + len(LISTS)] for n in covering]
