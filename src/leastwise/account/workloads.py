"""What runs in the account, as far as an inventory shows it: resources, their roles, and where nobody looked."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from leastwise.account.kinds import CALLS, KINDS, REGIONS, Kind, dig, first
from leastwise.arn import parse_arn
from leastwise.snapshot import Gap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from leastwise.account.model import Role
    from leastwise.account.reader import Reader

OTHERS = "every other region"  # where the list of enabled regions was not seen
_MEMBER = re.compile(r"\{(\w+)\}")

Row = dict[str, Any]


class Workload(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A resource, and one role that it bears; "" where it bears none, or none of this account.

    `name` is what commands call it, `within` the ARNs of what it lies in. `call` and `pointer` say where in the
    snapshot it is listed.
    """

    kind: str
    arn: str
    name: str
    region: str
    role: str
    call: str
    pointer: str
    within: tuple[str, ...] = ()


class Workloads(msgspec.Struct, frozen=True, eq=False):
    """The resources by kind, and in which regions each kind was seen in full. Empty where no inventory was taken.

    `asked` are the regions that it covers, of those that are `enabled` as far as they are known.
    """

    listed: dict[str, tuple[Workload, ...]] = {}
    bearers: dict[tuple[str, str], tuple[Workload, ...]] = {}
    seen: dict[str, tuple[str, ...]] = {}
    unseen: dict[str, tuple[str, ...]] = {}
    asked: tuple[str, ...] = ()
    enabled: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many resources there are; one may be listed as of several kinds."""
        return len({one.arn for each in self.listed.values() for one in each})

    @property
    def remarks(self) -> tuple[str, ...]:
        """What must be said of an inventory that does not cover every region."""
        if not self.asked or set(self.asked) >= set(self.enabled) != set():
            return ()
        told = "these regions, and no list tells whether there are others"
        there = f"{len(self.asked)} of {len(self.enabled)} enabled regions" if self.enabled else told
        return (f"the inventory covers {there}: {', '.join(self.asked)}",)

    def of(self, kind: str) -> tuple[Workload, ...]:
        """All of the kind, by ARN."""
        return self.listed.get(kind, ())

    def bearing(self, kind: str, role: str) -> tuple[Workload, ...]:
        """Those of the kind that bear the role."""
        return self.bearers.get((kind, role), ())

    def sees(self, kind: str, region: str) -> bool:
        """Whether every resource of the kind in the region is listed."""
        return region in self.seen.get(kind, ())


class Place(NamedTuple):
    """The account whose resources they are."""

    partition: str
    account: str


class _Listing(NamedTuple):
    """What one call told, by region, and the regions in which that is all there is."""

    rows: dict[str, list[Row]]
    whole: tuple[str, ...]


def build_workloads(reader: Reader, roles: Iterable[Role], place: Place) -> Workloads:
    """The resources of every kind that the snapshot's calls list; without an inventory, nothing.

    A row that cannot be read is a gap of its region, which then is not seen in full.
    """
    called = {call for kind in KINDS for call in kind.calls if call in reader.calls}
    if not called:
        return Workloads()
    listings = {call: _listing(reader, call) for call in called}
    maker = _Maker(reader, _Bearers(roles), place)
    listed = {k.id: tuple(sorted(maker.make(k, listings), key=_order)) for k in KINDS if k.call in listings}
    enabled = _enabled(reader)
    asked = _asked(reader, listings.values())
    known = sorted({*enabled, *asked})
    seen = {kind.id: tuple(r for r in known if maker.whole(kind, r, listings)) for kind in KINDS}
    others = () if enabled else (OTHERS,)
    return Workloads(
        listed=listed,
        bearers=_bearers(listed.values()),
        seen=seen,
        unseen={kind: (*(region for region in known if region not in found), *others) for kind, found in seen.items()},
        asked=asked,
        enabled=enabled,
    )


def _asked(reader: Reader, listings: Iterable[_Listing]) -> tuple[str, ...]:
    """The regions that some call tells of, or failed in."""
    failed = {gap.target for gap in reader.gaps if gap.call in CALLS and gap.target}
    return tuple(sorted({region for listing in listings for region in listing.rows} | failed))


def _bearers(listed: Iterable[tuple[Workload, ...]]) -> dict[tuple[str, str], tuple[Workload, ...]]:
    found: dict[tuple[str, str], list[Workload]] = defaultdict(list)
    for workload in (one for each in listed for one in each if one.role):
        found[workload.kind, workload.role].append(workload)
    return {key: tuple(bearing) for key, bearing in found.items()}


def _order(workload: Workload) -> tuple[str, str]:
    return workload.arn, workload.role


def _enabled(reader: Reader) -> tuple[str, ...]:
    answer = reader.one(REGIONS, Row) if REGIONS in reader.calls else None
    names = dig(answer, "Regions.RegionName")
    return tuple(sorted({name for name in names if isinstance(name, str)}))


def _listing(reader: Reader, call: str) -> _Listing:
    rows = {region: listed for region, listed in reader.each(call, list[Row]).items() if listed is not None}
    failed = {gap.target for gap in reader.gaps if gap.call == call}
    return _Listing(rows, () if None in failed else tuple(region for region in rows if region not in failed))


class _Bearers:
    """Whom a name of a role or of an instance profile means."""

    def __init__(self, roles: Iterable[Role]) -> None:
        held = list(roles)
        self._roles = {role.name: role.arn for role in held}
        self._profiles = {
            name: role.arn for role in held for arn in role.instance_profiles for name in (arn, _last(arn))
        }

    def of(self, kind: Kind, row: Row) -> tuple[str, ...]:
        """The roles that the row says it bears."""
        named = (self._role(value) for member in kind.roles for value in first(row, member))
        held = (self._profiles.get(str(value), "") for member in kind.profiles for value in first(row, member))
        return tuple(dict.fromkeys(filter(None, (*named, *held))))

    def _role(self, value: object) -> str:
        text = str(value)
        return text if text.startswith("arn:") else self._roles.get(_last(text), "")


def _last(text: str) -> str:
    return text.rpartition("/")[2]


class _Maker:
    """Rows to workloads. What cannot be made becomes a gap."""

    def __init__(self, reader: Reader, bearers: _Bearers, place: Place) -> None:
        self._reader = reader
        self._bearers = bearers
        self._place = place
        self._broken: set[tuple[str, str]] = set()

    def make(self, kind: Kind, listings: Mapping[str, _Listing]) -> Iterator[Workload]:
        """The workloads of one kind."""
        completing = _completing(kind, listings)
        for region, rows in listings[kind.call].rows.items():
            for index, row in enumerate(rows):
                if kind.only is None or kind.only.fits(row):
                    more = completing(region, row)
                    if more is None:
                        self._refuse(kind.call, region, f"entry {index} lacks what {kind.calls[-1]} tells of it")
                    yield from self._workloads(kind, region, index, {**(more or {}), **row})

    def _workloads(self, kind: Kind, region: str, index: int, row: Row) -> Iterator[Workload]:
        arn = self._arn(kind, region, row)
        if arn is None:
            self._refuse(kind.call, region, f"entry {index} names no resource of account {self._place.account}")
            return
        for role in self._bearers.of(kind, row) or ("",):
            yield Workload(
                kind=kind.id,
                arn=arn,
                name=str(next(iter(dig(row, kind.name)), _last(arn))),
                region=region,
                role=role,
                call=kind.call,
                pointer=f"/{region}/{index}",
                within=tuple(str(value) for member in kind.within for value in dig(row, member)),
            )

    def _arn(self, kind: Kind, region: str, row: Row) -> str | None:
        """The ARN, if the row has what it takes and it is of this account."""
        known = {**{name: str(value) for name, value in row.items()}, "region": region, **self._place._asdict()}
        parsed = parse_arn(_MEMBER.sub(lambda found: known.get(found[1], "\0"), kind.arn))
        if parsed is None or parsed.account != self._place.account or "\0" in parsed.resource:
            return None
        return ":".join(("arn", *parsed))

    def _refuse(self, call: str, region: str, why: str) -> None:
        """One gap for each region, however many entries are broken."""
        if (call, region) not in self._broken:
            self._broken.add((call, region))
            self._reader.gaps.append(Gap(call=call, target=region, reason="Garbled", detail=why))

    def whole(self, kind: Kind, region: str, listings: Mapping[str, _Listing]) -> bool:
        """Whether all of the kind in the region was seen."""
        return all(
            call in listings and region in listings[call].whole and (call, region) not in self._broken
            for call in kind.calls
        )


def _completing(kind: Kind, listings: Mapping[str, _Listing]) -> Callable[[str, Row], Row | None]:
    """From a region's row to that of another call which completes it: {} where none need, None where it is missing."""
    if kind.via is None or kind.via.call not in listings:
        return lambda _region, _row: {}
    via = kind.via
    table = {
        (region, str(key)): row
        for region, rows in listings[via.call].rows.items()
        for row in rows
        for key in dig(row, via.there)
    }
    return lambda region, row: table.get((region, str(next(iter(dig(row, via.here)), ""))))
