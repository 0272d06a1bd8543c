"""Recommendations as text on standard output, or as files: one for all, or one or a folder for each principal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leastwise.cli.files import ELSEWHERE, write_together
from leastwise.cli.screen import look
from leastwise.errors import UsageError
from leastwise.report import advice_json, advice_text, cloudformation, script, terraform
from leastwise.report.placing import stem
from leastwise.report.view import View
from leastwise.report.words import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from leastwise.results import Recommendation, Report

WIDTH = 100  # columns of the text in a file


class Made(NamedTuple):
    """Files by name, which may begin with a folder's; and the principals whose changes have none."""

    files: dict[str, Iterable[bytes]]
    without: tuple[str, ...] = ()


def _text(report: Report) -> Made:
    text = advice_text.render(report, View(width=WIDTH, verbose=True))
    return Made({"recommendations.txt": [text.encode("utf-8", "backslashreplace")]})


def _json(report: Report) -> Made:
    return Made({"least_privilege_recommendations.json": advice_json.render(report)})


def _each(render: Callable[[Recommendation], str], suffix: str) -> Callable[[Report], Made]:
    """A file for each principal."""

    def make(report: Report) -> Made:
        texts = [(advice.subject, render(advice)) for advice in report.recommendations if advice.changes]
        files: dict[str, Iterable[bytes]] = {f"{stem(who)}{suffix}": [text.encode()] for who, text in texts if text}
        return Made(files, tuple(named(who) for who, text in texts if not text))

    return make


def _scripts(report: Report) -> Made:
    found = [(advice.subject, script.render(advice)) for advice in report.recommendations if advice.changes]
    files = {f"{stem(who)}/{name}": [text.encode()] for who, made in found for name, text in made.items()}
    return Made(dict(files), tuple(named(who) for who, made in found if not made))


FORMATS: dict[str, Callable[[Report], Made]] = {
    "text": _text,
    "json": _json,
    "terraform": _each(terraform.render, terraform.SUFFIX),
    "cloudformation": _each(cloudformation.render, cloudformation.SUFFIX),
    "cli": _scripts,
}


def printed(report: Report, form: str) -> tuple[str, tuple[str, ...]]:
    """The text for standard output, and who has none. Raises UsageError where several files would have to be one."""
    if form == "text":
        return advice_text.render(report, look()), ()
    made = FORMATS[form](report)
    texts = [b"".join(pieces).decode() for pieces in made.files.values()]
    if form == "cloudformation" and len(texts) > 1:
        raise UsageError(f"there are {len(texts):,} templates, one for each principal: give -o DIR")
    return "\n".join(texts), made.without


def deliver(report: Report, form: str, directory: Path) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Write the files, all of them or none; return their paths, and who has none.

    Raises UsageError where scripts that were run would be lost, and with them the way back.
    """
    made = FORMATS[form](report)
    for folder in {(directory / name).parent for name in made.files}:
        if any(folder.glob(script.DONE.format("*"))):
            raise UsageError(f"{folder} holds scripts that were run, and the way back: {ELSEWHERE}")
    return write_together(directory, made.files), made.without
