"""The page in a real browser: one for all tests of a process, a window of its own for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from leastwise.report import html
from report.driven import Driven
from tools import browser as tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from leastwise.results import Report

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium. Where there is none, the tests fail and say how to get one."""
    from playwright.sync_api import sync_playwright

    program = tool.find()
    if program is None:
        pytest.fail(tool.HOW)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Driven]]:
    """Open the page of a report as `file://`, and at the end insist that nothing was asked for and nothing complained."""
    windows: list[Driven] = []

    def open_it(report: Report, address: str = "", **options: Any) -> Driven:
        file = tmp_path / f"page-{len(windows)}.html"
        file.write_bytes(b"".join(html.render(report)))
        windows.append(Driven(browser, file, address, options))
        return windows[-1]

    yield open_it
    for window in windows:
        window.close()
