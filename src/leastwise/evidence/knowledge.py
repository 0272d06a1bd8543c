"""All that is known of the use of permissions in one account, for each principal joined from every witness."""

from __future__ import annotations

from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING

from leastwise import catalog
from leastwise.account.model import remember
from leastwise.evidence import advisor, analyzer, credentials
from leastwise.evidence.credentials import Credentials
from leastwise.evidence.trail import Events, Trail
from leastwise.evidence.verdict import LEAST_DAYS, PASS_ROLE, Use, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.account.model import Account, Group, Role, User
    from leastwise.advised import Source
    from leastwise.evidence.verdict import Witness
    from leastwise.usage.records import Evidence, Observation


class Knowledge:
    """What is known of the use of permissions. Make it by `of`; what is asked of a principal is kept."""

    def __init__(self, account: Account, sources: tuple[Evidence, ...], least_days: int) -> None:
        """Use `of`."""
        self.account = account
        self.least_days = least_days
        self._trails = tuple(Trail(account, one, least_days) for one in sources if one.unused is None)
        self._analyzers = tuple(one for one in sources if one.unused is not None)

    @staticmethod
    def of(account: Account, logs: Iterable[Evidence] = (), *, least_days: int = LEAST_DAYS) -> Knowledge:
        """Join what the snapshot holds (Access Advisor, last use of roles, passwords and keys) with events.

        Unused is proven only where at least so many days of the principal's life are covered.
        """
        return Knowledge(account, tuple(logs), least_days)

    @cached_property
    def unmapped(self) -> frozenset[str]:
        """The services with events that no action is known for."""
        return frozenset[str]().union(*(trail.unmapped for trail in self._trails))

    def use(self, holder: User | Group | Role, action: str) -> Use:
        """What is known of an action, or of all that a pattern such as `s3:Get*` matches.

        A pattern is used where anything of it is, and proven unused where all is.
        """
        return self._of(holder).use(action)

    def used(self, holder: User | Group | Role) -> int:
        """The actions of the catalogue that the principal used, or tried, as bits."""
        return self._of(holder).used

    def unused(self, holder: User | Group | Role) -> int:
        """The actions that are proven unused, as bits. What is in neither is unknown."""
        return self._of(holder).unused

    def asleep(self, holder: User | Group | Role) -> bool:
        """Whether nothing of the principal was used at all, also of what no catalogue knows."""
        known = self._of(holder)
        return not known.used and any(isinstance(w, Credentials) and w.unused for w in known.witnesses)

    def complete(self, holder: User | Group | Role) -> int:
        """The actions of which every use over the whole window would be among the observations, as bits."""
        return self._of(holder).complete

    def observed(self, holder: User | Group | Role) -> tuple[Observation, ...]:
        """The uses that were seen in events, sorted; a group's are its members'."""
        return self._of(holder).observed

    def sources(self, holder: User | Group | Role) -> tuple[Source, ...]:
        """The sources that tell of the principal, each with its window."""
        return tuple(witness.source for witness in self._of(holder).witnesses)

    def telling(self, holder: User | Group | Role) -> tuple[str, ...]:
        """The names of the sources that saw use, or would have."""
        return tuple(w.source.name for w in self._of(holder).witnesses if w.used | w.unused)

    def proofs(self, holder: User | Group | Role) -> tuple[tuple[Source, int], ...]:
        """The sources that prove something unused, and what."""
        known = self._of(holder)
        return tuple((w.source, w.unused & known.unused) for w in known.witnesses if w.unused & known.unused)

    def _of(self, holder: User | Group | Role) -> _Known:
        return remember(holder, self, lambda: _Known(self.account, holder, self._witnesses(holder)))

    def _witnesses(self, holder: User | Group | Role) -> tuple[Witness, ...]:
        account, least = self.account, self.least_days
        told = (
            *(trail.of(holder) for trail in self._trails),
            *(analyzer.of(account, holder, one, least) for one in self._analyzers),
            advisor.of(account, holder, least),
            credentials.of(account, holder, least),
        )
        return tuple(one for one in told if one)


class _Known:
    """All witnesses of one principal."""

    def __init__(self, account: Account, holder: User | Group | Role, witnesses: tuple[Witness, ...]) -> None:
        self.witnesses = witnesses
        self._account = account
        self._holder = holder

    @cached_property
    def used(self) -> int:
        return reduce(or_, (w.used for w in self.witnesses), 0)

    @cached_property
    def unused(self) -> int:
        return reduce(or_, (w.unused for w in self.witnesses), 0) & ~self.used & ~self.needed

    @cached_property
    def needed(self) -> int:
        """The actions that AWS may check within those that were used. A role that was passed is looked for by name."""
        universe = catalog.universe()
        needs = {need for name in universe.names_of(self.used) for need in universe.dependent_actions(name)}
        return universe.union(needs - {PASS_ROLE})

    @cached_property
    def complete(self) -> int:
        return reduce(or_, (w.complete for w in self.witnesses if isinstance(w, Events)), 0) & ~self.needed

    @cached_property
    def observed(self) -> tuple[Observation, ...]:
        seen = (one for witness in self.witnesses if isinstance(witness, Events) for one in witness.seen)
        return tuple(sorted(seen, key=lambda o: (o.action, o.resource, o.principal, o.circumstance, o.first, o.last)))

    def use(self, action: str) -> Use:
        mask = catalog.universe().mask(action)
        if not mask:
            return Use(verdict=Verdict.UNKNOWN, reason=f"{action} is not in the catalogue of {catalog.version()}")
        if mask & self.used:
            return self._decided(Verdict.USED, mask & self.used, [w for w in self.witnesses if w.used & mask])
        if not mask & ~self.unused:
            return self._decided(Verdict.UNUSED, mask, [w for w in self.witnesses if w.unused & mask])
        return self._open(mask & ~self.unused)

    def _decided(self, verdict: Verdict, mask: int, by: list[Witness]) -> Use:
        name = _first(mask)
        said = [(w.source.name, w.say(name)) for w in by]
        return Use(
            verdict=verdict,
            reason="; ".join(f"{source}: {one.reason}" for source, one in said),
            last=max((one.last for _, one in said if one.last), default=None),
            sources=tuple(source for source, _ in said),
        )

    def _open(self, mask: int) -> Use:
        name = _first(mask)
        if mask & self.needed:
            reason = f"{_first(mask & self.needed)} may be checked within another action that was used"
            return Use(verdict=Verdict.UNKNOWN, reason=reason)
        reasons = [f"{w.source.name}: {w.say(name).reason}" for w in self.witnesses]
        if not any(isinstance(w, advisor.Advisor) for w in self.witnesses):
            reasons.append(f"{advisor.NAME}: {self._account.last_accessed.why_not(self._holder.arn)}")
        return Use(verdict=Verdict.UNKNOWN, reason="; ".join(reasons))


def _first(mask: int) -> str:
    """One action of the mask, to speak of."""
    return catalog.universe().names[(mask & -mask).bit_length() - 1]
