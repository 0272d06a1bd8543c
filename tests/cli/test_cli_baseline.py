"""`leastwise scan --baseline` on the demo account, a week later."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from demos import a_week_later, demo, keep, without
from terminal import AUDIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal import Said

    Cli = Callable[..., Said]


@pytest.fixture
def old(cli: Cli, here: Path) -> str:
    """The audit of the demo account."""
    cli("scan", "--snapshot", keep(demo(), here / "old.json"), "-q", "-o", "old")
    return f"old/{AUDIT}"


@pytest.fixture
def later(here: Path) -> str:
    return keep(a_week_later(), here / "later.json")


def audit_of(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / AUDIT).read_bytes())
    return told


def test_the_screen_shows_what_is_new(cli: Cli, old: str, later: str) -> None:
    said = cli("scan", "--snapshot", later, "--baseline", old)
    assert said.code == 1
    table = said.out[said.out.index("SEVERITY") :].splitlines()
    rows = [line for line in table[1:] if line[:8].strip() in {"critical", "high", "medium", "low", "info"}]
    assert [row.split()[2] for row in rows] == [
        "user/writer-everywhere", "user/zombie-key", "user/key-of-ninety-days", "user/zombie-key",
    ]  # fmt: skip
    assert "4 new, 2 newly exempt, 2 fixed; 43 known are not shown" in " ".join(said.out.split())
    assert len(cli("scan", "--snapshot", later).out.splitlines()) > len(said.out.splitlines())


def test_the_files_hold_everything_with_its_status(cli: Cli, here: Path, old: str, later: str) -> None:
    cli("scan", "--snapshot", later, "-q", "-o", "plain")
    cli("scan", "--snapshot", later, "-q", "--baseline", old)
    plain, told = audit_of(here / "plain"), audit_of(here)
    statuses = {finding["fingerprint"]: finding.pop("status") for finding in told["findings"]}
    assert {word: list(statuses.values()).count(word) for word in statuses.values()} == {"new": 4, "known": 43}
    baseline = told.pop("baseline")
    assert (baseline["new"], baseline["fixed"], baseline["exempt"], baseline["not_assessed"]) == (4, 2, 2, 0)
    assert told == plain


def test_a_report_of_the_file_keeps_the_status(cli: Cli, here: Path, old: str, later: str) -> None:
    cli("scan", "--snapshot", later, "-q", "--baseline", old)
    assert cli("report", AUDIT, "--format", "html", "-q").code == 0
    assert (here / "iam_security_audit.html").exists()


@pytest.mark.parametrize(("form", "nothing"), [("github", "Nothing new in account"), ("markdown", "nothing new")])
def test_what_people_read_is_of_what_is_new(cli: Cli, old: str, later: str, form: str, nothing: str) -> None:
    def told(*flags: str) -> str:
        return cli("scan", "--format", form, "-o", "-", *flags).out

    new = told("--snapshot", later, "--baseline", old)
    assert "writer-everywhere" in new
    assert "mixed-role" not in new
    assert "mixed-role" in told("--snapshot", later)
    assert nothing in told("--snapshot", "old.json", "--baseline", old)


def test_nothing_new_is_a_pass_however_bad_the_account_is(cli: Cli, old: str) -> None:
    said = cli("scan", "--snapshot", "old.json", "--baseline", old, "--fail-on", "info")
    assert said.code == 0
    assert "nothing new; 47 known are not shown" in " ".join(said.out.split())
    assert "SEVERITY" not in said.out
    assert cli("scan", "--snapshot", "old.json", "-q").code == 1


def test_what_is_new_but_lesser_passes(cli: Cli, old: str, later: str) -> None:
    assert cli("scan", "--snapshot", later, "--baseline", old, "-q", "--fail-on", "critical").code == 0
    assert cli("scan", "--snapshot", later, "--baseline", old, "-q", "--fail-on", "never").code == 0


def test_what_could_not_be_seen_again_is_said_and_strict_fails(cli: Cli, here: Path, old: str) -> None:
    blind = keep(without(demo(), ["iam:GetCredentialReport"]), here / "blind.json")
    said = cli("scan", "--snapshot", blind, "--baseline", old)
    assert "10 no longer assessed" in " ".join(said.out.split())
    assert audit_of(here)["baseline"]["fixed"] == 0
    assert cli("scan", "--snapshot", blind, "--baseline", old, "-q", "--strict").code == 4


def test_other_limits_are_pointed_out(cli: Cli, old: str) -> None:
    said = cli("scan", "--snapshot", "old.json", "--baseline", old, "--max-key-age", "365")
    assert "max key age was 90, and is 365" in said.out


@pytest.mark.usefixtures("old")
def test_the_baseline_is_looked_at_before_the_work(cli: Cli, here: Path, later: str) -> None:
    (here / "old.txt").write_text("{}", encoding="utf-8")
    for file in ("old.txt", "nowhere.json"):
        said = cli("scan", "--snapshot", later, "--baseline", file)
        assert (said.code, said.out) == (2, "")
        assert said.err.startswith(f"leastwise: error: {file}")
    told = audit_of(here / "old")
    told["account"]["id"] = "999988887777"
    (here / "other.json").write_text(json.dumps(told), encoding="utf-8")
    assert "other.json is of account 999988887777" in cli("scan", "--snapshot", later, "--baseline", "other.json").err
    cli("scan", "--snapshot", later, "-q", "-o", "later")
    assert "give one that is older" in cli("scan", "--snapshot", "old.json", "--baseline", f"later/{AUDIT}").err
    assert not (here / AUDIT).exists()
