"""`--format` on the command line: several at once, one to standard output, and what cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leastwise.report import FILES, FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal import Said

    Cli = Callable[..., Said]

EVERY = sorted(set(FORMATS) - {"json"})


def test_several_formats_are_written_beside_the_json(cli: Cli, here: Path, bad: str) -> None:
    said = cli("scan", "--snapshot", bad, "--format", ",".join(EVERY[:2]), "--format", ",".join(EVERY[2:]))
    names = {file.name for files in FORMATS.values() for file in files}
    assert {path.name for path in here.iterdir()} == names
    assert {FILES[0].name, FILES[1].name} < names
    assert said.code == 1
    assert all(path.stat().st_mode & 0o077 == 0 for path in here.iterdir())


@pytest.mark.parametrize("form", sorted(set(EVERY) - {"html"}))  # a page of the JSON lacks the documents
def test_scan_and_report_write_the_same_to_a_file_and_to_standard_output(
    cli: Cli, here: Path, bad: str, form: str
) -> None:
    cli("scan", "--snapshot", bad, "--format", form, "-q", "-o", "audit")
    (file,) = FORMATS[form]
    written = (here / "audit" / file.name).read_bytes().decode()
    assert cli("scan", "--snapshot", bad, "--format", form, "-o", "-") == (1, written, "")
    assert cli("report", f"audit/{FILES[0].name}", "--format", form, "-o", "-") == (0, written, "")
    assert {path.name for path in here.iterdir()} == {"audit"}


def test_the_demo_account_shows_every_format(cli: Cli, here: Path) -> None:
    assert cli("demo", "--format", ",".join(EVERY), "-q") == (0, "", "")
    assert len([*here.iterdir()]) == len(EVERY) + len(FILES)
    assert cli("demo", "--format", "csv", "-o", "-").out.startswith('"status",')


@pytest.mark.parametrize("command", ["scan", "demo"])
@pytest.mark.parametrize("formats", ["", "json", "csv,junit", "csv,html"])
def test_standard_output_takes_one_file(cli: Cli, here: Path, command: str, formats: str) -> None:
    said = cli(command, "-o", "-", "--format", formats)
    assert (said.code, said.out) == (2, "")
    assert "-o - writes one file to standard output: give --format one of html" in said.err
    assert not [*here.iterdir()]


@pytest.mark.parametrize("command", ["scan", "demo"])
def test_an_unknown_format_is_told_the_nearest(cli: Cli, command: str) -> None:
    said = cli(command, "--format", "csv,jnit")
    assert said.code == 2
    assert "there is no format 'jnit': did you mean junit?" in said.err
