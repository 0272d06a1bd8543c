"""The site made of docs/: nothing in it leads nowhere, and reading it asks nothing of any network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tools import docs

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = docs.ROOT / "mkdocs.yml"
LOADED = re.compile(
    r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*?(?:src|href)=[\"']?((?:https?:)?//[^\"'\s>]+)"
)


def build(config: Path, into: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(config), "-d", str(into)]
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}  # noqa: TID251  for a program that we start
    return subprocess.run(words, capture_output=True, text=True, check=False, env=quiet)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("site")
    told = build(CONFIG, place)
    assert told.returncode == 0, told.stdout + told.stderr
    return place


def test_the_site_is_built_strictly_and_asks_nothing_of_any_network(site: Path) -> None:
    pages = {page: page.read_text("utf-8") for page in site.rglob("*.html")}
    assert len(pages) > 150
    assert {url for text in pages.values() for url in LOADED.findall(text)} == set()
    assert not [page for page, text in pages.items() if 'class="mermaid"' in text], "its script would be loaded"


@pytest.mark.parametrize("wrong", ["[a page](nowhere.md)", "[a heading](#nowhere)"])
def test_a_link_that_leads_nowhere_stops_the_build(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# A page\n\n{wrong}\n", encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text(CONFIG.read_text("utf-8").partition("\nnot_in_nav:")[0], encoding="utf-8")
    told = build(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert told.returncode == 1
    assert "nowhere" in told.stdout + told.stderr


def test_what_would_be_loaded_is_noticed() -> None:
    assert LOADED.findall('<link rel="stylesheet" href="https://fonts.example/x">') == ["https://fonts.example/x"]
    assert LOADED.findall('<a href="https://docs.example/">') == []
