"""`leastwise doctor` as a user meets it: what it prints, and how it ends."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import pytest

from leastwise.cli import doctor
from leastwise.collect import assume
from leastwise.collect import doctor as asking
from leastwise.collect.clock import Clock
from leastwise.collect.diagnosis import Point, State
from leastwise.collect.doctor import Permissions
from leastwise.errors import CollectError
from terminal import Said, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., Said]

ROLE = "arn:aws:iam::123456789012:role/r"
GOOD = Point("identity", State.OK, "arn:aws:iam::123456789012:user/ann")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the account say this."""

    def say(*points: Point, missing: tuple[str, ...] = ()) -> None:
        monkeypatch.setattr(asking, "examine", lambda _: Permissions(points, missing))

    return say


def test_all_is_well(cli: Cli, account: Callable[..., None]) -> None:
    account(GOOD)
    said = cli("doctor")
    assert (said.code, said.err) == (0, "")
    assert "  ok  identity: arn:aws:iam::123456789012:user/ann\n" in said.out
    assert max(map(len, said.out.splitlines())) <= 80
    names = [point["name"] for point in json.loads(cli("doctor", "--format", "json").out)["points"]]
    assert names == ["leastwise", "libraries", "catalogue", "disk", "identity"]


def test_what_is_missing_is_printed_as_a_policy_and_no_failure(cli: Cli, account: Callable[..., None]) -> None:
    account(GOOD, Point("permissions", State.WARN, "one denied", "add it"), missing=("iam:ListRoles",))
    said = cli("doctor")
    assert said.code == 0
    assert "  warn  permissions: one denied\n        add it\n" in said.out
    policy = json.loads(said.out[said.out.index("{") :])
    assert policy["Statement"][0]["Action"] == ["iam:ListRoles"]
    told = json.loads(cli("doctor", "--format", "json").out)
    assert (told["outcome"], told["policy"]) == ("warn", policy)


def test_what_must_be_mended_first_is_exit_code_3(cli: Cli, account: Callable[..., None]) -> None:
    account(Point("credentials", State.FAIL, "none", "get some"))
    assert cli("doctor").code == 3
    assert json.loads(cli("doctor", "--format", "json").out)["outcome"] == "fail"


def test_a_role_that_cannot_be_assumed_is_a_point(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def barred(_: object) -> None:
        raise CollectError("the role cannot be assumed (AccessDenied: no): check --role-arn")

    monkeypatch.setattr(assume, "assumed", barred)
    said = cli("doctor", "--role-arn", ROLE)
    assert (said.code, said.err) == (3, "")
    assert "  fail  credentials: the role cannot be assumed (AccessDenied: no)\n        check --role-arn\n" in said.out
    assert cli("doctor", "--external-id", "x").code == 2


def test_offline_without_credentials_it_says_so(here: Path) -> None:
    said = run("doctor", cwd=here)
    assert (said.code, said.err) == (3, "")
    assert "fail  credentials: no AWS credentials were found" in said.out
    assert [*here.iterdir()] == []


def test_an_old_catalogue_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "Clock", lambda: Clock(now=lambda: datetime(2036, 1, 1, tzinfo=UTC)))
    assert doctor._catalogue().state is State.WARN
    monkeypatch.undo()
    monkeypatch.setattr(doctor, "Clock", lambda: Clock(now=lambda: datetime(2026, 11, 1, tzinfo=UTC)))
    assert doctor._catalogue().state is State.OK


class Usage(NamedTuple):
    free: int


def test_the_disk_is_looked_at(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor._disk(here).state is State.OK
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(5_000_000))
    assert doctor._disk(here) == Point("disk", State.WARN, f"5 MB are left in {here}", "make room, or choose with -o")
    assert doctor._disk(here / "missing").state is State.FAIL
