"""`leastwise scan` from a file: what is written, what is shown, and the exit code."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from leastwise.checks import all_checks
from leastwise.cli.scan import Choices, command
from leastwise.snapshot import loads
from terminal import ADVICE, AUDIT, Said, bad_account, save
from world import an_account, key

if TYPE_CHECKING:
    from collections.abc import Callable

    Cli = Callable[..., Said]


def findings(place: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((place / AUDIT).read_bytes())["findings"]
    return found


def test_it_writes_both_files_for_their_owner_and_names_them(cli: Cli, here: Path, bad: str) -> None:
    said = cli("scan", "--snapshot", bad)
    for name in (AUDIT, ADVICE):
        assert json.loads((here / name).read_bytes())
        assert stat.S_IMODE((here / name).stat().st_mode) == 0o600
        assert name in said.out
    assert said.err == ""


def test_the_table_stands_on_an_80_column_screen(cli: Cli, bad: str) -> None:
    lines = cli("scan", "--snapshot", bad).out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any("ann" in line for line in lines)


def test_a_directory_is_made_and_nothing_else_is_touched(cli: Cli, here: Path, bad: str) -> None:
    assert cli("scan", "--snapshot", bad, "-o", "deep/er").code == 1
    assert [path.name for path in here.iterdir()] == ["deep"]
    assert {path.name for path in (here / "deep" / "er").iterdir()} == {AUDIT, ADVICE}


def test_the_same_snapshot_gives_the_same_bytes(cli: Cli, here: Path, bad: str) -> None:
    for place in ("one", "two"):
        cli("scan", "--snapshot", bad, "-o", place)
    for name in (AUDIT, ADVICE):
        assert (here / "one" / name).read_bytes() == (here / "two" / name).read_bytes()


def guardrail(name: str, effect: str, action: str, **more: str) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": "*", **more}
    Path(name).write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return name


def test_scps_and_rcps_can_be_given_as_files(cli: Cli, here: Path, bad: str) -> None:
    assert "principal_with_admin_access" in {found["check"] for found in cli_findings(cli, here, bad)}
    places = guardrail("no-iam.json", "Deny", "iam:*"), guardrail("all.json", "Allow", "*") + "@root"
    rcp = guardrail("guard.json", "Deny", "s3:*", Principal="*")
    found = cli_findings(
        cli, here, bad, "--scp", places[0], "--scp", places[1], "--rcp", rcp, "--save-snapshot", "s.json"
    )
    assert "principal_with_admin_access" not in {one["check"] for one in found}
    notes = [
        "SCPs come from files, for these levels only: root, account",
        "FullAWSAccess is taken to be attached beside the SCPs that only deny: account",
        "RCPs come from files, for these levels only: account",
    ]
    assert json.loads((here / AUDIT).read_bytes())["coverage"]["notes"] == notes
    assert loads((here / "s.json").read_bytes()).notes == notes
    assert notes[0] in " ".join(cli("scan", "--snapshot", "s.json").out.split())


def cli_findings(cli: Cli, here: Path, *arguments: str) -> list[dict[str, Any]]:
    assert cli("scan", "-q", "--snapshot", *arguments).code in {0, 1}
    return findings(here)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("no.json", "there is no file or folder no.json"),
        ("x.json@nowhere", "'nowhere' is no level"),
        ("x.json", "x.json: it holds no policy"),
    ],
)
def test_what_is_wrong_with_a_guardrail_is_said_before_anything_is_asked(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch, place: str, said: str
) -> None:
    def ask(*_: Any, **__: Any) -> None:
        raise AssertionError("the account was asked")

    monkeypatch.setattr("leastwise.cli.source.Account.collect", ask)
    (here / "x.json").write_text("{}")
    answer = cli("scan", "--scp", place)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_quiet_prints_nothing(cli: Cli, bad: str) -> None:
    assert cli("scan", "--snapshot", bad, "--quiet") == (1, "", "")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--fail-on", "never"), 0),
        (("--fail-on", "CRITICAL", "--checks", "key_older_than_limit"), 0),
        (("--fail-on", "high", "--checks", "user_without_mfa"), 1),
        (("--fail-on", "info", "--exclude-checks", "*"), 0),
        (("--strict",), 1),
    ],
)
def test_exit_codes_of_a_complete_view(cli: Cli, bad: str, options: tuple[str, ...], code: int) -> None:
    assert cli("scan", "--snapshot", bad, "-q", *options).code == code


@pytest.mark.parametrize(("options", "code"), [((), 1), (("--strict",), 4), (("--strict", "--fail-on", "never"), 4)])
def test_gaps_win_under_strict(cli: Cli, gappy: str, options: tuple[str, ...], code: int) -> None:
    assert cli("scan", "--snapshot", gappy, "-q", *options).code == code


def test_what_is_left_out_does_not_fail(cli: Cli, here: Path, bad: str) -> None:
    assert cli("scan", "--snapshot", bad, "-q", "--min-severity", "critical", "--checks", "user_*").code == 0
    assert findings(here) == []


@pytest.mark.parametrize(
    "options",
    [("--checks", "user_without_mfa,user_inactive"), ("--checks", "user_without_mfa", "--checks", "user_inactive")],
)
def test_checks_may_be_listed_either_way(cli: Cli, here: Path, bad: str, options: tuple[str, ...]) -> None:
    cli("scan", "--snapshot", bad, "-q", *options)
    assert json.loads((here / AUDIT).read_bytes())["coverage"]["checks"] == ["user_inactive", "user_without_mfa"]


def test_checks_may_be_excluded_by_pattern(cli: Cli, here: Path, bad: str) -> None:
    cli("scan", "--snapshot", bad, "-q", "--exclude-checks", "user_*, key_*")
    rest = [check.id for check in all_checks() if not check.id.startswith(("user_", "key_"))]
    assert json.loads((here / AUDIT).read_bytes())["coverage"]["checks"] == rest


def test_thresholds_are_flags(cli: Cli, here: Path, tmp_path: Path) -> None:
    world = (
        an_account().user("bob", keys=(key(50, used=1),)).role("long", session=7200).role("unused", age=100, used=50)
    )
    snapshot = save(world, tmp_path / "s.json")
    names = ("key_older_than_limit", "role_session_too_long", "role_inactive")

    def fired(*options: str) -> set[str]:
        cli("scan", "--snapshot", snapshot, "-q", "--checks", ",".join(names), *options)
        return {finding["check"] for finding in findings(here)}

    assert fired() == set()
    assert fired("--max-key-age", "40") == {"key_older_than_limit"}
    assert fired("--max-session", "7200") == {"role_session_too_long"}
    assert fired("--inactive-after", "40") == {"role_inactive"}


def test_a_bare_dump_is_as_old_as_it_is_told_to_be(cli: Cli, here: Path, tmp_path: Path) -> None:
    details = bad_account().snapshot().calls["iam:GetAccountAuthorizationDetails"]
    (tmp_path / "dump.json").write_bytes(bytes(details))
    said = cli("scan", "--snapshot", str(tmp_path / "dump.json"), "--as-of", "2026-01-01", "-q", "--strict")
    assert said.code == 2
    assert "--as-of" in said.err
    said = cli("scan", "--snapshot", str(tmp_path / "dump.json"), "--as-of", "2026-01-01T00:00:00Z", "-q", "--strict")
    assert said.code == 4
    assert json.loads((here / AUDIT).read_bytes())["taken_at"] == "2026-01-01T00:00:00Z"


def test_the_snapshot_can_be_kept(cli: Cli, here: Path, bad: str) -> None:
    assert cli("scan", "--snapshot", bad, "-q", "--save-snapshot", "kept/copy.json.gz").code == 1
    assert loads((here / "kept" / "copy.json.gz").read_bytes()) == loads(Path(bad).read_bytes())


def test_json_is_a_format_that_adds_nothing(cli: Cli, here: Path, bad: str) -> None:
    assert cli("scan", "--snapshot", bad, "-q", "--format", "json,json").code == 1
    assert {path.name for path in here.iterdir()} == {AUDIT, ADVICE}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--snapshot", "missing.json"), "there is no file missing.json"),
        (("--snapshot", "."), "is a directory"),
        (("--format", "jsn"), "there is no format 'jsn': did you mean json?"),
        (("--format", "docx"), "there is no format 'docx': `leastwise scan --help` lists them"),
        (("--checks", "user_without_mfaa"), "there is no check 'user_without_mfaa': did you mean user_without_mfa"),
        (("--exclude-checks", "zzz"), "there is no check 'zzz': `leastwise checks` lists them"),
        (("--fail-on", "bad"), "'bad' is not one of 'critical', 'high'"),
        (("--max-key-age", "-1"), "-1 is not in the range x>=0; `leastwise scan --help` shows the usage"),
        (("--as-of", "2026-01-01T00:00:00Z"), "--as-of tells the age of a file: give --snapshot too"),
        (("--snapshot", "x", "--region", "eu-west-1"), "--region asks an account, --snapshot reads a file"),
        (("--snapshot", "x", "--last-accessed"), "--last-accessed asks an account, --snapshot reads a file"),
        (("--snapshot", "x", "--profile", "p"), "--profile asks an account"),
        (("--snapshot", "x", "--endpoint-url", "http://x"), "--endpoint-url asks an account"),
        (("--quiet", "--verbose"), "--quiet and --verbose exclude each other"),
        (("--unknown",), "No such option"),
        (("spare",), "unexpected extra argument (spare); `leastwise scan --help` shows the usage"),
    ],
)
def test_what_cannot_be_followed(cli: Cli, here: Path, options: tuple[str, ...], words: str) -> None:
    said = cli("scan", *options)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("leastwise: error: ")
    assert said.err.count("\n") == 1
    assert words in said.err
    assert list(here.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told_before_the_work(cli: Cli, here: Path) -> None:
    (here / "file").write_text("")
    for options in (("-o", "file"), ("-o", "file/deeper"), ("--save-snapshot", "file/s.json")):
        said = cli("scan", *options, "--snapshot", "missing.json")
        assert said.code == 2
        assert "choose another directory with -o" in said.err


def test_verbose_shows_the_details_of_a_gap(cli: Cli, gappy: str) -> None:
    command_line = ("scan", "--snapshot", gappy)
    assert "could not see iam:GetCredentialReport" not in cli(*command_line).out
    assert "could not see iam:GetCredentialReport" in " ".join(cli(*command_line, "--verbose").out.split())


def test_verbose_shows_where_a_check_failed(cli: Cli, bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from leastwise.checks import user_without_mfa

    def broken(*_: object) -> None:
        raise KeyError("the bug")

    monkeypatch.setattr(user_without_mfa, "not_in_report", broken)
    said = cli("scan", "--snapshot", bad)
    assert (said.code, said.err) == (1, "")
    assert "user_without_mfa" in said.out
    assert "KeyError: 'the bug'" in cli("scan", "--snapshot", bad, "-v").err


def test_every_flag_has_its_choice() -> None:
    flags = {parameter.name for parameter in command.params if parameter.expose_value}
    assert flags == set(Choices.__struct_fields__)
