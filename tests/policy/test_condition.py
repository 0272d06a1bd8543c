"""Condition blocks: the table of sentences in `cases/conditions.json`, then the shapes and the vocabulary."""

from __future__ import annotations

import json
import pickle
import time
from pathlib import Path
from typing import Any

import pytest

from leastwise.policy.condition import (
    ABSENT,
    ALWAYS,
    UNKNOWN,
    ConditionError,
    Conditions,
    Context,
    Test,
    all_of,
    any_of,
    negate,
    parse_conditions,
    substitute,
)
from leastwise.policy.pattern import Glob

ROWS = json.loads((Path(__file__).parent / "cases" / "conditions.json").read_text(encoding="utf-8"))
EXPECTED = {"true": True, "false": False, "unknown": None}


def conditions(block: object, *, variables: bool = True) -> Conditions:
    return parse_conditions(block, variables=variables)


def only(block: dict[str, Any], *, variables: bool = True) -> Test:
    (test,) = conditions(block, variables=variables).tests
    return test


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_the_table(row: dict[str, Any]) -> None:
    context = Context(row["context"], row.get("absent", ()), strict=not row.get("open", False))
    block = conditions(row["condition"], variables=row.get("variables", True))
    assert block.evaluate(context) is EXPECTED[row["expected"]]
    assert block.evaluate(context) is EXPECTED[row["expected"]], "and so the second time"
    assert row["page"].startswith("https://docs.aws.amazon.com/")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_parse_after_print_is_the_identity(row: dict[str, Any]) -> None:
    block = conditions(row["condition"])
    again = conditions(block.to_json())
    assert again == block
    assert again.to_json() == block.to_json()


@pytest.mark.parametrize(
    ("block", "pointer"),
    [
        (None, ""),
        ([], ""),
        ("StringEquals", ""),
        ({"StringEquals": "x"}, "/StringEquals"),
        ({"StringEquals": []}, "/StringEquals"),
        ({"a/b~c": None}, "/a~1b~0c"),
        ({"StringEquals": {"k": None}}, "/StringEquals/k"),
        ({"StringEquals": {"aws:PrincipalTag/x": {"y": 1}}}, "/StringEquals/aws:PrincipalTag~1x"),
        ({"StringEquals": {"k": ["x", ["y"]]}}, "/StringEquals/k/1"),
        ({"StringEquals": {"k": ["x", "y", None]}}, "/StringEquals/k/2"),
    ],
)
def test_an_illegal_shape_is_pointed_at(block: object, pointer: str) -> None:
    with pytest.raises(ConditionError) as caught:
        conditions(block)
    assert caught.value.pointer == pointer
    assert str(caught.value)


def test_an_illegal_shape_is_told_in_words() -> None:
    with pytest.raises(ConditionError, match=r"^StringEquals needs an object of keys and values$"):
        conditions({"StringEquals": "x"})


def test_a_test_says_what_it_is_and_where_it_stands() -> None:
    block = conditions(
        {"bool": {"x": True}, "forallvalues:stringnotlikeifexists": {"aws:PrincipalTag/Team": ["a", "b*"]}}
    )
    assert block.tests[1] == Test(
        operator="StringNotLike",
        quantifier="ForAllValues",
        if_exists=True,
        key="aws:PrincipalTag/Team",
        lower_key="aws:principaltag/team",
        values=("a", "b*"),
        variables=False,
        index=1,
        pointer="/forallvalues:stringnotlikeifexists/aws:PrincipalTag~1Team",
    )
    assert str(block.tests[0]) == "Bool x = true"
    assert str(block.tests[1]) == "ForAllValues:StringNotLikeIfExists aws:PrincipalTag/Team = a or b*"
    assert repr(block) == f"Conditions({block.tests[0]} and {block.tests[1]})"
    assert [test.negated for test in block.tests] == [False, True]
    assert all(test.is_known for test in block.tests)


def test_an_unknown_operator_keeps_its_name() -> None:
    test = only({"ForAnyValue:FooIfExists": {"k": "v"}})
    assert (test.name, test.is_known, test.negated) == ("ForAnyValue:FooIfExists", False, False)
    assert test.if_exists is False
    assert only({"nullifexists": {"k": "true"}}).name == "nullifexists"
    assert only({"null": {"k": "true"}}).name == "Null"


def test_the_normal_form() -> None:
    block = conditions({"STRINGLIKE": {"K": "a*"}, "bool": {"x": True, "y": [False, "true"]}})
    assert block.to_json() == {"StringLike": {"K": ["a*"]}, "Bool": {"x": ["true"], "y": ["false", "true"]}}
    assert conditions({}).to_json() == {}


def test_two_spellings_of_one_operator_stay_apart() -> None:
    written = {"StringEquals": {"k": ["a"]}, "bool": {"x": ["true"]}, "stringequals": {"k": ["b"]}}
    printed = conditions(written).to_json()
    assert printed == {"StringEquals": {"k": ["a"]}, "Bool": {"x": ["true"]}, "stringequals": {"k": ["b"]}}


def test_blocks_are_equal_by_what_they_ask() -> None:
    one, two = conditions({"stringequals": {"K": "v"}}), conditions({"StringEquals": {"k": ["v"]}})
    assert one == two
    assert hash(one) == hash(two)
    assert one != conditions({"StringEquals": {"k": "w"}})
    assert one != conditions({"StringEquals": {"j": "v"}})
    assert one != conditions({"StringLike": {"k": "v"}})
    assert one != "StringEquals"
    assert conditions({"StringEquals": {"k": "v"}}) is conditions({"StringEquals": {"k": "v"}})
    assert conditions({"StringEquals": {"k": "${v}"}}) != conditions({"StringEquals": {"k": "${v}"}}, variables=False)
    assert conditions({}) is ALWAYS


def test_blocks_and_contexts_travel_between_processes() -> None:
    block = conditions({"StringLike": {"k": ["a*", "${v}"]}})
    block.evaluate(Context())
    assert pickle.loads(pickle.dumps(block)) == block  # noqa: S301 - our own bytes
    context = Context({"K": ["a", "b"]}, ["x", "t/*"], strict=False)
    assert pickle.loads(pickle.dumps(context)) == context  # noqa: S301


def test_what_is_left_undecided() -> None:
    block = conditions({"StringEquals": {"a": "1", "b": "2"}, "Bool": {"c": "true"}})
    assert [test.key for test in block.undecided(Context({"a": "1"}))] == ["b", "c"]
    assert block.undecided(Context({"a": "2"})) == ()
    assert block.undecided(Context({"a": "1", "b": "2", "c": "true"})) == ()
    assert ALWAYS.undecided(Context()) == ()


@pytest.mark.parametrize(
    ("block", "pinned", "patterns"),
    [
        ({"StringEquals": {"k": ["a", "b"]}}, ("a", "b"), ("a", "b")),
        ({"StringEquals": {"k": "a*"}}, ("a*",), ("a${*}",)),
        ({"StringEquals": {"k": "a${*}${$}"}}, ("a*$",), ("a${*}$",)),
        ({"StringEqualsIgnoreCase": {"k": "A"}}, ("A",), ("A",)),
        ({"StringLike": {"k": "a"}}, ("a",), ("a",)),
        ({"StringLike": {"k": "a${?}"}}, ("a?",), ("a${?}",)),
        ({"StringLike": {"k": ["a", "b*"]}}, None, ("a", "b*")),
        ({"ArnEquals": {"k": "arn:aws:s3:::b"}}, ("arn:aws:s3:::b",), ("arn:aws:s3:::b",)),
        ({"ArnLike": {"k": "arn:aws:s3:::*"}}, None, ("arn:aws:s3:::*",)),
        ({"ForAnyValue:StringEquals": {"k": "a"}}, ("a",), ("a",)),
        ({"StringEquals": {"k": []}}, (), ()),
        ({"ForAllValues:StringEquals": {"k": "a"}}, None, None),
        ({"StringEqualsIfExists": {"k": "a"}}, None, None),
        ({"StringNotEquals": {"k": "a"}}, None, None),
        ({"StringEquals": {"k": "${aws:username}"}}, None, None),
        ({"StringEquals": {"k": "${aws:username, 'x'}"}}, None, None),
        ({"StringEquals": {"k": ["a", "${aws:username}"]}}, None, None),
        ({"NumericEquals": {"k": "1"}}, None, None),
        ({"Null": {"k": "false"}}, None, None),
        ({"Foo": {"k": "a"}}, None, None),
    ],
)
def test_what_a_test_demands_of_its_key(
    block: dict[str, Any], pinned: tuple[str, ...] | None, patterns: tuple[str, ...] | None
) -> None:
    test = only(block)
    assert test.pinned == pinned
    assert (None if test.patterns is None else tuple(glob.text for glob in test.patterns)) == patterns


def test_without_variables_a_dollar_is_a_dollar() -> None:
    assert only({"StringEquals": {"k": "${a}"}}, variables=False).pinned == ("${a}",)


def test_a_context_knows_lacks_or_does_not_know() -> None:
    context = Context({"A": "1", "t/X": ["2", "3"], "none": []}, ["Gone", "T/*"])
    assert context.lookup("a") == ("1",)
    assert context.lookup("T/x") == ("2", "3")
    assert context.lookup("NONE") is ABSENT
    assert context.lookup("gone") is ABSENT
    assert context.lookup("t/other") is ABSENT
    assert context.lookup("other") is UNKNOWN
    assert Context(strict=True).lookup("other") is ABSENT
    assert (repr(ABSENT), repr(UNKNOWN)) == ("ABSENT", "UNKNOWN")


def test_a_context_learns_without_changing() -> None:
    first = Context({"a": "1", "t/x": "2"}, ["b"])
    second = first.with_({"B": "3", "a": "4"}, absent=["T/*", "c"])
    assert [first.lookup(key) for key in ("a", "b", "c", "t/x")] == [("1",), ABSENT, UNKNOWN, ("2",)]
    assert [second.lookup(key) for key in ("a", "b", "c", "t/x")] == [("4",), ("3",), ABSENT, ABSENT]
    assert second.with_({"c": "5"}).lookup("c") == ("5",)
    assert second.with_({"a": []}).lookup("a") is ABSENT
    assert second.with_(absent=["a"]).lookup("a") is ABSENT
    assert Context(strict=True).with_({"a": "1"}).strict


def test_contexts_are_equal_by_what_they_say() -> None:
    one, two = Context({"A": "1"}, ["B"]), Context({"a": ["1"], "b": []})
    assert one == two
    assert hash(one) == hash(two)
    assert len({one, two, one}) == 1
    assert one != Context({"a": "1"})
    assert one != Context({"a": "1"}, ["b"], strict=True)
    assert Context({}, ["b"], strict=True) == Context(strict=True)
    assert one != "a"
    assert repr(one) == "Context({'a': ('1',)}, absent=['b'], strict=False)"


def test_substitution_for_resources() -> None:
    context = Context({"aws:username": "a*n"}, ["gone"])
    assert substitute("arn:aws:s3:::b/${aws:username}/*", context) == Glob.parse("arn:aws:s3:::b/") + Glob.literal(
        "a*n"
    ) + Glob.parse("/*")
    assert substitute("b/${gone}", context) is None
    assert substitute("b/${other}", context) is UNKNOWN
    assert substitute("b/${other}/${gone}", context) is None
    assert substitute("b/*", context) == Glob.parse("b/*")


def test_a_template_forgets_before_it_hoards() -> None:
    answers = {substitute("${forgetful}", Context({"forgetful": str(n)})) for n in range(3000)}
    assert len(answers) == 3000
    assert substitute("${forgetful}", Context({"forgetful": "7"})) == Glob.literal("7")


def test_looking_for_variables_never_explodes() -> None:
    started = time.perf_counter()
    for evil in ("${" + " " * 20_000, "${" * 10_000, "${a,'" * 5_000, "${a, 'b" + " " * 20_000):
        assert substitute(evil, Context(strict=True)) in {None, Glob.literal(evil)}
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("truths", "every", "some"),
    [
        ((), True, False),
        ((True, True), True, True),
        ((True, None), None, True),
        ((None, False), False, None),
        ((None, True, False), False, True),
        ((False, False), False, False),
    ],
)
def test_kleene(truths: tuple[bool | None, ...], every: bool | None, some: bool | None) -> None:
    assert all_of(truths) is every
    assert any_of(truths) is some


def test_negation() -> None:
    assert [negate(truth) for truth in (True, False, None)] == [False, True, None]


@pytest.mark.parametrize(
    ("key", "value", "personal"),
    [
        ("aws:PrincipalTag/team", "a", True),
        ("aws:username", "ann", True),
        ("aws:userid", "AIDA", True),
        ("aws:TokenIssueTime", "2026-01-01T00:00:00Z", True),
        ("aws:SourceIdentity", "ann", True),
        ("aws:SourceIp", "${aws:username}", True),
        ("aws:SourceIp", "10.0.0.1", False),
        ("s3:prefix", "aws:principal", False),
    ],
)
def test_who_asks_matters_to_some_conditions(key: str, value: str, personal: bool) -> None:
    other = {"Bool": {"aws:SecureTransport": "true"}}
    assert conditions({**other, "StringEquals": {key: value}}).is_personal is personal
