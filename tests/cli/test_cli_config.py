"""Settings from a file and from the environment, and `leastwise config`."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

import click
import pytest

from leastwise.cli import settings
from leastwise.cli.program import COMMANDS, program
from leastwise.cli.settings import flags
from leastwise.errors import UsageError
from terminal import AUDIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal import Said

    Cli = Callable[..., Said]


def write(here: Path, text: str, name: str = "leastwise.toml") -> None:
    (here / name).write_text(text, encoding="utf-8")


def audit_of(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / AUDIT).read_bytes())
    return told


def test_flag_before_environment_before_file_before_default(
    cli: Cli, here: Path, bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limit(*given: str) -> int:
        cli("scan", "--snapshot", bad, "-q", *given)
        days: int = audit_of(here)["coverage"]["limits"]["max_key_age"]
        return days

    assert limit() == 90
    write(here, "[scan]\nmax-key-age = 80\n")
    assert limit() == 80
    monkeypatch.setenv("LEASTWISE_SCAN_MAX_KEY_AGE", "70")
    assert limit() == 70
    assert limit("--max-key-age", "60") == 60
    monkeypatch.setenv("LEASTWISE_SCAN_MAX_KEY_AGE", "")
    assert limit() == 80


def test_every_kind_of_flag_can_be_set(cli: Cli, here: Path, bad: str) -> None:
    write(
        here,
        f'[scan]\nsnapshot = "{bad}"\nquiet = true\nchecks = ["user_*", "key_*"]\nexclude-checks = "user_inactive"\n'
        'fail-on = "never"\noutput = "there"\nformat = ["csv"]\n',
    )
    assert cli("scan") == (0, "", "")
    checks = audit_of(here / "there")["coverage"]["checks"]
    assert set(checks) == {"user_without_mfa", "user_with_multiple_active_keys", "key_older_than_limit"}
    assert len(list((here / "there").iterdir())) == 3


def test_lists_from_the_environment(cli: Cli, here: Path, bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEASTWISE_SCAN_CHECKS", "user_without_mfa,user_inactive key_older_than_limit")
    monkeypatch.setenv("LEASTWISE_SCAN_QUIET", "1")
    monkeypatch.setenv("LEASTWISE_SCAN_FAIL_ON", "never")
    assert cli("scan", "--snapshot", bad) == (0, "", "")
    assert len(audit_of(here)["coverage"]["checks"]) == 3


def test_the_table_of_another_command_is_not_ours(cli: Cli, here: Path, bad: str) -> None:
    write(here, '[diff]\nfail-on = "never"\n\n[who-can]\nsnapshot = "nowhere.json"\n')
    assert cli("scan", "--snapshot", bad, "-q").code == 1


def test_pyproject_has_a_table_for_it_and_our_own_file_comes_first(cli: Cli, here: Path, bad: str) -> None:
    write(here, '[project]\nname = "x"\n', "pyproject.toml")
    assert cli("scan", "--snapshot", bad, "-q").code == 1
    write(here, '[project]\nname = "x"\n[tool.leastwise.scan]\nfail-on = "never"\n', "pyproject.toml")
    assert cli("scan", "--snapshot", bad, "-q").code == 0
    write(here, '[scan]\nfail-on = "low"\n')
    assert cli("scan", "--snapshot", bad, "-q").code == 1


def test_a_broken_pyproject_that_does_not_speak_of_us_is_none_of_ours(cli: Cli, here: Path, bad: str) -> None:
    write(here, "[project\n", "pyproject.toml")
    assert cli("scan", "--snapshot", bad, "-q").code == 1
    write(here, "[tool.leastwise\n", "pyproject.toml")
    said = cli("scan", "--snapshot", bad, "-q")
    assert (said.code, said.err.startswith("leastwise: error: pyproject.toml is no TOML: ")) == (2, True)


def test_a_file_can_be_named(cli: Cli, here: Path, bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, '[scan]\nfail-on = "never"\n', "other.toml")
    assert cli("scan", "--snapshot", bad, "-q", "--config", "other.toml").code == 0
    monkeypatch.setenv("LEASTWISE_CONFIG", "other.toml")
    assert cli("scan", "--snapshot", bad, "-q").code == 0
    said = cli("scan", "--snapshot", bad, "-q", "--config", "nowhere.toml")
    assert (said.code, "nowhere.toml cannot be read (No such file or directory)" in said.err) == (2, True)


def test_a_flag_puts_aside_what_the_file_says_of_those_that_exclude_it(cli: Cli, here: Path, bad: str) -> None:
    write(here, '[scan]\nprofile = "audit"\nregion = "eu-west-1"\nverbose = true\n')
    assert cli("scan", "--snapshot", bad, "-q") == (1, "", "")
    write(here, f'[scan]\nsnapshot = "{bad}"\nprofile = "audit"\n')
    assert "--profile asks an account, --snapshot reads a file" in cli("scan").err


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[scna]\n", "there is no command or [[mute]] 'scna': did you mean scan?"),
        ("[scan]\nfail_on = 'high'\n", "there is no flag of [scan] 'fail_on': did you mean fail-on"),
        ("[scan]\nzzzz = 1\n", "`leastwise config scan` lists them"),
        ("[scan]\nfail-on = 'hgh'\n", "[scan] fail-on: 'hgh' is not one of"),
        ("[scan]\nfail-on = 3\n", "[scan] fail-on must be a text, and is 3"),
        ("[scan]\nstrict = 'yes'\n", "[scan] strict must be true or false, and is 'yes'"),
        ("[scan]\nstrict = 1\n", "[scan] strict must be true or false, and is 1"),
        ("[scan]\nmax-key-age = '90'\n", "[scan] max-key-age must be a whole number, and is '90'"),
        ("[scan]\nmax-key-age = true\n", "[scan] max-key-age must be a whole number, and is True"),
        ("[scan]\nmax-key-age = -1\n", "[scan] max-key-age: -1 is not in the range x>=0"),
        ("[scan]\nchecks = [1]\n", "[scan] checks must be a text, or a list of texts, and is [1]"),
        ("[scan]\noutput = ['a', 'b']\n", "[scan] output must be a text, and is ['a', 'b']"),
        ("[scan.more]\n", "there is no flag of [scan] 'more'"),
        ("scan = 7\n", "scan must be a table of flags, as in [scan]"),
        ("[scan\n", "leastwise.toml is no TOML: "),
        ("\x00", "leastwise.toml is no TOML: "),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(cli: Cli, here: Path, bad: str, text: str, what: str) -> None:
    write(here, text)
    said = cli("scan", "--snapshot", bad)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("leastwise: error: leastwise.toml")
    assert what in said.err
    assert cli("config").code == 2


def test_a_file_that_is_no_text_is_refused(cli: Cli, here: Path) -> None:
    (here / "leastwise.toml").write_bytes(b"\xff\xfe")
    assert "leastwise.toml is no TOML" in cli("checks", "--format", "json").err


def test_config_shows_where_each_value_comes_from(cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, '[scan]\nfail-on = "low"\nchecks = ["user_*"]\n')
    monkeypatch.setenv("LEASTWISE_SCAN_STRICT", "1")
    lines = [line.split("  # ") for line in cli("config", "scan", "--origin").out.splitlines() if "  # " in line]
    origins = {line.split(" = ")[0]: (line.split(" = ")[1].strip(), origin) for line, origin in lines}
    assert origins["fail-on"] == ('"low"', "leastwise.toml")
    assert origins["checks"] == ('["user_*"]', "leastwise.toml")
    assert origins["strict"] == ("true", "LEASTWISE_SCAN_STRICT")
    assert origins["max-key-age"] == ("90", "default")
    assert "profile" not in origins


def test_config_does_not_show_a_token(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEASTWISE_SCAN_MFA_TOKEN", "123456")
    monkeypatch.setenv("LEASTWISE_SCAN_MFA_SERIAL", "phone")
    out = cli("config", "scan", "--origin").out
    assert "123456" not in out
    assert '"(not shown)"' in next(line for line in out.splitlines() if line.startswith("mfa-token ="))
    assert 'mfa-serial = "phone"' in out


def test_config_says_what_a_file_may_say(cli: Cli, here: Path) -> None:
    write(here, '[report]\nformat = "html"\n[fix]\nwhat-if = true\n')
    said = cli("config")
    shown = tomllib.loads(said.out)
    assert shown["report"]["format"] == ["html"]
    assert shown["fix"]["what-if"] is True
    write(here, said.out)
    assert cli("config") == said


def test_config_without_a_file_says_so(cli: Cli) -> None:
    assert cli("config", "diff").out.startswith('# no file\n\n[diff]\nfail-on = "high"\n')
    assert "did you mean scan" in cli("config", "scn").err


def test_a_variable_that_cannot_be_followed_is_named(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEASTWISE_SCAN_MAX_KEY_AGE", "old")
    assert "LEASTWISE_SCAN_MAX_KEY_AGE: 'old' is not a valid integer range" in cli("config").err


@pytest.mark.parametrize(("flag", "value"), [("MAX_KEY_AGE", "old"), ("STRICT", "maybe"), ("FAIL_ON", "hgh")])
def test_a_command_names_it_too(cli: Cli, bad: str, monkeypatch: pytest.MonkeyPatch, flag: str, value: str) -> None:
    monkeypatch.setenv(f"LEASTWISE_SCAN_{flag}", value)
    assert cli("scan", "--snapshot", bad).err.startswith(f"leastwise: error: LEASTWISE_SCAN_{flag}: Invalid value for")
    assert "LEASTWISE" not in cli("scan", "--fail-on", "x", "--strict", "--max-key-age", "1").err


def test_a_command_of_a_command_has_a_table_in_the_table(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = click.Command("security-hub", params=[click.Option(["--region"])], callback=lambda region: region)
    push = click.Group("push", commands=[hub])
    settings.configurable(push, "push", commands=("push",))
    write(here, '[push.security-hub]\nregion = "eu-west-1"\n')
    assert push.main(["security-hub"], standalone_mode=False) == "eu-west-1"
    monkeypatch.setenv("LEASTWISE_PUSH_SECURITY_HUB_REGION", "eu-west-2")
    assert push.main(["security-hub"], standalone_mode=False) == "eu-west-2"
    assert push.main(["security-hub", "--region", "eu-west-3"], standalone_mode=False) == "eu-west-3"
    write(here, '[push.security-hub]\nregoin = "eu-west-1"\n')
    with pytest.raises(UsageError, match=r"no flag of \[push.security-hub\] 'regoin': did you mean region"):
        push.main(["security-hub"], standalone_mode=False)
    write(here, "[push]\nsecurity-hub = 7\n")
    with pytest.raises(UsageError, match="security-hub must be a table"):
        push.main(["security-hub"], standalone_mode=False)


def test_every_flag_of_every_command_has_its_variable() -> None:
    context = click.Context(program)
    for name in COMMANDS:
        command = program.get_command(context, name)
        assert command is not None
        for key, option in flags(command).items():
            assert option.envvar == f"LEASTWISE_{name}_{key}".replace("-", "_").upper()
        assert [option.name for option in command.params].count("config") == 1
