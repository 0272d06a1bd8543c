"""What a recommendation is worth, and how far the evidence of use can be relied on: the index and the grade.

Both are published: docs/guide/least-privilege.md gives the formulas as they stand here.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from leastwise import catalog
from leastwise.access import possible_actions
from leastwise.advised import ESCALATING, WEIGHTS, Grade
from leastwise.catalog import AccessLevel
from leastwise.escalation import methods
from leastwise.leastprivilege.covering import is_told_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.evidence import Knowledge
    from leastwise.results import Recommendation

LONG, SHORT = 90, 30  # days: never above medium below the first, never above low below the second
MOST, SOME = 75, 25  # percent of the granted actions of which use is known: as above
WRITING = (AccessLevel.WRITE, AccessLevel.PERMISSIONS_MANAGEMENT, AccessLevel.TAGGING)
_ORDER = tuple(Grade)


def measured(
    found: Recommendation, account: Account, knowledge: Knowledge, before: Holder, after: Holder
) -> Recommendation:
    """The recommendation with its grade and its indices."""
    said = grade(account, knowledge, before)
    told = said.grade is not Grade.NONE
    unused = knowledge.unused(before)
    now, then = (possible_actions(account, one) for one in (before, after))
    return replace(
        found,
        grade=said.grade,
        grade_reasons=said.reasons,
        exposure_before=index(now, unused) if told else None,
        exposure_after=index(then, unused) if told else None,
    )


def index(granted: int, unused: int) -> float:
    """The unused-permission index of a set of actions, as bits: 0 where all may be in use, 100 where none is.

    100 times the weight of those that are proven unused, by the weight of all, to one decimal. What is unknown counts
    as used.
    """
    whole = weight(granted)
    return round(100 * weight(granted & unused) / whole, 1) if whole else 0.0


def weight(mask: int) -> int:
    """The weight of actions, as bits: by their access levels, and more where an escalation goes by them."""
    climbing = mask & _escalating()
    return sum(
        points * ((mask & level).bit_count() + (ESCALATING - 1) * (climbing & level).bit_count())
        for points, level in _levels()
    )


@cache
def _levels() -> tuple[tuple[int, int], ...]:
    universe = catalog.universe()
    return tuple((points, universe.level_mask(AccessLevel(word))) for word, points in WEIGHTS.items())


@cache
def _escalating() -> int:
    """The actions by which some escalation method goes, as bits."""
    return catalog.universe().union(action for method in methods() for action in method.actions)


class Said(NamedTuple):
    """A grade with its reasons."""

    grade: Grade
    reasons: tuple[str, ...]


def grade(account: Account, knowledge: Knowledge, holder: Holder) -> Said:
    """How far the evidence of use can be relied on: high, unless something speaks against it."""
    if not is_told_of(knowledge, holder):
        return Said(Grade.NONE, ("no source told of its use",))
    caps = tuple(_caps(account, knowledge, holder))
    worst = min((cap for cap, _ in caps), key=_ORDER.index, default=Grade.HIGH)
    return Said(worst, tuple(reason for _, reason in caps) or (_enough(knowledge, holder),))


def _enough(knowledge: Knowledge, holder: Holder) -> str:
    return f"{_days(knowledge, holder)} days are covered, and of most of what is granted it is known whether it is used"


def _days(knowledge: Knowledge, holder: Holder) -> int:
    return max((source.days for source in knowledge.sources(holder)), default=0)


def _caps(account: Account, knowledge: Knowledge, holder: Holder) -> Iterator[tuple[Grade, str]]:
    """What speaks against the evidence, and the best grade that it leaves."""
    days = _days(knowledge, holder)
    if days < LONG:
        yield _cap(low=days < SHORT), f"{days} days are covered, fewer than {LONG}: what runs each quarter was not due"
    age = account.days_since(holder.created) if holder.created else 0
    if age < LONG:
        yield _cap(low=age < SHORT), f"the principal is {age} days old, fewer than {LONG}"
    granted = possible_actions(account, holder)
    used, unused = knowledge.used(holder) & granted, knowledge.unused(holder) & granted
    known = 100 * (used | unused).bit_count() // (granted.bit_count() or 1)
    if known < MOST:
        yield _cap(low=known < SOME), f"of {known} % of the granted actions it is known whether they are used"
    writes = sum(map(catalog.universe().level_mask, WRITING))
    if used and not used & writes and granted & writes:
        reads = used.bit_count()
        yield Grade.MEDIUM, f"all {reads} used actions read, and none writes: what writes seldom may not have been due"
    if knowledge.unmapped:
        yield Grade.MEDIUM, f"events that no action is known for: of {', '.join(sorted(knowledge.unmapped))}"


def _cap(*, low: bool) -> Grade:
    return Grade.LOW if low else Grade.MEDIUM
