"""Take the pictures of the page that the README shows: the demo account, in the browser that the tests drive.

    python tools/screenshots.py

Fonts differ from machine to machine, so that no test holds them against the program: look at them, then commit.
"""

from __future__ import annotations

import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs"


class Shot(NamedTuple):
    """One picture: what shows, how large, on which ground."""

    name: str
    address: str
    height: int
    scheme: str


def main() -> None:
    """Render, open, take."""
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

    from playwright.sync_api import sync_playwright  # noqa: PLC0415  a tool for developers

    from leastwise.audit import Options, audit  # noqa: PLC0415  after the path is made
    from leastwise.report import html  # noqa: PLC0415  as above
    from leastwise.snapshot import loads  # noqa: PLC0415  as above
    from tools import browser  # noqa: PLC0415  as above

    program = browser.find() or sys.exit(browser.HOW)
    report = audit(loads(files("leastwise").joinpath("demo/snapshot.json.gz").read_bytes()), Options(backdrop=True))
    path = next(path for path in report.paths if path.source.name == "passer-lambda")
    shots = (
        Shot("page-overview", "", 1010, "light"),
        Shot("page-path", f"#path/{path.fingerprint}", 940, "dark"),
    )
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "page.html"
        page.write_bytes(b"".join(html.render(report)))
        started = playwright.chromium.launch(
            executable_path=program, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        for shot in shots:
            window = started.new_page(viewport={"width": 1240, "height": shot.height}, color_scheme=shot.scheme)  # type: ignore[arg-type]  # one of the two words
            window.goto(page.as_uri() + shot.address)
            window.wait_for_selector("html[data-ready]", state="attached")
            picture = FOLDER / f"{shot.name}.png"
            window.screenshot(path=picture)
            print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size:,} bytes")
        started.close()


if __name__ == "__main__":
    main()
