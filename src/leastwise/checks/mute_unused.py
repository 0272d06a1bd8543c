"""Mutes that fit no finding: what they were about is mended, gone, or was never called so.

Decides from the settings that the audit was given. Silent where a check that the mute names was not run, or could not
judge everybody it may be about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.checks.core import Hit, Limits, Said, check
from leastwise.results import Impact, Likelihood, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account


@check(
    title="Mute that fits nothing",
    severity=Severity.INFO,
    needs=frozenset(),
    attack="It hides nothing today. It would hide the same fault without a word if that came back.",
    fix=("Remove the mute.", "If it should fit something, compare its resource with the ARN in the finding."),
    impact=Impact.HYGIENE,
    likelihood=Likelihood.REMOTE,
)
def mute_unused(account: Account, limits: Limits) -> Iterator[Said]:
    """One hit for each mute."""
    for standing in limits.mutes:
        mute = standing.mute
        if standing.judged and not standing.fits and not standing.expired:
            yield Hit(
                account.subject,
                f"the mute of {mute} fits no finding",
                discriminator=f"{mute.check} {mute.resource}",
            )
