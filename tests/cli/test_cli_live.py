"""Commands that ask an account, with an account that answers from memory."""

from __future__ import annotations

import json
import sys
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from leastwise.cli.progress import bar
from leastwise.collect import live
from leastwise.collect.progress import Progress
from leastwise.errors import CollectError
from leastwise.snapshot import loads
from terminal import ADVICE, AUDIT, Said, bad_account

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., Said]

NOTHING = {
    "region": None,
    "profile": None,
    "session": None,
    "endpoint_url": None,
    "progress": None,
    "inventory": False,
    "last_accessed": False,
    "regions": (),
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """How `collect_live` was called; it gives the bad account, whose buckets were denied."""
    seen: dict[str, Any] = {}

    def collect_live(region: str | None = None, **more: Any) -> object:
        seen.update(region=region, **more)
        return (
            bad_account()
            .gap("s3:ListBuckets")
            .gap("s3:GetBucketAcl", target="a")
            .gap("s3:GetBucketAcl", target="b")
            .snapshot()
        )

    monkeypatch.setattr(live, "collect_live", collect_live)
    return seen


def test_collect_saves_and_says_what_was_not_seen(cli: Cli, here: Path, asked: dict[str, Any]) -> None:
    said = cli("collect", "-o", "deep/s.json.gz", "--profile", "p", "--region", "r", "--endpoint-url", "http://e")
    assert (said.code, said.err) == (0, "")
    assert asked == {**NOTHING, "region": "r", "profile": "p", "endpoint_url": "http://e"}
    assert loads((here / "deep" / "s.json.gz").read_bytes()).account == "123456789012"
    first, *middle, last = said.out.splitlines()
    assert first == "deep/s.json.gz: account 123456789012 as of 2026-01-01T00:00:00Z"
    assert middle == [
        "  seen: 18 of 19 calls answered",
        "  not seen: s3:ListBuckets (AccessDenied)",
        "  not seen: s3:GetBucketAcl (AccessDenied, 2 times)",
    ]
    assert last == "Audit it with: leastwise scan --snapshot deep/s.json.gz"


def test_collect_can_be_quiet(cli: Cli, here: Path, asked: dict[str, Any]) -> None:
    assert cli("collect", "-q") == (0, "", "")
    assert [path.name for path in here.iterdir()] == ["snapshot.json.gz"]
    assert asked == NOTHING


def test_scan_of_an_account(cli: Cli, here: Path, asked: dict[str, Any]) -> None:
    said = cli("scan", "--save-snapshot", "s.json", "--region", "r")
    assert said.code == 1
    assert asked["region"] == "r"
    assert {path.name for path in here.iterdir()} == {AUDIT, ADVICE, "s.json"}
    assert loads((here / "s.json").read_bytes()) == live.collect_live()


@pytest.mark.parametrize("command", ["scan", "collect"])
def test_the_inventory_is_asked_on_request(cli: Cli, asked: dict[str, Any], command: str) -> None:
    assert cli(command, "-q", "--inventory", "--regions", "eu-west-1,us-east-1").code in {0, 1}
    assert asked == {**NOTHING, "inventory": True, "regions": ("eu-west-1", "us-east-1")}


@pytest.mark.parametrize("command", ["scan", "collect"])
def test_last_use_is_asked_on_request(cli: Cli, asked: dict[str, Any], command: str) -> None:
    assert cli(command, "-q", "--last-accessed").code in {0, 1}
    assert asked == {**NOTHING, "last_accessed": True}


def test_regions_without_the_inventory_say_nothing(cli: Cli, here: Path, asked: dict[str, Any]) -> None:
    (here / "f.json").write_text('{"calls": {"lambda:ListFunctions": {}}}')
    for arguments in (("scan",), ("collect",), ("scan", "--inventory", "f.json")):
        said = cli(*arguments, "--regions", "eu-west-1")
        assert (said.code, said.out) == (2, "")
        assert said.err == (
            "leastwise: error: --regions says where to ask what runs: give --inventory, without a file, too\n"
        )
    assert asked == {}


def test_nothing_is_asked_for_what_cannot_be_followed(cli: Cli, asked: dict[str, Any]) -> None:
    assert cli("scan", "--checks", "zzz").code == 2
    assert cli("scan", "-o", "/dev/null").code == 2
    assert cli("collect", "-o", "/dev/null/x").code == 2
    assert asked == {}


def test_nothing_could_be_seen(cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise CollectError("AWS denied every call:\nattach a policy")

    monkeypatch.setattr(live, "collect_live", denied)
    for command in ("scan", "collect"):
        said = cli(command)
        assert said == (3, "", "leastwise: error: AWS denied every call: attach a policy\n")
    assert list(here.iterdir()) == []


def test_stopping_is_one_line(cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(live, "collect_live", stopped)
    said = cli("scan")
    assert (said.code, said.out) == (130, "")
    assert said.err.strip() == "leastwise: error: stopped; what was written before is complete"
    assert list(here.iterdir()) == []


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with bar(quiet=False) as listener:
        assert listener is not None
        listener(Progress("buckets", 1, 8))
        listener(Progress("buckets", 5, 8))
        listener(Progress("pages", 2))
    drawn = screen.getvalue()
    assert "buckets" in drawn
    assert "5/8" in drawn
    assert "2/?" in drawn


@pytest.mark.parametrize("quiet", [True, False])
def test_no_bar_where_nobody_watches(monkeypatch: pytest.MonkeyPatch, quiet: bool) -> None:
    screen = Terminal() if quiet else StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    with bar(quiet=quiet) as listener:
        assert listener is None
    assert screen.getvalue() == ""


def test_the_report_names_the_gaps(cli: Cli, here: Path, asked: dict[str, Any]) -> None:
    assert cli("scan", "--strict").code == 4
    assert asked
    assert "s3:ListBuckets" in json.dumps(json.loads((here / AUDIT).read_bytes()))


def test_paths_and_reach_of_an_account(cli: Cli, here: Path, asked: dict[str, Any]) -> None:
    said = cli("paths", "--from", "eve", "--region", "r")
    assert (said.code, asked["region"], asked["inventory"]) == (0, "r", False)
    assert "no path from eve to administrator" in said.out
    assert cli("paths", "--inventory").code == 0
    assert asked["inventory"] is True
    assert cli("blast-radius", "bob").out.startswith("user/bob can become administrator of account 123456789012")
    assert cli("paths", "--as-of", "2026-01-01T00:00:00Z").code == 2
    assert [*here.iterdir()] == []
