"""Regions: patterns within and without, symbols for variables, and the bound."""

from __future__ import annotations

from itertools import islice

import pytest

from leastwise.policy.pattern import Glob
from leastwise.policy.regions import Region, TooMany, escape, meets, symbols
from leastwise.policy.truth import UNKNOWN

V, W = islice(symbols(), 2)


def region(within: list[str], without: list[str]) -> Region:
    return Region(tuple(map(Glob.parse, within)), tuple(map(Glob.parse, without)))


@pytest.mark.parametrize(
    ("within", "without"),
    [
        (["a*", "*b"], ["*"]),
        (["a*", "*b"], ["a*b"]),
        (["a*", "b*"], []),
        (["a*", "*b"], ["ab", "a?*"]),
        (["?", "a*"], ["a"]),
        ([f"home/{V}/*"], ["home/*/*"]),
        ([f"home/{V}"], [f"home/{V}"]),
        ([f"home/{V}?"], [f"home/{V}?"]),
        ([f"a{V}", "b*"], []),
        ([f"a{V}", "*b"], [f"*{V}"]),
    ],
)
def test_empty(within: list[str], without: list[str]) -> None:
    assert escape(region(within, without)) is None


@pytest.mark.parametrize(
    ("within", "without", "text"),
    [
        (["a*", "*b"], ["ab"], "axb"),
        (["a*", "?b"], [], "ab"),
        (["a*c", "*b*"], ["abc"], "axbc"),
        ([], ["a*"], "x"),
        ([f"home/{V}"], [f"home/{W}"], f"home/{V}"),
        (["a*", f"*{V}"], [], f"a{V}"),
    ],
)
def test_a_text_of_the_region(within: list[str], without: list[str], text: str) -> None:
    assert escape(region(within, without)) == text


@pytest.mark.parametrize(
    ("within", "without"),
    [
        ([f"a{V}", "*b"], []),  # what the value is decides
        (["*a" * 8 + "*", "*b" * 8 + "*"], ["*a" + "?" * 20 + "*", "*b" + "?" * 20 + "*"]),  # which comes when
    ],
)
def test_neither_could_be_shown(within: list[str], without: list[str]) -> None:
    assert escape(region(within, without)) is UNKNOWN


def test_what_is_plainly_empty_is_left_out() -> None:
    assert meets([region(["a*"], [])], [region(["b*"], [])]) == []
    assert meets([region(["a*"], [])], [region([], ["*"])]) == []
    assert meets([region(["a*"], ["ab"])], [region(["a*"], ["ac"])]) == [region(["a*"], ["ab", "ac"])]


def test_too_many_are_given_up() -> None:
    def many(letter: str) -> list[Region]:
        return [region([f"*{letter}{number}*"], []) for number in range(70)]

    with pytest.raises(TooMany):
        meets(many("a"), many("b"))
