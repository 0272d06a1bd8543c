"""`scan --history` and `leastwise trend`, as a user meets them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from terminal import AUDIT, Said

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., Said]


def test_a_scan_is_kept_and_shown(cli: Cli, here: Path, bad: str) -> None:
    for day in ("2026-01-01", "2026-02-01"):
        assert (
            cli("scan", "-q", "--snapshot", bad, "--as-of", f"{day}T00:00:00Z", "--history", "deep/h.sqlite").code == 1
        )
    said = cli("trend", "deep/h.sqlite")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Account 123456789012: 2 runs since 2026-01-01 00:00 UTC, risk ")
    told = json.loads(cli("trend", "deep/h.sqlite", "--format", "json", "--account", "123456789012").out)
    assert [run["taken_at"] for run in told["accounts"][0]["runs"]] == ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"]
    seen = {one["first_seen"] for one in json.loads((here / AUDIT).read_bytes())["findings"]}
    assert "2026-01-01T00:00:00Z" in seen


def test_redaction_does_not_reach_the_history(cli: Cli, here: Path, bad: str) -> None:
    assert cli("scan", "-q", "--snapshot", bad, "--history", "h.sqlite", "--redact").code == 1
    assert "123456789012" in cli("trend", "h.sqlite").out
    assert "123456789012" not in (here / AUDIT).read_text()


def test_words_that_cannot_be_followed(cli: Cli, here: Path, bad: str) -> None:
    assert "there is no history h.sqlite" in cli("trend", "h.sqlite").err
    (here / "notes").write_text("not a database, and long enough not to be taken for an empty one")
    said = cli("scan", "--snapshot", bad, "--history", "notes")
    assert (said.code, said.out) == (2, "")
    assert "notes is no history of leastwise" in said.err
    assert not (here / AUDIT).exists()
    (here / "new").touch()
    assert "new is no history" in cli("trend", "new").err
    cli("scan", "-q", "--snapshot", bad, "--history", "h.sqlite")
    said = cli("trend", "h.sqlite", "--account", "123456789013")
    assert said.code == 2
    assert "did you mean 123456789012?" in said.err
