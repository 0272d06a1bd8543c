"""A plan as a person reads it: the changes as differences, the commands to be copied, and what it all does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.cli.asking import WIDEST, Line, say
from leastwise.cli.fix_goal import Goal, findings_gone, reason
from leastwise.cli.screen import width
from leastwise.remedy import commands_of, id_of, line, sentence, warnings_of
from leastwise.report.difference import difference
from leastwise.report.words import count, listed, safe, short_arn, shorten, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.account.model import Account
    from leastwise.remedy import PlannedFix
    from leastwise.results import Path

SHOWN = 10  # paths of one kind


def show(account: Account, goal: Goal, *, what_if: bool) -> None:
    """Print the plan."""
    if not goal.paths:
        say(f"{goal.about}: there is no path to administrator to end", [])
        return
    say(headline(goal), [] if goal.detailed else list(_rows(goal)))
    for number, fix in enumerate(goal.plan.fixes if goal.detailed else (), start=1):
        print()
        print("\n".join(_change(account, number, fix)))
    print()
    say("after it, judged again on paper:", list(_consequence(account, goal, what_if=what_if)))
    if not goal.detailed:
        say("leastwise fix FIX-ID shows one change, leastwise fix PRINCIPAL what frees one, --format json all", [])


def headline(goal: Goal) -> str:
    """What the changes end, in one sentence."""
    made = goal.plan
    mine = {path.fingerprint for path in goal.paths}
    ended = sum(path.fingerprint in mine for path in made.consequence.ended)
    if not made.fixes:
        return f"{goal.about}: nothing that may be offered ends any of {count(len(mine), 'paths')}"
    changes = "this change ends" if len(made.fixes) == 1 else f"these {len(made.fixes)} changes end"
    fewest = "; no fewer such changes would do" if made.minimal and len(made.fixes) > 1 else ""
    return f"{goal.about}: {changes} {ended} of {count(len(mine), 'paths')}{fewest}"


def _rows(goal: Goal) -> Iterator[Line]:
    so_far = 0
    for fix in goal.plan.fixes:
        so_far += len(fix.ends)
        yield Line(id_of(fix.amendment.site), f"{sentence(fix)} (ends {len(fix.ends)}, so far {so_far})")


def _change(account: Account, number: int, fix: PlannedFix) -> Iterator[str]:
    """One change: the order, the difference, the commands, what to mind."""
    columns = min(width(), WIDEST)
    made, commands = fix.amendment, commands_of(account, fix.amendment)
    yield from wrap(f"{number}. {sentence(fix)}", columns)
    yield f"   {id_of(made.site)}: {made.kind.value}, {made.site.place.value} of {_where(fix)}"
    yield ""
    yield from (
        f"   {shorten(safe(part), columns - 3)}" for part in difference(fix.amendment.before, fix.amendment.after)
    )
    yield ""
    for title, lines in (("apply", commands.apply), ("roll back", commands.rollback)):
        if lines:
            yield f"   {title}:"
            yield from (f"   {line(command)}" for command in lines)
    for note in (*commands.notes, *warnings_of(account, made)):
        yield from (f"   {part}" for part in wrap(f"mind: {note}", columns - 3))


def _where(fix: PlannedFix) -> str:
    return short_arn(fix.amendment.site.subject)


def _consequence(account: Account, goal: Goal, *, what_if: bool) -> Iterator[Line]:
    found = goal.plan.consequence
    yield Line("gone", f"{count(len(found.ended), 'paths')}; {_names(found.freed)} can no longer become administrator")
    if found.uncovered:
        starts = sorted({path.source.arn for path in found.uncovered})
        yield Line("other ways", f"{_names(starts)} have another way, which was behind the listed one")
    yield Line("new", "none" if not found.new else count(len(found.new), "paths"))
    if what_if:
        before = len(found.gone) + len(found.remaining)
        yield Line("before", f"{count(before, 'paths')} to administrator")
        yield Line("after", f"{count(len(found.after), 'paths')} to administrator")
        yield from _listed("gone", found.gone)
        yield from _listed("remaining", found.remaining)
        yield from _listed("other way", found.uncovered)
        ended = findings_gone(account, goal.plan)
        yield Line("findings", f"{count(len(ended), 'findings')} fewer in an audit")
    for path in goal.plan.left[:SHOWN]:
        yield Line("not ended", f"{_way(path)}: {reason(account, path)}")
    if len(goal.plan.left) > SHOWN:
        yield Line("", f"and {len(goal.plan.left) - SHOWN} more")
    yield Line("in use", found.evidence)


def _names(arns: Iterable[str]) -> str:
    names = [short_arn(arn) for arn in arns]
    if not names:
        return "nobody"
    shown = names[:SHOWN]
    return listed(shown) if len(names) <= SHOWN else f"{', '.join(shown)} and {len(names) - SHOWN} more"


def _listed(label: str, paths: Iterable[Path]) -> Iterator[Line]:
    every = list(paths)
    yield from (Line(label, _way(path)) for path in every[:SHOWN])
    if len(every) > SHOWN:
        yield Line("", f"and {len(every) - SHOWN} more")


def _way(path: Path) -> str:
    hops = " ".join(f"--{edge.method}--> {short_arn(edge.target)}" for edge in path.edges)
    return f"path:{path.fingerprint} {short_arn(path.source.arn)} {hops}"
