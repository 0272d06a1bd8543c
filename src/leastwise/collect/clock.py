"""The only clock of the program."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  collect holds the clock: here a snapshot learns its `taken_at`


class Clock(msgspec.Struct, frozen=True):
    """Now, and waiting. A test passes its own, and never sleeps."""

    now: Callable[[], datetime] = _now
    sleep: Callable[[float], None] = time.sleep


def stamp(moment: datetime) -> str:
    """A zone-aware time as `2026-01-31T09:00:00Z`, the form of `taken_at`.

    A begun second counts as a whole one, so that nothing seen is younger than now.
    """
    rounded = moment.astimezone(UTC) + timedelta(microseconds=-moment.microsecond % 1_000_000)
    return rounded.isoformat().replace("+00:00", "Z")
