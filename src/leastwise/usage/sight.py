"""Which uses a log would have shown: that an action is not seen proves something only where it is in sight.

Management events are in every trail that does not leave them out; data events only where its selectors name them; some
permissions have no event at all. Where the selectors are known, they say what there was to see; else the events that
are there do.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise.catalog import AccessLevel, universe
from leastwise.usage.kinds import DATA, GLOBAL, GLOBAL_HOMES, NEVER, OFTEN_LEFT_OUT, READING, WRITING
from leastwise.usage.meaning import service_of
from leastwise.usage.records import Selector

if TYPE_CHECKING:
    from leastwise.usage.records import Coverage, Evidence, Trail


class Sight(StrEnum):
    """The kind of event by which an action is seen."""

    MANAGEMENT = "management"
    DATA = "data"
    NEVER = "never"


class View(NamedTuple):
    """Sets of the catalogue's actions: those whose use would surely be seen, and those that may be or not.

    A use of any other would not have been seen.
    """

    sure: int
    perhaps: int

    def sees(self, action: str) -> bool | None:
        """True where a use of the action would be seen, False where it would not, None where it is not known."""
        index = universe().index(action)
        bit = 0 if index is None else 1 << index
        if bit & self.sure:
            return True
        return None if bit & self.perhaps else False

    def __or__(self, other: View) -> View:
        """What either sees."""
        sure = self.sure | other.sure
        return View(sure, (self.perhaps | other.perhaps) & ~sure)


BLIND = View(0, 0)


def sight(action: str) -> Sight:
    """How the use of an action is seen, if it is."""
    index = universe().index(action)
    bit = 0 if index is None else 1 << index
    if not bit or bit & _mask(NEVER):
        return Sight.NEVER
    return Sight.DATA if bit & _all_data() else Sight.MANAGEMENT


@cache
def data_type(action: str) -> str | None:
    """The resource type whose data events show an action; "" where no page tells which, None where none do."""
    index = universe().index(action)
    if index is None:
        return None
    return next((kind for kind in DATA if _data(kind) >> index & 1), None)


def sees(action: str, coverage: Coverage, region: str = "") -> bool | None:
    """Whether a source would have shown a use of the action; None where it is not known. Of many, ask `view` once."""
    return view(coverage, region).sees(action)


def view(coverage: Coverage, region: str = "") -> View:
    """Everything that a source would have shown, in one region or, without one, wherever it was done.

    Without its trails it is inferred from the events. Management events are in sight where some are there, reading and
    writing ones each by themselves, those of KMS and the RDS Data API only where some of theirs are; data events where
    some of that kind are. Events of several regions stand for all: a trail of one region is silent about the others,
    and one of all has more than one to show. Whether a trail has chosen some resources of a kind, no event tells.
    """
    if not coverage.trails:
        return _inferred(coverage, region)
    found = BLIND
    for trail in coverage.trails:
        found |= _of_trail(trail, region)
    return found


def unused(evidence: Evidence, principal: str) -> int:
    """The actions that a source says a principal has not used, as bits; none that leave no trace in any source."""
    return _mask(tuple(one.actions for one in evidence.unused or () if one.principal == principal)) & ~_mask(NEVER)


def _inferred(coverage: Coverage, region: str) -> View:
    """What the selectors must have been, for the events to be there."""
    known = any(not selector.type for selector in coverage.seen)
    seen = (*coverage.seen, *(() if known else (Selector(),))) if coverage.seen else _of_sources(coverage)
    left_out = tuple(source for source in OFTEN_LEFT_OUT if source not in coverage.management)
    found = BLIND
    for one in seen:
        if one.type or coverage.management:
            found |= _of_selector(msgspec.structs.replace(one, without=() if one.type else left_out))
    if region and region not in coverage.regions:
        return View(0, found.sure | found.perhaps)
    return found if region else _from(coverage.regions, found, everywhere=len(coverage.regions) > 1)


def _of_sources(coverage: Coverage) -> tuple[Selector, ...]:
    """What the sources of events alone say."""
    services = {service_of(source) for source in coverage.data}
    kinds = [kind for kind, rows in DATA.items() if kind and {row.partition(":")[0] for row in rows} & services]
    return (Selector(), *(Selector(type=kind) for kind in kinds))


def _of_trail(trail: Trail, region: str) -> View:
    if region and trail.regions and region not in trail.regions:
        return BLIND
    found = BLIND
    for selector in trail.selectors:
        found |= _of_selector(selector)
    return _from(trail.regions, found, everywhere=False) if trail.regions and not region else found


def _from(regions: tuple[str, ...], found: View, *, everywhere: bool) -> View:
    """What is surely seen of the actions of all regions, from some: global services from their home alone."""
    shared = _mask(GLOBAL)
    at_home = shared if GLOBAL_HOMES & {*regions} else 0
    sure = found.sure & (at_home | (~shared if everywhere else 0))
    return View(sure, (found.perhaps | found.sure) & ~sure)


def _of_selector(selector: Selector) -> View:
    if selector.type and selector.type not in DATA:
        return View(0, _data(""))
    chosen, unclear = _data(selector.type), 0
    if not selector.type:
        without = tuple(f"{service_of(source)}:*" for source in selector.without)
        chosen, unclear = universe().everything & ~_all_data() & ~_mask(NEVER) & ~_mask(without), _data("")
    sides = [side for side, wanted in ((_reading(), selector.reads), (_writing(), selector.writes)) if wanted]
    sure = chosen if len(sides) == 2 else chosen & sum(sides)
    perhaps = unclear | (chosen & ~(_reading() | _writing()) & ~sure) if sides else 0
    return View(0, sure | perhaps) if selector.partly else View(sure, perhaps)


@cache
def _reading() -> int:
    return _mask(READING) & _looking()


@cache
def _writing() -> int:
    return _mask(WRITING) & ~_looking()


def _looking() -> int:
    return universe().level_mask(AccessLevel.READ) | universe().level_mask(AccessLevel.LIST)


@cache
def _data(kind: str) -> int:
    """The actions of a type of data events. Under "" stand those that no other type has."""
    mask = _mask(DATA[kind])
    for other in DATA if not kind else ():
        mask &= ~(_data(other) if other else 0)
    return mask & ~_mask(NEVER)


@cache
def _all_data() -> int:
    union = 0
    for patterns in DATA.values():
        union |= _mask(patterns)
    return union


@cache
def _mask(patterns: tuple[str, ...]) -> int:
    return universe().union(patterns)
