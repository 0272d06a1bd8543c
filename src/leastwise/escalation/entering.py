"""What it takes to enter a target once the row's permissions are there: a credential that fits, a trust, room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.account.model import Role, User, remember
from leastwise.escalation.claims import Admission, Circumstances, Claim, Permit
from leastwise.escalation.method import DEACTIVATE_MFA
from leastwise.escalation.paper import is_aws_owned, joined, trusting
from leastwise.escalation.standing import standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from leastwise.access import Holder
    from leastwise.account.model import Account, Group, Login
    from leastwise.escalation.method import Method

MOST_KEYS = 2  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
Entry = tuple[tuple[Claim, ...], tuple[str, ...]]


def entry(account: Account, source: User | Role, target: Holder, method: Method) -> Entry | None:
    """What entering the target takes besides the row's permissions: claims, and what must be supposed.

    None where it cannot be entered that way. Without a credential report a user's keys are unknown; most users
    have room for one more, and the hop stands.
    """
    if isinstance(target, User):
        return _entry_of_user(account, source, target, method.access)
    if isinstance(target, Role):
        if method.access == "trust":
            return (Admission(target),), ()
        if method.access == "assigned":
            return ((), ()) if has_identity_center(account) else None
        return None if is_aws_owned(target) else ((Admission(trusting(target, source.arn)),), ())
    return _entry_of_group(account, source, target)


def _entry_of_group(account: Account, source: User | Role, group: Group) -> Entry | None:
    """What the group gives is worth only what the newcomer's own boundary and denies leave of it."""
    member = joined(source, group)
    if member is None:
        return None
    if not standing(account, group).is_administrator:
        return (), ()
    stands = standing(account, member)
    return ((), stands.conditions) if stands.is_administrator else None


def has_identity_center(account: Account) -> bool:
    """Whether the account shows signs of Identity Center, which makes a role for each permission set in use."""
    return remember(account, "identity center", lambda: any(role.is_reserved for role in account.roles))


def _entry_of_user(account: Account, source: User | Role, target: User, access_by: str) -> Entry | None:
    login = target.login
    if access_by == "service-credential":
        return (), ()
    if access_by in {"key", "rotated-key"}:
        full = login is not None and len(login.keys) >= MOST_KEYS
        return ((), ()) if full == (access_by == "rotated-key") else None
    words, fits = _STATES[access_by]
    if login is None:
        return (), (f"{target.name} has {words} (no credential report was seen)",)
    if not fits(login):
        return None
    return _past_mfa(account, source, target) if login.mfa and access_by in _SIGNING_IN else ((), ())


_SIGNING_IN = ("new-login", "changed-login")
_STATES: dict[str, tuple[str, Callable[[Login], bool]]] = {
    "new-login": ("no console password", lambda login: not login.has_password),
    "changed-login": ("a console password", lambda login: login.has_password),
    "known-login": ("a console password and an MFA device", lambda login: login.has_password and login.mfa),
    "known-key": ("an inactive access key", lambda login: any(not key.active for key in login.keys)),
}


def _past_mfa(account: Account, source: User | Role, target: User) -> Entry:
    """A password alone does not sign in a user with an MFA device."""
    removal = Permit((DEACTIVATE_MFA,), target.arn, Circumstances(target))
    if removal.allowed(account, source):
        return (removal,), ()
    return (), (f"the caller also has the MFA device of {target.name}",)
