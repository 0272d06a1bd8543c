"""The witness of CloudTrail: what was called, on what, and which calls the logs could not have shown.

That an action is not in the logs proves something only where they would have shown it: see `usage.sight`. Nothing is
proven of a service with events that could not be mapped to actions.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from leastwise import catalog
from leastwise.account.granted import together
from leastwise.account.model import Group
from leastwise.advised import Source
from leastwise.evidence.verdict import PASS_ROLE, Said, calendar_days, stamp
from leastwise.usage.meaning import service_of
from leastwise.usage.passing import passes
from leastwise.usage.paths import with_paths
from leastwise.usage.profiles import with_roles
from leastwise.usage.saying import told
from leastwise.usage.sight import Sight, sight, view

if TYPE_CHECKING:
    from datetime import datetime

    from leastwise.account.model import Account, Role, User
    from leastwise.usage.records import Coverage, Evidence, Observation
    from leastwise.usage.sight import View

FRESH_DAYS = 7
"""How long before the snapshot logs may end and still prove something of it."""
SHOWN = 8
_LEFT_OUT = (
    "permissions without an event of their own, and what else the trails leave out",
    "what the trails left out before: their selectors are those of today",
)


class Trail:
    """What the events of one source tell of one account, whoever called."""

    def __init__(self, account: Account, evidence: Evidence, least_days: int) -> None:
        """Take what a source gave; a window of fewer days proves nothing."""
        self.account = account
        self.coverage: Coverage = evidence.coverage
        self.least = least_days
        self.seen: dict[tuple[str, str], list[Observation]] = {}
        profiles = {profile: role.arn for role in account.roles for profile in role.instance_profiles}
        arns = (*(each.arn for each in account.holders), *account.policies, *profiles)
        for one in with_paths(with_roles(evidence.observations, profiles), arns):
            self.seen.setdefault(caller(one.principal, account.id), []).append(one)

    def of(self, holder: User | Group | Role) -> Events:
        """The witness of a principal. A group's use is that of its members."""
        callers = self.account.members(holder) if isinstance(holder, Group) else (holder,)
        seen = [one for each in callers for one in self.seen.get(caller(each.arn, self.account.id), ())]
        return Events(self, holder, tuple(seen))

    @cached_property
    def fault(self) -> str:
        """Why nothing is proven by what the source does not show, or "" where it can be."""
        coverage, account = self.coverage, self.account
        if coverage.first is None or coverage.last is None:
            return "there are no events"
        if account.id not in coverage.accounts:
            return f"there are no events of account {account.id}"
        if coverage.days < self.least:
            return f"there are events of {coverage.days} days, not of {self.least}"
        if account.days_since(coverage.last) > FRESH_DAYS:
            return f"the last event is {account.days_since(coverage.last)} days older than the snapshot"
        lost = next((fault for fault in coverage.faults if fault.lost), None)
        if lost or coverage.faults_unlisted:
            named = f": {lost.path} ({lost.reason})" if lost else ""
            return f"some logs could not be read, and may have held its use; mend them or leave them out{named}"
        return ""

    @cached_property
    def view(self) -> View:
        """What the trail was set to show, or shows by what there is."""
        return view(self.coverage)

    @cached_property
    def visible(self) -> int:
        """The actions whose use would have been shown, as bits."""
        return self.view.sure & ~catalog.universe().union(f"{service}:*" for service in self.unmapped)

    @cached_property
    def unmapped(self) -> frozenset[str]:
        """The services with events whose actions are not known."""
        return frozenset(service_of(one.source) for one in self.coverage.unmapped)

    @cached_property
    def sees(self) -> tuple[str, ...]:
        """In words, what kinds of events there are."""
        if self.coverage.trails:
            return tuple(dict.fromkeys(word for trail in self.coverage.trails for word in told(trail)))
        regions, data = self.coverage.regions, [service_of(source) for source in self.coverage.data]
        where = ", ".join(regions) if len(regions) <= SHOWN else f"{len(regions)} regions"
        management = (f"management events of {where}",) if self.coverage.management else ()
        return (*management, *((f"data events of {', '.join(data)}",) if data else ()))

    @cached_property
    def gaps(self) -> tuple[str, ...]:
        """In words, what is missing."""
        coverage = self.coverage
        number = len(coverage.faults) + coverage.faults_unlisted
        words = (
            *coverage.remarks,
            *(_LEFT_OUT if coverage.trails else self._guessed),
            f"{number} logs could not be read in full, the first {coverage.faults[0].path}" if number else "",
            f"services with events that no action is known for: {', '.join(sorted(self.unmapped))}"
            if self.unmapped
            else "",
        )
        return tuple(word for word in words if word)

    @property
    def _guessed(self) -> tuple[str, ...]:
        """What may be missing where the events alone tell what the trails left out."""
        data = self.coverage.data
        return (
            "permissions without an event of their own, and regions of which there is no event",
            "data events of other services" if data else "data events",
            "whether data events were logged of all resources" if data else "",
        )


class Events:
    """What the events of one source tell of one principal."""

    def __init__(self, trail: Trail, holder: User | Group | Role, seen: tuple[Observation, ...]) -> None:
        """Take what was seen of the principal, or of a group's members."""
        self._trail = trail
        self._holder = holder
        self.seen = seen

    @cached_property
    def source(self) -> Source:
        """The window is what the logs have of the principal's life."""
        coverage = self._trail.coverage
        return Source(
            name=coverage.source,
            first=stamp(coverage.first),
            last=stamp(coverage.last),
            days=self._days,
            sees=self._trail.sees,
            gaps=self._trail.gaps,
        )

    @cached_property
    def used(self) -> int:
        """The actions of the events."""
        return catalog.universe().union({one.action for one in self.seen})

    @cached_property
    def unused(self) -> int:
        """What would have been shown and was not; of a role that may be passed, when nothing was called that does."""
        return 0 if self._fault else (self._trail.visible | self._passing) & ~self.used

    @cached_property
    def complete(self) -> int:
        """The actions of which no use can be missing, as bits: those in sight, and the passing of roles by name."""
        if self._fault:
            return 0
        unnamed = catalog.universe().union(self._trail.coverage.unnamed_roles)
        passing = 0 if unnamed & self.used else self._named_passing
        return self._trail.visible | passing

    def say(self, action: str) -> Said:
        """In words."""
        bit = catalog.universe().mask(action)
        last = max((one.last for one in self.seen if one.action.lower() == action.lower()), default=None)
        if last is not None:
            return Said(f"{action} was last used on {last:%Y-%m-%d}", last)
        if self._fault:
            return Said(self._fault)
        if bit & self.unused:
            return Said(f"no use of {action} in {self._days} days")
        return Said(self._blind(action))

    @property
    def _days(self) -> int:
        """How many calendar days of the principal's life the events span."""
        first, last = self._trail.coverage.first, self._trail.coverage.last
        if first is None or last is None or self._holder.created is None:
            return 0
        return calendar_days(max(first, self._youngest), last)

    @cached_property
    def _youngest(self) -> datetime:
        """When the principal was made, or of a group the last of its members: when each joined is not told."""
        members = self._trail.account.members(self._holder) if isinstance(self._holder, Group) else ()
        return max(filter(None, (self._holder.created, *(user.created for user in members))))

    @cached_property
    def _fault(self) -> str:
        """Why nothing is proven of this principal."""
        trail, holder = self._trail, self._holder
        if trail.fault:
            return trail.fault
        if isinstance(holder, Group) and not trail.account.members(holder):
            return "the group has no members now, and who was one is not told"
        if self._days < trail.least:
            return f"of its life only {self._days} days are covered, not {trail.least}"
        return ""

    @cached_property
    def _passing(self) -> int:
        """`iam:PassRole`, if nothing was called that may pass a role, and each such call would have been shown."""
        return 0 if self.used & _passers() else self._named_passing

    @cached_property
    def _named_passing(self) -> int:
        """`iam:PassRole`, if each call by which the principal could pass a role would have been shown."""
        able = _passers() & together(self._holder.documents)
        return 0 if able & ~self._trail.visible else catalog.universe().mask(PASS_ROLE)

    def _blind(self, action: str) -> str:
        """Why no event would have been there."""
        service, kind = action.partition(":")[0], sight(action)
        if action.lower() == PASS_ROLE.lower() and self.used & _passers():
            return "a role may have been passed by calls that do not name it"
        if kind is Sight.NEVER:
            return f"{action} has no event of its own"
        if service in self._trail.unmapped:
            return f"there are events of {service} that no action is known for"
        if self._trail.view.sees(action) is None:
            regions = ", ".join(self._trail.coverage.regions)
            return f"the logs, of {regions}, need not have shown {action}: add those of all regions and kinds of events"
        return f"there are no {kind} events of {service} in the logs, or only part of them"


def caller(arn: str, account: str) -> tuple[str, str]:
    """User or role, and the name: sessions do not tell a path, and within an account names are unique without it."""
    head, _, name = arn.rpartition("/")
    parts = head.split(":", 5)
    return (parts[5].partition("/")[0], name) if len(parts) > 5 and parts[4] == account else ("", arn)


@cache
def _passers() -> int:
    """The actions that may pass a role, as bits."""
    universe = catalog.universe()
    return universe.union(name for name in universe.names if passes(name))
