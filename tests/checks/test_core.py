"""The framework: hits become findings, facts move severities."""

from __future__ import annotations

import pickle
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from leastwise.access import can
from leastwise.checks import all_checks, find
from leastwise.checks.core import Hit, Limits, check, weigh
from leastwise.checks.user_without_mfa import user_without_mfa
from leastwise.errors import UsageError
from leastwise.results import Confidence, Impact, Likelihood, Severity, Subject
from world import allow, an_account, document, user_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from leastwise.checks.core import Check

ANN = an_account().user(
    "ann", inline={"p": document(allow("s3:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))}
)


def subject() -> Subject:
    return user_of(ANN.build(), "ann").subject


class TestWeigh:
    @pytest.mark.parametrize(
        ("up", "down", "expected"),
        [
            ({}, {}, Severity.MEDIUM),
            ({"a": True}, {}, Severity.HIGH),
            ({"a": True, "b": True, "c": True}, {}, Severity.CRITICAL),
            ({"a": False}, {"b": True}, Severity.LOW),
            ({}, {"a": True, "b": True, "c": True}, Severity.LOW),
            ({"a": True}, {"b": True}, Severity.MEDIUM),
        ],
    )
    def test_each_fact_that_holds_moves_it_one_step(
        self, up: dict[str, bool], down: dict[str, bool], expected: Severity
    ) -> None:
        assert weigh(Severity.MEDIUM, up=up, down=down)["severity"] is expected

    def test_never_above_the_top(self) -> None:
        assert weigh(Severity.MEDIUM, up={"a": True, "b": True}, top=Severity.HIGH)["severity"] is Severity.HIGH

    def test_says_which_facts_held(self) -> None:
        assert weigh(Severity.MEDIUM, up={"a": True, "b": False}, down={"c": True})["because"] == "a; c"


class TestFinding:
    def test_carries_what_the_check_says(self) -> None:
        finding = user_without_mfa.finding(Hit(subject(), "words"))
        assert (finding.check, finding.severity, finding.message) == ("user_without_mfa", Severity.HIGH, "words")
        assert (finding.attack, finding.fix, finding.cites) == (
            user_without_mfa.attack, user_without_mfa.fix, user_without_mfa.cites,
        )  # fmt: skip
        assert finding.confidence is Confidence.CERTAIN

    def test_the_hit_may_overrule(self) -> None:
        finding = user_without_mfa.finding(
            Hit(subject(), "", severity=Severity.LOW, because="b", impact=Impact.HYGIENE)
        )
        assert (finding.severity, finding.severity_reason, finding.impact) == (Severity.LOW, "b", Impact.HYGIENE)

    def test_the_fingerprint_ignores_words_and_heeds_the_discriminator(self) -> None:
        one, two, other = (
            user_without_mfa.finding(Hit(subject(), message, discriminator=mark)).fingerprint
            for message, mark in (("a", ""), ("b", ""), ("a", "x"))
        )
        assert one == two != other

    def test_assumptions_make_it_conditional(self) -> None:
        finding = user_without_mfa.finding(Hit(subject(), "", assumes=("something",)))
        assert (finding.confidence, finding.assumes) == (Confidence.CONDITIONAL, ("something",))

    def test_an_open_answer_makes_it_conditional_and_gives_evidence(self) -> None:
        account = ANN.build()
        answer = can(account, user_of(account, "ann"), "s3:PutObject")
        finding = user_without_mfa.finding(Hit(subject(), "", rests_on=(answer,)))
        assert finding.confidence is Confidence.CONDITIONAL
        assert "MultiFactorAuthPresent" in finding.assumes[0]
        assert finding.evidence[0].name == "p"


class TestRegistry:
    def test_all_seventeen_sorted(self) -> None:
        ids = [one.id for one in all_checks()]
        assert ids == sorted(ids)
        assert len(ids) == len(set(ids)) == 17

    def test_a_check_travels_as_its_name(self) -> None:
        assert pickle.loads(pickle.dumps(user_without_mfa)) is user_without_mfa  # noqa: S301 - our own bytes

    def test_an_unknown_name_is_answered_with_the_nearest(self) -> None:
        with pytest.raises(UsageError, match="user_without_mfa"):
            find("user_without_mfaa")
        with pytest.raises(UsageError, match="leastwise checks"):
            find("zzz")

    def test_a_check_must_bear_its_files_name(self) -> None:
        sign = check(
            title="", severity=Severity.LOW, attack="", fix=(), impact=Impact.HYGIENE, likelihood=Likelihood.REMOTE
        )
        with pytest.raises(TypeError, match=r"must live in elsewhere\.py"):
            sign(elsewhere)

    def test_the_words_of_each_check_are_there(self) -> None:
        for one in all_checks():
            assert all((one.title, one.attack, one.fix, one.about)), one.id
            if not one.id.startswith("mute_"):  # these are about the reader's own file, not about AWS
                assert one.cites, one.id
                assert one.needs, one.id
                assert "https://docs.aws.amazon.com/" in one.about, one.id


ELSEWHERE = """
from leastwise.checks.core import Hit, check
from leastwise.results import Impact, Likelihood, Severity

@check(title="t", severity=Severity.LOW, attack="a", fix=("f",), impact=Impact.HYGIENE, likelihood=Likelihood.REMOTE)
def their_check(account):
    yield from ()
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A distribution of somebody else's, with a module that holds a check; what it announces is up to the test."""
    (tmp_path / "their_check.py").write_text(ELSEWHERE)
    about = tmp_path / "Theirs-1.0.DIST-INFO"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    all_checks.cache_clear()
    yield about
    monkeypatch.undo()
    sys.modules.pop("their_check", None)
    all_checks.cache_clear()


class TestOthers:
    def test_a_check_that_a_distribution_announces_is_one_of_ours(self, installed: Path) -> None:
        (installed / "entry_points.txt").write_text("[leastwise.checks]\ntheirs = their_check:their_check\n")
        assert find("their_check").title == "t"

    def test_entry_points_of_another_group_are_none_of_ours(self, installed: Path) -> None:
        (installed / "entry_points.txt").write_text("[leastwise.reports]\ntheirs = their_check:their_check\n")
        assert "their_check" not in {one.id for one in all_checks()}

    def test_a_distribution_in_an_archive_is_found(self, installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (installed / "entry_points.txt").write_text("[leastwise.checks]\ntheirs = their_check:their_check\n")
        archive = shutil.make_archive(str(installed.parent.with_suffix(".packed")), "zip", installed.parent)
        monkeypatch.setattr(sys, "path", [archive, *(p for p in sys.path if p != str(installed.parent))])
        assert find("their_check").title == "t"

    def test_a_path_that_leads_nowhere_is_passed_over(self, installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.syspath_prepend(installed / "nowhere")
        assert len(all_checks()) == 17


def elsewhere() -> Iterator[Hit]:
    """A rule in the wrong file."""
    yield from ()


@pytest.mark.parametrize("one", all_checks(), ids=lambda one: one.id)
def test_an_empty_account_raises_nothing_but_its_password_policy(one: Check) -> None:
    said = list(one.hits(an_account().build(), Limits()))
    assert len(said) == (one.id == "password_policy_weak")
