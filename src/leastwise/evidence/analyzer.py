"""The witness of IAM Access Analyzer: what it found unused, over the window of its analyzer, and no word of the rest.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-findings.html
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from leastwise import catalog
from leastwise.advised import Source
from leastwise.evidence.trail import FRESH_DAYS
from leastwise.evidence.verdict import Said, stamp
from leastwise.usage.sight import unused

if TYPE_CHECKING:
    from leastwise.account.model import Account, Group, Role, User
    from leastwise.usage.records import Evidence

_SEES = ("services that users and roles did not use, and actions that AWS tracks; a denied attempt counts as use",)
_GAPS = ("neither resources nor conditions, and nothing of what it does not name",)


class Found:
    """What the findings of one principal say."""

    def __init__(self, evidence: Evidence, arn: str, *, least_days: int, age: int) -> None:
        """Take a source that tells what was not used; a short window, or one long past, proves nothing."""
        coverage = evidence.coverage
        self._evidence = evidence
        self._arn = arn
        self._least = least_days
        self._age = age
        self.used = 0
        self.source = Source(
            name=coverage.source,
            first=stamp(coverage.first),
            last=stamp(coverage.last),
            days=coverage.days,
            sees=_SEES,
            gaps=(*_GAPS, *coverage.remarks),
        )

    @cached_property
    def unused(self) -> int:
        """What it names."""
        return self._named if not self._fault else 0

    @property
    def _fault(self) -> str:
        """Why it proves nothing, or ""."""
        if self._age > FRESH_DAYS:
            return f"the analysis is {self._age} days older than the snapshot"
        days = self.source.days
        return f"its window has {days} days, not {self._least}" if days < self._least else ""

    @cached_property
    def _named(self) -> int:
        return unused(self._evidence, self._arn)

    def say(self, action: str) -> Said:
        """In words."""
        if not self.source.first:
            return Said("; ".join(self._evidence.coverage.remarks) or "no window is told")
        if not catalog.universe().mask(action) & self._named:
            return Said(f"does not name {action} as unused")
        return Said(self._fault or f"{action} was not used in {self.source.days} days")


def of(account: Account, holder: User | Group | Role, evidence: Evidence, least_days: int) -> Found | None:
    """The witness of a principal; None where the source tells of what was used, or is another account's."""
    if evidence.unused is None or (evidence.coverage.accounts and account.id not in evidence.coverage.accounts):
        return None
    last = evidence.coverage.last
    age = account.days_since(last) if last else 0
    return Found(evidence, holder.arn, least_days=least_days, age=age)
