"""What a command imports: nothing it does not need. Speed itself is measured in benchmarks."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from leastwise.cli.program import COMMANDS, program
from terminal import environment

if TYPE_CHECKING:
    from pathlib import Path

PROBE = """
import atexit, os, sys
heavy = {heavy!r}
def tell(code):
    sys.stdout.flush()
    print(*sorted(set(sys.modules) & set(heavy)), file=sys.stderr)
    end(code)
end, os._exit = os._exit, tell
from leastwise.__main__ import main
sys.argv[1:] = {arguments!r}
main()
tell(0)
"""
AWS = ("boto3", "botocore")
DRAWING = ("rich",)
WORK = ("msgspec", "leastwise.audit", "leastwise.checks")


def imported(arguments: list[str], heavy: tuple[str, ...], cwd: Path) -> list[str]:
    code = PROBE.format(arguments=arguments, heavy=heavy)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd, env=environment(), check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr.splitlines()[-1].split()


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["--version"], ("click", "typing", "leastwise.cli", *AWS, *DRAWING, *WORK)),
        (["--help"], (*AWS, *DRAWING, *WORK)),
        (["permissions"], (*AWS, *DRAWING, *WORK)),
        (["checks"], (*AWS, *DRAWING)),
        (["explain", "user_without_mfa"], (*AWS, *DRAWING)),
        (["demo"], AWS),
        (["demo", "--quiet"], (*AWS, *DRAWING)),
    ],
)
def test_commands_import_only_what_they_need(arguments: list[str], heavy: tuple[str, ...], here: Path) -> None:
    assert imported(arguments, heavy, here) == []


def test_a_scan_of_a_file_never_imports_boto3(here: Path, bad: str) -> None:
    assert imported(["scan", "--snapshot", bad, "--quiet"], (*AWS, *DRAWING), here) == []
    assert imported(["scan", "--snapshot", bad], AWS, here) == []


def test_the_probe_notices_an_import(here: Path) -> None:
    assert imported(["scan"], AWS, here) == ["boto3", "botocore"]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_commands_tells_what_the_commands_are(name: str) -> None:
    import click

    command = program.get_command(click.Context(program), name)
    assert command is not None
    assert command.name == name
    first = (command.help or "").split("\n\n")[0].replace("\n", " ")
    assert first[0].isupper()
    assert first.split()[0] == COMMANDS[name].split()[0]
