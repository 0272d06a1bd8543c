"""Notices as text: each with the line at fault and a caret under it. Files may be hostile, so all is escaped."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from leastwise.report.words import safe, wrap
from leastwise.results import Confidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.lint.rule import Notice


def lines(notice: Notice, columns: int) -> Iterator[str]:
    """One notice, in so many columns."""
    number = str(notice.line)
    margin = " " * len(number)
    weight = notice.severity.label
    if notice.confidence is Confidence.CONDITIONAL:
        weight += ", conditional"
    yield safe(f"{notice.file}:{notice.line}:{notice.column}: {weight}: {notice.rule}")
    yield from (f"  {part}" for part in wrap(notice.message, columns - 2))
    start, width = notice.caret
    before, at, after = (_drawn(part) for part in _cut(notice.text, start, start + width))
    yield f" {margin} |"
    yield f" {number} | {before}{at}{after}".rstrip()
    yield f" {margin} | {' ' * _cells(before)}{'^' * max(1, _cells(at))}"
    if notice.where:
        yield from _noted(margin, f"in {notice.where}", columns)
    yield from _noted(margin, notice.fix, columns)


def _noted(margin: str, text: str, columns: int) -> Iterator[str]:
    for place, part in enumerate(wrap(text, columns - len(margin) - 4)):
        yield f" {margin} {'=' if place == 0 else ' '} {part}"


def _cut(text: str, start: int, end: int) -> tuple[str, str, str]:
    return text[:start], text[start:end], text[end:]


def _drawn(text: str) -> str:
    """As the terminal shows it, a tab as one space."""
    return safe(text.replace("\t", " "))


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
