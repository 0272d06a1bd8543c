"""Whether a granted action was used, and how that is known: the verdict of Access Advisor's reports.

*unused-proven* takes a source that would have seen the use, over a window that is long enough, and that saw nothing.
Everything else that was not seen is *unknown*. No table says which actions AWS tracks: it tracks those that it lists,
and lists them without a time where they were not used.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec

from leastwise.usage.records import Coverage

if TYPE_CHECKING:
    from leastwise.account.last_accessed import LastAccess
    from leastwise.account.model import Account, Group, Role, User

SOURCE = "access_advisor"
LEAST_DAYS = 90  # a shorter window proves nothing: what runs each quarter was not due
# No API call has its name: it is checked within calls of other services, and last used is not kept of it.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
UNTRACKED = ("iam:PassRole",)


class Verdict(StrEnum):
    """What is known of the use of a grant."""

    USED = "used"
    UNUSED = "unused-proven"
    UNKNOWN = "unknown"


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one action or service of one principal, with its reason.

    `last` is the last attempt, where one is known. `coverage` is what the source could see; None where it told nothing
    of the principal.
    """

    verdict: Verdict
    reason: str
    last: datetime | None = None
    coverage: Coverage | None = None


def use(account: Account, holder: User | Group | Role, grant: str, *, least_days: int = LEAST_DAYS) -> Use:
    """Whether the principal used an action (`s3:ListAllMyBuckets`) or anything of a service (`s3`).

    A wildcard is unused where its service is, else unknown. A denied attempt is use, and of a group its members' is.
    Unused is proven only where at least so many days of the principal's life are covered.
    """
    known = account.last_accessed.of(holder.arn, holder.created)
    if known is None:
        return Use(verdict=Verdict.UNKNOWN, reason=account.last_accessed.why_not(holder.arn))
    coverage = Coverage(source=SOURCE, first=known.first, last=known.last, accounts=(account.id,))
    return _judged(known, grant, _Window(coverage, known.days, least_days))


def unused_services(account: Account, holder: User | Group | Role, *, least_days: int = LEAST_DAYS) -> tuple[str, ...]:
    """The prefixes of the services that the principal is allowed and proven not to have used, sorted."""
    known = account.last_accessed.of(holder.arn, holder.created)
    prefixes = sorted(known.services) if known else ()
    return tuple(p for p in prefixes if use(account, holder, p, least_days=least_days).verdict is Verdict.UNUSED)


class _Window(msgspec.Struct, frozen=True):
    """What the source could see of one principal, and how much it takes for a proof."""

    coverage: Coverage
    days: int
    least: int

    def used(self, what: str, last: datetime) -> Use:
        return self._use(Verdict.USED, f"{what} was last tried on {last:%Y-%m-%d}; a denied attempt counts too", last)

    def unseen(self, what: str) -> Use:
        """Nothing was seen that would have been: the proof, if the window is long enough."""
        if self.days < self.least:
            short = f"{what} was not seen, but of the principal only {self.days} days are covered, not {self.least}"
            return self._use(Verdict.UNKNOWN, short)
        return self._use(Verdict.UNUSED, f"{what} was not tried in the {self.days} days that are covered")

    def blind(self, why: str) -> Use:
        return self._use(Verdict.UNKNOWN, why)

    def _use(self, verdict: Verdict, reason: str, last: datetime | None = None) -> Use:
        return Use(verdict=verdict, reason=reason, last=last, coverage=self.coverage)


def _judged(known: LastAccess, grant: str, window: _Window) -> Use:
    prefix, _, action = grant.partition(":")
    if prefix.lower() not in known.services:
        return window.blind(
            f"AWS tells nothing of {prefix}: no policy of the principal allows it, or it is not tracked"
        )
    service = known.services[prefix.lower()]
    if service is None:
        return window.blind(f"what AWS tells of {prefix} cannot be read")
    if service.last is None:
        hidden = untracked(grant)
        return window.blind(f"AWS does not track {hidden}: no call has its name") if hidden else window.unseen(prefix)
    if not action:
        return window.used(prefix, service.last)
    if action.lower() not in service.actions:
        return window.blind(f"{prefix} was last tried on {service.last:%Y-%m-%d}, and AWS does not track {grant} in it")
    return _action(service.actions[action.lower()], grant, window)


def _action(last: datetime | None, grant: str, window: _Window) -> Use:
    return window.used(grant, last) if last else window.unseen(grant)


def untracked(grant: str) -> str:
    """An action among those of a grant whose use no report of AWS shows, or ""."""
    pattern = grant.lower() if ":" in grant else f"{grant.lower()}:*"
    return next((action for action in UNTRACKED if fnmatchcase(action.lower(), pattern)), "")
