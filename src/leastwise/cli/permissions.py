"""`leastwise permissions`: the IAM policy that a live audit needs."""

from __future__ import annotations

import json

import click

from leastwise.collect.calls import EVIDENCE_CALLS
from leastwise.collect.permissions import required_policy


@click.command("permissions")
@click.option("--inventory", is_flag=True, help="With what --inventory needs, too.")
@click.option("--last-accessed", is_flag=True, help="With what --last-accessed needs, too.")
@click.option(
    "--evidence",
    metavar="KIND",
    multiple=True,
    type=click.Choice(tuple(EVIDENCE_CALLS)),
    help=f"With what evidence of use needs, too: {', '.join(EVIDENCE_CALLS)}.",
)
def command(*, inventory: bool, last_accessed: bool, evidence: tuple[str, ...]) -> None:
    """Print the IAM policy that a live audit needs, as JSON: these actions and no other are used.

    Without some of them the audit still runs, and says what it could not see.
    """
    print(json.dumps(required_policy(inventory=inventory, last_accessed=last_accessed, evidence=evidence), indent=2))
