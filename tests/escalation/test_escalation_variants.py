"""Precision and recall on variants of every method; the run ends with the figures, and the README quotes them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from escalation.owed import Case, cases, near_misses, owed
from escalation.variants import VERDICTS, Variant, allow, base_of, granting
from escalation.variants_blocked import BLOCKED
from escalation.variants_kept import KEPT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

README = Path(__file__).parents[2] / "README.md"
WIDER = frozenset({"services", "NotAction"})  # who is granted more than a silent case grants may well have a way
OPEN = "iam-enrolmfa"  # its eve is administrator if she has shown MFA, whatever becomes of the method
VARIED = [one for one in cases() if one.method.id != OPEN]
EVERY_CASE = pytest.mark.parametrize("one", VARIED, ids=lambda one: one.method.id)


def variants(one: Case) -> Iterator[Variant]:
    """Those of the firing case; and of the silent one what neither grants nor takes anything."""
    for change in (*KEPT, *BLOCKED):
        yield from change(base_of(one))
    if one.method in near_misses():
        base = base_of(near_misses()[one.method])
        for change in KEPT:
            yield from (v._replace(name=f"silent, {v.name}") for v in change(base) if v.name not in WIDER)


def tally(variant: Variant, reported: str) -> str:
    """Found, missed, wrong or silent. Less than the truth is a miss, and more than the truth is wrong."""
    worth = ("", *reversed(VERDICTS)).index
    if worth(reported) > worth(variant.truth):
        return "wrong"
    if worth(reported) < worth(variant.truth):
        return "missed"
    return "found" if variant.truth else "silent"


@EVERY_CASE
def test_every_variant_is_judged_as_it_was_made(one: Case, record_property: Callable[[str, object], None]) -> None:
    counted: Counter[str] = Counter()
    mistakes = []
    for variant in variants(one):
        reported = variant.reported()
        kind = tally(variant, reported)
        counted[kind] += 1
        if kind in {"missed", "wrong"}:
            mistakes.append(f"{variant.name}: {reported or 'silence'} instead of {variant.truth or 'silence'}")
    record_property("escalation variants", dict(counted))
    assert not mistakes


def test_the_readme_quotes_the_figures() -> None:
    """Since no mistake is let pass, recall and precision are what they are; the number grows with the methods."""
    made = sum(1 for one in VARIED for _ in variants(one))
    quoted = re.search(r"([\d,]+) in all, .*?recall 100 %, precision 100 %", README.read_text("utf-8"), re.DOTALL)
    assert quoted
    assert int(quoted[1].replace(",", "")) <= made < 2 * int(quoted[1].replace(",", ""))


def test_the_rule_owes_what_a_case_shows_and_nothing_more() -> None:
    one = next(one for one in cases() if one.method.id == "lambda-004")
    assert owed(one.world, granting(["lambda:*"])) == "conditional"
    assert owed(one.world, granting(["lambda:UpdateFunctionCode"])) == "conditional"  # by lambda-003
    assert owed(one.world, granting(["lambda:InvokeFunction"])) == ""
    weak = {**one.world, "roles": {}}
    assert owed(weak, granting(["lambda:*"])) == ""


def test_a_mistake_is_told() -> None:
    world = {"users": {"eve": {"inline": {"p": [allow("*")]}}}}
    assert Variant("", world, "").reported() == ""  # an administrator starts no path
    assert tally(Variant("", world, "proven"), "conditional") == "missed"
    assert tally(Variant("", world, "conditional"), "proven") == "wrong"
    assert tally(Variant("", world, ""), "conditional") == "wrong"
    assert tally(Variant("", world, "proven"), "proven") == "found"
    assert tally(Variant("", world, ""), "") == "silent"
