"""`leastwise who-can`: which users and roles may do that?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from leastwise.cli import asking, options
from leastwise.cli.asking import Line
from leastwise.cli.source import Source
from leastwise.questions import ask, who_can
from leastwise.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.questions import Verdict, Who


@click.command("who-can")
@click.argument("action")
@click.argument("resource", required=False)
@options.circumstances
@options.form
@options.source
def command(action: str, resource: str | None, *, form: str, **given: Any) -> None:
    """List the users and roles that may do something.

    ACTION and RESOURCE are as for `leastwise can`. The policies of roles (trust) and of buckets count where they were
    seen.
    """
    asked = ask(action, resource)
    said = asking.circumstances(given.pop("context"), given.pop("absent"), strict=given.pop("strict_context"))
    account = asking.look(Source(**given))
    who = who_can(account, asked, said)
    if form == "json":
        asking.publish_about(
            account,
            question=asking.question_record(asked, said),
            allowed=list(map(asking.verdict_record, who.allowed)),
            conditional=list(map(asking.verdict_record, who.conditional)),
            denied=who.others,
            notes=list(who.notes),
            not_considered=list(who.unseen),
        )
    else:
        asking.say(headline(who), list(lines(who)))


def headline(who: Who) -> str:
    """The answer in one sentence."""
    total = len(who.allowed) + len(who.conditional) + who.others
    surely = f"{len(who.allowed):,} of {count(total, 'users and roles')} may"
    perhaps = f", {len(who.conditional):,} more if conditions hold" if who.conditional else ""
    return f"{surely}{perhaps}: {asking.what(who.asked)}"


def lines(who: Who) -> Iterator[Line]:
    """The principals, each with what gives it to them."""
    yield from (Line(verdict.principal, _through(verdict)) for verdict in who.allowed)
    for verdict in who.conditional:
        yield Line(verdict.principal, f"if {'; '.join(verdict.conditions)}")
    yield from asking.remarks(who.notes, who.unseen)


def _through(verdict: Verdict) -> str:
    """The first statement that grants it; the resource it was found for, where none was named."""
    grants = [why for why in verdict.reasons if why.allows and why.applies and why.layer in {"identity", "resource"}]
    more = f" and {count(len(grants) - 1, 'more')}" if len(grants) > 1 else ""
    example = f" (such as {verdict.example})" if verdict.asked.within and verdict.example != "*" else ""
    return f"{asking.spot(grants[0])}{more}{example}" if grants else "without any policy"
