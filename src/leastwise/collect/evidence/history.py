"""CloudTrail's event history as evidence: the management events of 90 days, of every region, without any trail.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
It gives 50 events a request and takes two requests a second from each account and region, so a busy region cannot be
read to its end: it is read backwards from now, as far as `MOST` and `PATIENCE` go, and the window says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from leastwise.collect.failure import Failure, Kind
from leastwise.collect.inventory import enabled_regions
from leastwise.collect.session import WORKERS
from leastwise.parallel import threads
from leastwise.usage.event import Event
from leastwise.usage.reading import Teller
from leastwise.usage.records import Coverage, Evidence, Fault, Selector, Trail
from leastwise.usage.tally import Tally

if TYPE_CHECKING:
    from leastwise.collect.session import Aws

SOURCE = "CloudTrail event history"
LOOKUP = "cloudtrail:LookupEvents"
STAGE = "event history"
PERIOD = timedelta(days=90)
LAG = timedelta(minutes=15)
"""Events may come so much later."""
PACE = timedelta(seconds=0.5)
MOST = 30_000
"""Events of a region."""
PATIENCE = timedelta(minutes=6)
PAGE = 50
SHOWN = 4
_EVENT = msgspec.json.Decoder(Event)


class _Seen(NamedTuple):
    """One region: its events, and since when they are whole; or what went wrong."""

    region: str
    tally: Tally
    since: datetime
    failure: Failure | None = None
    cut: bool = False


def event_history(aws: Aws, account: str, regions: tuple[str, ...] = ()) -> Evidence:
    """The management events of these regions, or of every enabled one.

    What a region does not answer is said, and it is then none of those in sight.
    """
    where = enabled_regions(aws, regions)
    end = aws.clock.now()
    found = list(threads(WORKERS)(lambda region: _region(aws, region, end), where.asked))
    answered = [one for one in found if one.failure is None]
    tally = Tally()
    for one in found:
        tally.merge(one.tally)
    evidence = tally.evidence(SOURCE)
    whole = where.all_asked and len(answered) == len(found)
    coverage = evidence.coverage if not answered else _covered(evidence.coverage, answered, end, everywhere=whole)
    remarks = (*_unseen(found), *map(_cut, (one for one in answered if one.cut)), "data events are not in the history")
    accounts = tuple(sorted({*coverage.accounts, account} - {""}))
    return msgspec.structs.replace(
        evidence, coverage=msgspec.structs.replace(coverage, remarks=remarks, accounts=accounts)
    )


def _covered(coverage: Coverage, answered: list[_Seen], end: datetime, *, everywhere: bool) -> Coverage:
    """The window that is whole in every region: a day of it without an event is one on which nobody called."""
    since, until = max(one.since for one in answered), end - LAG
    names = tuple(one.region for one in answered)
    history = Trail(name=SOURCE, regions=() if everywhere else names, since=since, selectors=(Selector(),))
    days = max(until.toordinal() - since.toordinal() + 1, 0)
    return msgspec.structs.replace(coverage, first=since, last=until, days=days, regions=names, trails=(history,))


def _region(aws: Aws, region: str, end: datetime) -> _Seen:
    """The events of a region, the latest first, until they end or it takes too long."""
    tally, tell = Tally(), Teller()
    since, number, oldest = end - PERIOD, 0, end
    marker: dict[str, str] = {}
    while True:
        begun = aws.clock.now()
        page = aws.ask(LOOKUP, region, StartTime=since, EndTime=end, MaxResults=PAGE, **marker)
        if isinstance(page, Failure):
            return _Seen(region, Tally(), oldest, page) if not number else _Seen(region, tally, oldest, cut=True)
        aws.reporter.step(STAGE)
        rows = page.get("Events") or []
        number += len(rows)
        oldest = min([oldest, *(row["EventTime"] for row in rows if row.get("EventTime"))])
        _add(tally, rows, tell, region)
        if not page.get("NextToken"):
            return _Seen(region, tally, since)
        if number >= MOST or aws.clock.now() - end > PATIENCE:
            return _Seen(region, tally, oldest, cut=True)
        marker = {"NextToken": page["NextToken"]}
        aws.clock.sleep(max(begun + PACE - aws.clock.now(), timedelta()).total_seconds())


def _add(tally: Tally, rows: list[dict[str, Any]], tell: Teller, region: str) -> None:
    """The events of a page, which are JSON in JSON."""
    events: list[Event] = []
    for row in rows:
        try:
            events.append(_EVENT.decode(row.get("CloudTrailEvent") or ""))
        except (msgspec.MsgspecError, RecursionError):
            tally.faults.append(Fault(path=f"{LOOKUP} {region}", reason="an event of it is no CloudTrail event"))
    tally.add(events, tell)


def _cut(one: _Seen) -> str:
    return (
        f"of {one.region} only the events since {one.since:%Y-%m-%dT%H:%M:%SZ} were read: for more, read a trail's logs"
    )


def _unseen(found: list[_Seen]) -> tuple[str, ...]:
    """What the regions without an answer said, once for those that said the same."""
    said: dict[str, list[str]] = {}
    for one in found:
        if one.failure:
            todo = f"allow {LOOKUP}" if one.failure.kind is Kind.DENIED else "it is left out"
            said.setdefault(f"{one.failure.reason}): {todo}", []).append(one.region)
    return tuple(f"the event history of {_where(regions)} could not be had ({why}" for why, regions in said.items())


def _where(regions: list[str]) -> str:
    return ", ".join(regions) if len(regions) <= SHOWN else f"{regions[0]} and {len(regions) - 1} more regions"
