"""`leastwise recommend`: the policies that would have been enough, for whom one names or for everyone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leastwise.audit import Options, audit
from leastwise.cli import options
from leastwise.cli.advice_files import FORMATS, deliver, printed
from leastwise.cli.evidence import Witnessed
from leastwise.cli.files import ready
from leastwise.cli.screen import look
from leastwise.errors import UsageError
from leastwise.report.advice_text import render
from leastwise.report.words import listed

if TYPE_CHECKING:
    from leastwise.results import Report

NAMED = 5  # of those who are missing
LEFT, GAPS = 1, 4  # see `contract`, *Exit codes*


class Choices(Witnessed, frozen=True, kw_only=True):
    """What the command line asks for, by the names of the flags."""

    principals: tuple[str, ...]
    aggressive: bool
    form: str
    output: Path | None
    check: bool
    strict: bool
    quiet: bool

    def agree(self) -> None:
        """Raise UsageError for what cannot be done, before anything is done."""
        super().agree()
        if self.form == "cli" and self.output is None:
            raise UsageError("--format cli writes scripts and the documents that they put in place: give -o DIR")
        if self.output is not None:
            ready(self.output)


@click.command("recommend")
@click.argument("principals", nargs=-1, metavar="[PRINCIPAL...]")
@options.evidence
@click.option("--aggressive", is_flag=True, help="Also remove what no source could see the use of.")
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMATS]),
    default="text",
    show_default=True,
    help="How to answer: to be read, as least_privilege_recommendations.json, or ready to be applied.",
)
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write files there, one or a folder for each principal, instead of to standard output.",
)
@click.option("--check", is_flag=True, help="Exit with 1 when there is anything to change.")
@click.option("--strict", is_flag=True, help="Exit with 4 when something could not be seen or judged.")
@options.source
@options.inventory
@options.last_accessed
@options.quiet
def command(**given: Any) -> int:
    """Recommend the policies that would have been enough. Changes nothing itself.

    A PRINCIPAL is an ARN, `user/ann`, a name that only one has, or a pattern of these as in 'role/ci-*'; without any,
    everyone is advised. Each recommendation is told as a difference (what goes, what shrinks, what stays, what is not
    known) with the evidence of use it rests on, what is proven of it, and the steps that put it in place and take it
    back. Only what is proven to be unused is removed for being unused.
    """
    choices = Choices(**given)
    choices.agree()
    snapshot = choices.look(quiet=choices.quiet)
    evidence = choices.gather(quiet=choices.quiet)
    report = audit(snapshot, Options(principals=choices.principals, evidence=evidence, aggressive=choices.aggressive))
    tell(report, choices)
    if choices.strict and not report.complete:
        return GAPS
    return LEFT if choices.check and any(advice.changes for advice in report.recommendations) else 0


def tell(report: Report, choices: Choices) -> None:
    """Print the recommendations, or write them into files and print the survey. Say who is missing in them."""
    if choices.output is None:
        text, without = printed(report, choices.form)
    else:
        files, without = deliver(report, choices.form, choices.output)
        text = "" if choices.quiet else render(report, look(files))
    if not choices.quiet:
        print(text, end="")
    if not text and not without and not choices.quiet:
        print("leastwise: there is nothing to change; --format text says why", file=sys.stderr)
    if without:
        more = [f"{len(without) - NAMED:,} more"] if len(without) > NAMED else []
        who = listed([*without[:NAMED], *more])
        print(f"leastwise: nothing of {who} can be written as {choices.form}; --format text says why", file=sys.stderr)
