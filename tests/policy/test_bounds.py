"""Which tests demand something, of whom, and what a deny demands by the back door."""

from __future__ import annotations

import pytest

from leastwise.policy.bounds import is_demand, is_open, mirrored, plain_globs, restricts
from leastwise.policy.condition import Test, parse_conditions


def a_test(operator: str, key: str = "aws:ResourceTag/team", *values: str) -> Test:
    (found,) = parse_conditions({operator: {key: list(values or ("x",))}}, variables=True).tests
    return found


@pytest.mark.parametrize(
    ("operator", "demands"),
    [
        ("StringEquals", True),
        ("ForAnyValue:StringLike", True),
        ("NumericLessThan", True),
        ("StringNotEquals", False),
        ("StringEqualsIfExists", False),
        ("ForAllValues:StringEquals", False),
        ("Null", False),
        ("StringResembles", False),
    ],
)
def test_a_demand_holds_only_where_the_key_matches(operator: str, *, demands: bool) -> None:
    assert is_demand(a_test(operator)) is demands


def test_if_exists_demands_where_the_key_is_always_sent() -> None:
    assert is_demand(a_test("StringEqualsIfExists", "aws:RequestedRegion"))


@pytest.mark.parametrize(
    ("value", "opens"),
    [
        ("*", True),
        ("**", True),
        ("?*", True),
        ("arn:*", True),
        ("arn:*:*:*:*:*", True),
        ("arn:aws:*:*:*:*", True),
        ("0.0.0.0/0", True),
        ("::/0", True),
        ("", False),
        ("/", False),
        ("x*", False),
        ("10.0.0.0/8", False),
        ("2001:db8::/32", False),
        ("arn:aws:s3:::*", False),
        ("10.0.0.1", False),
    ],
)
def test_open_values_let_everything_pass(value: str, *, opens: bool) -> None:
    assert is_open(a_test("StringLike", "k", "fixed", value)) is opens


@pytest.mark.parametrize(
    ("test", "narrows"),
    [
        (a_test("StringEquals"), True),
        (a_test("StringEquals", "aws:SecureTransport", "true"), False),
        (a_test("StringLike", "aws:ResourceTag/team", "*"), False),
        (a_test("StringNotEquals"), False),
    ],
)
def test_restricts(test: Test, *, narrows: bool) -> None:
    assert restricts(test) is narrows


@pytest.mark.parametrize(
    ("operator", "value", "name", "demanded"),
    [
        ("StringNotEquals", "x", "StringEquals", "x"),
        ("StringNotLikeIfExists", "x", "StringLike", "x"),
        ("ForAllValues:StringNotLike", "x", "StringLike", "x"),
        ("NotIpAddress", "10.0.0.0/8", "IpAddress", "10.0.0.0/8"),
        ("StringNotEqualsIgnoreCase", "x", "StringEqualsIgnoreCase", "x"),
        ("ArnNotLike", "x", "ArnLike", "x"),
        ("BoolIfExists", "False", "Bool", "true"),
        ("BoolIfExists", "true", "Bool", "false"),
    ],
)
def test_a_deny_demands_the_opposite_of_whom_it_is_to_spare(
    operator: str, value: str, name: str, demanded: str
) -> None:
    found = mirrored(a_test(operator, "k", value))
    assert found is not None
    assert (found.name, found.values) == (name, (demanded,))


@pytest.mark.parametrize(
    "operator", ["StringEquals", "Bool", "ForAnyValue:StringNotEquals", "ForAnyValue:BoolIfExists", "Null"]
)
def test_a_deny_that_spares_who_lacks_the_key_demands_nothing(operator: str) -> None:
    assert mirrored(a_test(operator)) is None


def test_plain_globs_leave_variables_out() -> None:
    assert [glob.text for glob in plain_globs(("a*", "${aws:username}/*", "b"))] == ["a*", "b"]
