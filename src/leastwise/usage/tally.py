"""Many events added up: the same in any order, however they are cut into files, and in bounded memory.

Events that are alike but for their time are understood once. Resources are listed one by one up to `MOST` of each
principal, action and circumstance; beyond, all of them are shortened alike, to the first four parts of their names,
then three, two, one, and in the end `*`. How far depends on the whole set only, so the order does not matter.
"""

from __future__ import annotations

import re
from collections import Counter
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from leastwise.catalog import universe
from leastwise.usage.event import Event
from leastwise.usage.identity import credit
from leastwise.usage.reading import Told, Verdict, is_data, via
from leastwise.usage.records import Circumstance, Coverage, Evidence, Fault, Known, Observation, Selector, Unmapped
from leastwise.usage.sight import data_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.usage.identity import Credit
    from leastwise.usage.reading import Teller

MOST = 256
"""Resources that are listed one by one."""
LISTED_FAULTS = 100
LONGEST_NAME = 128
_DEPTHS = (4, 3, 2, 1, 0)
_PARTS = re.compile(r"[^/:]*[/:]?")


class Key(msgspec.Struct, frozen=True, gc=False):
    """What the observations of one scope share: the last seven are the fields of a `Circumstance`, in their order."""

    principal: str
    action: str
    account: str
    region: str
    via: str
    passed_to: str
    profile: str
    inferred: bool
    weak: bool


class Times(msgspec.Struct, gc=False):
    """How often, and from when to when."""

    number: int
    first: datetime
    last: datetime

    def add(self, other: Times) -> None:
        """Other times, too."""
        self.number += other.number
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)


@dataclass(slots=True)
class Scope:
    """The resources of one key, shortened as far as their number demands."""

    level: int = 0
    found: dict[str, Times] = field(default_factory=dict)

    def add(self, resource: str, times: Times) -> None:
        """Uses of a resource."""
        name = shortened(resource, self.level) if self.level else resource
        known = self.found.get(name)
        if known is not None:
            known.add(times)
            return
        self.found[name] = Times(times.number, times.first, times.last)
        if len(self.found) > MOST:
            self._shorten()

    def merge(self, other: Scope) -> None:
        """Uses of another scope of the same key."""
        while self.level < other.level:
            self._shorten()
        for resource, times in other.found.items():
            self.add(resource, times)

    def _shorten(self) -> None:
        self.level += 1
        found, self.found = self.found, {}
        for resource, times in found.items():
            self.add(resource, times)


def shortened(resource: str, level: int) -> str:
    """An ARN with only so many parts of its name: all of them at level 0, none at 5, `*` alone at 6."""
    if level == 0 or resource == "*":
        return resource
    if level > len(_DEPTHS):
        return "*"
    head = resource.split(":", 5)
    parts = _PARTS.findall(head[-1])[:-1]
    depth = _DEPTHS[level - 1]
    return resource if len(parts) <= depth else ":".join((*head[:-1], "".join(parts[:depth]) + "*"))


class _Alike(msgspec.Struct, gc=False):
    """Events of one caller that say the same: one of them, what it says, and when they were."""

    event: Event
    told: Told
    times: Times


@dataclass(slots=True, kw_only=True)
class Tally:
    """What many events say together. Two tallies merge into that of all their events."""

    scopes: dict[Key, Scope] = field(default_factory=dict)
    whole: Times | None = None
    days: set[int] = field(default_factory=set)
    """Ordinals of the days with events."""
    accounts: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)
    sources: set[tuple[str, bool]] = field(default_factory=set)
    """Event sources, and whether a data event is meant."""
    kinds: set[tuple[str | None, bool]] = field(default_factory=set)
    """Resource types of data events, "" for management ones, and whether the call was a reading one; None where no type
    has such events."""
    verdicts: Counter[str] = field(default_factory=Counter)
    """Of the events that are credited to somebody."""
    reasons: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    unnamed: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    files: int = 0

    def add(self, events: Iterable[Event], tell: Teller) -> None:
        """Events of one file, or of a piece of it."""
        alike: dict[tuple[Credit, str, int, bool], _Alike] = {}
        days = self.days
        for event in events:
            said = tell(event)
            moment = event.event_time
            days.add(moment.toordinal())
            key = (credit(event.user_identity, event.event_type), via(event), id(said), is_data(event))
            known = alike.get(key)
            if known is None:
                alike[key] = _Alike(event, said, Times(1, moment, moment))  # which keeps what was said, and its id
                continue
            times = known.times
            times.number += 1
            if moment < times.first:
                times.first = moment
            elif moment > times.last:
                times.last = moment
        for (credited, through, _, data), one in alike.items():
            self._count(one, data=data)
            if credited.principal:
                self._credit(one, credited.principal, through)
            else:
                self.reasons[credited.reason] += one.times.number

    def merge(self, other: Tally) -> None:
        """The events of another tally."""
        for key, scope in other.scopes.items():
            self.scopes.setdefault(key, Scope()).merge(scope)
        if other.whole and self.whole:
            self.whole.add(other.whole)
        elif other.whole:
            self.whole = copy(other.whole)
        self.days |= other.days
        self.accounts |= other.accounts
        self.regions |= other.regions
        self.sources |= other.sources
        self.kinds |= other.kinds
        self.verdicts += other.verdicts
        self.reasons += other.reasons
        self.unmapped += other.unmapped
        self.unnamed += other.unnamed
        self.faults = sorted([*self.faults, *other.faults])
        self.files += other.files

    def evidence(self, source: str) -> Evidence:
        """The observations and their coverage, sorted."""
        found = (one for key, scope in self.scopes.items() for one in _observations(key, scope))
        order = attrgetter("principal", "action", "resource", "circumstance")
        return Evidence(observations=tuple(sorted(found, key=order)), coverage=self._coverage(source))

    def _count(self, one: _Alike, *, data: bool) -> None:
        """Events of a kind, whoever is credited."""
        event = one.event
        if self.whole:
            self.whole.add(one.times)
        else:
            self.whole = copy(one.times)
        self.accounts.add(event.recipient_account_id or "")
        self.regions.add(event.aws_region or "")
        self.sources.add((event.event_source[:LONGEST_NAME], data))
        if event.read_only is not None:
            for kind in {data_type(use.action) for use in one.told.uses} if data else ("",):
                self.kinds.add((kind, event.read_only))

    def _credit(self, one: _Alike, principal: str, through: str) -> None:
        """Events of a kind, credited to a principal."""
        event, said, number = one.event, one.told, one.times.number
        self.verdicts[said.verdict.value] += number
        if said.verdict is Verdict.UNMAPPED:
            self.unmapped[event.event_source[:LONGEST_NAME], event.event_name[:LONGEST_NAME]] += number
        for action in said.unnamed:
            self.unnamed[action] += number
        account, region = event.recipient_account_id or "", event.aws_region or ""
        for use in said.uses:
            more = (through, use.passed_to, use.profile, use.inferred, said.weak)
            key = Key(principal, use.action, account, region, *more)
            scope = self.scopes.get(key)
            if scope is None:
                scope = self.scopes[key] = Scope()
            scope.add(use.resource, one.times)

    def _coverage(self, source: str) -> Coverage:
        unmapped = [Unmapped(source=s, name=n, count=c) for (s, n), c in self.unmapped.items()]
        faults = sorted(self.faults)
        return Coverage(
            source=source,
            first=self.whole.first if self.whole else None,
            last=self.whole.last if self.whole else None,
            days=len(self.days),
            accounts=tuple(sorted(self.accounts - {""})),
            regions=tuple(sorted(self.regions - {""})),
            management=tuple(sorted(name for name, data in self.sources if not data)),
            data=tuple(sorted(name for name, data in self.sources if data)),
            seen=self._seen(),
            files=self.files,
            events=self.whole.number if self.whole else 0,
            used=self.verdicts[Verdict.USE.value],
            denied=self.verdicts[Verdict.DENIED.value],
            free=self.verdicts[Verdict.FREE.value],
            nobody=dict(sorted(self.reasons.items())),
            unmapped=tuple(sorted(unmapped, key=lambda one: (-one.count, one))),
            unnamed_roles=dict(sorted(self.unnamed.items())),
            faults=tuple(faults[:LISTED_FAULTS]),
            faults_unlisted=len(faults[LISTED_FAULTS:]),
        )

    def _seen(self) -> tuple[Selector, ...]:
        types = sorted({kind for kind, _ in self.kinds if kind is not None})
        return tuple(
            Selector(type=kind, reads=(kind, True) in self.kinds, writes=(kind, False) in self.kinds) for kind in types
        )


def _observations(key: Key, scope: Scope) -> Iterable[Observation]:
    circumstance = msgspec.convert(key, Circumstance, from_attributes=True)
    for resource, times in scope.found.items():
        yield Observation(
            principal=key.principal,
            action=key.action,
            resource=resource,
            known=_known(key.action, resource),
            circumstance=circumstance,
            count=times.number,
            first=times.first,
            last=times.last,
        )


def _known(action: str, resource: str) -> Known:
    """As `reading` has it, also after shortening."""
    if resource == "*":
        return Known.UNKNOWN if universe().taken(action) else Known.EXACT
    return Known.PATTERN if "*" in resource or "?" in resource else Known.EXACT
