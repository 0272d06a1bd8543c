"""`--role-arn`, `--external-id`, `--mfa-serial`: as whom an account is asked, and what is said to those who ask amiss."""

from __future__ import annotations

import getpass
import sys
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from leastwise.collect import assume, live
from leastwise.collect.options import Way
from terminal import AUDIT, Said, bad_account

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., Said]

ROLE = "arn:aws:iam::123456789012:role/teams/auditor"
PHONE = "arn:aws:iam::123456789012:mfa/phone"
SESSION = object()


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[Way]:
    """The ways that were gone; the account at their end is the bad one."""
    gone: list[Way] = []

    def assumed(way: Way) -> object:
        gone.append(way)
        return SESSION

    def collect_live(*_: object, session: Any, **__: object) -> object:
        assert session is SESSION
        return bad_account().snapshot()

    monkeypatch.setattr(assume, "assumed", assumed)
    monkeypatch.setattr(live, "collect_live", collect_live)
    monkeypatch.delenv("LEASTWISE_MFA_TOKEN", raising=False)
    monkeypatch.setattr(sys, "stdin", StringIO())
    return gone


@pytest.mark.parametrize("command", ["scan", "collect", "paths", "recommend", "fix"])
def test_a_role_is_assumed_by_every_command_that_asks(cli: Cli, ways: list[Way], command: str) -> None:
    said = cli(command, "--role-arn", ROLE, "--external-id", "x-42", "--profile", "p", "--region", "r")
    assert said.code in {0, 1}
    assert ways == [Way(profile="p", region="r", role_arn=ROLE, external_id="x-42")]


def test_the_token_comes_from_the_flag_or_the_environment(
    cli: Cli, ways: list[Way], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("collect", "-q", "--mfa-serial", PHONE, "--mfa-token", "123456").code == 0
    monkeypatch.setenv("LEASTWISE_MFA_TOKEN", "654321")
    assert cli("collect", "-q", "--mfa-serial", PHONE).code == 0
    assert [way.mfa_token for way in ways] == ["123456", "654321"]


def test_the_terminal_is_asked_once_and_shows_nothing(
    cli: Cli, ways: list[Way], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def typed(prompt: str) -> str:
        asked.append(prompt)
        return " 123456\n"

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", typed)
    said = cli("scan", "--mfa-serial", PHONE)
    assert said.code == 1
    assert "123456\n" not in said.out + said.err
    assert asked == [f"MFA token of {PHONE} (not shown): "]
    assert ways == [Way(mfa_serial=PHONE, mfa_token="123456")]


def test_what_was_typed_is_never_told(cli: Cli, ways: list[Way], here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", lambda _: "hunter2")
    said = cli("scan", "--mfa-serial", PHONE)
    assert said == (2, "", "leastwise: error: the MFA token is not six digits: give what the device shows now\n")
    assert ways == []
    assert not (here / AUDIT).exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--mfa-serial", PHONE), "there is no terminal to ask: give --mfa-token or LEASTWISE_MFA_TOKEN"),
        (("--mfa-serial", PHONE, "--mfa-token", "12345"), "not six digits"),
        (("--mfa-token", "123456"), "give --mfa-serial too"),
        (("--external-id", "x"), "give --role-arn too"),
        (("--role-arn", "auditor"), "--role-arn 'auditor' is no role: write arn:aws:iam::ACCOUNT:role/NAME"),
        (("--role-arn", "arn:aws:iam::123456789012:user/ann"), "is no role"),
    ],
)
def test_words_that_cannot_be_followed_ask_nothing(
    cli: Cli, ways: list[Way], arguments: tuple[str, ...], says: str
) -> None:
    said = cli("scan", *arguments)
    assert (said.code, said.out, ways) == (2, "", [])
    assert says in said.err


def test_a_file_is_read_as_nobody(cli: Cli, bad: str) -> None:
    said = cli("scan", "--snapshot", bad, "--role-arn", ROLE)
    assert said.code == 2
    assert "--role-arn asks an account, --snapshot reads a file" in said.err


def test_a_token_in_the_environment_does_not_concern_a_file(
    cli: Cli, bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEASTWISE_MFA_TOKEN", "123456")
    assert cli("scan", "-q", "--snapshot", bad).code == 1
