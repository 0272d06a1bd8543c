"""What all formats have in common: each is written, stable, small, and says what was not seen."""

from __future__ import annotations

import html
from importlib import import_module
from pathlib import Path

import pytest

from leastwise.report import FORMATS
from report.hostile import HIDDEN, a_hostile_report
from report.sample import a_report, an_empty_report

LINES = 150
TOLD = sorted(set(FORMATS) - {"json", "html"})  # those have tests of their own


def text(form: str, report: object) -> str:
    (file,) = FORMATS[form]
    return b"".join(file.render(report)).decode()  # type: ignore[arg-type]  # a report, in each test


@pytest.mark.parametrize("form", TOLD)
def test_the_same_report_gives_the_same_text_which_ends_its_last_line(form: str) -> None:
    assert text(form, a_report()) == text(form, a_report())
    assert text(form, a_report()).endswith("\n")


@pytest.mark.parametrize("form", TOLD)
def test_a_format_is_one_small_module(form: str) -> None:
    (file,) = FORMATS[form]
    source = import_module(f"leastwise.report.{file.module}").__file__ or ""
    assert len(Path(source).read_text("utf-8").splitlines()) <= LINES


@pytest.mark.parametrize("form", TOLD)
def test_nothing_unseen_reads_as_a_pass(form: str) -> None:
    gappy = html.unescape(text(form, a_report(findings=(), suppressed=(), paths=())))
    whole = text(form, an_empty_report())
    for word in ("iam:ListServiceSpecificCredentials", "s3:GetBucketPolicy", "user_inactive"):
        assert word in gappy
        assert word not in whole


@pytest.mark.parametrize("form", TOLD)
def test_nothing_in_a_name_hides_or_turns_what_follows(form: str) -> None:
    made = text(form, a_hostile_report())
    assert not HIDDEN.search(made.replace("\r\n", "\n"))


def test_no_two_formats_write_one_file() -> None:
    names = [file.name for files in FORMATS.values() for file in files]
    assert sorted(names) == sorted(set(names))
