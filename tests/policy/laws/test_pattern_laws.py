"""What holds for all patterns, checked against a matcher too plain to be wrong."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from leastwise.policy.pattern import Glob, common, covered, covers, overlaps, witness
from leastwise.policy.truth import UNKNOWN

LETTERS = "ab"
TEXTS = ["".join(letters) for size in range(6) for letters in product("abx", repeat=size)]

patterns = st.text(alphabet="ab*?", max_size=6)
parsed = patterns.map(Glob.parse)
longer = st.text(alphabet="ab:/*?", max_size=20).map(Glob.parse)
texts = st.text(alphabet="ab:/x", max_size=20)
laws = settings(deadline=None, max_examples=150)


def plainly(pattern: str, text: str) -> bool:
    """The definition, by dynamic programming."""
    reached = {0}
    for letter in [*text, ""]:
        for place, sign in enumerate(pattern):
            if place in reached and sign == "*":
                reached.add(place + 1)
        if letter:
            stay = {place for place in reached if place < len(pattern) and pattern[place] == "*"}
            reached = stay | {
                place + 1 for place in reached if place < len(pattern) and pattern[place] in {letter, "?"}
            }
    return len(pattern) in reached


@laws
@given(patterns)
def test_matches_is_the_definition(pattern: str) -> None:
    glob = Glob.parse(pattern)
    assert [text for text in TEXTS if glob.matches(text)] == [text for text in TEXTS if plainly(pattern, text)]


@laws
@given(st.text(alphabet="ab:/*?.$^[]()\\\n", max_size=12), st.text(alphabet="ab:/.$^[]()\\\n", max_size=12))
def test_signs_of_expressions_are_plain(pattern: str, text: str) -> None:
    assert Glob.parse(pattern).matches(text) == plainly(pattern, text)


@laws
@given(texts, texts)
def test_a_literal_matches_itself_alone(one: str, two: str) -> None:
    assert Glob.literal(one).matches(two) == (one == two)


@laws
@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_a_literal_never_brings_wildcards(before: str, value: str, after: str) -> None:
    whole = Glob.literal(before) + Glob.literal(value) + Glob.literal(after)
    assert whole.is_literal
    assert whole.matches(before + value + after)
    assert whole == Glob.literal(before + value + after)


@laws
@given(longer, longer, texts, texts)
def test_a_sum_matches_the_joined_texts(a: Glob, b: Glob, one: str, two: str) -> None:
    if a.matches(one) and b.matches(two):
        assert (a + b).matches(one + two)


@laws
@given(longer, texts)
def test_what_a_glob_says_of_itself_is_so(glob: Glob, text: str) -> None:
    if glob.is_any:
        assert glob.matches(text)
    if glob.matches(text):
        assert text.startswith(glob.prefix)
    if glob.is_literal:
        assert glob.matches(glob.prefix)
    assert Glob.parse(glob.text) == glob


@laws
@given(parsed, parsed)
def test_covers_agrees_with_matches(a: Glob, b: Glob) -> None:
    answer = covers(a, b)
    escaped = [text for text in TEXTS if b.matches(text) and not a.matches(text)]
    if answer is True:
        assert not escaped
    if escaped:
        assert answer is False


@laws
@given(longer)
def test_covers_is_reflexive(a: Glob) -> None:
    assert covers(a, a) is True


@laws
@given(parsed, parsed, parsed)
def test_covers_is_transitive(a: Glob, b: Glob, c: Glob) -> None:
    if covers(a, b) and covers(b, c):
        assert covers(a, c)


@laws
@given(parsed, parsed)
def test_covers_is_antisymmetric(a: Glob, b: Glob) -> None:
    assert (covers(a, b) is True and covers(b, a) is True) == (a == b)


@laws
@given(longer, st.lists(longer, max_size=5))
def test_a_witness_is_in_the_one_and_in_none_of_the_others(b: Glob, by: list[Glob]) -> None:
    found = witness(b, by)
    if isinstance(found, str):
        assert b.matches(found)
        assert not any(a.matches(found) for a in by)
    assert covered(b, by) == {type(None): True, str: False, type(UNKNOWN): None}[type(found)]


@laws
@given(parsed, st.lists(parsed, max_size=4))
def test_without_a_witness_every_text_is_covered(b: Glob, by: list[Glob]) -> None:
    if witness(b, by) is None:
        assert all(any(a.matches(text) for a in by) for text in TEXTS if b.matches(text))


@laws
@given(parsed, st.lists(parsed, max_size=4))
def test_small_questions_are_never_unknown(b: Glob, by: list[Glob]) -> None:
    assert witness(b, by) is not UNKNOWN


@laws
@given(longer, st.lists(longer, max_size=4), longer)
def test_more_never_covers_less(b: Glob, by: list[Glob], more: Glob) -> None:
    if covered(b, by):
        assert covered(b, [*by, more])


@laws
@given(parsed, parsed)
def test_overlaps_agrees_with_matches(a: Glob, b: Glob) -> None:
    shared = any(a.matches(text) and b.matches(text) for text in TEXTS)
    if shared:
        assert overlaps(a, b)
    found = common(a, b)
    if found is not None and len(found) < 6:
        shortest = min(len(text) for text in TEXTS if a.matches(text) and b.matches(text))
        assert len(found) == shortest


@laws
@given(longer, longer)
def test_overlaps_is_symmetric_and_common_proves_it(a: Glob, b: Glob) -> None:
    found = common(a, b)
    assert overlaps(a, b) == overlaps(b, a) == (found is not None)
    if found is not None:
        assert a.matches(found)
        assert b.matches(found)


@laws
@given(longer, longer)
def test_what_is_covered_overlaps(a: Glob, b: Glob) -> None:
    if covers(a, b):
        assert overlaps(a, b)
