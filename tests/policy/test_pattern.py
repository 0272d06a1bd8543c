"""Wildcards: the sentences of the Resource page, then how patterns compare."""

from __future__ import annotations

import pickle
import time

import pytest

from leastwise.policy.pattern import BOUND, Glob, Wild, common, covered, covers, overlaps, witness
from leastwise.policy.truth import UNKNOWN

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
MATCHES = [
    ("a text without wildcards matches itself", "arn:aws:s3:::b", "arn:aws:s3:::b", True),
    ("and nothing longer", "arn:aws:s3:::b", "arn:aws:s3:::bc", False),
    ("and nothing of another case", "arn:aws:s3:::b", "arn:aws:s3:::B", False),
    ("the empty text matches itself", "", "", True),
    ("and nothing else", "", "a", False),
    ("a star matches everything", "*", "arn:aws:s3:::b/a\nc", True),
    ("also nothing", "*", "", True),
    ("two stars are one", "**", "abc", True),
    ("a star at the end matches any rest", "arn:aws:s3:::b/*", "arn:aws:s3:::b/x", True),
    ("also an empty one", "arn:aws:s3:::b/*", "arn:aws:s3:::b/", True),
    ("but not less", "arn:aws:s3:::b/*", "arn:aws:s3:::b", False),
    ("a star crosses slashes", "arn:aws:s3:::b/*/d", "arn:aws:s3:::b/x/y/d", True),
    ("a star ending a segment crosses colons", "arn:aws:lambda:*:function:f", "arn:aws:lambda:r:1:function:f", True),
    ("a star at the beginning", "*/d", "a/b/d", True),
    ("needs its end", "*/d", "a/b/e", False),
    ("the ends must not share letters", "ab*ba", "aba", False),
    ("the ends may touch", "ab*ba", "abba", True),
    ("runs between stars come in order", "*a*b*", "xaxbx", True),
    ("not in another", "*a*b*", "xbxax", False),
    ("runs between stars must not share letters", "*ab*ba*", "aba", False),
    ("nor may they lie within the end", "*ab*b", "ab", False),
    ("a question mark is one letter", "a?c", "abc", True),
    ("of any kind", "a?c", "a\nc", True),
    ("not none", "a?c", "ac", False),
    ("not two", "a?c", "abbc", False),
    ("a question mark crosses slashes", "a?c", "a/c", True),
    ("a question mark beside a star: at least one", "a*?", "a", False),
    ("and any number", "a?*", "abcd", True),
    ("question marks between stars", "*a?c*x?", "..abc..xy", True),
    ("each in its place", "*a?c*x?", "..abc..x", False),
    ("question marks: the ends must not share letters", "a??*b", "axb", False),
    ("signs of expressions are plain", "a.c*(d)?", "a.cx(d)y", True),
    ("and do not work", "a.c*?", "abcx", False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "pattern", "text", "expected"), MATCHES, ids=[row[0] for row in MATCHES])
def test_matches(name: str, pattern: str, text: str, expected: bool) -> None:
    assert Glob.parse(pattern).matches(text) is expected, name


def test_what_a_glob_says_of_itself() -> None:
    def said(glob: Glob) -> tuple[bool, bool, str, str]:
        return glob.is_literal, glob.is_any, glob.prefix, glob.text

    assert said(Glob.parse("abc")) == (True, False, "abc", "abc")
    assert said(Glob.parse("")) == (True, False, "", "")
    assert said(Glob.parse("ab*c")) == (False, False, "ab", "ab*c")
    assert said(Glob.parse("?")) == (False, False, "", "?")
    assert said(Glob.parse("***")) == (False, True, "", "*")
    assert said(Glob.literal("a*?${x}$")) == (True, False, "a*?${x}$", "a${*}${?}${$}{x}$")
    assert said(Glob.literal("*") + Glob.parse("*")) == (False, False, "*", "${*}*")


def test_equal_sets_of_texts_are_equal_globs() -> None:
    assert Glob.parse("a*?*??*b") == Glob.parse("a???*b")
    assert hash(Glob.parse("a*?b")) == hash(Glob.parse("a?*b"))
    assert Glob.parse("a") == Glob.literal("a")
    assert Glob.parse("*") != Glob.literal("*")
    assert Glob.parse("a") != "a"
    assert Glob.parse("a") + Glob.parse("b") == Glob.parse("ab")
    assert Glob.parse("a*") + Glob.parse("?b") == Glob.parse("a?*b")
    assert repr(Glob.parse("a*")) == "Glob('a*')"
    assert Glob.of(["a", "", "b", Wild.ANY, "", Wild.ANY]) == Glob.parse("ab*")


def test_a_glob_travels_between_processes() -> None:
    glob = Glob.literal("*") + Glob.parse("?x*")
    assert pickle.loads(pickle.dumps(glob)) == glob  # noqa: S301 - our own bytes


COVERS = [
    ("*", "a?b", True),
    ("a*", "a?b", True),
    ("a?b", "a*", False),
    ("a*b", "ab", True),
    ("a*b", "a*cb", True),
    ("a*", "ab*", True),
    ("ab*", "a*", False),
    ("*a*", "*a*a*", True),
    ("*a*a*", "*a*", False),
    ("?", "a", True),
    ("a", "?", False),
    ("??", "?*", False),
    ("?*", "??", True),
    ("?*", "*?*?*", True),
    ("*?", "a*", True),
    ("?a*", "*a*", False),
    ("*?a*", "?*a", True),
    ("a?*c", "ab*c", True),
    ("*\0*", "*", False),
    ("*\0*", "\0*", True),
    ("arn:aws:s3:::*", "arn:aws:s3:::b/*", True),
    ("arn:aws:iam::*:role/*", "arn:aws:iam::1:role/x", True),
]


@pytest.mark.parametrize(("a", "b", "expected"), COVERS)
def test_covers(a: str, b: str, expected: bool) -> None:
    assert covers(Glob.parse(a), Glob.parse(b)) is expected


def globs(*patterns: str) -> tuple[Glob, ...]:
    return tuple(map(Glob.parse, patterns))


def test_a_union_may_cover_what_none_of_its_parts_does() -> None:
    assert covered(Glob.parse("*"), globs("", "?*")) is True
    assert covered(Glob.parse("a*"), globs("a", "a?", "a??*")) is True
    assert covered(Glob.parse("*"), iter(globs("?*"))) is False
    assert covered(Glob.parse("*"), ()) is False
    assert covered(Glob.parse("ab"), globs("a?", "b")) is True


def test_a_witness_is_a_text_that_escapes() -> None:
    assert witness(Glob.parse("a*"), globs("a", "a?", "a???*")) == "axx", "found by search"
    assert witness(Glob.parse("b/*"), globs("b/x*", "b/z?")) == "b/q"
    assert witness(Glob.parse("b/*"), globs("b/x*", "b/?")) == "b/", "the empty run"
    assert witness(Glob.parse("b/*"), globs("b/", "b/?")) == "b/xx", "a long run"
    assert witness(Glob.parse("abc"), globs("x*")) == "abc"
    assert witness(Glob.parse("abc"), globs("a??", "x*")) is None


def test_a_stranger_is_found_even_where_all_usual_letters_occur() -> None:
    crowd = Glob.literal("xzqjkwvy0123456789XZQJKWVY")
    found = witness(Glob.parse("*"), (Glob.parse("*") + crowd + Glob.parse("*"), *globs("x", "À*")))
    assert found == "Á"


def test_past_the_bound_the_answer_is_unknown() -> None:
    """Every `*` of the one pattern may take 0 to 8 letters, and the union tells all of these apart."""
    glob = Glob.parse("*a" * 8 + "*")
    by = (*globs(*(f"*a{'?' * n}a*" for n in range(8))), Glob.parse("*" + "?" * 64))
    assert witness(glob, by) is UNKNOWN
    assert covered(glob, by) is None
    assert BOUND >= 1000


OVERLAPS = [
    ("a*", "*b", "ab"),
    ("a*c", "*b*", "abc"),
    ("*aab*", "*ba*", "aaba"),
    ("a?", "?b", "ab"),
    ("?", "?", "x"),
    ("*", "*", ""),
    ("*", "a?b*", "axb"),
    ("a*", "ab", "ab"),
    ("ab", "a?", "ab"),
    ("a*a", "a*?*a", "axa"),
    ("*a*", "*b*", "ab"),
    ("*?a", "b*", "ba"),
    ("a", "b", None),
    ("a*", "b*", None),
    ("*a", "*b", None),
    ("a*", "ba", None),
    ("ba", "a*", None),
    ("a?", "a*bb", None),
    ("??", "?", None),
    ("a?b", "a*cc*b", None),
    ("a*b?d", "a?e*cd", "axebcd"),
]


@pytest.mark.parametrize(("a", "b", "expected"), OVERLAPS)
def test_overlaps(a: str, b: str, expected: str | None) -> None:
    one, two = globs(a, b)
    found = common(one, two)
    assert overlaps(one, two) is overlaps(two, one) is (expected is not None)
    assert (found is None) is (expected is None)
    if found is not None and expected is not None:
        assert len(found) == len(expected)
        assert one.matches(found)
        assert two.matches(found)


@pytest.mark.parametrize("pattern", ["*a" * 60 + "*b", "*a?" * 60 + "*b", "*" + "?" * 60 + "*a*b"])
def test_matching_never_explodes(pattern: str) -> None:
    started = time.perf_counter()
    assert not Glob.parse(pattern).matches("a" * 20_000)
    assert time.perf_counter() - started < 5


def test_comparing_never_explodes() -> None:
    started = time.perf_counter()
    one, two = Glob.parse("*a" * 200 + "?"), Glob.parse("*a?" * 100 + "b*")
    assert overlaps(one, two)
    assert covers(one, two) is False
    assert covers(two, one) is False
    assert time.perf_counter() - started < 10


def test_unknown_is_not_a_text() -> None:
    assert not isinstance(UNKNOWN, str)
