"""The witness of credentials: who did not use any has used no permission.

A role's last use is kept for 400 days; a password's and an access key's latest use for good. They tell nothing of a
principal that is in use, and of a user only while each way in is told of: AWS does not say when certificates and
service-specific credentials were used, and forgets a key when it is deleted.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleLastUsed.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise import catalog
from leastwise.account.last_accessed import PERIOD
from leastwise.account.model import Group, Role
from leastwise.advised import Source
from leastwise.evidence.verdict import Said, stamp

if TYPE_CHECKING:
    from leastwise.account.model import Account, User

ROLE = "RoleLastUsed"
LOGIN = "password and keys last used"
_ROLE_SEES = ("requests with the role's credentials",)
_LOGIN_SEES = ("sign-ins with the password, and requests with the access keys there are",)
_ROLE_GAPS = (f"AWS keeps {PERIOD.days} days", "nothing of single actions")
_LOGIN_GAPS = ("keys that were deleted", "nothing of single actions")


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a principal as a whole: nothing of it was used, or why that is not proven."""

    source: Source
    reason: str
    unused: int = 0
    used: int = 0

    def say(self, _action: str) -> Said:
        """The same of every action."""
        return Said(self.reason)


def of(account: Account, holder: User | Group | Role, least_days: int) -> Credentials | None:
    """The witness of a user or role; None where nothing is told of it, and for groups, which have no credentials."""
    if isinstance(holder, Group) or holder.created is None:
        return None
    if isinstance(holder, Role):
        return _Judge(account, holder.created, least_days, ROLE).of(holder.last_used)
    if holder.login is None:
        return None
    judge = _Judge(account, holder.created, least_days, LOGIN)
    hidden = _hidden(account, holder, least_days)
    if hidden:
        return Credentials(source=judge.source(0), reason=hidden)
    used = (holder.login.password_last_used, *(key.last_used for key in holder.login.keys))
    return judge.of(max(filter(None, used), default=None))


class _Judge(NamedTuple):
    """One principal, by when it was made, and what it takes for a proof."""

    account: Account
    created: datetime
    least: int
    name: str

    def of(self, last: datetime | None) -> Credentials:
        """The witness, by the last use of all credentials."""
        idle = self.account.days_since(last or self.created)
        days = min(idle, PERIOD.days) if self.name == ROLE else idle
        if idle >= self.least:
            reason, unused = f"nothing of it was used in {days} days", catalog.universe().everything
        elif last is None:
            reason, unused = f"never used, but it is only {idle} days old, not {self.least}", 0
        else:
            reason, unused = f"last used on {last:%Y-%m-%d}, and for what is not told", 0
        return Credentials(source=self.source(days), reason=reason, unused=unused)

    def source(self, days: int) -> Source:
        """What it could see."""
        of_role = self.name == ROLE
        return Source(
            name=self.name,
            first=stamp(self.account.now - timedelta(days=days)) if days else "",
            last=stamp(self.account.now) if days else "",
            days=days,
            sees=_ROLE_SEES if of_role else _LOGIN_SEES,
            gaps=_ROLE_GAPS if of_role else _LOGIN_GAPS,
        )


def _hidden(account: Account, user: User, least: int) -> str:
    """A way in of whose use nothing is told, or "" where all are told of."""
    login = user.login
    if user.service_credentials is None or user.active_service_credentials:
        return "when its service-specific credentials were used is not told"
    if login is None or not (login.has_password or login.keys):
        return "it has neither password nor key, and when those before were used is not told"
    if login.certificates:
        return "when its certificates were used is not told"
    if any(key.rotated is None or account.days_since(key.rotated) < least for key in login.keys):
        return "a key is younger than the window, and when the one before it was used is not told"
    return ""
