"""Files that are broken, hostile or odd: each has a clear message at its place, and none a traceback."""

from __future__ import annotations

import json

import pytest

from lint.linting import linted, one

GOOD = one({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"})


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", (1, 1), "empty"),
        (" \n", (1, 1), "empty"),
        ('{"Version": "2012-10-17",\n "Statement": []', (2, 17), "ends before the object that begins on line 1"),
        ('{"a": 1,}', (1, 8), "no comma may stand"),
        ("[1,\n2,\n]", (2, 2), "no comma may stand"),
        ('{"a": 1 "b": 2}', (1, 9), "a comma or '}' is expected"),
        ("{'a': 1}", (1, 2), "double quotes"),
        ('{"a" 1}', (1, 6), "a colon is expected after the key 'a'"),
        ('{"a": }', (1, 7), "a value is expected"),
        ('{"a": True}', (1, 7), "write true"),
        ('{"a": None}', (1, 7), "write null"),
        ('{"a": NaN}', (1, 7), "a value is expected"),
        ("// policy\n{}", (1, 1), "no comments"),
        ('{"a": "b\n"}', (1, 9), "not closed on its line"),
        ('{"a": "b\x00"}', (1, 9), "\\x00"),
        ('{"a": "\\d"}', (1, 8), "backslash"),
        ('{"a": "b', (1, 7), "never closed"),
        ('{"a": 1} {"b": 2}', (1, 10), "should end here"),
        ("{\u201ca\u201d: 1}", (1, 2), "typographic"),
        ("\x00\x00", (1, 1), "NUL"),
        ("[" * 100_000, (1, 101), "100 deep"),
        ('{"a":' * 5_000, (1, 501), "100 deep"),
        ("1" * 5_000, (1, 1), "5,000 digits"),
    ],
)  # fmt: skip
def test_broken_json_is_told_at_its_place(text: str, place: tuple[int, int], said: str) -> None:
    (found,) = linted(text).notices
    assert found.rule == "syntax"
    assert (found.line, found.column) == place
    assert said in found.message


def test_what_is_no_utf_8_is_told() -> None:
    (found,) = linted(b'{"a":\n "\xff"}').notices
    assert found.message == "byte 8 on line 2 is no UTF-8: save the file as UTF-8"
    (cut,) = linted(b"\xff\xfe{").notices
    assert "UTF-16" in cut.message


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_told_and_read_over(encoding: str) -> None:
    found = linted(json.dumps(GOOD).encode(encoding))
    assert [notice.rule for notice in found.notices] == ["byte_order_mark"]
    assert found.policies == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1", "this is no YAML"),
        ("a: &a [*a]", "never end"),
        ("[" * 5_000, "100 deep"),
        ("a: \x00", "this is no YAML"),
        ("? [a]\n: b", "a key is a text"),
        ("# nothing", "it says nothing"),
        ("a: 1\n---\nb: 2", "this is no YAML"),
    ],
)
def test_broken_yaml_is_told(text: str, said: str) -> None:
    (found,) = linted(text, name="template.yaml").notices
    assert found.rule == "syntax"
    assert said in found.message


def test_a_billion_laughs_are_not_laughed() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    (found,) = linted("\n".join(lines), name="t.yaml").notices
    assert "aliases make more than" in found.message


def test_a_file_without_a_policy_has_nothing() -> None:
    found = linted({"name": "x", "scripts": {"Statement": "none"}})
    assert (found.policies, found.notices) == (0, ())


@pytest.mark.parametrize("value", [[], {}, "x", 1, None, [[]], {"Statement": 1}, {"Statement": [1, None, "x", []]},
    {"Version": "2012-10-17"}, {"Version": "2012-10-17", "Statement": {"Effect": 1}},
    one({"Action": 1, "Resource": {}}), one({"Action": [], "Resource": []}), one({"Principal": 1}),
    one({"Action": "*", "Resource": "*", "Condition": []}), one({"Action": "*", "Resource": "*", "Condition": {"a": 1}}),
    one({"Action": ["*", None], "Resource": "*"}), one({"Action": "s3:*", "Resource": "*", "Principal": {"AWS": [1]}}),
    one({"Action": "\u202e", "Resource": "\u202e", "Condition": {"Bool": {"~/": [{}]}}}),
])  # fmt: skip
def test_no_shape_makes_it_stumble(value: object) -> None:
    assert linted(value).name == "policy.json"
