"""What an audit does not rest on, in words. Every format says it: nothing unseen is ever a pass."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from leastwise.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.results import Report


def gaps(report: Report) -> Iterator[str]:
    """One entry for each call and reason, whatever the number of its targets."""
    for (call, reason), number in sorted(Counter((gap.call, gap.reason) for gap in report.gaps).items()):
        yield f"{call} ({reason}{f', {number} targets' if number > 1 else ''})"


def unjudged(report: Report) -> Iterator[str]:
    """Each check that gave no answer, as a whole or for so many subjects."""
    targets: dict[str, list[str]] = defaultdict(list)
    for each in report.unassessed:
        targets[each.check].append(each.target)
    for check, of in sorted(targets.items()):
        yield f"{check} ({count(len(of), 'subjects')})" if all(of) else check


def unseen(report: Report) -> tuple[str, ...]:
    """Both as sentences."""
    return (*(f"no answer to {gap}" for gap in gaps(report)), *(f"not judged: {check}" for check in unjudged(report)))
