"""What a report says of an earlier audit, the baseline: what each finding is beside it, and how much differs."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Status(StrEnum):
    """What a finding is beside an earlier audit, the baseline: worse is what has changed to a higher severity."""

    UNCOMPARED = ""
    NEW = "new"
    WORSE = "worse"
    CHANGED = "changed"
    KNOWN = "known"

    @property
    def counts(self) -> bool:
        """Whether the exit code may hang on it."""
        return self in {Status.UNCOMPARED, Status.NEW, Status.WORSE}


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """How many findings differ from an earlier audit, and in what else the audits differ."""

    taken_at: str
    new: int
    changed: int
    fixed: int
    muted: int
    exempt: int
    not_assessed: int
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        """`2 new, 1 fixed`; `nothing new` where nothing is."""
        told = {
            "new": self.new,
            "changed": self.changed,
            "newly exempt": self.exempt,
            "newly muted": self.muted,
            "no longer assessed": self.not_assessed,
            "fixed": self.fixed,
        }
        parts = [f"{number:,} {word}" for word, number in told.items() if number]
        return ", ".join(parts if self.new else ["nothing new", *parts])
