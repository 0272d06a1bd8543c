"""The small commands, and what the program says of itself."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from leastwise.checks import all_checks
from leastwise.cli.program import COMMANDS
from leastwise.collect.permissions import required_policy
from leastwise.escalation.method import methods
from leastwise.escalation.prose import premises, with_blanks
from terminal import ADVICE, AUDIT, Said

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from leastwise.checks.core import Check
    from leastwise.escalation.method import Method

    Cli = Callable[..., Said]


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_lists_every_command(cli: Cli, flag: str) -> None:
    said = cli(flag)
    assert (said.code, said.err) == (0, "")
    assert all(f"\n  {name} " in said.out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(cli: Cli, name: str) -> None:
    said = cli(name, "--help")
    assert said.code == 0
    assert said.out.startswith(f"Usage: leastwise {name} ")
    assert said.out.isascii()


def test_no_command_is_no_success(cli: Cli) -> None:
    said = cli()
    assert (said.code, said.out) == (2, "")
    assert "Start with `leastwise demo`" in " ".join(said.err.split())


def test_an_unknown_command(cli: Cli) -> None:
    assert cli("scna") == (2, "", "leastwise: error: there is no command 'scna': did you mean scan?\n")


def test_an_unknown_option(cli: Cli) -> None:
    said = cli("--verison")
    assert said.code == 2
    assert said.err.count("\n") == 1


def test_the_demo_finds_much_and_exits_with_0(cli: Cli, here: Path) -> None:
    said = cli("demo")
    assert (said.code, said.err) == (0, "")
    assert {path.name for path in here.iterdir()} == {AUDIT, ADVICE}
    assert json.loads((here / AUDIT).read_bytes())["findings"]
    assert "leastwise scan --profile" in said.out.splitlines()[-1]


def test_the_demo_goes_where_it_is_told_and_can_be_quiet(cli: Cli, here: Path) -> None:
    assert cli("demo", "-o", "out", "-q") == (0, "", "")
    assert {path.name for path in (here / "out").iterdir()} == {AUDIT, ADVICE}


def test_the_demo_account_can_be_kept_and_asked(cli: Cli) -> None:
    assert cli("demo", "-q", "--save-snapshot", "deep/demo.json.gz").code == 0
    assert "user/passer-lambda" in cli("paths", "--snapshot", "deep/demo.json.gz", "--from", "user/passer-lambda").out


def test_checks_are_listed(cli: Cli) -> None:
    lines = cli("checks").out.splitlines()
    assert [line.split()[:2] for line in lines] == [[check.id, check.severity.label] for check in all_checks()]
    assert all(line.endswith(check.title) for line, check in zip(lines, all_checks(), strict=True))


def test_checks_are_listed_for_programs(cli: Cli) -> None:
    listed = json.loads(cli("checks", "--format", "json").out)
    assert [row["id"] for row in listed] == [check.id for check in all_checks()]
    assert all(row["severity"] and row["title"] for row in listed)


def test_the_policy_is_printed_as_it_is(cli: Cli) -> None:
    assert json.loads(cli("permissions").out) == required_policy()
    last_used = json.loads(cli("permissions", "--last-accessed").out)
    assert last_used == required_policy(last_accessed=True) != required_policy()
    logs = json.loads(cli("permissions", "--evidence", "cloudtrail").out)
    assert logs == required_policy(evidence=("cloudtrail",)) != required_policy()
    assert json.loads(cli("permissions", "--inventory").out) == required_policy(inventory=True) != required_policy()


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.id)
def test_a_check_is_explained(cli: Cli, check: Check) -> None:
    said = cli("explain", check.id)
    assert said.code == 0
    flat = " ".join(said.out.split())
    for text in (check.title, check.attack, *check.fix, *sorted(check.needs)):
        assert text in flat
    assert max(len(line) for line in said.out.splitlines() if "https://" not in line) <= 80


@pytest.mark.parametrize("method", methods(), ids=lambda method: method.id)
def test_a_method_is_explained(cli: Cli, method: Method) -> None:
    said = cli("explain", method.id)
    assert said.code == 0
    flat = " ".join(said.out.split())
    for text in (method.title, method.attack, *method.actions, *premises(method), *method.fix):
        assert with_blanks(text) in flat
    for line in method.commands:
        assert f"  {with_blanks(line)}\n" in said.out
    assert not re.search(r"\{\w+\}", said.out)
    assert ("closed or closing" in flat) is method.end_of_life


def test_nothing_to_explain(cli: Cli) -> None:
    said = cli("explain", "user_without_mfaa")
    assert (said.code, said.out) == (2, "")
    assert "there is no check, method or rule 'user_without_mfaa': did you mean user_without_mfa" in said.err


def test_evidence_may_be_asked_of_an_account_that_a_file_shows(cli: Cli, gappy: str) -> None:
    flags = ("--snapshot", gappy, "--profile", "nobody-s-profile")
    refused = cli("recommend", *flags)
    assert (refused.code, "asks an account, --snapshot reads a file" in refused.err) == (2, True)
    asked = cli("recommend", *flags, "--evidence", "lookup-events")
    assert (asked.code, "nobody-s-profile" in asked.err) == (3, True)
