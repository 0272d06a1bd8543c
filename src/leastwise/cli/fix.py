"""`leastwise fix`: which policies to change so that paths to administrator end, how, and what else that does."""

from __future__ import annotations

from typing import Any

import click

from leastwise.cli import asking, options
from leastwise.cli.fix_goal import goal_of
from leastwise.cli.fix_json import record
from leastwise.cli.fix_text import show
from leastwise.cli.source import Source


@click.command("fix")
@click.argument("target", required=False, metavar="[PATH-ID|PRINCIPAL|FIX-ID]")
@click.option("--what-if", is_flag=True, help="Show the account before and after, the findings that go included.")
@options.form
@options.source
def command(target: str | None, *, what_if: bool, form: str, **given: Any) -> None:
    """Show which policies to change so that paths to administrator end. Changes nothing itself.

    A PATH-ID is that of an audit's file, as in path:0123456789abcdef; its beginning is enough. A PRINCIPAL (an ARN,
    `user/ann`, or a name that only one has) stands for all its paths, a FIX-ID for one change that an audit names.
    Without any of them: the fewest changes that end all paths. Each change is told as a difference, as commands of the
    AWS CLI that make it and that take it back, and is judged on paper before it is shown.
    """
    account = asking.look(Source(**given))
    goal = goal_of(account, target)
    if form == "json":
        asking.publish_about(account, **record(account, goal, what_if=what_if))
    else:
        show(account, goal, what_if=what_if)
