"""The three answers about the use of a permission, and what a witness gives so that they can be found."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

if TYPE_CHECKING:
    from leastwise.advised import Source

LEAST_DAYS = 90
"""A shorter window proves nothing: what runs each quarter was not due."""
PASS_ROLE = "iam:PassRole"  # noqa: S105 - the name of an action


class Verdict(StrEnum):
    """What is known of the use of a grant."""

    USED = "used"
    UNUSED = "unused-proven"
    UNKNOWN = "unknown"


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one action of one principal, with its reason.

    `last` is the last time it was used or tried, where that is known; `sources` are the names of those that decided it.
    """

    verdict: Verdict
    reason: str
    last: datetime | None = None
    sources: tuple[str, ...] = ()


class Said(NamedTuple):
    """What one witness says of an action: words that follow its name, and the last use it saw."""

    reason: str
    last: datetime | None = None


class Witness(Protocol):
    """One source of evidence, asked about one principal.

    `used` are the catalogue's actions whose use it saw, `unused` those whose use it would have seen over the whole
    window and did not, as bits. To all others it was blind.
    """

    @property
    def source(self) -> Source:
        """Its name, its window, what it sees and what not."""

    @property
    def used(self) -> int:
        """What it saw."""

    @property
    def unused(self) -> int:
        """What it proves unused."""

    def say(self, action: str) -> Said:
        """Why it answers as it does about an action of the catalogue."""


def stamp(moment: datetime | None) -> str:
    """The moment as reports write it; "" for none."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def calendar_days(first: datetime, last: datetime) -> int:
    """How many days of the calendar lie between two moments, both counted; 0 where the second comes first."""
    return max(0, (last.date() - first.date()).days + 1)
