"""`leastwise checks`: what is looked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from leastwise.checks import all_checks

if TYPE_CHECKING:
    from leastwise.checks.core import Check


@click.command("checks")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(form: str) -> None:
    """List the checks. `leastwise explain ID` explains one."""
    print(json.dumps([_record(check) for check in all_checks()], indent=2) if form == "json" else _lines())


def _record(check: Check) -> dict[str, object]:
    return {
        "id": check.id,
        "severity": check.severity.label,
        "title": check.title,
        "needs": sorted(check.needs),
        "refines": sorted(check.refines),
        "cites": list(check.cites),
    }


def _lines() -> str:
    width = max((len(check.id) for check in all_checks()), default=0)
    return "\n".join(f"{check.id:{width}}  {check.severity.label:8}  {check.title}" for check in all_checks())
