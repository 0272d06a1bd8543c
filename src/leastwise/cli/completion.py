"""`leastwise completion`: what a shell needs to complete commands, options and the ids of checks.

The shell asks the program itself, with `_LEASTWISE_COMPLETE` set (`process` sees to that before anything else).
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ZshComplete, shell_complete

from leastwise.errors import LeastwiseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

NAME = "leastwise"
VARIABLE = "_LEASTWISE_COMPLETE"
SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.command("completion")
@click.argument("shell", type=click.Choice([*SHELLS]))
def command(shell: str) -> None:
    """Print what makes a shell complete commands, options and ids of checks.

    bash: put `eval "$(leastwise completion bash)"` into ~/.bashrc (bash 4.4 or newer); zsh: the same with zsh, into
    ~/.zshrc; fish: save it as ~/.config/fish/completions/leastwise.fish.
    """
    made = SHELLS[shell](click.Command(NAME), {}, NAME, VARIABLE)
    print(made.source_template % made.source_vars())


def answer() -> int | None:
    """Answer a shell that asks, and return the exit code; None where none does."""
    instruction = os.environ.get(VARIABLE)  # noqa: TID251  shells ask through it
    if not instruction:
        return None
    from leastwise.cli.program import program  # noqa: PLC0415  the table of commands imports this one

    with suppress(LeastwiseError):  # a command that there is not: whoever is typing must not be interrupted
        return shell_complete(program, {}, NAME, VARIABLE, instruction)
    return 1


def checks(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """The ids of checks, after the last comma of a list."""
    from leastwise.checks import all_checks  # noqa: PLC0415  only who completes an id pays for them

    before, comma, word = typed.rpartition(",")
    given = set(before.split(","))
    return _starting(word, ((check.id, check.title) for check in all_checks() if check.id not in given), before + comma)


def explained(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """The ids of checks, of escalation methods and of the rules of lint."""
    from leastwise.escalation.method import entries, methods  # noqa: PLC0415  as above
    from leastwise.lint import all_rules  # noqa: PLC0415  as above

    every = [(method.id, method.title) for method in (*methods(), *entries().values())]
    every += [(rule.id, rule.title) for rule in all_rules()]
    return [*checks(context, parameter, typed), *_starting(typed, every)]


def _starting(word: str, known: Iterable[tuple[str, str]], before: str = "") -> list[CompletionItem]:
    return [CompletionItem(before + name, help=title) for name, title in known if name.startswith(word)]
