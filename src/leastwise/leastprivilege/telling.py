"""What is said with a recommendation that follows use: its sources, its counts, and what more could go."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from leastwise import catalog
from leastwise.access import possible_actions
from leastwise.evidence.grace import since, young
from leastwise.leastprivilege.draft import Move, short
from leastwise.leastprivilege.narrowing import opted_out, unknown
from leastwise.leastprivilege.need import brief, counts
from leastwise.leastprivilege.wording import NO_EVIDENCE
from leastwise.results import Change, Confidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.access import Holder
    from leastwise.evidence import Knowledge
    from leastwise.leastprivilege.draft import Draft
    from leastwise.leastprivilege.need import Need
    from leastwise.leastprivilege.packing import Held
    from leastwise.results import Recommendation


class Told(NamedTuple):
    """What the recommendation was made of."""

    draft: Draft
    held: tuple[Held, ...]
    need: Need


def told(found: Recommendation, knowledge: Knowledge, holder: Holder, by: Told) -> Recommendation:
    """The recommendation with what is known of the principal's use."""
    granted = possible_actions(knowledge.account, holder)
    return replace(
        found,
        evidence=knowledge.sources(holder),
        use=counts(knowledge, holder, granted),
        confidence_reasons=(*_reasons(knowledge, holder, by), *found.confidence_reasons[1:]),
        warnings=(*found.warnings, *_warnings(knowledge, by)),
        aggressive=tuple(_more(knowledge, holder, by)),
    )


def _reasons(knowledge: Knowledge, holder: Holder, by: Told) -> Iterator[str]:
    if not (by.need.used or by.need.unused):
        yield NO_EVIDENCE
        return
    yield f"use is known from {short(knowledge.telling(holder))}: what was due in none of their windows looks unused"
    if any(page.follows_use for page in by.draft.pages):
        yield f"actions that are newer than the catalogue of {catalog.version()} are known to no source"


def _warnings(knowledge: Knowledge, by: Told) -> Iterator[str]:
    account, days = knowledge.account, knowledge.least_days
    for each in by.held:
        late = young(account, each.document, days)
        written = since(account, each.document)
        if late and written:
            name, day = each.document.name, f"{written:%Y-%m-%d}"
            yield f"{name} grants {brief(late)} since {day}: kept for {days} days, used or not"
    if any(_unused(knowledge, each, by) for each in by.held):
        yield "what is unused stays where policies that name what was used would be too long for AWS's quotas"


def _unused(knowledge: Knowledge, each: Held, by: Told) -> int:
    """What a policy still grants although it is proven unused, was not granted lately and need not be kept."""
    late = young(knowledge.account, each.document, knowledge.least_days)
    clauses = (c for c in by.draft.pages[each.place].clauses if not opted_out(c.origin.sid))
    return reduce(or_, (c.actions.mask for c in clauses), 0) & by.need.unused & ~late


def _more(knowledge: Knowledge, holder: Holder, by: Told) -> Iterator[Change]:
    """What would go besides, if what no source could have seen were taken for unused."""
    for each in by.held:
        late = young(knowledge.account, each.document, knowledge.least_days)
        for clause in by.draft.pages[each.place].clauses:
            mask = unknown(clause, by.need, late)
            if mask:
                first = catalog.universe().names[(mask & -mask).bit_length() - 1]
                yield Change(
                    kind=Move.UNKNOWN.value,
                    document=each.document.arn,
                    pointer=each.document.at + clause.origin.pointer,
                    reason=knowledge.use(holder, first).reason,
                    confidence=Confidence.CONDITIONAL,
                    before=brief(mask),
                    after="removed",
                )
