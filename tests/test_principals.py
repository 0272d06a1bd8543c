"""Principals by what people call them: one by its names, many by a pattern, and who is left alone."""

from __future__ import annotations

import re

import pytest

from leastwise.audit import Options, audit
from leastwise.errors import UsageError
from leastwise.principals import pick
from world import ACCOUNT, World, allow, an_account, by_service, document

IAM = f"arn:aws:iam::{ACCOUNT}"


def a_world() -> World:
    world = an_account().user("ann", inline={"p": document(allow("s3:*"))}).user("ben").group("ops").role("ops")
    world.role("ci-build", path="/ci/").role("ci-deploy", path="/ci/")
    world.role("AWSServiceRoleForX", by_service("x"), path="/aws-service-role/x/")
    return world.role("sso", path="/aws-reserved/sso.amazonaws.com/").user("door", tags={"EmergencyAccess": "true"})


def picked(*words: str) -> list[str]:
    return [holder.name for holder in pick(a_world().build(), words)]


@pytest.mark.parametrize("word", ["ann", "user/ann", f"{IAM}:user/ann", "a?n", "user/a*", "[a]nn", "*/ann"])
def test_one_is_found_by_each_of_its_names(word: str) -> None:
    assert picked(word) == ["ann"]


def test_a_pattern_names_many_and_each_is_named_once_in_the_order_of_the_account() -> None:
    assert picked("role/ci-*", "ci-build", "ann") == ["ann", "ci-build", "ci-deploy"]
    assert picked(f"{IAM}:role/ci/*") == ["ci-build", "ci-deploy"]


def test_a_pattern_passes_over_those_whose_policies_are_not_to_be_changed() -> None:
    assert set(picked("*")) == {"ann", "ben", "ops", "ci-build", "ci-deploy"}


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("anna", "did you mean user/ann?"),
        ("x*", "no principal 'x*'"),
        ("", "no principal ''"),
        ("ops", "'ops' may be role/ops or group/ops: name one of them"),
        ("sso", "role/sso is left alone (Identity Center owns its policies"),
        ("door", "user/door is left alone (tagged EmergencyAccess=true"),
        ("role/aws-service-role/*", "role/AWSServiceRoleForX is left alone (service-linked role"),
    ],
)
def test_a_word_that_names_nobody_to_advise_is_told_why(word: str, says: str) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        picked(word)


def test_those_who_are_named_are_advised_whatever_they_are_guilty_of() -> None:
    def advised(principals: tuple[str, ...] | None) -> list[str]:
        report = audit(a_world().snapshot(), Options(principals=principals))
        assert report.recommendations_left_out == 0
        return [advice.subject.name for advice in report.recommendations]

    assert advised(None) == ["ann"]
    assert advised(("ben",)) == ["ben"]
    assert advised(()) == ["ann", "ops", "ci-build", "ci-deploy", "ops", "ben"]
