"""`--log-format` and `--debug`: what is told on standard error while an account is asked, and what is never told."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

import servers
from leastwise.collect import live
from leastwise.collect.log import LOGGER, note
from servers import Fault, faulty
from terminal import Said, bad_account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Cli = Callable[..., Said]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with servers.moto_server() as url:
        yield url


@pytest.fixture
def url(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    servers.clean_aws_environment(monkeypatch)
    return server


def events(said: Said) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.err.splitlines()]


def test_a_program_reads_one_object_a_line(cli: Cli, url: str) -> None:
    plan = [Fault("GetAccountSummary", "throttle", times=1), Fault("ListRoles", "deny")]
    with faulty(url, plan) as proxy:
        said = cli("scan", "-q", "--endpoint-url", proxy.url, "--log-format", "json")
    told = events(said)
    assert all({"time", "level", "event"} <= event.keys() for event in told)
    by_name = {event["event"]: event for event in told}
    failed = [
        event for event in told if event["event"] == "attempt failed" and event["call"] == "iam:GetAccountSummary"
    ]
    assert [(event["attempt"], event["reason"]) for event in failed] == [(1, "Throttling")]
    gaps = [event for event in told if event["event"] == "gap" and event["call"] == "iam:ListRoles"]
    assert [(event["level"], event["reason"]) for event in gaps] == [("warning", "AccessDenied")]
    ends = {event["phase"]: event["seconds"] for event in told if event["event"] == "phase ends"}
    assert ends.keys() == {"collect", "audit", "write"}
    assert ends["audit"] >= ends["collect"] > 0
    assert by_name["progress"]["stage"] == "questions"
    assert "call" not in by_name


def test_details_name_every_call_and_no_secret(cli: Cli, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIASECRETSECRET1234")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "verysecretindeed")
    role = "arn:aws:iam::123456789012:role/r"
    arguments = (
        "--role-arn",
        role,
        "--external-id",
        "x-secret",
        "--mfa-serial",
        "GAHT12345678",
        "--mfa-token",
        "918273",
    )
    said = cli("collect", "-q", "--endpoint-url", url, *arguments, "--debug")
    assert said.code == 0
    assert "leastwise: debug: call: call=sts:GetCallerIdentity, seconds=" in said.err
    assert "leastwise: info: phase ends: phase=collect, seconds=" in said.err
    for secret in ("SECRET", "verysecret", "x-secret", "918273"):
        assert secret not in said.err


def test_errors_are_told_in_the_same_form(cli: Cli, url: str) -> None:
    with faulty(url, [Fault("*", "expired")]) as proxy:
        said = cli("scan", "--endpoint-url", proxy.url, "--log-format", "json")
    last = events(said)[-1]
    assert (said.code, last["level"], last["event"], last["exit_code"]) == (3, "error", "error", 3)
    assert last["message"].startswith("the AWS credentials have expired")
    assert events(cli("scan", "--log-format", "json", "--checks", "zzz"))[-1]["exit_code"] == 2
    assert cli("scan", "--checks", "zzz").err.startswith("leastwise: error: there is no check")


def test_nothing_is_told_unasked_and_nothing_stays_behind(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "collect_live", lambda *_, **__: bad_account().gap("s3:ListBuckets").snapshot())
    assert "event" in cli("collect", "-q", "--log-format", "json").err
    assert cli("collect", "-q").err == ""
    assert LOGGER.level == logging.NOTSET
    assert [type(handler) for handler in LOGGER.handlers] == [logging.NullHandler]


def test_hostile_words_stay_on_their_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def collect_live(*_: object, **__: object) -> object:
        note("progress", stage="a\n\x1b[31m\u202eb")
        return bad_account().snapshot()

    monkeypatch.setattr(live, "collect_live", collect_live)
    for form in ("text", "json"):
        told = cli("collect", "-q", "--log-format", form).err
        assert "\x1b" not in told
        assert "\u202e" not in told
        assert len(told.splitlines()) == 3
