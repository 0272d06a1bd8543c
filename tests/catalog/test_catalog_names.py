"""Masks: exactly what IAM's wildcards mean, whatever the pattern."""

from functools import reduce

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leastwise.catalog.names import Names, compiled

ACTIONS = (
    "a:B",
    "iam:CreateAccessKey",
    "iam:GetUser",
    "iam:PassRole",
    "iam:UpdateAccessKey",
    "s3-object-lambda:WriteGetObjectResponse",
    "s3:GetBucketAcl",
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:ListBucket",
    "s3express:CreateSession",
)
NAMES = Names("".join(f"{action}\n" for action in ACTIONS))


def oracle(pattern: str, name: str) -> bool:
    """Globbing by the book, one pattern character at a time over the set of reachable positions."""
    reached = {0}
    for sign in pattern.lower():
        if sign == "*":
            reached = set(range(min(reached, default=len(name) + 1), len(name) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(name) and sign in ("?", name[at].lower())}
    return len(name) in reached


def matched(pattern: str) -> list[str]:
    return NAMES.names_of(NAMES.mask(pattern))


@st.composite
def blurred(draw: st.DrawFn) -> str:
    """A real name, some parts replaced by wildcards, some letters in the other case, some added."""
    name = draw(st.sampled_from(ACTIONS))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(name)))
        end = draw(st.integers(start, min(len(name), start + 6)))
        name = name[:start] + draw(st.sampled_from(["*", "?", "**", "*?", "?*", "", "a", "K"])) + name[end:]
    return name.swapcase() if draw(st.booleans()) else name


@given(blurred() | st.text("*?:as3GETbco -,\n", max_size=12))
@example("*")
@example("")
@example("*:*")
@example("**")
@example("?:?")
def test_a_mask_is_what_the_glob_matches(pattern: str) -> None:
    assert matched(pattern) == [name for name in ACTIONS if oracle(pattern, name)]


@given(st.text("ab*?", max_size=9), st.text("ab", max_size=9))
def test_the_expression_of_a_glob_is_exact(glob: str, name: str) -> None:
    assert bool(compiled(glob).fullmatch(name)) == oracle(glob, name)


@given(st.sets(st.sampled_from(ACTIONS)))
def test_names_of_a_union_are_the_names_united(chosen: set[str]) -> None:
    union = reduce(int.__or__, map(NAMES.mask, chosen), 0)
    assert set(NAMES.names_of(union)) == chosen


@pytest.mark.parametrize("everything", ["*", "**", "*:*", "*?*", "?*:*?"])
def test_patterns_that_mean_everything(everything: str) -> None:
    assert NAMES.mask(everything) == NAMES.everything == (1 << len(ACTIONS)) - 1


@pytest.mark.parametrize(
    ("pattern", "actions"),
    [
        ("S3:GETOBJECT", ["s3:GetObject"]),
        ("s3:*", ["s3:GetBucketAcl", "s3:GetObject", "s3:GetObjectAcl", "s3:ListBucket"]),
        ("s3:GetObject?*", ["s3:GetObjectAcl"]),
        ("iam:*AccessKey*", ["iam:CreateAccessKey", "iam:UpdateAccessKey"]),
        ("*:GetUser", ["iam:GetUser"]),
        ("i?m:Pass*", ["iam:PassRole"]),
        ("iam*Role", ["iam:PassRole"]),
    ],
)
def test_patterns_and_their_actions(pattern: str, actions: list[str]) -> None:
    assert matched(pattern) == actions


@pytest.mark.parametrize(
    "near_miss",
    [
        "",
        " ",
        "s3",
        "s3:",
        ":GetObject",
        "s3:GetObjec",
        "s3:GetObjects",
        " s3:GetObject",
        "s3:GetObject ",
        "s3:GetObject\n",
        "s3:GetObject*\n",
        "s3:GetObject,s3:ListBucket",
        "s3.GetObject",
        "s3:Get[A-Z]bject",
        "s3:Get.bject",
        "iam:CreateAccess\u212aey",  # the sign for kelvin, whose lower case is "k"
        "iam:CreateAccess\u212a*",
        "s3:\U0001f512*",
        "?",
    ],
)
def test_near_misses_match_nothing(near_miss: str) -> None:
    assert NAMES.mask(near_miss) == 0
    assert NAMES.index(near_miss) is None


def test_an_index_ignores_case() -> None:
    assert [NAMES.index(name.upper()) for name in ACTIONS] == list(range(len(ACTIONS)))


def test_bits_beyond_the_list_are_ignored() -> None:
    assert NAMES.names_of(1 << len(ACTIONS)) == []
    assert NAMES.names_of(~NAMES.mask("iam:*")) == [name for name in ACTIONS if not name.startswith("iam:")]


def test_hostile_patterns_end() -> None:
    names = Names("s3:" + "a" * 90 + "\n")
    assert names.mask("*a" * 40 + "*b") == 0
    assert names.mask("*a" * 100_000) == 0
    assert names.mask("*" * 100_000 + "?") == 1


def test_the_memo_is_bounded_and_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leastwise.catalog.names._MEMO_LIMIT", 2)
    names = Names("a:A\na:B\n")
    for _ in range(2):
        assert [names.mask(pattern) for pattern in ("a:A", "a:B", "a:*", "a:?")] == [1, 2, 3, 3]
    assert len(names._memo) <= 2


def test_no_names_at_all() -> None:
    empty = Names("")
    assert (empty.everything, empty.mask("*"), empty.mask("a*b"), empty.names_of(-1)) == (0, 0, 0, [])
