"""`leastwise report`, and `--redact`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leastwise.report import FORMATS
from world import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal import Said

    Cli = Callable[..., Said]

AUDIT, ADVICE = (file.name for file in FORMATS["json"])
PAGE = "iam_security_audit.html"


@pytest.fixture
def audited(cli: Cli, here: Path, bad: str) -> Path:
    """A folder with the files of an audit."""
    cli("scan", "--snapshot", bad, "-q", "-o", "audit")
    return here / "audit"


def test_scan_writes_the_page_beside_the_json(cli: Cli, here: Path, bad: str) -> None:
    said = cli("scan", "--snapshot", bad, "--format", "html")
    assert said.code == 1
    assert PAGE in said.out
    assert (here / PAGE).read_bytes().startswith(b"<!doctype html>")
    assert b'"hasBackdrop":true' in (here / PAGE).read_bytes()


def test_a_page_is_made_of_the_json(cli: Cli, here: Path, audited: Path) -> None:
    assert cli("report", "audit/iam_security_audit.json", "--format", "html") == (0, f"{PAGE}\n", "")
    text = (here / PAGE).read_text("utf-8")
    assert '"hasBackdrop":false' in text
    assert '"recommendations":[{' in text
    assert {path.name for path in audited.iterdir()} == {AUDIT, ADVICE}
    assert cli("report", "audit/iam_security_audit.json", "--format", "html", "-q", "-o", "else/where").out == ""
    assert (here / "else" / "where" / PAGE).read_text("utf-8") == text


def test_without_the_recommendations_it_says_so(cli: Cli, here: Path, audited: Path) -> None:
    (audited / ADVICE).rename(here / "kept.json")
    said = cli("report", f"audit/{AUDIT}", "--format", "html")
    assert said.out.splitlines() == [PAGE, f"without recommendations: there is no {ADVICE} beside it"]
    assert '"recommendations":[]' in (here / PAGE).read_text("utf-8")
    cli("report", f"audit/{AUDIT}", "--format", "html", "--recommendations", "kept.json")
    assert '"recommendations":[{' in (here / PAGE).read_text("utf-8")


def test_recommendations_of_another_audit_are_left_out_or_refused(cli: Cli, audited: Path) -> None:
    other = json.loads((audited / ADVICE).read_bytes()) | {"taken_at": "2020-01-01T00:00:00Z"}
    (audited / ADVICE).write_text(json.dumps(other))
    said = cli("report", f"audit/{AUDIT}", "--format", "html")
    assert said.code == 0
    assert (
        "without recommendations: audit/least_privilege_recommendations.json: its recommendations are of another"
        in said.out
    )
    said = cli("report", f"audit/{AUDIT}", "--format", "html", "--recommendations", f"audit/{ADVICE}")
    assert (said.code, said.out) == (2, "")
    assert "its recommendations are of another audit" in said.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no.json", "--format", "html"), "no.json cannot be read (No such file or directory): give what"),
        ((".", "--format", "html"), ". cannot be read (Is a directory)"),
        (("bad.json", "--format", "html"), "bad.json: it is not what an audit writes"),
        (("bad.json", "--format", "json"), "there is no format 'json': `leastwise report --help` lists them"),
        (("bad.json", "--format", "htlm"), "there is no format 'htlm': did you mean html?"),
        (("bad.json",), "Missing option '--format'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(cli: Cli, here: Path, words: tuple[str, ...], said: str) -> None:
    Path("bad.json").write_text('{"format": 1}')
    answer = cli("report", *words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert not (here / PAGE).exists()


NAMES = re.compile(rf"{ACCOUNT}|(?<![\w-])(?:ann|old-keys|admin)(?![\w-])")


def said_in(file: Path) -> str:
    """The text of a file, less our own script."""
    return file.read_text("utf-8").partition("\n<script>")[0]


def test_a_redacted_scan_names_nobody_in_no_file_and_not_on_the_screen(cli: Cli, here: Path, bad: str) -> None:
    plain = cli("scan", "--snapshot", bad, "--format", "html", "-o", "plain")
    said = cli("scan", "--snapshot", bad, "--format", "html", "--redact", "-o", "redacted")
    assert NAMES.search(plain.out)
    assert said.code == plain.code
    assert not NAMES.search(said.out)
    for file in (here / "redacted").iterdir():
        assert not NAMES.search(said_in(file)), file.name
        assert NAMES.search(said_in(here / "plain" / file.name)), file.name
    one, other = (json.loads((here / place / AUDIT).read_bytes()) for place in ("plain", "redacted"))
    assert [f["check"] for f in one["findings"]] == [f["check"] for f in other["findings"]]
    assert one["scores"]["risk"] == other["scores"]["risk"]
    assert other["account"]["id"] == "000000000001"


def test_a_page_of_the_json_is_redacted_too(cli: Cli, here: Path, audited: Path) -> None:
    assert cli("report", str(audited / AUDIT), "--format", "html", "--redact", "-q").code == 0
    assert not NAMES.search(said_in(here / PAGE))


def test_the_demo_has_a_page_too(cli: Cli, here: Path) -> None:
    assert cli("demo", "-q", "--format", "html").code == 0
    assert '"hasBackdrop":true' in (here / PAGE).read_text("utf-8")
    said = cli("demo", "-q", "--format", "htm")
    assert (said.code, "did you mean html?" in said.err) == (2, True)
