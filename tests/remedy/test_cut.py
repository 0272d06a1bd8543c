"""The cut: greedy, and the fewest where that is known."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from leastwise.remedy.cut import greedy, minimum

Chains = list[tuple[str, ...]]


def hits(places: tuple[str, ...] | set[str], chains: Chains) -> bool:
    return all(set(chain) & set(places) for chain in chains if chain)


def fewest(chains: Chains) -> int:
    """By trying all."""
    every = sorted({place for chain in chains for place in chain})
    return next(n for n in range(len(every) + 1) if any(hits(set(some), chains) for some in combinations(every, n)))


def test_what_most_hang_on_comes_first_and_equals_by_rank() -> None:
    hanging = {"a": {1}, "b": {1, 2, 3}, "c": {4}, "d": {4}}
    assert list(greedy(hanging, lambda place, _: (place != "d",))) == [("b", {1, 2, 3}), ("d", {4})]


def test_no_more_than_there_may_be() -> None:
    hanging = {"a": {1}, "b": {2}, "c": {3}}
    assert [place for place, _ in greedy(hanging, lambda place, _: (place,), 2)] == ["a", "b"]
    assert list(greedy(hanging, lambda place, _: (place,), 0)) == []
    assert list(greedy({}, lambda place, _: (place,))) == []


def test_the_greedy_choice_is_not_always_the_best() -> None:
    """One place ends four of six paths, and still two others end all of them."""
    chains = [("left", "middle"), ("left", "middle"), ("left",), ("right", "middle"), ("right", "middle"), ("right",)]
    assert set(minimum(chains).places) == {"left", "right"}
    assert minimum(chains).minimal


def test_paths_that_cannot_be_ended_are_left_out() -> None:
    assert minimum([(), ("a",), ()]) == (("a",), True)
    assert minimum([()]) == ((), True)


def test_a_triangle_is_not_called_minimal_for_want_of_a_proof() -> None:
    """Two places are needed, but no two paths share none: there is no proof of this kind."""
    cut = minimum([("a", "b"), ("b", "c"), ("a", "c")])
    assert len(cut.places) == 2
    assert not cut.minimal


chains_ = st.lists(st.lists(st.sampled_from("abcdefg"), max_size=4, unique=True).map(tuple), max_size=9)
pairs = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), min_size=1, max_size=9)


@settings(deadline=None, max_examples=200)
@given(chains_)
def test_a_cut_ends_every_path_and_is_minimal_where_it_says_so(chains: Chains) -> None:
    cut = minimum(chains)
    assert hits(cut.places, chains)
    assert len(cut.places) >= fewest(chains)
    assert not cut.minimal or len(cut.places) == fewest(chains)


@settings(deadline=None, max_examples=200)
@given(pairs)
def test_where_each_path_has_a_grant_and_a_trust_the_cut_is_known_to_be_minimal(chains: Chains) -> None:
    cut = minimum(chains)
    assert (len(cut.places), cut.minimal) == (fewest(chains), True)
