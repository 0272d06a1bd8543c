"""`leastwise blast-radius`: the table, what is won, the JSON form, several accounts, nonsense."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from terminal import Said, save
from world import ACCOUNT, FOREIGN, World, allow, an_account, by_service, document, trust

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., Said]

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
HOSTILE = "e\x1b[31m\u202eve"
PASS = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]


def a_world() -> World:
    walk = allow("sts:AssumeRole", [f"arn:aws:iam::{ACCOUNT}:role/*", f"arn:aws:iam::{FOREIGN}:role/partner"])
    return (
        an_account()
        .user("ann", inline={"p": document(walk)})
        .user("bob", inline={"p": document(allow(PASS))})
        .user("cat")
        .user(HOSTILE, inline={"p": document(walk)})
        .role("reader", trust({"AWS": ROOT}), inline={"p": document(allow("s3:GetObject", "arn:aws:s3:::payroll/*"))})
        .role("boss", by_service("lambda"), attached=("AdministratorAccess",))
    )


@pytest.fixture
def ask(cli: Cli, tmp_path: Path) -> Cli:
    """Ask about the world above."""
    snapshot = save(a_world(), tmp_path / "s.json")
    return lambda *words: cli("blast-radius", *words, "--snapshot", snapshot)


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_it_tells_whom_it_becomes_and_what_is_won(ask: Cli) -> None:
    said = ask("ann")
    assert (said.code, said.err) == (0, "")
    first, header, row, *_ = said.out.splitlines()
    assert first == "user/ann can become 1 other"
    assert header.split() == ["VERDICT", "HOPS", "BECOMES", "AS", "BY"]
    assert row.split() == ["proven", "1", "role/reader", "user/ann", "sts-001"]
    assert "It wins 1 action that it does not have: 1 read" in said.out
    assert "s3:GetObject on arn:aws:s3:::payroll/* as role/reader" in squeezed(said.out)
    assert f"beyond arn:aws:iam::{FOREIGN}:role/partner, as user/ann, if account {FOREIGN} lets it" in squeezed(
        said.out
    )
    assert max(map(len, said.out.splitlines())) <= 80


def test_an_administrator_is_said_first(ask: Cli) -> None:
    said = squeezed(ask("bob").out)
    assert f"user/bob can become 1 other and administrator of account {ACCOUNT} (proven)" in said
    assert f"whoever administers account {ACCOUNT} can become any of its 6 principals" in said


def test_whoever_reaches_nobody_is_told_so(ask: Cli) -> None:
    assert ask("cat").out.splitlines()[0] == "user/cat can become nobody else"


def test_as_json(ask: Cli) -> None:
    found = json.loads(ask("ann", "--format", "json").out)
    assert found["reached"] == [
        {
            "name": "reader", "arn": f"arn:aws:iam::{ACCOUNT}:role/reader", "type": "role",
            "administrator_of_account": False, "verdict": "proven", "distance": 1,
            "from": f"arn:aws:iam::{ACCOUNT}:user/ann", "method": "sts-001", "conditions": [],
        }
    ]  # fmt: skip
    assert [(win["action"], win["resources"]) for win in found["sensitive_actions"]] == [
        ("s3:GetObject", "arn:aws:s3:::payroll/*")
    ]
    assert found["actions_won"] == {"Read": 1}
    assert found["beyond"][0]["account"] == FOREIGN


def test_nothing_hostile_is_shown(ask: Cli) -> None:
    said = ask(HOSTILE)
    assert said.code == 0
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out


def test_several_accounts_are_joined(cli: Cli, tmp_path: Path) -> None:
    here = save(a_world(), tmp_path / "a.json")
    there = an_account(FOREIGN).role("partner", trust({"AWS": ROOT}), attached=("ReadOnlyAccess",))
    said = cli("blast-radius", "ann", "--snapshot", here, "--snapshot", save(there, tmp_path / "b.json"))
    assert f"{FOREIGN}:role/partner" in said.out
    assert "beyond" not in said.out


@pytest.mark.parametrize(("name", "hint"), [("annn", "did you mean user/ann?"), (ACCOUNT, "is no user, role or group")])
def test_nonsense_is_told_what_to_do(ask: Cli, name: str, hint: str) -> None:
    said = ask(name)
    assert (said.code, said.out) == (2, "")
    assert hint in said.err
