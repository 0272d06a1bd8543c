"""Mutes whose last day is over, by the time of the snapshot: what they muted is told again.

Decides from the settings that the audit was given. Without mutes it has nothing to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.checks.core import Hit, Limits, Said, check
from leastwise.results import Impact, Likelihood, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account


@check(
    title="Mute that has expired",
    severity=Severity.LOW,
    needs=frozenset(),
    attack="What was to be borne for a while has stayed: whoever would abuse it still can.",
    fix=(
        "Mend what was muted, and remove the mute.",
        "Or decide again, with a new last day and a reason that holds today.",
    ),
    impact=Impact.HYGIENE,
    likelihood=Likelihood.REMOTE,
)
def mute_expired(account: Account, limits: Limits) -> Iterator[Said]:
    """One hit for each mute."""
    for standing in limits.mutes:
        mute = standing.mute
        if standing.expired:
            again = f"findings that it fits: {standing.fits}" if standing.fits else "it would mute nothing"
            yield Hit(
                account.subject,
                f"the mute of {mute} expired on {mute.until}; {again}",
                discriminator=f"{mute.check} {mute.resource}",
            )
