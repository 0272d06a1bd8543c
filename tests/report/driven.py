"""A page in a window of the browser, with all that it asked for and complained of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Dialog, Locator, Page

FOLLOW = """(to) => new Promise((done) => {
    if (location.hash === to) return done();
    addEventListener('hashchange', () => requestAnimationFrame(() => done()), { once: true });
    location.hash = to;
})"""
PATIENCE = 60_000  # milliseconds until what is waited for counts as never coming, on however busy a machine
WIDE = {"width": 1280, "height": 900}


class Driven:
    """One window on one page."""

    page: Page

    def __init__(self, browser: Browser, file: Path, address: str, options: dict[str, Any]) -> None:
        """Open it and wait until its script is done, if it may run."""
        self.url = file.as_uri()
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.context = browser.new_context(**{"viewport": WIDE, **options})
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._refuse)
        self.page.goto(self.url + address)
        if options.get("java_script_enabled", True):
            self.page.wait_for_selector("html[data-ready]", state="attached")

    def _refuse(self, dialog: Dialog) -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()

    def close(self) -> None:
        """Nothing but the file was asked for, and nothing was wrong."""
        self.context.close()
        assert {url.partition("#")[0] for url in self.asked} == {self.url}
        assert self.complaints == []

    def go(self, address: str) -> None:
        """Follow an address within the page."""
        self.page.evaluate(FOLLOW, address)

    def shows(self, title: str) -> None:
        """Wait until the view of this heading shows."""
        self.page.locator("h1:visible").filter(has_text=title).wait_for()

    @property
    def rows(self) -> Locator:
        """The rows of the table that are drawn."""
        return self.page.locator(".table:visible .row")

    def tells(self, number: str) -> None:
        """Wait until the list says that it has so many."""
        self.page.locator("#view p[role=status]:visible").filter(has_text=re.compile(f"^{number}$")).wait_for()

    def is_wider_than_the_window(self) -> bool:
        """Whether a reader must scroll sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))
