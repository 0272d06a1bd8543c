"""What is known of one principal's use, as far as it bears on its policies: the same for all who use the same."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.account.granted import together
from leastwise.advised import UseCounts
from leastwise.catalog import version
from leastwise.evidence.verdict import PASS_ROLE
from leastwise.leastprivilege.kin import is_bound
from leastwise.usage.records import Known

if TYPE_CHECKING:
    from leastwise.access import Holder
    from leastwise.evidence import Knowledge
    from leastwise.usage.records import Observation


class Need(NamedTuple):
    """The use of what a principal is granted, as bits, and what it was used on.

    `seen` are the resources of each action of which every use is known, `touched` all that are known of any; both by
    the action in lower case. `proofs` are the sources that prove something unused, each in words and with what it
    proves. `asleep` tells that nothing at all was used, not even what no catalogue knows; `boldly` that what is unknown
    goes, too.
    """

    used: int
    unused: int
    seen: tuple[tuple[str, tuple[str, ...]], ...]
    touched: tuple[tuple[str, tuple[str, ...]], ...]
    proofs: tuple[tuple[str, int], ...]
    asleep: bool
    boldly: bool

    @property
    def tells(self) -> bool:
        """Whether there is anything to remove, or to narrow."""
        return bool(self.unused or self.seen or self.boldly)

    @property
    def may_pass(self) -> bool:
        """Whether a role may have been passed unseen."""
        settled = self.unused & catalog.universe().mask(PASS_ROLE) or any(a == PASS_ROLE.lower() for a, _ in self.seen)
        return not settled

    def once_more(self, later: Need) -> Need:
        """With what is known of `iam:PassRole` when nothing is left that might have passed a role unseen."""
        bit = catalog.universe().mask(PASS_ROLE)
        seen = tuple(one for one in later.seen if one[0] == PASS_ROLE.lower())
        return self._replace(
            unused=self.unused | later.unused & bit,
            seen=tuple(sorted({*self.seen, *seen})),
            proofs=(*self.proofs, *((words, bit) for words, proven in later.proofs if proven & bit)),
        )

    def why(self, removed: int) -> str:
        """Which sources prove these actions unused."""
        return "; ".join(dict.fromkeys(words for words, proven in self.proofs if proven & removed))


def need_of(knowledge: Knowledge, holder: Holder, *, boldly: bool) -> Need:
    """Sum up what is known of a principal's use."""
    granted = together(holder.documents)
    found: dict[str, list[Observation]] = {}
    for one in knowledge.observed(holder):
        found.setdefault(one.action, []).append(one)
    complete, mask = knowledge.complete(holder), catalog.universe().mask
    seen = [(a.lower(), _resources(uses)) for a, uses in found.items() if mask(a) & complete and _is_known(a, uses)]
    touched = [(a.lower(), _resources(uses)) for a, uses in found.items()]
    return Need(
        used=knowledge.used(holder) & granted,
        unused=knowledge.unused(holder) & granted,
        seen=tuple(sorted(seen)),
        touched=tuple(sorted(touched)),
        proofs=tuple(
            (f"no use in {source.days} days of {source.name}", proven & granted)
            for source, proven in knowledge.proofs(holder)
            if proven & granted
        ),
        asleep=knowledge.asleep(holder),
        boldly=boldly,
    )


def _resources(uses: list[Observation]) -> tuple[str, ...]:
    """What is known of the resources."""
    return tuple(sorted({one.resource for one in uses if one.known is not Known.UNKNOWN}))


def _is_known(action: str, uses: list[Observation]) -> bool:
    """Whether the action needed nothing but resources that the events name."""
    return is_bound(action) and all(one.known is not Known.UNKNOWN for one in uses)


def counts(knowledge: Knowledge, holder: Holder, granted: int) -> UseCounts:
    """How many of the granted actions were used, are proven unused, or are unknown."""
    used, unused = knowledge.used(holder) & granted, knowledge.unused(holder) & granted
    return UseCounts(
        used=used.bit_count(),
        unused_proven=unused.bit_count(),
        unknown=(granted & ~used & ~unused).bit_count(),
    )


@lru_cache(maxsize=1 << 12)
def brief(mask: int) -> str:
    """The actions of a mask in a few words."""
    universe = catalog.universe()
    count = mask.bit_count()
    if count <= FEW_NAMES:
        return ", ".join(universe.names_of(mask))
    services = list(dict.fromkeys(name.partition(":")[0] for name in universe.names_of(mask)))
    if len(services) <= FEW_NAMES:
        return f"{count:,} actions of {', '.join(services)}"
    return (
        f"{count:,} actions of {', '.join(services[: FEW_NAMES - 1])} and {len(services) - FEW_NAMES + 1} more services"
    )


FEW_NAMES = 6


def dated(wild: bool) -> str:  # noqa: FBT001 - read as a question
    """What must be said where a wildcard was spelled out."""
    return f"; wildcards are spelled out by the catalogue of {version()}" if wild else ""
