"""`leastwise blast-radius`: how far does it reach if this one is taken over?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from leastwise.cli import asking, options, realms
from leastwise.cli.asking import Line
from leastwise.cli.screen import side_by_side, width
from leastwise.cli.source import Sources
from leastwise.cli.what_can import levels
from leastwise.questions.blast import Blast, blast_radius
from leastwise.report.words import count, listed, safe, shorten
from leastwise.results import Kind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leastwise.escalation.onward import Reached
    from leastwise.escalation.realm import Realm
    from leastwise.escalation.winnings import Win

MOST = 50  # rows of the table; all are in the JSON form
SCOPES = 3  # of one action
WIDEST = 120  # columns of the table
VERDICT = len(Verdict.CONDITIONAL.value)


@click.command("blast-radius")
@click.argument("principal")
@options.form
@options.sources
@options.inventory
def command(principal: str, *, form: str, **given: Any) -> None:
    """Show how far it reaches if a principal is taken over.

    Everything that it can become, by which hop and how surely, and the sensitive data actions that it wins. PRINCIPAL
    is as for `leastwise can`; among several accounts an ARN, or a name that only one has.
    """
    realm = realms.look(Sources(**given))
    blast = blast_radius(realm, principal)
    if form == "json":
        publish(realm, blast)
    else:
        show(realm, blast)


# for people


def show(realm: Realm, blast: Blast) -> None:
    """What it can become as a table, then what that is good for."""
    asking.say(headline(realm, blast), ())
    for line in table(realm, blast.reached[:MOST]):
        print(line)
    if len(blast.reached) > MOST:
        print(f"{len(blast.reached) - MOST:,} more are in the JSON form")
    if blast.actions:
        print()
        asking.say(_won(blast), list(_wins(realm, blast)))
    asking.say("", list(_remarks(realm, blast)))


def headline(realm: Realm, blast: Blast) -> str:
    """The answer in one sentence."""
    who = realms.called(realm, blast.source.subject)
    if not blast.reached:
        return f"{who} can become nobody else" + (", as far as could be read" if blast.blind else "")
    accounts = [one for one in blast.reached if one.subject.kind is Kind.ACCOUNT]
    others = len(blast.reached) - len(accounts)
    parts = [count(others, "others")] if others else []
    parts += [f"administrator of account {one.subject.name} ({one.verdict.value})" for one in accounts]
    return f"{who} can become {listed(parts)}"


def table(realm: Realm, reached: Sequence[Reached]) -> Iterator[str]:
    """One line for each that it can become."""
    if not reached:
        return
    room = min(width(), WIDEST) - len(f"{'':{VERDICT}}  HOPS      ")
    rows = [(_name(realm, one), _via(realm, one), safe(one.method) or "is one already") for one in reached]
    needs = [max(len(head), *map(len, column)) for head, column in zip(HEADS, zip(*rows, strict=True), strict=True)]
    ways = min(needs[2], room // 4)
    left, right = side_by_side(needs[0], needs[1], room=room - ways)
    yield f"{'VERDICT':{VERDICT}}  HOPS  {HEADS[0]:{left}}  {HEADS[1]:{right}}  {HEADS[2]}"
    for one, (name, via, method) in zip(reached, rows, strict=True):
        yield (
            f"{one.verdict.value:{VERDICT}}  {one.distance:>4}  "
            f"{shorten(name, left):{left}}  {shorten(via, right):{right}}  {shorten(method, ways)}"
        ).rstrip()


HEADS = ("BECOMES", "AS", "BY")


def _name(realm: Realm, one: Reached) -> str:
    is_account = one.subject.kind is Kind.ACCOUNT
    return f"administrator of {one.subject.name}" if is_account else realms.called(realm, one.subject)


def _via(realm: Realm, one: Reached) -> str:
    """As whom the last hop is made."""
    return _name(realm, one.before) if one.before else ""


def _won(blast: Blast) -> str:
    by_level = [f"{number:,} {level.value.lower()}" for level, number in levels(blast.actions).items()]
    return f"It wins {count(blast.actions.bit_count(), 'actions')} that it does not have: {', '.join(by_level)}"


def _wins(realm: Realm, blast: Blast) -> Iterator[Line]:
    """The sensitive actions with some of the resources and through whom, those together that share them."""
    by_action: dict[str, list[Win]] = {}
    for win in blast.wins:
        by_action.setdefault(win.action, []).append(win)
    alike: dict[str, list[str]] = {}
    for action, found in by_action.items():
        shown = [f"{win.scope} as {_name(realm, win.through)}{_doubt(win)}" for win in found[:SCOPES]]
        more = [f"{len(found) - SCOPES:,} more"] if len(found) > SCOPES else []
        alike.setdefault("; ".join((*shown, *more)), []).append(action)
    for where, actions in alike.items():
        yield Line("among them", f"{listed(actions)} on {where}")


def _doubt(win: Win) -> str:
    return "" if win.verdict is Verdict.PROVEN else " (conditional)"


def _remarks(realm: Realm, blast: Blast) -> Iterator[Line]:
    for one in blast.frontiers:
        whom = _name(realm, one.through)
        yield Line("beyond", f"{one.roles}, as {whom}, if account {one.account} lets it: no snapshot of it was given")
    yield from (Line("note", note) for note in blast.notes)
    yield from realms.doubts(blast.blind)
    proven = next((one for one in blast.reached if one.hop), None)
    if proven:
        ends = f"--from {blast.source.subject.arn} --to {proven.subject.arn}"
        yield Line("next", f"leastwise paths {ends} shows how, with the same snapshots")


# for programs


def publish(realm: Realm, blast: Blast) -> None:
    """The answer as JSON."""
    asking.publish(
        accounts=realms.record(realm),
        principal_name=blast.source.subject.name,
        principal_arn=blast.source.subject.arn,
        reached=[reached_record(one) for one in blast.reached],
        sensitive_actions=[win_record(win) for win in blast.wins],
        actions_won={level.value: number for level, number in levels(blast.actions).items()},
        beyond=[{"account": f.account, "roles": f.roles, "from": f.through.subject.arn} for f in blast.frontiers],
        notes=list(blast.notes),
        not_read=list(blast.blind),
    )


def reached_record(one: Reached) -> dict[str, Any]:
    """One that can be become. An account stands for whoever administers it."""
    edge = one.edge
    return {
        "name": one.subject.name,
        "arn": one.subject.arn,
        "type": one.subject.kind.value,
        "administrator_of_account": one.subject.kind is Kind.ACCOUNT,
        "verdict": one.verdict.value,
        "distance": one.distance,
        "from": one.before.subject.arn if one.before else "",
        "method": one.method,
        "conditions": list(edge.conditions) if edge else [],
    }


def win_record(win: Win) -> dict[str, str]:
    """One sensitive action on some resources."""
    return {
        "action": win.action,
        "resources": win.scope,
        "account": win.account,
        "verdict": win.verdict.value,
        "through": win.through.subject.arn,
    }
