"""The summary, read by a Markdown parser."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from leastwise.report import markdown
from leastwise.report.words import safe
from leastwise.results import Kind, Report
from report.hostile import a_hostile_report
from report.sample import a_report, an_empty_report, finding, subject

OURS = {"code", "details", "summary"}  # elements that we write ourselves


def text(report: Report) -> str:
    return b"".join(markdown.render(report)).decode()


def page(report: Report) -> str:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    made: str = parser.render(text(report))
    return made


def cells(report: Report) -> list[list[str]]:
    """The cells of the tables as a reader sees them."""
    rows = re.findall(r"<tr>\n(<td.*?)</tr>", page(report), re.DOTALL)
    return [[shown(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows]


def shown(markup: str) -> str:
    return html.unescape(re.sub(r"<!-- -->|</?code>", "", markup))


def short(words: str) -> str:
    half = markdown.WIDTH // 2
    return words if len(words) <= 2 * half else f"{words[:half]}…{words[-half:]}"


@pytest.mark.parametrize("report", [a_report(), a_hostile_report()])
def test_every_finding_is_a_row_by_severity(report: Report) -> None:
    ordered = sorted(report.findings, key=lambda f: -f.severity)
    told = cells(report)
    assert [row[3] for row in told] == [f.id for f in ordered]
    assert [row[2] for row in told] == [" ".join(short(safe(f.message)).split()) for f in ordered]
    assert [row[0].rstrip("?") for row in told] == [str(f.risk) for f in ordered]


@pytest.mark.parametrize("report", [a_report(), a_hostile_report()])
def test_names_are_text_and_nothing_else(report: Report) -> None:
    made = page(report)
    assert set(re.findall(r"<([a-z][a-z0-9]*)", made)) <= OURS | {
        "h2", "h3", "p", "strong", "ol", "ul", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert not re.search(r"[@#](?=\w)", html.unescape(made)), "a mention or a reference"
    assert "://" not in text(report)


def test_paths_fixes_and_what_was_not_seen_come_first() -> None:
    made = text(a_report())
    order = ["Risk ", "[!WARNING]", "Worst paths", "**proven** <code>user/ann</code>", "Fix first", "<details>"]
    places = [made.index(each) for each in order]
    assert places == sorted(places)
    assert "**conditional** <code>account 999988887777</code>" in made  # from outside


def test_where_all_is_well_it_is_short() -> None:
    made = text(an_empty_report())
    assert "Findings: none" in made
    assert "<details>" not in made
    assert "WARNING" not in made


@pytest.mark.parametrize("name", ["ann", "@" * 10_000, "|<&" * 4_000])
def test_it_fits_a_comment_and_says_what_was_left_out(name: str) -> None:
    many = tuple(finding(subject(Kind.USER, f"{number}-{name}")) for number in range(3_000))
    report = a_report(findings=many)
    made = text(report)
    assert len(made) <= markdown.LIMIT
    rows = len(cells(report))
    assert 0 < rows < 3_000
    assert f"{3_000 - rows:,} findings left out here" in made
    assert made.count("<details>") == made.count("</details>") == 1


def test_what_fits_is_not_said_to_be_left_out() -> None:
    assert "left out" not in text(a_report())


@given(name=st.text())
def test_whatever_a_name_holds_it_is_one_row(name: str) -> None:
    one = finding(subject(Kind.ROLE, name))
    ((_, _, issue, named),) = cells(a_report(findings=(one,)))
    assert named == one.id
    assert issue.split() == short(safe(one.message)).split()
