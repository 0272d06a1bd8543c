"""What runs in the account, and which roles it bears: asked in every enabled region, many calls at a time.

Only the members that `account.kinds` names are kept. What one region refuses is a gap with the region as its target,
and what every region refuses alike is one gap without a target.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from leastwise.account.kinds import CALLS, REGIONS, dig, kept, members
from leastwise.collect.failure import Failure, Kind
from leastwise.collect.inventory_calls import ASKS, Ask
from leastwise.collect.query import Paging, Part, Query, answer, fetch
from leastwise.collect.session import WORKERS
from leastwise.errors import UsageError
from leastwise.parallel import threads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.collect.session import Aws

ENABLED = Query(REGIONS, lists=("Regions",))
MOST = 2000  # calls of one kind in one region; what lies beyond is a gap
STAGE = "inventory"
_GONE = re.compile("NotFound|DoesNotExist|NoSuch")  # it went away after it was listed
_NOWHERE = frozenset({Kind.UNREACHABLE, Kind.ENDPOINT})

Given = dict[str, Any]
Place = tuple[str, str]  # a call and a region


class _Job(NamedTuple):
    """One call to make, for rows that gave these parameters."""

    ask: Ask
    region: str
    given: Given

    @property
    def place(self) -> Place:
        return self.ask.call, self.region


@dataclass(slots=True)
class _Found:
    """What was answered so far, by call and region; a call without any job there has an empty answer."""

    rows: dict[Place, list[Any]] = field(default_factory=dict)
    gives: dict[Place, list[Given]] = field(default_factory=dict)
    failures: dict[Place, list[Failure]] = field(default_factory=lambda: defaultdict(list))


class Regions(NamedTuple):
    """What the account answered, which regions are enabled in it, as far as that is known, and which are asked."""

    listed: Part
    enabled: tuple[str, ...]
    asked: tuple[str, ...]

    @property
    def all_asked(self) -> bool:
        """Whether every enabled region is asked."""
        return bool(self.enabled) and {*self.enabled} <= {*self.asked}


def enabled_regions(aws: Aws, regions: tuple[str, ...] = ()) -> Regions:
    """The regions to ask: those given, else every enabled one, else that of the client.

    Raises UsageError for a region that is not enabled.
    """
    listed = answer(aws, ENABLED)
    enabled = _names(listed)
    for region in regions:
        if enabled and region not in enabled:
            known = ", ".join(sorted(enabled))
            raise UsageError(f"--regions: the account has no enabled region {region!r}: it has {known}")
    return Regions(listed, enabled, tuple(dict.fromkeys(regions)) or enabled or (aws.region,))


def inventory(aws: Aws, regions: tuple[str, ...] = ()) -> Part:
    """The running resources of these regions, or of every enabled one.

    Where the enabled regions cannot be seen, the region of the client is asked alone. Raises UsageError for a region
    that is not enabled.
    """
    listed, enabled, asked = enabled_regions(aws, regions)
    found = _Found()
    for depth in range(1 + max(ask.depth for ask in ASKS)):
        _stage(aws, [ask for ask in ASKS if ask.depth == depth], asked, found)
    calls = {call: _by_region(call, asked, found) for call in CALLS}
    regional = {REGIONS: {"Regions": [{"RegionName": name} for name in enabled]}} if enabled else {}
    failures = (failure for call in CALLS for failure in _failures(call, asked, found))
    return Part({**regional, **{call: seen for call, seen in calls.items() if seen}}, (*listed.failures, *failures))


def _names(listed: Part) -> tuple[str, ...]:
    rows = listed.calls.get(REGIONS, {}).get("Regions", ())
    return tuple(sorted({name for row in rows for name in dig(row, "RegionName")}))


def _stage(aws: Aws, asks: list[Ask], regions: tuple[str, ...], found: _Found) -> None:
    """All calls that need no other's answer any more, side by side."""
    jobs = [job for ask in asks for region in regions for job in _jobs(ask, region, found)]
    for job, said in zip(jobs, threads(WORKERS)(lambda job: _rows(aws, job), jobs), strict=True):
        if isinstance(said, Failure):
            found.failures[job.place].append(said)
            continue
        given = list(_gives(job, said))
        found.rows.setdefault(job.place, []).extend(said)
        found.gives.setdefault(job.place, []).extend(given)
        if job.ask.gives and job.ask.mark and len(given) < len(said):
            found.failures[job.place].append(Failure(job.ask.call, "Garbled", "an entry of the list has no name"))


def _gives(job: _Job, rows: list[Any]) -> Iterator[Given]:
    """What the rows give to the calls that follow, with what they themselves were asked for."""
    for row in rows if job.ask.gives else ():
        own = {name: (dig(row, member) if member else [row])[:1] for name, member in job.ask.gives.items()}
        if all(isinstance(value, str) for values in own.values() for value in values or [None]):
            yield {**job.given, **{name: value for name, (value,) in own.items()}}


def _jobs(ask: Ask, region: str, found: _Found) -> Iterator[_Job]:
    if not ask.of:
        yield _Job(ask, region, {})
        return
    place = (ask.call, region)
    for parent in ask.of:
        found.failures[place] += found.failures.get((parent.call, region), ())
    made = list(islice(_givens(ask, region, found), MOST + 1))
    if not made and any((parent.call, region) in found.rows for parent in ask.of):
        found.rows[place] = []  # there is nothing to ask about
    if len(made) > MOST:
        found.failures[place].append(Failure(ask.call, "TooMany", f"only the first {MOST} calls were made"))
    yield from (_Job(ask, region, given) for given in made[:MOST])


def _givens(ask: Ask, region: str, found: _Found) -> Iterator[Given]:
    """The parameters of each call: those it takes, and a list of up to so many of what it takes in batches."""
    every = [given for parent in ask.of for given in found.gives.get((parent.call, region), ())]
    if not ask.batch:
        yield from _distinct({name: given[name] for name in ask.takes} for given in every)
        return
    for shared in _distinct({name: given[name] for name in ask.takes} for given in every):
        fitting = (given for given in every if shared.items() <= given.items())
        several = list(dict.fromkeys(given[ask.batch] for given in fitting))
        for start in range(0, len(several), ask.size):
            yield {**shared, ask.batch: several[start : start + ask.size]}


def _distinct(givens: Iterable[Given]) -> Iterator[Given]:
    yield from {tuple(given.items()): given for given in givens}.values()


def _rows(aws: Aws, job: _Job) -> list[Any] | Failure:
    ask = job.ask
    parameters = {name: value for name, value in job.given.items() if name in {*ask.takes, ask.batch}}
    said = fetch(aws, _query(ask), job.region, **parameters)
    aws.reporter.step(STAGE)
    if not isinstance(said, Failure):
        return dig(said, ask.rows) if ask.rows else [said]
    gone = bool(ask.of) and _GONE.search(said.reason)
    absent = said.kind in _NOWHERE and aws.lacks(ask.service, job.region)
    return [] if gone or absent else said


def _query(ask: Ask) -> Query:
    """As `fetch` wants it: lists are joined over the pages, the rest is taken as it is."""
    if not ask.rows:
        return Query(ask.call, singles=tuple(dict.fromkeys(m.partition(".")[0] for m in members(ask.call))))
    top = (ask.rows.partition(".")[0],)
    listed = bool(ask.mark or ask.batch)
    return Query(
        ask.call,
        lists=top if listed else (),
        singles=() if listed else top,
        parameters=ask.parameters,
        paging=Paging(ask.mark, ask.page) if ask.mark else None,
    )


def _by_region(call: str, regions: tuple[str, ...], found: _Found) -> dict[str, list[Any]]:
    places = ((region, found.rows.get((call, region))) for region in regions)
    return {region: _once(kept(call, row) for row in rows) for region, rows in places if rows is not None}


def _once(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each row once: one task definition may be asked for as the latest of its family, and by a task."""
    return list({repr(row): row for row in rows}.values())


def _failures(call: str, regions: tuple[str, ...], found: _Found) -> list[Failure]:
    """One failure for each region, or one for all where each says the same and nothing at all was seen."""
    failed = [(region, found.failures[call, region]) for region in regions if found.failures.get((call, region))]
    each = [_summed(call, failures).of(region) for region, failures in failed]
    alike = len({failure.reason for failure in each}) == 1 and len(each) == len(regions) > 1
    return [each[0].of(None)] if alike and not any((call, r) in found.rows for r in regions) else each


def _summed(call: str, failures: list[Failure]) -> Failure:
    """The first failure, laid at the door of the call that is kept, which it may only lead to."""
    first = failures[0]
    which = f"{first.call}: " if first.call != call else ""
    more = f" ({len(failures)} calls failed)" if len(failures) > 1 else ""
    return replace(first, call=call, detail=f"{which}{first.detail or first.reason}{more}")
