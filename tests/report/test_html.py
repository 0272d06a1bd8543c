"""The page as text: what is in it, what is not, and what it lets run."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from leastwise.past import Run
from leastwise.report import html
from leastwise.report.page.chain import chains, described
from leastwise.report.page.cuts import Cuts
from leastwise.results import Evidence, Fix
from report.sample import a_backdrop, a_report, an_empty_report, findings
from tools import browser, vendor

if TYPE_CHECKING:
    from leastwise.results import Report

ROOT = Path(__file__).resolve().parents[2]
BUDGET = 400_000  # characters, less the data


def page(report: Report | None = None) -> str:
    return b"".join(html.render(report or a_report(backdrop=a_backdrop()))).decode()


def between(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].partition(end)[0]


def data(text: str) -> Any:
    block = between(text, '<script type="application/json" id="data"', "</script>")
    packed, _, held = block.partition(">")
    return json.loads(gzip.decompress(base64.b64decode(held)) if 'packed="yes"' in packed else held)


def test_it_allows_its_own_script_and_style_and_nothing_else() -> None:
    text = page()
    policy = between(text, 'http-equiv="Content-Security-Policy" content="', '"').replace("&#39;", "'")
    script, style = between(text, "<script>", "</script>"), between(text, "<style>", "</style>")
    hashes = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (script, style)]
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{hashes[0]}'; style-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert len(re.findall(r"<script", text)) == 2
    assert not re.search(r"<[^>]+\s(?:style|on\w+|src)=", between(text, "<body>", '<script type="application/json"'))


def test_it_names_nothing_to_be_fetched() -> None:
    text = page()
    body = between(text, "<body>", '<script type="application/json"')
    assert {link[0] for link in re.findall(r'href="([^"]*)"', body)} == {"#"}
    assert "<link" not in text
    assert not re.search(r"url\(|@import", between(text, "<style>", "</style>"))
    assert "sourceMappingURL" not in text


@pytest.mark.parametrize("report", [a_report(backdrop=a_backdrop()), a_report(), an_empty_report()])
def test_it_is_small_and_the_same_each_time(report: Report) -> None:
    text = page(report)
    assert len(text) - len(json.dumps(data(text))) < BUDGET
    assert text == page(report)


def test_it_holds_everything_that_the_report_does() -> None:
    report = a_report(backdrop=a_backdrop())
    held = data(page(report))
    assert [f["id"] for f in held["findings"]] == [
        *(f.fingerprint for f in report.findings), *(s.finding.fingerprint for s in report.suppressed),
    ]  # fmt: skip
    assert held["findings"][-1]["status"] == "suppressed"
    assert [p["id"] for p in held["paths"]] == [p.fingerprint for p in (*report.paths, *report.external)]
    first = held["edges"][held["paths"][0]["edges"][0]]
    assert first["cuts"] == [0]
    (pointer,) = (held["evidence"][place] for place in first["permissions"][0]["evidence"])
    assert held["documents"][pointer["text"]]["name"] == "ann-policy"
    assert pointer["statement"] == "/Statement/0"


def test_muted_and_exempt_findings_are_told_apart() -> None:
    (exempt,) = a_report().suppressed
    muted = replace(exempt, reason="accepted", owner="ann", expires="never")
    text = page(a_report(suppressed=(exempt, muted)))
    assert [f["status"] for f in data(text)["findings"]][-2:] == ["suppressed", "muted"]
    assert "1 finding about exempt subjects set aside" in text
    assert "1 finding muted set aside" in text


def test_several_audits_are_drawn_over_time_and_one_is_not() -> None:
    def run(day: int, risk: int, **more: int) -> Run:
        return Run(
            taken_at=f"2026-01-{day:02}T00:00:00Z",
            tool="leastwise",
            risk=risk,
            complete=True,
            counts={},
            paths=0,
            **more,
        )

    seen = replace(findings()[0], first_seen="2026-01-03T00:00:00Z")
    text = page(a_report(history=(run(3, 90), run(4, 40, new=1, fixed=7, not_assessed=2)), findings=(seen,)))
    assert 'aria-label="Risk of the last 2 audits: 90, 40"' in text
    assert "Since the audit before: 1 new, 7 fixed, 2 could not be judged again." in text
    assert data(text)["findings"][0]["firstSeen"] == "2026-01-03T00:00:00Z"
    assert "Over time" not in page(a_report(history=(run(3, 90),)))


def test_large_data_is_packed() -> None:
    many = tuple(replace(findings()[0], fingerprint=f"{n:016x}", message="x" * 300 + str(n)) for n in range(3_000))
    text = page(a_report(findings=many))
    assert 'data-packed="yes"' in text
    assert len(data(text)["findings"]) == 3_001
    assert len(text) < BUDGET


def test_markup_in_names_stays_text() -> None:
    name = "</script><script>alert(1)</script><!-- \u202e \ud800"
    text = page(a_report(aliases=(name,), notes=(name,), findings=(replace(findings()[0], message=name),)))
    assert "<script>alert" not in text
    assert "\u202e" not in text
    assert data(text)["findings"][0]["message"] == name.replace("\ud800", "\\ud800")


def test_a_path_is_drawn_as_a_row_and_as_a_stack() -> None:
    report = a_report()
    found = report.paths[2]
    other = Fix(text="", ends_findings=0, subjects=(), statements=(Evidence(document="nobody"),))
    ours = replace(other, statements=found.edges[0].evidence)
    row, stack = chains(found, Cuts((other, ours)))
    assert [box.name for box in row.boxes] == ["platform-c…-1-runner", "build", "admin"]
    assert row.boxes[-1].kind == "★ administrator · role"
    assert row.hops[0].cut is not None
    assert row.hops[0].cut[2] == "cut here: fix 2"
    assert row.hops[1].cut is None
    assert row.width > row.height
    assert (len(stack.boxes), stack.width) == (3, 316)
    assert [box.y for box in stack.boxes] == sorted({box.y for box in stack.boxes})
    assert "Assume the role (proven), becoming role/build; then" in described(found)


def test_what_is_carried_of_others_is_named_with_its_licence() -> None:
    notice, folder = (ROOT / "NOTICE").read_text("utf-8"), files("leastwise.report") / "page" / "vendor"
    assert f"dagre {vendor.VERSION} (npm: {vendor.PACKAGE})" in notice
    licence = (folder / "LICENSE.dagre").read_text("utf-8")
    assert licence in page()
    assert (
        between(licence, "Permission is hereby", "\n\n").split()
        == between(notice, "Permission is hereby", "\n\n").split()
    )
    assert {file.name for file in folder.iterdir()} == set(vendor.FILES)
    assert f'"{vendor.VERSION}"' in (folder / "dagre.min.js").read_text("utf-8")


def test_the_scripts_are_all_there_and_small() -> None:
    folder = ROOT / "src/leastwise/report/page"
    assert {file.stem for file in folder.glob("*.js")} == set(html.SCRIPTS)
    for file in [*folder.glob("*.js"), *folder.glob("*.css"), *folder.glob("*.jinja")]:
        text = file.read_text("utf-8")
        assert len(text.splitlines()) <= 400, file.name
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|fetch\(", text
        )
        assert file.suffix != ".js" or (text.startswith("'use strict';\n") and "</script" not in text)


def test_a_chosen_browser_that_is_not_there_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(browser.CHOICE, "no-such-browser")
    assert browser.find() is None
    monkeypatch.setenv(browser.CHOICE, "sh")
    assert (browser.find() or "").endswith("sh")


def test_the_pictures_in_the_documents_are_small() -> None:
    shown = set(re.findall(r"\]\((docs/[\w-]+\.png)\)", (ROOT / "README.md").read_text("utf-8")))
    assert shown == {f"docs/{file.name}" for file in (ROOT / "docs").glob("*.png")}
    assert all((ROOT / name).stat().st_size < 200_000 for name in shown)
