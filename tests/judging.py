"""Running one check over one account, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.checks.core import Check, Hit, Limits, Unjudged

if TYPE_CHECKING:
    from leastwise.account.model import Account
    from leastwise.results import Severity

NO_LIMITS = Limits()


def hits(check: Check, account: Account, limits: Limits = NO_LIMITS) -> list[Hit]:
    """What the check says."""
    return [said for said in check.hits(account, limits) if isinstance(said, Hit)]


def the_hit(check: Check, account: Account, limits: Limits = NO_LIMITS) -> Hit:
    """The one thing the check says."""
    (hit,) = hits(check, account, limits)
    return hit


def names(check: Check, account: Account, limits: Limits = NO_LIMITS) -> list[str]:
    """About whom the check speaks, once for each hit."""
    return [hit.subject.name for hit in hits(check, account, limits)]


def unjudged(check: Check, account: Account) -> list[Unjudged]:
    """Of whom the check cannot say anything."""
    return [said for said in check.hits(account, NO_LIMITS) if isinstance(said, Unjudged)]


def severity(check: Check, account: Account, limits: Limits = NO_LIMITS) -> Severity:
    """The severity of the one finding."""
    return check.finding(the_hit(check, account, limits)).severity


def is_certain(check: Check, account: Account) -> bool:
    """Whether the one finding leaves nothing open."""
    return the_hit(check, account).certain
