"""Policies narrowed to use: what is proven unused goes, and what was used keeps the resources it was used on.

Only what a source would have seen, and did not, is removed; on request also what none could see. Resources are narrowed
where every use of an action is known with its resource, to the kin of those, and never beyond the statement's own. All
else of a statement stays: its conditions, its Sid, and the actions that no catalogue knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from leastwise import catalog
from leastwise.arn import parse_arn
from leastwise.leastprivilege.draft import Move, describe, edit, listed
from leastwise.leastprivilege.ground import FEW, buckets
from leastwise.leastprivilege.kin import kin, makes
from leastwise.leastprivilege.need import brief, dated
from leastwise.policy.entries import is_wild
from leastwise.policy.pattern import Glob, covers, overlaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.account.model import Account
    from leastwise.leastprivilege.draft import Clause, Edit, Page
    from leastwise.leastprivilege.need import Need
    from leastwise.policy.elements import Actions, Resources

OPT_OUT = ("keepunused", "norepo")
"""Beginnings of the Sid of a statement that stays as it is whatever was used, in lower case."""


class Narrowed(NamedTuple):
    """What is left of a clause, and the edits that led there."""

    clauses: tuple[Clause, ...]
    edits: tuple[Edit, ...]


def narrow(page: Page, need: Need, young: int) -> Page:
    """Narrow each clause. `young` are the actions that were granted too lately to be judged, as bits."""
    found = [_narrowed(clause, need, young) for clause in page.clauses]
    edits = [e for one in found for e in one.edits]
    if not edits:
        return page
    return replace(page, clauses=tuple(c for one in found for c in one.clauses), edits=(*page.edits, *edits))


def keeps(before: Page, after: Page, need: Need, account: Account) -> bool:
    """Whether all resources on which use was seen are as open after scoping as before."""
    if after is before:
        return True
    for action, resources in need.touched:
        olds = [c for c in before.clauses if c.actions.match(action)]
        news = [c for c in after.clauses if c.actions.match(action)]
        for resource in resources if olds else ():
            glob, own = Glob.parse(resource), _is_own(resource, account)
            still = [c.resources for c in news if own or not c.bounds]
            same = {entry for one in still for entry in one.entries if not one.negated}
            if not any(_holds(one, glob) for one in still) and any(_overlap(c.resources, glob, same) for c in olds):
                return False
    return True


def _is_own(resource: str, account: Account) -> bool:
    """Whether the resource is known to be this account's."""
    arn = parse_arn(resource)
    owner = arn.account if arn else ""
    return owner == account.id or any(resource.partition("/")[0] == bucket for bucket in buckets(account) or ())


def _overlap(resources: Resources, glob: Glob, same: set[str]) -> bool:
    """Whether the list may have held some of it by an entry that does not stay the same."""
    if glob.is_any:  # the resource of an action that takes none, which nothing narrower allows
        return resources.negated or resources.is_any
    gone = [p for p in resources.entries if p not in same]
    return resources.negated or any("${" in p or overlaps(Glob.parse(p), glob) for p in gone)


def _holds(resources: Resources, glob: Glob) -> bool:
    found = any("${" not in p and covers(Glob.parse(p), glob) is True for p in resources.entries)
    return resources.is_any or (found and not resources.negated)


def opted_out(sid: str) -> bool:
    """Whether the owner wants the statement kept."""
    return sid.lower().startswith(OPT_OUT)


def unknown(clause: Clause, need: Need, young: int) -> int:
    """The actions of the clause of whose use nothing is known, as bits."""
    return 0 if opted_out(clause.origin.sid) else clause.actions.mask & ~need.used & ~need.unused & ~young


def _narrowed(clause: Clause, need: Need, young: int) -> Narrowed:
    if opted_out(clause.origin.sid):
        return Narrowed((clause,), ())
    gone = clause.actions.mask & need.unused & ~young
    bold = unknown(clause, need, young) if need.boldly else 0
    aims = dict(_aims(clause, need, young))
    moved = catalog.universe().union(aims)
    entries = _without(clause.actions, gone | bold | moved, asleep=need.asleep)
    parts: dict[tuple[str, ...], list[str]] = {}
    for action, resources in aims.items():
        parts.setdefault(resources, []).append(action)
    nowhere = parts.pop((), [])
    rest = _rest(clause, entries)
    places = tuple(clause.listing(actions).within(resources) for resources, actions in sorted(parts.items()))
    edits = (*_removals(clause, need, gone, bold), *_elsewhere(clause, nowhere), *_places(clause, places))
    return Narrowed((*rest, *places), edits)


def _rest(clause: Clause, entries: tuple[str, ...] | None) -> tuple[Clause, ...]:
    """What stays on the statement's own resources."""
    if entries is None:
        return (clause,)
    return (clause.listing(entries),) if entries else ()


def _without(actions: Actions, away: int, *, asleep: bool) -> tuple[str, ...] | None:
    """The entries that are left, a wildcard spelled out where it loses something; None where nothing is lost.

    Of one who sleeps no entry is kept for being unknown to the catalogue.
    """
    universe = catalog.universe()
    if not actions.mask & away:
        return None
    if actions.negated or asleep:
        return tuple(universe.names_of(actions.mask & ~away))
    kept: list[str] = []
    for entry in actions.patterns:
        mask = universe.mask(entry)
        kept += universe.names_of(mask & ~away) if mask & away else [entry]
    return tuple(dict.fromkeys(kept))


def _aims(clause: Clause, need: Need, young: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The used actions of the clause that need fewer resources than it has, each with those; () where none."""
    universe = catalog.universe()
    for action, used in need.seen:
        if universe.mask(action) & clause.actions.mask & ~young:
            resources = _meeting(clause.resources, used, made=makes(action))
            if resources is not None:
                index = universe.index(action)
                yield (universe.names[index] if index is not None else action), resources


def _meeting(resources: Resources, used: tuple[str, ...], *, made: bool) -> tuple[str, ...] | None:
    """The kin of what was used, as far as it lies within the list; None where that is no shorter, or cannot be told.

    Of what an action makes, the next has another name: it is left alone, unless a kin holds it.
    """
    wanted = [(one, pattern) for one in used for pattern in kin(one)]
    if any("${" in p for p in resources.patterns) or resources.entries != resources.patterns:
        return None
    if made and any(one == pattern for one, pattern in wanted):
        return None
    found: set[str] = set()
    for pattern in dict.fromkeys(pattern for _, pattern in wanted):
        meeting = _within(resources, pattern)
        if meeting is None:
            return None
        found |= meeting
    found = set(_widest(found))
    return None if len(found) > FEW or found == set(resources.patterns) else tuple(sorted(found))


def _within(resources: Resources, pattern: str) -> set[str] | None:
    """What the list and the pattern share, in patterns that lie within the list; None where that cannot be said."""
    glob = Glob.parse(pattern)
    entries = [(entry, Glob.parse(entry)) for entry in resources.patterns]
    if resources.negated:
        return None if any(overlaps(each, glob) for _, each in entries) else {pattern}
    return {pattern if covers(each, glob) is True else entry for entry, each in entries if overlaps(each, glob)}


def _widest(patterns: Iterable[str]) -> Iterator[str]:
    """The patterns that no other of them covers; of those that mean the same, one."""
    kept: list[tuple[str, Glob]] = []
    for pattern in sorted(patterns):
        glob = Glob.parse(pattern)
        if not any(covers(wide, glob) is True for _, wide in kept):
            kept = [(other, each) for other, each in kept if covers(glob, each) is not True] + [(pattern, glob)]
    return (pattern for pattern, _ in kept)


def _removals(clause: Clause, need: Need, gone: int, bold: int) -> Iterator[Edit]:
    date = dated(clause.actions.negated or any(map(is_wild, clause.actions.patterns)))
    if gone:
        yield edit(clause, Move.UNUSED, need.why(gone) + date, after=f"removed: {brief(gone)}")
    if bold:
        reason = f"its use is unknown, and what is unknown was asked to go{date}"
        yield edit(clause, Move.UNKNOWN, reason, after=f"removed: {brief(bold)}")


def _elsewhere(clause: Clause, actions: list[str]) -> Iterator[Edit]:
    if actions:
        reason = "each use that was seen was of other resources"
        yield edit(replace(clause, actions=listed(actions)), Move.UNUSED, reason, after="removed")


def _places(clause: Clause, places: Iterable[Clause]) -> Iterator[Edit]:
    for part in places:
        before = replace(clause, actions=part.actions)
        yield edit(before, Move.SEEN, "each use that was seen was of these resources", after=describe(part))
