"""`leastwise permissions`: the IAM policy that a live audit needs."""

from __future__ import annotations

import json

import click

from leastwise.collect.permissions import required_policy


@click.command("permissions")
def command() -> None:
    """Print the IAM policy that a live audit needs, as JSON: these actions and no other are used.

    Without some of them the audit still runs, and says what it could not see.
    """
    print(json.dumps(required_policy(), indent=2))
