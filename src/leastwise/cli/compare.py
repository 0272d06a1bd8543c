"""`leastwise compare`: does a policy allow more than another?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from leastwise.cli import asking, options
from leastwise.cli.asking import Line
from leastwise.collect.policy_file import read_policy
from leastwise.policy.algebra import Verdict
from leastwise.questions import compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.policy.algebra import Containment
    from leastwise.policy.request import Request

WORDS = {Verdict.CONTAINED: "no new access", Verdict.NOT_CONTAINED: "new access", Verdict.UNKNOWN: "unknown"}


@click.command("compare")
@click.argument("old", metavar="OLD.json")
@click.argument("new", metavar="NEW.json")
@options.form
def command(old: str, new: str, *, form: str) -> int:
    """Tell whether a policy allows more than another.

    Each is a file, or the ARN of an AWS managed policy. Exits with 0 when everything that NEW allows is allowed by OLD
    too; with 1 when it is not, and shows a request that is new; and with 1 when it could not be decided: the answer
    is then `unknown`, which is no pass.
    """
    found = compare(read_policy(old), read_policy(new))
    if form == "json":
        asking.publish(
            old=old,
            new=new,
            answer=WORDS[found.verdict],
            witness=witness_record(found.witness) if found.witness else None,
            proof=found.method,
            reason=found.reason,
        )
    else:
        _say(found, old, new)
    return 0 if found.verdict is Verdict.CONTAINED else asking.OTHERWISE


def _say(found: Containment, old: str, new: str) -> None:
    if found.verdict is Verdict.CONTAINED:
        asking.say(f"no new access: all that {new} allows, {old} allows too", [Line("proof", found.method)])
    elif found.witness:
        asking.say(f"new access: {new} allows what {old} does not", list(witness_lines(found.witness)))
        print(json.dumps(witness_record(found.witness), indent=2))
    else:
        asking.say(f"unknown whether {new} allows what {old} does not", [Line("because", found.reason)])


def witness_lines(request: Request) -> Iterator[Line]:
    """A request for people to read."""
    if principal_of(request):
        yield Line("principal", principal_of(request))
    yield Line("action", request.action)
    yield Line("resource", request.resource)
    for key, values in request.context.known.items():
        yield Line("context", f"{key} = {' and '.join(values)}")


def principal_of(request: Request) -> str:
    """Who asks; "" where the policy is a principal's, and it does not matter whose."""
    caller = request.caller
    nobody = "anonymous" if request.resource_account else ""
    return caller.session or caller.arn or caller.service or caller.provider or nobody


def witness_record(request: Request) -> dict[str, Any]:
    """A request for programs: who asks, for what, on what, under which condition keys; all others are absent."""
    return {
        "principal": principal_of(request),
        "action": request.action,
        "resource": request.resource,
        "context": {key: list(values) for key, values in request.context.known.items()},
    }
