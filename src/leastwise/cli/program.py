"""The table of commands, each imported when it is given, so that `--help` pays for click alone."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from leastwise._version import __version__
from leastwise.cli.settings import configurable
from leastwise.cli.words import unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "scan": "Audit an account, live or from a snapshot file.",
    "collect": "Save what an account says of itself, to audit it offline.",
    "demo": "Audit the built-in demo account: no credentials, no network.",
    "report": "Make further files of an audit that was made before.",
    "push": "Send the findings of an audit to AWS Security Hub.",
    "diff": "Compare two audits: what is new, fixed, changed, muted, or no longer seen.",
    "trend": "Show an account over time, from the history that scans have kept.",
    "can": "Ask whether a principal may do something, and why.",
    "who-can": "List the users and roles that may do something.",
    "what-can": "Sum up what a principal may do.",
    "paths": "Show who becomes administrator, or another, and how.",
    "blast-radius": "Show how far it reaches if a principal is taken over.",
    "compare": "Tell whether a policy allows more than another.",
    "access": "Tell whether policies grant an action.",
    "recommend": "Recommend the policies that would have been enough.",
    "fix": "Show which policies to change so that paths to administrator end.",
    "lint": "Judge policy files before they are deployed.",
    "checks": "List the checks.",
    "explain": "Explain a check, an escalation method or a rule of lint.",
    "completion": "Print what makes a shell complete commands, options and ids of checks.",
    "config": "Show the settings that are in force, and where each comes from.",
    "doctor": "Tell whether an audit would work here, and what to do where not.",
    "permissions": "Print the IAM policy that a live audit needs.",
}


class Commands(click.Group):
    """The table as click sees it. Each command lives in the module of its name, as `command`; hyphens are `_` there."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """In the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  as above
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"leastwise.cli.{cmd_name.replace('-', '_')}").command
        return configurable(command, cmd_name, commands=COMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, but an unknown command is told the nearest known ones."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise unknown("command", args[0], COMMANDS, listed_by="leastwise --help")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """From the table, as `--help`, and the options."""
        names = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  as above
        """From the table: asking the commands themselves would import them all."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [OPTIONS]",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `leastwise demo`. Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage or "
    "unreadable input, 3 could not finish, 4 gaps under --strict.",
)
@click.version_option(__version__, prog_name="leastwise", message="%(prog)s %(version)s")
@click.pass_context
def program(context: click.Context) -> None:
    """Find who can become administrator of an AWS account, how, and which policy would have been enough."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(2)  # a script whose command came out empty must not look like a clean audit


def follow(arguments: Sequence[str]) -> int:
    """Do what the arguments say and return the exit code, which a command gives as a number, or as None for 0.

    Not by click's own `main`: it makes exit code 1, which means findings, of a pipe that nobody reads.
    """
    try:
        with program.make_context("leastwise", list(arguments)) as context:
            return int(program.invoke(context) or 0)
    except click.exceptions.Exit as done:
        return done.exit_code
