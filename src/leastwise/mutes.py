"""Mutes: findings that somebody has decided to live with, why, and until when.

A mute sets findings aside and never excuses a subject: who is exempt is another matter (`scope`), and paths stay what
they are. It holds through its last day, by the snapshot's time. One that has expired mutes nothing, and one that fits
nothing is no more needed: both are findings of their own, as long as what they are about was judged.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from fnmatch import translate
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from leastwise.results import Finding, Suppressed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from leastwise.results import Subject
    from leastwise.unseen import Unassessed

NEVER = "never"


class Mute(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One decision. `check` is an id or a shell pattern of ids, `resource` one of ARNs or names.

    `expires` is the last day on which it holds, None for never.
    """

    check: str
    resource: str
    reason: str
    expires: date | None
    owner: str = ""

    def is_on_one(self, subject: Subject) -> bool:
        """Whether it is about the subject, by its ARN or its name."""
        return self.is_on(subject.arn) or self.is_on(subject.name)

    def is_of(self, check: str) -> bool:
        """Whether it is about the check."""
        return bool(self._check.match(check))

    def is_on(self, resource: str) -> bool:
        """Whether it is about who has this ARN or name."""
        return bool(self._resource.match(resource))

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and self.expires < today

    @cached_property
    def _check(self) -> re.Pattern[str]:
        return re.compile(translate(self.check))

    @cached_property
    def _resource(self) -> re.Pattern[str]:
        return re.compile(translate(self.resource))

    @property
    def until(self) -> str:
        """The last day, or `never`."""
        return self.expires.isoformat() if self.expires else NEVER

    def __str__(self) -> str:
        """Which one it is, in words."""
        return f"{self.check} on {self.resource}"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a mute stands: how many findings it fits, and whether all that it is about was judged."""

    mute: Mute
    fits: int
    expired: bool
    judged: bool


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """The findings that are left, those that are muted, and how each mute stands."""

    findings: tuple[Finding, ...]
    muted: tuple[Suppressed, ...]
    standings: tuple[Standing, ...]


def settle(
    findings: Sequence[Finding],
    unassessed: Sequence[Unassessed],
    mutes: Sequence[Mute],
    *,
    today: date,
    checks: Collection[str],
) -> Settled:
    """Set aside what the mutes fit, of which the first that holds tells why. `checks` are those that were run."""
    fits: Counter[Mute] = Counter()
    left: list[Finding] = []
    muted: list[Suppressed] = []
    of_checks = {check: [mute for mute in mutes if mute.is_of(check)] for check in checks}
    for finding in findings:
        fitting = [mute for mute in of_checks[finding.check] if mute.is_on_one(finding.subject)]
        fits.update(fitting)
        mute = next((mute for mute in fitting if not mute.expired(today)), None)
        if mute:
            muted.append(Suppressed(finding=finding, reason=mute.reason, owner=mute.owner, expires=mute.until))
        else:
            left.append(finding)
    standings = tuple(
        Standing(mute=m, fits=fits[m], expired=m.expired(today), judged=_judged(m, unassessed, checks)) for m in mutes
    )
    return Settled(findings=tuple(left), muted=tuple(muted), standings=standings)


def _judged(mute: Mute, unassessed: Iterable[Unassessed], checks: Collection[str]) -> bool:
    """Whether the mute would have fitted what it is about. Where a policy cannot be read that is not known."""
    return any(map(mute.is_of, checks)) and not any(_hides(each, mute, checks) for each in unassessed)


def _hides(silent: Unassessed, mute: Mute, checks: Collection[str]) -> bool:
    if silent.check not in checks:
        return True
    names = (silent.target, re.split("[/:]", silent.target)[-1])
    return mute.is_of(silent.check) and (not silent.target or any(map(mute.is_on, names)))
