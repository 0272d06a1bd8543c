"""Find the browser that the tests of the page drive, or get one.

    python tools/browser.py           name it; install one where there is none
    python tools/browser.py --find    only look for it, and exit 1 where there is none

It is $LEASTWISE_CHROMIUM, else a Chromium or Chrome on the path, else the one that Playwright has installed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHOICE = "LEASTWISE_CHROMIUM"
HOW = (
    "the tests of the page need a Chromium, and there is none: `make setup-dev` installs one, or do it yourself "
    f"(`apt-get install chromium`, or `playwright install chromium`), or name one in {CHOICE}"
)


def find() -> str | None:
    """The program, or None."""
    chosen = os.environ.get(CHOICE)  # noqa: TID251  a developer's choice
    if chosen:
        return shutil.which(chosen)
    return next(filter(None, (*map(shutil.which, NAMES), _of_playwright())), None)


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only where no other is found

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """By the system's packages where we may, else by Playwright, with the libraries that it needs where we may."""
    may = bool(shutil.which("apt-get")) and os.geteuid() == 0
    if may:
        subprocess.run(["apt-get", "update", "-qq"], stdout=sys.stderr, check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], stdout=sys.stderr, check=False)
    if find() is None:
        further = ("--with-deps",) if may else ()
        command = (sys.executable, "-m", "playwright", "install", *further, "chromium")
        subprocess.run(command, stdout=sys.stderr, check=False)


def main() -> int:
    """Name the browser."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--find", action="store_true")
    if not parser.parse_args().find and find() is None:
        install()
    found = find()
    print(found or HOW, file=sys.stdout if found else sys.stderr)
    return int(found is None)


if __name__ == "__main__":
    sys.exit(main())
