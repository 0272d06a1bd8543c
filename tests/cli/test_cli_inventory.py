"""`--inventory` and `--regions` as a user meets them: what changes in the report, and what is refused in which words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from inventories import HERE, THERE, looked, runs
from leastwise.snapshot import loads
from terminal import AUDIT, Said, save
from world import World, allow, an_account, by_service, document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., Said]

CODE = ["lambda:UpdateFunctionCode", "lambda:InvokeFunction"]


def world() -> World:
    made = an_account().role("boss", by_service("lambda"), attached=("AdministratorAccess",))
    return made.user("eve", inline={"p": document(allow(CODE))})


@pytest.fixture
def plain(tmp_path: Path) -> str:
    return save(world(), tmp_path / "plain.json")


@pytest.fixture
def running(tmp_path: Path) -> str:
    return save(runs(looked(world(), HERE, THERE), "lambda:function", "f", role="boss"), tmp_path / "running.json.gz")


def report(here: Path) -> Any:
    return json.loads((here / AUDIT).read_bytes())


def verdicts(here: Path) -> list[str]:
    return [path["verdict"] for path in report(here)["privilege_escalation_paths"]]


def test_a_file_with_the_inventory_settles_what_was_conditional(cli: Cli, here: Path, plain: str, running: str) -> None:
    assert cli("scan", "-q", "--snapshot", plain).code == 1
    assert verdicts(here) == ["conditional"]
    assert cli("scan", "-q", "--snapshot", plain, "--inventory", running, "--save-snapshot", "s.json").code == 1
    assert verdicts(here) == ["proven"]
    told = report(here)
    (step,) = told["privilege_escalation_paths"][0]["steps"]
    assert step["running"] == [one for one in step["evidence"] if one["source"] == "lambda:ListFunctions"]
    assert step["running"][0]["pointer"] == f"/{HERE}/0"
    assert told["inventory"]["running_resources"] == 1
    assert told["coverage"]["notes"] == ["the inventory comes from a file, taken 2026-01-01T00:00:00Z"]
    assert "lambda:ListFunctions" in loads((here / "s.json").read_bytes()).calls


def test_a_part_of_a_snapshot_will_do(cli: Cli, here: Path, plain: str) -> None:
    (here / "part.json").write_text('{"calls": {"lambda:ListFunctions": {"us-east-1": {"Functions": []}}}}')
    assert cli("scan", "-q", "--snapshot", plain, "--inventory", "part.json").code == 1
    assert verdicts(here) == ["conditional"]
    assert report(here)["coverage"]["notes"][-1] == (
        "the inventory covers these regions, and no list tells whether there are others: us-east-1"
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--inventory",), "--inventory alone asks an account, --snapshot reads a file: name a file that tells"),
        (
            ("--inventory", "nothing.json"),
            "--inventory: there is no file nothing.json: `leastwise collect --inventory`",
        ),
        (("--inventory", "."), "--inventory: . cannot be read: Is a directory"),
        (("--regions", "eu-west-1"), "--regions says where to ask what runs: give --inventory, without a file, too"),
    ],
)
def test_what_cannot_be_followed_is_refused(cli: Cli, here: Path, plain: str, words: Any, says: str) -> None:
    said = cli("scan", "--snapshot", plain, *words)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"leastwise: error: {says}")
    assert list(here.iterdir()) == []


def test_what_is_no_inventory_is_refused(cli: Cli, plain: str, tmp_path: Path) -> None:
    other = save(looked(an_account("999988887777").user("x"), HERE), tmp_path / "other.json")
    for file, says in ((plain, "it holds no answer that tells what runs"), (other, "is of account 999988887777")):
        said = cli("scan", "--snapshot", plain, "--inventory", file)
        assert (said.code, said.out) == (2, "")
        assert says in said.err
        assert said.err.count("\n") == 1


def test_the_screen_says_how_much_of_it_there_is(cli: Cli, here: Path, tmp_path: Path) -> None:
    part = looked(world(), HERE, enabled=(HERE, THERE))
    shown = " ".join(
        cli("scan", "--snapshot", save(runs(part, "lambda:function", "f"), tmp_path / "s.json")).out.split()
    )
    assert "1 running resource" in shown
    assert f"the inventory covers 1 of 2 enabled regions: {HERE}" in shown
    assert here
