"""The rows: what the house asks of them."""

from __future__ import annotations

import re

import pytest

from leastwise.escalation import methods
from leastwise.escalation.method import SHAPES, Method, Need, unknown_actions
from leastwise.escalation.powers import hot, hot_mask
from leastwise.escalation.prose import permissions, premises, with_blanks
from leastwise.escalation.render import WORDS
from leastwise.policy.elements import Actions

ROWS = pytest.mark.parametrize("method", methods(), ids=lambda m: m.id)


def test_no_row_names_an_action_that_the_catalogue_does_not_know() -> None:
    assert unknown_actions() == ()


def test_ids_are_unique_and_every_shape_has_rows() -> None:
    ids = [method.id for method in methods()]
    assert len(ids) == len(set(ids)) >= 132
    assert sum(bool(method.pathfinding_id) for method in methods()) == 93
    assert {method.shape for method in methods()} == set(SHAPES)


@ROWS
def test_a_row_says_what_it_is(method: Method) -> None:
    assert method.title[0].isupper()
    assert not method.title.endswith(".")
    assert method.attack.endswith(".")
    assert method.wins
    assert method.commands
    assert method.fix
    assert method.sources
    public = method.pathfinding_id
    assert not public or f"https://pathfinding.cloud/paths/{public}" in method.sources


@ROWS
def test_a_row_uses_only_words_that_the_frame_fills_in(method: Method) -> None:
    for text in (method.wins, method.attack, *method.commands, *method.fix):
        assert set(re.findall(r"\{(\w+)\}", text)) <= WORDS


@ROWS
def test_a_row_fits_its_shape(method: Method) -> None:
    services = method.shape in {"pass_role", "bend_resource"}
    assert bool(method.trusts or method.helper) is services
    assert (method.shape == "pass_role") >= bool(method.helper or method.passed_as)
    assert (method.shape == "find_credentials") <= bool(method.supposes)
    assert (method.shape == "take_over") >= bool(method.within)
    assert (method.shape == "bend_resource") is any(fact.bears for fact in method.supposes)
    assert bool(method.access) is (method.shape in {"take_over", "assume"})
    assert (method.shape == "rewrite_self") <= bool(method.change)
    assert bool(method.needs) is (method.shape != "assume")


def test_needs_name_the_actions_that_would_do() -> None:
    assert Need(action="a:B", others=("a:C",)).actions == ("a:B", "a:C")


def test_an_action_outside_the_catalogue_still_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    table = hot()
    bits = {**table.bits, "new:action": 1 << len(table.bits)}
    monkeypatch.setattr("leastwise.escalation.powers.hot", lambda: table._replace(bits=bits, strange=("new:action",)))
    hot_mask.cache_clear()
    assert hot_mask(Actions.of(("new:*",), negated=False)) == bits["new:action"]
    assert hot_mask(Actions.of(("s3:GetBucketAcl",), negated=False)) == 0
    hot_mask.cache_clear()


@ROWS
def test_a_row_is_told_in_words(method: Method) -> None:
    told = list(permissions(method))
    assert [actions for actions, _ in told][-len(method.needs) :] == [need.actions for need in method.needs] or (
        method.shape == "assume"
    )
    assert all(on == "" or on.startswith(" on ") for _, on in told)
    assert all(text.endswith(".") for text in premises(method))
    assert "{" not in with_blanks(method.attack)
    assert bool(method.trusts) <= any(method.trusts in text for text in premises(method))
