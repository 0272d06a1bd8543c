"""`leastwise paths`: the table, one path in full, other targets, several accounts, what comes from outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from inventories import HERE, looked, runs
from terminal import Said, save
from world import ACCOUNT, FOREIGN, World, allow, an_account, by_service, document, trust

if TYPE_CHECKING:
    from collections.abc import Callable

    Cli = Callable[..., Said]

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
HOSTILE = "e\x1b[31m\u202eve"
PASS = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]
THERE = f"arn:aws:iam::{FOREIGN}:role/boss"


def a_world() -> World:
    return (
        an_account()
        .user("ann", inline={"deploy": document(allow(PASS, Sid="Deploy"))})
        .user("bob", inline={"own": document(allow("iam:PutUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/bob"))})
        .user("cat", attached=("ReadOnlyAccess",))
        .user("dan", attached=("AdministratorAccess",))
        .user("eli", tags={"EmergencyAccess": "true"}, inline={"p": document(allow("iam:*"))})
        .user(HOSTILE, inline={HOSTILE: document(allow("lambda:UpdateFunctionCode"))})
        .role("boss", by_service("lambda"), attached=("AdministratorAccess",))
        .role("reader", trust({"AWS": ROOT}), attached=("ReadOnlyAccess",))
        .role("door", trust({"AWS": f"arn:aws:iam::{FOREIGN}:root"}), attached=("AdministratorAccess",))
    )


@pytest.fixture
def ask(cli: Cli, tmp_path: Path) -> Cli:
    """Ask for paths in the world above."""
    snapshot = save(a_world(), tmp_path / "s.json")
    return lambda *words: cli("paths", *words, "--snapshot", snapshot)


def squeezed(text: str) -> str:
    return " ".join(text.split())


def told(said: Said) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said.out)
    return found


def ends(said: Said) -> list[tuple[str, str]]:
    """Source and target of all paths, by name."""
    found = told(said)
    return [(p["principal_name"], p["target_name"]) for p in (*found["paths"], *found["external_paths"])]


def test_the_table_fits_eighty_columns_and_shows_nothing_hostile(ask: Cli) -> None:
    said = ask()
    assert (said.code, said.err) == (0, "")
    first, header, *rows = said.out.splitlines()
    assert first == "4 paths to administrator: from 3 of 9 users and roles, 1 from outside"
    assert header.split() == ["ID", "VERDICT", "HOPS", "FROM", "TO", "METHODS"]
    assert squeezed(rows[0]).endswith("proven 1 user/ann -> role/boss lambda-001")
    assert squeezed(rows[1]).endswith("proven 1 user/bob -> itself iam-007")
    assert "conditional" in rows[2]
    assert squeezed(rows[3]).endswith(f"conditional 1 account {FOREIGN} -> role/door enter-account")
    assert max(map(len, said.out.splitlines())) <= 80
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out


def test_one_source_is_shown_in_full(ask: Cli) -> None:
    said = squeezed(ask("--from", "ann").out)
    for part in (
        "1 path from ann to administrator", "proven, 1 hop: user/ann -> role/boss",
        "1. Passes a role to a new Lambda function and invokes it (lambda-001, proven)",
        f"permission iam:PassRole on arn:aws:iam::{ACCOUNT}:role/boss by user/ann deploy /UserDetailList/0/UserPolicyList/0/PolicyDocument/Statement/0 (Deploy)",
        "trust role/boss trust policy /RoleDetailList/0/AssumeRolePolicyDocument/Statement/0",
        "stopped by remove or scope iam:PassRole", "$ aws lambda create-function",
    ):  # fmt: skip
        assert part in said


def test_a_path_is_shown_by_its_id_or_the_beginning_of_it(ask: Cli) -> None:
    row = ask().out.splitlines()[2]
    said = ask(row.split()[0])
    assert "user/ann -> role/boss" in said.out
    (path,) = told(ask(row.split()[0], "--format", "json"))["paths"]
    assert path["id"].startswith(f"path:{row.split()[0]}")
    assert ask(path["id"]).code == 0


@pytest.mark.parametrize(
    ("words", "code", "answer"),
    [
        ((), 0, "proven"),
        (("--expect", "proven"), 0, "proven"),
        (("--expect", "none"), 1, "proven"),
        (("--from", "cat", "--expect", "none"), 0, "none"),
        (("--from", "dan", "--expect", "none"), 0, "none"),
        (("--from", "ann", "--expect", "none"), 1, "proven"),
        (("--from", "cat", "--to", "role/reader", "--expect", "none"), 0, "none"),
        (("--from", "bob", "--to", "role/reader", "--expect", "none"), 1, "proven"),
        (("--from", FOREIGN, "--expect", "conditional"), 0, "conditional"),
        (("--from", "anyone", "--expect", "none"), 0, "none"),
        (("--from", "111122223333", "--expect", "none"), 0, "none"),
        (("--verdict", "latent", "--expect", "none"), 0, "none"),
        (("--method", "lambda-003", "--expect", "conditional"), 0, "conditional"),
    ],
)
def test_an_expectation_decides_the_exit_code(ask: Cli, words: tuple[str, ...], code: int, answer: str) -> None:
    said = ask(*words, "--format", "json")
    assert (said.code, told(said)["answer"]) == (code, answer)
    assert bool(said.err) is bool(code)


def test_paths_lead_to_whom_is_asked_for(ask: Cli) -> None:
    assert ("ann", "boss") in ends(ask("--to", "role/boss", "--format", "json"))
    to_reader = ask("--to", "reader", "--format", "json")
    assert ends(to_reader) == [("ann", "reader"), ("bob", "reader"), (HOSTILE, "reader"), (FOREIGN, "reader")]
    (path,) = told(ask("--to", "reader", "--from", "bob", "--format", "json"))["paths"]
    assert path["methods"] == ["iam-007", "sts-001"]
    assert path["verdict"] == "proven"
    assert ("dan", "reader") in ends(ask("--to", "reader", "--from", "dan", "--format", "json"))


def test_an_account_stands_for_its_administrators(ask: Cli) -> None:
    assert ends(ask("--to", ACCOUNT, "--format", "json")) == ends(ask("--format", "json"))
    assert ends(ask("--to", ROOT, "--format", "json")) == ends(ask("--format", "json"))


def test_what_is_not_shown_is_counted_and_can_be_asked_for(ask: Cli) -> None:
    assert "others" not in ask("--verdict", "proven", "--verdict", "conditional", "--from", "ann").out
    assert "--verdict shows them" in ask("--verdict", "proven").out
    said = ask("--from", "dan").out
    assert "no path from dan to administrator" in said
    assert "user/dan is a full administrator already" in squeezed(said)
    said = ask("--from", "eli").out
    assert "user/eli -> user/eli" in said
    assert "exempt (tagged EmergencyAccess=true" in squeezed(said)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--from", "annn"), "did you mean user/ann?"),
        (("--to", "role/bos"), "did you mean role/boss"),
        (("--to", "anyone"), "no principal 'anyone'"),
        (("--to", "111122223333"), "no principal '111122223333'"),
        (("--from", f"arn:aws:iam::{FOREIGN}:user/x"), f"is nobody in {ACCOUNT}"),
        (("--method", "lambda-01"), "did you mean lambda-001"),
        (("--verdict", "maybe"), "is not one of"),
        (("nonsense",), "'nonsense' is no id of a path"),
        (("ffff0000",), "there is no path 'ffff0000'"),
    ],
)
def test_nonsense_is_told_what_to_do(ask: Cli, words: tuple[str, ...], hint: str) -> None:
    said = ask(*words)
    assert (said.code, said.out) == (2, "")
    assert hint in said.err
    assert said.err.count("\n") == 1


def test_a_source_of_many_paths_has_a_table_too(cli: Cli, tmp_path: Path) -> None:
    world = an_account()
    for number in range(6):
        world.role(f"r{number}", trust({"AWS": f"arn:aws:iam::{FOREIGN}:root"}), attached=("AdministratorAccess",))
    said = cli("paths", "--from", FOREIGN, "--snapshot", save(world, tmp_path / "s.json"))
    assert len([line for line in said.out.splitlines() if "-> role/r" in line]) == 6
    assert "permission" not in said.out


def test_what_could_not_be_read_is_no_pass(cli: Cli, tmp_path: Path) -> None:
    broken = an_account().user("ann", inline={"p": {"Statement": [{"Effect": "Maybe"}]}}).user("bob")
    snapshot = save(broken, tmp_path / "broken.json")
    said = cli("paths", "--snapshot", snapshot, "--expect", "none")
    assert said.code == 1
    assert "not everything could be read" in squeezed(said.out)
    assert "not judged p of arn:aws:iam::123456789012:user/ann cannot be read" in squeezed(said.out)
    many = an_account()
    for number in range(9):
        many.user(f"u{number}", inline={"p": {"Statement": "?"}})
    assert "and 4 more" in cli("paths", "--snapshot", save(many, tmp_path / "many.json")).out
    assert cli("paths", "--snapshot", snapshot, "--from", "bob", "--expect", "none").code == 0
    blind = save(an_account().gap("iam:GetAccountAuthorizationDetails"), tmp_path / "blind.json")
    assert cli("paths", "--snapshot", blind, "--expect", "none").code == 1


def test_a_source_outside_is_called_as_the_table_shows_it(cli: Cli, tmp_path: Path) -> None:
    trusted = trust({"AWS": f"arn:aws:iam::{FOREIGN}:role/scanner"})
    world = an_account().role("boss", trusted, attached=("AdministratorAccess",))
    snapshot = save(world, tmp_path / "s.json")
    assert f"{FOREIGN}:role/scanner -> role/boss" in squeezed(cli("paths", "--snapshot", snapshot).out)
    for name in (f"{FOREIGN}:role/scanner", "scanner", f"arn:aws:iam::{FOREIGN}:role/scanner"):
        assert ends(cli("paths", "--from", name, "--snapshot", snapshot, "--format", "json")) == [("scanner", "boss")]


# several accounts


@pytest.fixture
def two(tmp_path: Path) -> tuple[str, ...]:
    """Ann may assume the boss of the other account, who trusts her account."""
    here = an_account().user("ann", inline={"p": document(allow("sts:AssumeRole", THERE))})
    there = an_account(FOREIGN).role("boss", trust({"AWS": ROOT}), attached=("AdministratorAccess",))
    return "--snapshot", save(here, tmp_path / "a.json"), "--snapshot", save(there, tmp_path / "b.json")


def test_several_snapshots_are_joined(cli: Cli, two: tuple[str, ...]) -> None:
    said = cli("paths", *two, "--format", "json")
    assert ends(said) == [("ann", "boss"), (ACCOUNT, "boss")]
    assert [account["id"] for account in told(said)["accounts"]] == [ACCOUNT, FOREIGN]
    assert f"{ACCOUNT}:user/ann -> {FOREIGN}:role/boss" in squeezed(cli("paths", *two, "--from", "ann").out)
    assert ends(cli("paths", *two[:2], "--format", "json")) == []
    assert ends(cli("paths", *two[2:], "--format", "json")) == [(ACCOUNT, "boss")]


def test_names_that_several_accounts_have_must_be_told_apart(cli: Cli, two: tuple[str, ...], tmp_path: Path) -> None:
    other = "--snapshot", save(an_account("111122223333").user("ann"), tmp_path / "c.json")
    said = cli("paths", *two, *other, "--from", "ann")
    assert said.code == 2
    assert f"'ann' may be arn:aws:iam::111122223333:user/ann or arn:aws:iam::{ACCOUNT}:user/ann" in said.err
    for name in (f"arn:aws:iam::{ACCOUNT}:user/ann", f"{ACCOUNT}:user/ann", f"{ACCOUNT}:ann"):
        assert ends(cli("paths", *two, *other, "--from", name, "--format", "json")) == [("ann", "boss")]
    assert cli("paths", *two, *other, "--from", f"{ACCOUNT}:user/bob").code == 2


def test_the_same_account_twice_is_an_error(cli: Cli, two: tuple[str, ...]) -> None:
    said = cli("paths", *two, *two[2:])
    assert said.code == 2
    assert f"both show account {FOREIGN}: give one of them" in said.err


def test_snapshots_of_different_times_are_noted(cli: Cli, two: tuple[str, ...]) -> None:
    assert "of different times" not in cli("paths", *two).out
    file = Path(two[1])
    file.write_text(json.dumps({**json.loads(file.read_text()), "taken_at": "2026-02-01T00:00:00Z"}))
    assert "different times, from 2026-01-01 00:00 to 2026-02-01 00:00 UTC" in squeezed(cli("paths", *two).out)


def test_an_inventory_of_one_account_is_refused_for_several(cli: Cli, two: tuple[str, ...]) -> None:
    said = cli("paths", *two, "--inventory", "x.json")
    assert said.code == 2


# as a graph


@pytest.mark.parametrize(
    ("form", "start"),
    [("opengraph", '{\n  "metadata"'), ("graphml", "<?xml"), ("dot", "digraph"), ("mermaid", "flowchart LR")],
)
def test_the_same_paths_are_drawn_as_a_graph(ask: Cli, form: str, start: str) -> None:
    said = ask("--format", form)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(start)
    assert "\x1b" not in said.out
    assert f"administrator of {ACCOUNT}" in said.out
    assert "role/reader" not in said.out
    aimed = ask("--to", "reader", "--format", form)
    assert "role/reader" in aimed.out
    assert "administrator of" not in aimed.out
    assert ask("--format", form, "--expect", "none").code == 1


def test_a_picture_that_is_too_large_for_mermaid_is_cut_and_says_so(cli: Cli, tmp_path: Path) -> None:
    world = an_account()
    for number in range(70):
        world.user(
            f"u{number}", inline={"p": document(allow("iam:PutUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/u{number}"))}
        )
    said = cli("paths", "--format", "mermaid", "--snapshot", save(world, tmp_path / "s.json"))
    assert said.code == 0
    assert "59 of 70 paths have room in the picture" in said.err
    assert "%% 59 of 70 paths: there is room for 60 places" in said.out


def test_what_runs_is_shown_with_its_place_in_the_inventory(cli: Cli, tmp_path: Path) -> None:
    world = an_account().user("eve", inline={"p": document(allow("lambda:UpdateFunctionCode"))})
    world.role("boss", by_service("lambda"), attached=("AdministratorAccess",))
    plain = save(world, tmp_path / "plain.json")
    running = save(runs(looked(world, HERE), "lambda:function", HOSTILE, role="boss"), tmp_path / "running.json")
    without = cli("paths", "--from", "eve", "--snapshot", plain)
    assert "  running  " not in without.out
    for source in (("--snapshot", running), ("--snapshot", plain, "--inventory", running)):
        said = cli("paths", "--from", "eve", *source)
        assert f"/{HERE}/0: bears arn:aws:iam::{ACCOUNT}:role/boss" in squeezed(said.out)
        assert not {"\x1b", "\u202e"} & set(said.out)
