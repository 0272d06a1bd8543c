"""The witness of Access Advisor: services, and of some services actions, with the time of the last attempt.

No table says which actions AWS tracks: it tracks those that it lists, and lists them without a time where they were
not used. A denied attempt counts as use, so it may keep a permission, and tells nothing of resources.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from leastwise import catalog
from leastwise.account.last_accessed import PERIOD
from leastwise.advised import Source
from leastwise.evidence.verdict import PASS_ROLE, Said, stamp

if TYPE_CHECKING:
    from datetime import datetime

    from leastwise.account.last_accessed import LastAccess, Service
    from leastwise.account.model import Account, Group, Role, User

NAME = "Access Advisor"
_SEES = ("attempts at services, and at those actions that AWS tracks, denied ones too",)
_GAPS = (
    "neither resources nor conditions",
    f"{PASS_ROLE} is not tracked, nor are most actions on data",
    f"some regions and services have been tracked for less than {PERIOD.days} days",
)


class Advisor:
    """What the report of one principal tells."""

    def __init__(self, known: LastAccess, least_days: int) -> None:
        """Take its report; a window of fewer days proves nothing."""
        self._known = known
        self._least = least_days
        self.source = Source(
            name=NAME, first=stamp(known.first), last=stamp(known.last), days=known.days, sees=_SEES, gaps=_GAPS
        )

    @cached_property
    def used(self) -> int:
        """The tracked actions with a time."""
        return self._tracked(used=True)

    @cached_property
    def unused(self) -> int:
        """All actions of services without a time, and the tracked actions without one."""
        if self._known.days < self._least:
            return 0
        services = ((prefix, s) for prefix, s in self._known.services.items() if s and s.last is None)
        whole = catalog.universe().union(f"{prefix}:*" for prefix, _ in services)
        return (whole | self._tracked(used=False)) & ~catalog.universe().mask(PASS_ROLE)

    def say(self, action: str) -> Said:
        """In words."""
        prefix, _, name = action.partition(":")
        service = self._known.services.get(prefix.lower())
        if service is None:
            listed = prefix.lower() in self._known.services
            why = "no policy of the principal allows it, or it is not tracked"
            return Said(f"what it tells of {prefix} cannot be read" if listed else f"tells nothing of {prefix}: {why}")
        if action.lower() == PASS_ROLE.lower():
            return Said(f"does not track {PASS_ROLE}: no call has its name")
        return self._listed(service, prefix, name)

    def _listed(self, service: Service, prefix: str, name: str) -> Said:
        """Of an action in a service that is listed."""
        if service.last is None:
            return self._unseen(prefix)
        action = f"{prefix}:{name}"
        if name.lower() not in service.actions:
            return Said(f"{prefix} was last tried on {service.last:%Y-%m-%d}, and {action} is not tracked in it")
        last = service.actions[name.lower()]
        if last is None:
            return self._unseen(action)
        return Said(f"{action} was last tried on {last:%Y-%m-%d}; a denied attempt counts too", last)

    def _unseen(self, what: str) -> Said:
        days = self._known.days
        if days < self._least:
            return Said(f"{what} was not seen, but of the principal only {days} days are covered, not {self._least}")
        return Said(f"{what} was not tried in {days} days")

    def _tracked(self, *, used: bool) -> int:
        services = ((prefix, s) for prefix, s in self._known.services.items() if s)
        return catalog.universe().union(name for prefix, s in services for name in _names(prefix, s, used=used))


def _names(prefix: str, service: Service, *, used: bool) -> list[str]:
    listed: dict[str, datetime | None] = service.actions
    return [f"{prefix}:{action}" for action, last in listed.items() if (last is not None) is used]


def of(account: Account, holder: User | Group | Role, least_days: int) -> Advisor | None:
    """The witness of a principal; None where AWS made no report."""
    known = account.last_accessed.of(holder.arn, holder.created)
    return Advisor(known, least_days) if known else None
