"""`leastwise can`: may this principal do that?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from leastwise.cli import asking, options
from leastwise.cli.asking import Line
from leastwise.cli.source import Source
from leastwise.policy.evaluate import Outcome
from leastwise.questions import ask, can
from leastwise.report.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.questions import Verdict, Why

HEADS = {
    Outcome.ALLOWED: "allowed",
    Outcome.CONDITIONAL: "it depends",
    Outcome.DENIED: "not allowed",
    Outcome.EXPLICITLY_DENIED: "denied explicitly",
}
POLICIES = {
    "identity": "an identity-based policy",
    "boundary": "the permissions boundary",
    "SCP": "an SCP",
    "RCP": "an RCP",
    "resource": "the policy of the resource",
    "AWS": "AWS itself",
}


@click.command("can")
@click.argument("principal")
@click.argument("action")
@click.argument("resource", required=False)
@options.circumstances
@click.option(
    "--expect",
    type=click.Choice(["allowed", "denied", "conditional"]),
    help="Exit with 1 when the answer is another one.",
)
@options.form
@options.source
def command(principal: str, action: str, resource: str | None, *, expect: str | None, form: str, **given: Any) -> int:
    """Ask whether a principal may do something, and why.

    PRINCIPAL is an ARN, `user/ann`, `role/x`, `group/g`, a name that only one has, or `root`. ACTION is one action, as
    in s3:GetObject. RESOURCE is an ARN, or a pattern of ARNs: then anything within it will do, and without it anything
    that the action takes.
    """
    asked = ask(action, resource)
    said = asking.circumstances(given.pop("context"), given.pop("absent"), strict=given.pop("strict_context"))
    account = asking.look(Source(**given))
    verdict = can(account, principal, asked, said)
    if form == "json":
        asking.publish_about(
            account,
            question=asking.question_record(asked, said),
            **asking.verdict_record(verdict),
            notes=list(verdict.notes),
            not_considered=list(verdict.unseen),
        )
    else:
        asking.say(headline(verdict), list(lines(verdict)))
    return asking.expected(asking.WORDS[verdict.outcome], expect)


def headline(verdict: Verdict) -> str:
    """The answer in one sentence."""
    by = f" by {listed(_deniers(verdict))}" if verdict.outcome is Outcome.EXPLICITLY_DENIED else ""
    return f"{HEADS[verdict.outcome]}{by}: {verdict.principal}, {asking.what(verdict.asked)}"


def _deniers(verdict: Verdict) -> list[str]:
    """The kinds of policies that deny it."""
    names = (why.layer for why in verdict.reasons if not why.allows and why.applies)
    return [POLICIES[name] for name in dict.fromkeys(names)]


def lines(verdict: Verdict) -> Iterator[Line]:
    """What stands behind the answer."""
    if verdict.asked.within and verdict.outcome in {Outcome.ALLOWED, Outcome.CONDITIONAL} and verdict.example:
        yield Line("example", verdict.example)
    yield from (Line("if", condition) for condition in verdict.conditions)
    shown = [why for why in verdict.reasons if why.applies or verdict.outcome is Outcome.CONDITIONAL]
    if verdict.outcome is not Outcome.DENIED:
        yield from (_line(why) for why in shown)
    elif not verdict.near:
        yield Line("because", "no statement allows it")
    else:
        yield from (
            Line("near", f"{asking.statement(why)} but for {' and '.join(why.but_for)}") for why in verdict.near
        )
    yield from asking.remarks(verdict.notes, verdict.unseen)


def _line(why: Why) -> Line:
    label = "allow" if why.allows else "deny"
    return Line(label if why.applies else f"{label}?", asking.statement(why))
