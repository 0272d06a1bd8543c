"""What a source of evidence gives: what was seen, and how much it could have seen.

One without the other proves nothing: an action that no observation names is *unused* only if the coverage says that
its use would have been seen.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Known(StrEnum):
    """How well the resource of an observation is known."""

    EXACT = "exact"
    """The event names it, or the action takes none and the resource is `*`."""
    PATTERN = "pattern"
    """A pattern that covers it: AWS adds to the name (a path, a suffix), or there were too many to list."""
    UNKNOWN = "unknown"
    """The event does not tell, and the resource is `*`."""


class Circumstance(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What else was true of the calls of one observation; conditions of a policy may hang on each."""

    account: str
    """The account in which the call was made; "" where the event does not say."""
    region: str
    via: str = ""
    """The service that made the call in the caller's name (`invokedBy`), e.g. `cloudformation.amazonaws.com`: the
    source of `aws:CalledVia` and `kms:ViaService`."""
    passed_to: str = ""
    """`iam:PassedToService` of a passed role, where it is known."""
    profile: str = ""
    """ARN of the instance profile that named the passed role, where the event does not name the role itself."""
    inferred: bool = False
    """No event has this action's name: it follows from what another one asked for, such as `iam:PassRole`."""
    weak: bool = False
    """Every such call was throttled: it was tried, and whether it was allowed is not known."""


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """A principal used an action on a resource, so many times, between two moments."""

    principal: str
    """ARN of the user or role whose policies were asked, or `…:root`. Where a session does not name its role, the
    role's path is missing in it: compare account and name."""
    action: str
    """As the catalogue writes it."""
    resource: str
    known: Known
    circumstance: Circumstance
    count: int
    first: datetime
    last: datetime


class Fault(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A file, a part of one, or a call, by its name: it could not be used, or not be had."""

    path: str
    reason: str
    lost: bool = True
    """Whether events may be missing for it; not for what is no log by its name."""


class Unmapped(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """An event whose IAM action is not known: whatever permission it used is missing among the observations."""

    source: str
    name: str
    count: int


class Selector(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Events that a trail writes down: those of one kind, all or some of them."""

    type: str = ""
    """Of data events the resource type, e.g. `AWS::S3::Object`; "" stands for management events."""
    reads: bool = True
    writes: bool = True
    without: tuple[str, ...] = ()
    """Event sources that are left out."""
    partly: bool = False
    """Only some of them: certain resources, names or callers."""


class Trail(msgspec.Struct, frozen=True, kw_only=True):
    """What a trail was set to write down, when it was asked; what was changed before, nobody tells."""

    name: str
    """Its ARN."""
    regions: tuple[str, ...] = ()
    """None means all."""
    organization: bool = False
    """Whether it writes for all accounts of the organization."""
    since: datetime | None = None
    """When it was last switched on."""
    stopped: datetime | None = None
    """When it was switched off; None while it writes."""
    selectors: tuple[Selector, ...] = ()


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What a source could see. Times are those of the events, since nothing says when a trail was switched on or off.

    CloudTrail may deliver an event twice; counts are of deliveries.
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html
    """

    source: str
    first: datetime | None = None
    last: datetime | None = None
    days: int = 0
    """Days with at least one event. Fewer than lie between first and last: logs are missing, or nobody called."""
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    management: tuple[str, ...] = ()
    """Event sources with management events in the logs. A trail may leave out those of KMS and the RDS Data API."""
    data: tuple[str, ...] = ()
    """Event sources with data events in the logs. Of every other service its data events (objects read, functions
    invoked, items written) were not logged, and that none is seen proves nothing."""
    trails: tuple[Trail, ...] = ()
    """The trails that wrote these logs; none where they are not known. `sight.view` tells what they could see."""
    seen: tuple[Selector, ...] = ()
    """The kinds of events there were."""
    files: int = 0
    events: int = 0
    used: int = 0
    denied: int = 0
    """Calls that the policies refused, or whose caller was not recognised; they are no use."""
    free: int = 0
    """Calls that need no permission."""
    nobody: dict[str, int] = {}
    """Why events were credited to nobody, with their numbers."""
    unmapped: tuple[Unmapped, ...] = ()
    unnamed_roles: dict[str, int] = {}
    """Actions that may pass a role, in calls that name none: a template or a default may have named it."""
    faults: tuple[Fault, ...] = ()
    faults_unlisted: int = 0
    """Further faults, beyond those that are listed."""
    remarks: tuple[str, ...] = ()
    """What else must be said of it: what was cut short, or could not be learned. `trails` has it in account."""


class Unused(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What a source says a principal has not used in its window; that of others it says nothing."""

    principal: str
    actions: str
    """A pattern of the catalogue: `s3:CreateBucket`, `s3:*`, or `*` for whoever did nothing at all."""
    last: datetime | None = None
    """When they were last used, before the window; None where that is not known."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider returns."""

    observations: tuple[Observation, ...]
    coverage: Coverage
    unused: tuple[Unused, ...] | None = None
    """Where it tells what was *not* used, instead of what was. `sight.unused` has it as a set of actions."""
