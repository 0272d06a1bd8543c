"""`leastwise access`: do these policies grant that?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from leastwise.cli import asking, options
from leastwise.cli.asking import Line
from leastwise.cli.compare import witness_lines, witness_record
from leastwise.collect.policy_file import read_policy
from leastwise.questions import ask_patterns, grants

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leastwise.questions import Grants

GRANTED, NOT_GRANTED, UNKNOWN = "granted", "not-granted", "unknown"
SHOWN = 5  # actions named; all are in the JSON form


@click.command("access")
@click.argument("policies", metavar="POLICY...", nargs=-1, required=True)
@click.option("--action", metavar="PATTERN", required=True, help="The action, as in s3:GetObject; wildcards: any.")
@click.option("--resource", metavar="PATTERN", default="*", show_default=True, help="On any of these resources.")
@click.option(
    "--expect",
    type=click.Choice([GRANTED, NOT_GRANTED, UNKNOWN]),
    default=NOT_GRANTED,
    show_default=True,
    help="Exit with 1 when the answer is another one.",
)
@options.form
def command(policies: tuple[str, ...], *, action: str, resource: str, expect: str, form: str) -> int:
    """Tell whether policies grant an action.

    Each policy is a file, or the ARN of an AWS managed policy, and is judged by itself: a deny in one takes nothing
    from another, which may be somebody else's. Exits with 1 when any of them grants the action, as a check in CI wants
    it; what could not be decided is `unknown`, and no pass.
    """
    notes = ask_patterns(action, resource)
    found = [grants(document, action, resource) for document in map(read_policy, policies)]
    word = answer(found)
    if form == "json":
        asking.publish(
            question={"action": action, "resource": resource},
            answer=word,
            policies=list(map(record, found)),
            notes=list(notes),
        )
    else:
        said = [line for one in found for line in lines(one)]
        asking.say(
            f"{word.replace('-', ' ')}: {action} on {resource}", [*said, *(Line("note", note) for note in notes)]
        )
    return asking.expected(word, expect)


def answer(found: Sequence[Grants]) -> str:
    """One policy that grants it is enough; one that may leaves it open."""
    if any(one.granted for one in found):
        return GRANTED
    return NOT_GRANTED if all(one.granted is False for one in found) else UNKNOWN


def lines(one: Grants) -> Iterator[Line]:
    """What a policy grants, with an example that the engine allows."""
    if one.granted is False:
        return
    yield Line("policy", one.document.name)
    if one.granted is None:
        yield Line("because", one.reason)
    for granted in one.found[:SHOWN]:
        more = f" and {len(granted.names) - SHOWN:,} more" if len(granted.names) > SHOWN else ""
        yield Line("allows", ", ".join(granted.names[:SHOWN]) + more)
        yield from (Line("if", condition) for condition in granted.conditions)
        yield from witness_lines(granted.request) if granted.request else ()


def record(one: Grants) -> dict[str, Any]:
    """What a policy grants, for programs."""
    return {
        "policy": one.document.name,
        "answer": answer([one]),
        "granted": [
            {
                "actions": list(granted.names),
                "conditions": list(granted.conditions),
                "request": witness_record(granted.request) if granted.request else None,
            }
            for granted in one.found
        ],
        "reason": one.reason,
    }
