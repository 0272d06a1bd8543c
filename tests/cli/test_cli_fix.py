"""`leastwise fix`: what is asked for by id or name, what is shown, and what is said to those who ask amiss."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from remedy.aws_cli import in_world, read
from terminal import Said, save
from world import ACCOUNT, FOREIGN, World, allow, an_account, by_service, document, trust

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., Said]

IAM = f"arn:aws:iam::{ACCOUNT}"
HOSTILE = "e\x1b[31m\u202eve"


def a_world() -> World:
    make = allow(["lambda:CreateFunction", "lambda:InvokeFunction"])
    world = an_account().role("admin", by_service("lambda"), attached=("AdministratorAccess",))
    world.user("ann", inline={"p": document(allow("iam:PassRole", f"{IAM}:role/admin", Sid="Pass"), make)})
    world.user("bob", inline={"p": document(allow("iam:PutUserPolicy", f"{IAM}:user/bob"))})
    world.user("boss", attached=("AdministratorAccess",))
    world.role(
        "sso",
        inline={"p": document(allow("iam:CreateAccessKey", f"{IAM}:user/boss"))},
        path="/aws-reserved/sso.amazonaws.com/",
    )
    return world.user(HOSTILE, inline={HOSTILE: document(allow("iam:PutUserPolicy"))}).user("cy")


@pytest.fixture
def fix(cli: Cli, tmp_path: Path) -> Cli:
    snapshot = save(a_world(), tmp_path / "s.json")
    return lambda *words: cli("fix", *words, "--snapshot", snapshot)


@pytest.fixture
def plan(fix: Cli) -> Callable[..., Any]:
    def ask(*words: str) -> Any:
        said = fix(*words, "--format", "json")
        assert said.code == 0
        return json.loads(said.out)

    return ask


def test_without_a_word_all_that_can_be_ended_is(fix: Cli, plan: Callable[..., Any]) -> None:
    said, made = fix(), plan()
    assert said.code == 0
    assert said.out.startswith("all paths: these ")
    assert all(change["id"] in said.out for change in made["changes"])
    assert made["consequence"]["new"] == []
    assert f"{IAM}:user/bob" in made["consequence"]["freed"]
    assert re.search("\n  new +none\n", said.out)


def test_a_principal_is_shown_its_change_with_the_commands_and_the_way_back(fix: Cli) -> None:
    said = fix("ann")
    assert said.code == 0
    assert "the paths of user ann: this change ends" in said.out
    assert "1. Remove iam:PassRole in statement Pass of user ann, inline policy p" in said.out
    assert '   -      "Action": "iam:PassRole",' in said.out
    apply, back = (row.strip() for row in said.out.splitlines() if row.startswith("   aws iam "))
    world = a_world()
    before = json.dumps(world.users)
    in_world(world, [apply])
    assert "iam:PassRole" not in json.dumps(world.users)
    in_world(world, [back])
    assert json.dumps(world.users) == before
    assert "no usage evidence was given" in said.out


def test_what_if_shows_before_and_after(fix: Cli, plan: Callable[..., Any]) -> None:
    said = fix("bob", "--what-if")
    for words in ("before", "after", "gone ", "remaining", "fewer in an audit"):
        assert words in said.out
    assert "fewer in an audit" not in fix("bob").out
    found = plan("bob", "--what-if")["consequence"]
    assert any(finding.startswith("principal_can_escalate:") for finding in found["findings_gone"])
    assert "findings_gone" not in plan("bob")["consequence"]


def test_a_path_is_found_by_the_beginning_of_its_id(fix: Cli, plan: Callable[..., Any]) -> None:
    (path,) = plan("bob")["paths"]
    assert plan(path)["paths"] == plan(path[:12])["paths"] == plan(path.removeprefix("path:")[:10])["paths"] == [path]
    assert path in fix(path).out


def test_a_change_is_found_by_its_id(plan: Callable[..., Any]) -> None:
    for change in plan()["changes"]:
        (one,) = plan(change["id"])["changes"]
        assert (one["id"], one["after"]) == (change["id"], change["after"])
    (other,) = plan("ann")["changes"]  # one that the plan for all may do without
    assert [c["id"] for c in plan(other["id"])["changes"]] == [other["id"]]


def test_everything_stands_in_the_json(plan: Callable[..., Any]) -> None:
    (change,) = plan("ann")["changes"]
    assert change["before"]["Statement"][0]["Action"] == "iam:PassRole"
    assert [s["Action"] for s in change["after"]["Statement"]] == [["lambda:CreateFunction", "lambda:InvokeFunction"]]
    assert (change["kind"], change["place"]) == ("remove permission", "inline policy")
    assert [s["sid"] for s in change["statements"]] == ["Pass"]
    operation, options = read(change["apply"][0])
    assert operation == "put-user-policy"
    assert json.loads(options["policy-document"]) == change["after"]


def test_who_has_no_path_is_told_so(fix: Cli) -> None:
    said = fix("user/cy")
    assert (said.code, said.out) == (0, "the paths of user cy: there is no path to administrator to end\n")


def test_what_aws_owns_is_left_and_the_reason_is_given(fix: Cli, plan: Callable[..., Any]) -> None:
    assert "change its permission set" in fix("sso").out
    assert plan("sso")["changes"] == []
    assert {left["from"] for left in plan("sso")["not_ended"]} == {f"{IAM}:role/aws-reserved/sso.amazonaws.com/sso"}


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("path:ffffffffffffffff", "there is no path 'path:ffffffffffffffff'"),
        ("path:", "there is no path 'path:'"),
        ("fix:zz", "there is no fix 'fix:zz'"),
        ("nobody", "the account has no principal 'nobody'"),
        ("root", "no policy binds the root user"),
        ("", "the account has no principal ''"),
    ],
)
def test_a_word_that_is_nothings_is_told_what_to_do(fix: Cli, word: str, says: str) -> None:
    said = fix(word)
    assert (said.code, said.out) == (2, "")
    assert says in said.err
    assert said.err.count("\n") == 1


def test_a_path_from_outside_or_one_that_is_no_escalation_is_told_apart(cli: Cli, tmp_path: Path) -> None:
    world = an_account().role("door", trust({"AWS": FOREIGN}), attached=("AdministratorAccess",))
    world.user("ann", inline={"p": document(allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]))})
    snapshot = save(world, tmp_path / "s.json")
    cli("scan", "--snapshot", snapshot, "--quiet", "-o", str(tmp_path))
    report = json.loads((tmp_path / "iam_security_audit.json").read_text())
    (outside,) = {path["id"] for path in report["external_paths"]}
    (latent,) = {path["id"] for path in report["privilege_escalation_paths"]}
    said = cli("fix", outside, "--snapshot", snapshot)
    assert (said.code, said.out) == (2, "")
    assert f"comes from outside: narrow whom the trust policy of {IAM}:role/door lets in" in said.err
    assert "is latent: it ends at no administrator that exists" in cli("fix", latent, "--snapshot", snapshot).err


def test_a_near_id_is_suggested(fix: Cli, plan: Callable[..., Any]) -> None:
    (path,) = plan("bob")["paths"]
    wrong = path[:-1] + ("0" if path[-1] != "0" else "1")
    assert f"did you mean {path}" in fix(wrong).err


def test_nothing_hostile_reaches_the_terminal(fix: Cli) -> None:
    for said in (fix(), fix("--what-if"), fix(f"user/{HOSTILE}")):
        assert said.code == 0
        assert "\x1b" not in said.out
        assert "\u202e" not in said.out
    assert "none that IAM accepts" in fix(f"user/{HOSTILE}").out


def test_what_is_not_to_be_copied_fits_the_screen(fix: Cli) -> None:
    rows = [row for row in fix("ann", "--what-if").out.splitlines() if not row.startswith("   aws iam ")]
    assert max(map(len, rows)) <= 80


def test_the_fewest_are_called_so_where_that_is_known(cli: Cli, tmp_path: Path) -> None:
    world = an_account()
    for name in ("ann", "bob"):
        world.user(name, inline={"p": document(allow("iam:PutUserPolicy", f"{IAM}:user/{name}"))})
    said = cli("fix", "--snapshot", save(world, tmp_path / "s.json"))
    assert said.out.startswith("all paths: these 2 changes end 2 of 2 paths; no fewer such changes would do\n")
