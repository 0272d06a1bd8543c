"""When principals last used services and actions, as AWS keeps it (*Access Advisor*), and what it can see.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
Services are listed that the principal's own and its groups' policies allow, used or not; of some services AWS also
tracks actions. An attempt that was denied counts as use. Nothing is decoded before somebody asks.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec

from leastwise.snapshot import Gap

if TYPE_CHECKING:
    from leastwise.account.reader import Reader

CALL = "iam:GetServiceLastAccessedDetails"
COMPLETED = "COMPLETED"
PERIOD = timedelta(days=400)  # AWS keeps at least so much
LAG = timedelta(hours=4)  # what was done since may not be listed yet


Time = Annotated[datetime, msgspec.Meta(tz=True)]


class _Action(msgspec.Struct, rename="pascal", gc=False):
    """An action that AWS tracks."""

    action_name: str
    last_accessed_time: Time | None = None


class _Named(msgspec.Struct, rename="pascal", gc=False):
    """Which service an entry is about."""

    service_namespace: str


class _Service(_Named, rename="pascal"):
    """A service that the principal's policies allow."""

    last_authenticated: Time | None = None
    tracked_actions_last_accessed: list[_Action] | None = None


class Report(msgspec.Struct, rename="pascal"):
    """The answer of GetServiceLastAccessedDetails, its services undecoded.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html
    """

    job_completion_date: Time
    job_status: str = COMPLETED
    services_last_accessed: list[msgspec.Raw] = []


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One service: when it was last used, None if not within the period, and the same of each action AWS tracks.

    `actions` are keyed by their names in lower case, without the service.
    """

    last: datetime | None
    actions: dict[str, datetime | None]


class LastAccess(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What AWS tells of one principal: any use between `first` and `last` would be listed.

    `first` is None where it is not known since when the principal exists. `services` are keyed by their prefix in
    lower case; one whose entry cannot be read is None.
    """

    first: datetime | None
    last: datetime
    services: dict[str, Service | None]

    @property
    def days(self) -> int:
        """How many whole days of the principal's life it covers."""
        return 0 if self.first is None else (self.last - self.first).days


class LastAccessed(msgspec.Struct, frozen=True, eq=False):
    """The reports of an account by ARN, and why others are missing; `asked` is False where none were asked for."""

    reports: dict[str, Report] = {}
    missing: dict[str, str] = {}
    asked: bool = False
    memo: dict[str, LastAccess] = {}

    def of(self, arn: str, created: datetime | None) -> LastAccess | None:
        """What is known of one principal that was created then; None where there is no report."""
        report = self.reports.get(arn)
        if report is None:
            return None
        if arn not in self.memo:
            self.memo[arn] = _read(report, created)
        return self.memo[arn]

    def why_not(self, arn: str) -> str:
        """Why there is no report of a principal."""
        if not self.asked:
            return "when it last used what was not asked for (--last-accessed)"
        return self.missing.get(arn) or self.missing.get("") or "when it last used what was not asked of this one"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What must be said of the evidence, where there is any."""
        if not self.reports:
            return ()
        until = min(report.job_completion_date for report in self.reports.values()) - LAG
        asked = self.reports.keys() | (self.missing.keys() - {""})
        known = f"last use is known of {len(self.reports)} of {len(asked)} users, groups and roles"
        return (f"{known}, {PERIOD.days} days back from {until:%Y-%m-%dT%H:%M:%SZ}; denied attempts count as use",)


def build_last_accessed(reader: Reader) -> LastAccessed:
    """The reports that the snapshot holds; without any, nothing. A report that cannot be read is a gap."""
    if CALL not in reader.calls:
        missing = _missing(reader.gaps)
        return LastAccessed(missing=missing, asked=bool(missing))
    reports = {arn: _kept(report) for arn, report in reader.each(CALL, Report).items() if report}
    for arn in [arn for arn, report in reports.items() if report.job_status != COMPLETED]:
        state = reports.pop(arn).job_status
        reader.gaps.append(Gap(call=CALL, target=arn, reason="Unfinished", detail=f"the report is {state}"))
    return LastAccessed(reports=reports, missing=_missing(reader.gaps), asked=True)


def _kept(report: Report) -> Report:
    """The report with texts of its own, so that none keeps the text of the whole file alive."""
    return msgspec.structs.replace(report, services_last_accessed=[e.copy() for e in report.services_last_accessed])


def _missing(gaps: list[Gap]) -> dict[str, str]:
    """Why there is no report, by ARN; "" stands for all."""
    told = ((gap.target or "", f"{CALL}: {gap.detail or gap.reason}") for gap in gaps if gap.call == CALL)
    return dict(told)


def _read(report: Report, created: datetime | None) -> LastAccess:
    completed = report.job_completion_date
    return LastAccess(
        first=min(max(created, completed - PERIOD), completed - LAG) if created else None,
        last=completed - LAG,
        services=dict(map(_decoded, report.services_last_accessed)),
    )


def _decoded(entry: msgspec.Raw) -> tuple[str, Service | None]:
    """A service and its prefix, "" where not even that can be read."""
    try:
        found = msgspec.json.decode(entry, type=_Service)
    except msgspec.DecodeError:
        return _prefix(entry), None
    tracked = found.tracked_actions_last_accessed or []
    actions = {action.action_name.rpartition(":")[2].lower(): action.last_accessed_time for action in tracked}
    last = max(filter(None, (found.last_authenticated, *actions.values())), default=None)
    return found.service_namespace.lower(), Service(last=last, actions=actions)


def _prefix(entry: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(entry, type=_Named).service_namespace.lower()
    except msgspec.DecodeError:
        return ""
