"""Completion: what is printed for a shell, and what the program answers when a shell asks."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from leastwise.cli.program import COMMANDS
from terminal import Said, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., Said]


def asked(here: Path, words: str) -> list[str]:
    """What fish would offer after these words: the last is being typed."""
    *_, last = words.split(" ")
    said = run(cwd=here, _LEASTWISE_COMPLETE="fish_complete", COMP_WORDS=words, COMP_CWORD=last)
    assert (said.code, said.err) == (0, "")
    return [line.partition(",")[2].partition("\t")[0] for line in said.out.splitlines() if line]


def test_commands_are_completed(here: Path) -> None:
    assert asked(here, "leastwise ") == list(COMMANDS)
    assert asked(here, "leastwise wh") == ["who-can", "what-can"]


def test_options_are_completed(here: Path) -> None:
    assert asked(here, "leastwise scan --save") == ["--save-snapshot"]
    assert asked(here, "leastwise scan --fail-on ") == ["critical", "high", "medium", "low", "info", "never"]


def test_ids_of_checks_are_completed_one_after_the_other(here: Path) -> None:
    assert asked(here, "leastwise scan --checks role_i") == ["role_inactive"]
    assert asked(here, "leastwise scan --exclude-checks role_inactive,role_") == ["role_inactive,role_session_too_long"]
    assert "lambda-001" in asked(here, "leastwise explain lambda-00")
    assert asked(here, "leastwise explain key_") == [
        "key_older_than_limit",
        "key_never_sent",
    ]  # a check, a rule of lint
    assert asked(here, "leastwise explain zzz") == []


def test_whoever_mistypes_is_not_interrupted(here: Path) -> None:
    words = "leastwise scann --ch"
    said = run(cwd=here, _LEASTWISE_COMPLETE="fish_complete", COMP_WORDS=words, COMP_CWORD="--ch")
    assert said == (1, "", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_for_its_shell_and_its_shell_accepts_it(cli: Cli, here: Path, shell: str) -> None:
    said = cli("completion", shell)
    assert (said.code, said.err) == (0, "")
    assert f"_LEASTWISE_COMPLETE={shell}_complete" in said.out
    program = shutil.which(shell)
    if program:  # every machine that tests has bash; the others where they are
        script = here / "script"
        script.write_text(said.out)
        assert subprocess.run([program, "-n", str(script)], capture_output=True, check=False).returncode == 0


def test_another_shell_is_named(cli: Cli) -> None:
    said = cli("completion", "tcsh")
    assert (said.code, said.out) == (2, "")
    assert "'bash', 'zsh', 'fish'" in said.err


def test_an_unknown_question_is_no_audit(here: Path) -> None:
    said = run("demo", cwd=here, _LEASTWISE_COMPLETE="csh_complete")
    assert (said.code, said.out) == (1, "")
    assert [*here.iterdir()] == []
