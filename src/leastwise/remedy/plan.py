"""Plans: which documents to change, and what that ends. Chosen by reasoning, then judged again until nothing is left.

Changing what a path hangs on can bring another way of the same principal to light. The account on paper is judged
after each round, and the next round ends what is left, in the documents that are being changed already where it can.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise.escalation import within_reach
from leastwise.remedy.amendment import Amendment, amend
from leastwise.remedy.causes import Cause, Chain, Demand, chains_of, is_met, refusals
from leastwise.remedy.consequence import Consequence, compare, reckon, unchanged
from leastwise.remedy.cut import greedy, minimum
from leastwise.remedy.paper import amended
from leastwise.remedy.sites import Place, Site
from leastwise.results import Evidence, Path

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

    from leastwise.account.model import Account

ROUNDS = 40
ATTEMPTS = 2  # at choosing the best of many changes


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """One document changed, the statements that were at fault, and which of today's paths it ends.

    `ends` are those that the fixes before it leave.
    """

    amendment: Amendment
    demands: tuple[Demand, ...]
    statements: tuple[Evidence, ...]
    ends: tuple[Path, ...]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The fixes, and the account with all of them.

    `judged` tells that the account was judged again, not only each path that ends. `minimal` tells that no smaller
    number of changed documents ends the paths that are listed today. `left` are the wanted paths that no change
    ends which may be offered.
    """

    fixes: tuple[Fix, ...]
    consequence: Consequence
    judged: bool = True
    minimal: bool = False
    left: tuple[Path, ...] = ()


class Step(NamedTuple):
    """What a round adds at one place."""

    demands: tuple[Demand, ...]
    statements: tuple[Evidence, ...]


class Extent(NamedTuple):
    """How far planning goes: documents changed, rounds, whether the account is judged again as a whole, one place."""

    most: int | None = None
    rounds: int = ROUNDS
    judged: bool = True
    only: Site | None = None


EVERYTHING = Extent()


def plan(account: Account, paths: Sequence[Path], wanted: Callable[[Path], bool], extent: Extent = EVERYTHING) -> Plan:
    """How to end these paths, and those that come to light while they are `wanted`, too."""
    return _Planner(account, wanted, extent).run(paths)


def sites_of(account: Account, paths: Iterable[Path]) -> tuple[Site, ...]:
    """All places at which some of the paths can be ended, the first first."""
    every = (c.site for path in paths for chain in (*chains_of(account, path), refusals(account, path)) for c in chain)
    return tuple(dict.fromkeys(every))


class _Planner:
    """One plan in the making."""

    def __init__(self, account: Account, wanted: Callable[[Path], bool], extent: Extent) -> None:
        self.account = account
        self.paper = account
        self.wanted = wanted
        self.extent = extent
        self.fewest = -1
        self.amendments: dict[Site, Amendment] = {}
        self.steps: dict[Site, Step] = {}
        self.barred: set[Site] = set()
        self.scored: dict[str, Path] = {}
        self.needs: dict[str, set[Site]] = {}  # by principal, what its paths took so far
        self.consequence = unchanged(account)

    def run(self, paths: Sequence[Path]) -> Plan:
        left = list(paths)
        self.scored = {path.fingerprint: path for path in paths}
        for _ in range(self.extent.rounds):
            if not left or not self._round(left):
                break
            left = [self.scored.get(p.fingerprint, p) for p in self.consequence.after if self.wanted(p)]
        fixes = self._keep(tuple(self._fixes()))
        after = {path.fingerprint for path in self.consequence.after}
        return Plan(
            fixes=fixes,
            consequence=self.consequence,
            judged=self.extent.judged,
            minimal=len(fixes) == self.fewest,
            left=tuple(path for path in left if path.fingerprint in after),
        )

    def _round(self, left: Sequence[Path]) -> bool:
        """Ask for more at some places and judge again; False where there is nothing more to ask for."""
        ways = self._shortest(left)
        chosen = self._choose([chains for _, chains in ways])
        before = dict(self.amendments), dict(self.steps)
        for site, step in chosen.items():
            self._ask(site, step)
        if (self.amendments, self.steps) == before:
            return bool(chosen)  # all that was chosen turned out to be impossible; others may not
        self.paper = self._on_paper()
        found = self._judge()
        if found.new:
            self.amendments, self.steps = before
            self.barred |= chosen.keys()
            self.paper = self._on_paper()
        else:
            self.consequence = found
            for path, chains in ways:
                self.needs.setdefault(path.source.arn, set()).update(_hit(chains, chosen))
        return True

    def _shortest(self, left: Sequence[Path]) -> list[tuple[Path, list[Chain]]]:
        """The paths of the fewest hops that can be ended, with how. What is longer often goes with them."""
        ways = [(path, chains) for path in left if (chains := self._open(path))]
        fewest = min((len(path.edges) for path, _ in ways), default=0)
        return [(path, chains) for path, chains in ways if len(path.edges) == fewest or not self.extent.judged]

    def _on_paper(self) -> Account:
        forget = within_reach(self.account) if self.extent.judged else ()
        return amended(self.account, self.amendments.values(), forget=forget)

    def _judge(self) -> Consequence:
        if self.extent.judged:
            return compare(self.account, self.paper)
        return reckon(self.account, self._has_ended)

    def _has_ended(self, path: Path) -> bool:
        """Whether each way of the path is shut by what was asked; not asked of paths that were not looked at."""
        return path.fingerprint in self.scored and all(
            any(self._is_asked(cause) and is_met(self.paper, cause) for cause in chain)
            for chain in chains_of(self.account, path)
        )

    def _is_asked(self, cause: Cause) -> bool:
        return {*cause.demands} <= {*self._demands(cause.site)}

    def _demands(self, site: Site) -> tuple[Demand, ...]:
        return self.steps[site].demands if site in self.steps else ()

    def _ask(self, site: Site, step: Step) -> None:
        """Demand more at a place. A place where that cannot be written down is asked no more."""
        known = self.steps.get(site, Step((), ()))
        demands = tuple(dict.fromkeys((*known.demands, *step.demands)))
        more = Step(demands, tuple(dict.fromkeys((*known.statements, *step.statements))))
        made = amend(self.account, site, more.demands)
        if made is None:
            self.barred.add(site)
        else:
            self.amendments[site] = made
            self.steps[site] = more

    def _open(self, path: Path) -> list[Chain]:
        """For each way what would end it and has not been asked for; a Deny only where there is nothing else.

        Of equals what changes anyway comes first.
        """
        chains = [self._sifted(chain) for chain in chains_of(self.paper, path)]
        if all(chains):
            return chains
        refused = self._sifted(refusals(self.paper, path))
        return [refused] if refused else []

    def _sifted(self, chain: Iterable[Cause]) -> Chain:
        found = filter(self._is_open, map(self._home, chain))
        return tuple(sorted(found, key=lambda cause: cause.site not in self.amendments))

    def _is_open(self, cause: Cause) -> bool:
        elsewhere = self.extent.only not in {None, cause.site}
        return not elsewhere and cause.site not in self.barred and not self._is_asked(cause)

    def _home(self, cause: Cause) -> Cause:
        """A copy on paper of a policy of AWS's stands for the place where that is attached."""
        for site, made in self.amendments.items():
            inline = Site(Place.INLINE, site.holder, made.name)
            managed = made.managed and cause.site.policy.endswith(f":policy/{made.name}")
            if site.place is Place.ATTACHED and (managed or cause.site == inline):
                return cause._replace(site=site)
        return cause

    def _choose(self, ways: Sequence[Sequence[Chain]]) -> dict[Site, Step]:
        """The places to change, each with what is demanded there: the fewest, or if need be so many as end the most."""
        if self.extent.most is not None and not self.extent.judged:
            return _steps(ways, _best(ways, self.extent.most - len(self.amendments)))
        found = minimum([tuple(cause.site for cause in chain) for chains in ways for chain in chains])
        if self.fewest < 0:
            self.fewest = len(found.places) if found.minimal else 0
        return _steps(ways, set(found.places))

    def _fixes(self) -> Iterable[Fix]:
        """The changed documents, first those that end the most."""
        ended = self.consequence.ended
        for site, numbers in _ordered([self._needed(path, self.amendments) for path in ended], self.amendments):
            step = self.steps[site]
            yield Fix(
                amendment=self.amendments[site],
                demands=step.demands,
                statements=step.statements,
                ends=tuple(ended[n] for n in numbers),
            )

    def _keep(self, fixes: tuple[Fix, ...]) -> tuple[Fix, ...]:
        """No more than there may be; and without those at the end that end nothing, if nothing hangs on them.

        What the rest ends is judged again. Where that brings other ways to light, what ends those belongs to the same
        principals, and another choice may end more.
        """
        useful = max((number for number, fix in enumerate(fixes, start=1) if fix.ends), default=0)
        most = useful if self.extent.most is None else min(self.extent.most, useful)
        if most == len(fixes):
            return fixes
        whole, all_ended = dict(self.amendments), self.consequence.ended
        best = whole, self.paper, self.consequence
        for attempt in range(ATTEMPTS):
            order = [site for site, _ in _ordered([self._needed(path, whole) for path in all_ended], whole)]
            self.amendments = {site: whole[site] for site in order[:most]}
            self.paper = self._on_paper()
            self.consequence = self._judge()
            if attempt == 0 or len(self.consequence.ended) > len(best[2].ended):
                best = self.amendments, self.paper, self.consequence
            if not self.consequence.uncovered:
                break
            for path in self.consequence.uncovered:
                self.needs.setdefault(path.source.arn, set()).update(_hit(chains_of(self.paper, path), whole))
        if self.extent.most is None and len(best[2].ended) < len(all_ended):
            best = whole, self.paper, self.consequence
        self.amendments, self.paper, self.consequence = best
        return tuple(self._fixes())

    def _needed(self, path: Path, sites: Container[Site]) -> frozenset[Site]:
        """The changed documents that end a path together, and keep its principal from another way.

        Where nothing was asked for the principal's own sake, those that free whom it becomes on the way.
        """
        mine = self.needs.get(path.source.arn) or {s for edge in path.edges for s in self.needs.get(edge.source, ())}
        return frozenset(site for site in mine if site in sites)


def _hit(chains: Iterable[Chain], sites: Container[Site]) -> Iterator[Site]:
    """Where each way ends."""
    for chain in chains:
        yield from islice((cause.site for cause in chain if cause.site in sites), 1)


def _ordered(needs: Sequence[frozenset[Site]], sites: Iterable[Site]) -> Iterator[tuple[Site, list[int]]]:
    """The places, and which needs each completes: first what completes most, then what most hang on."""
    left, rest, done = dict(enumerate(needs)), list(sites), set[Site]()
    while rest:
        completes, hang = Counter[Site](), Counter[Site]()
        for need in left.values():
            open_ = need - done
            hang.update(open_)
            completes.update(open_ if len(open_) == 1 else ())
        site = min(rest, key=lambda s: (-completes[s], -hang[s], s.place is Place.TRUST, s))
        rest.remove(site)
        done.add(site)
        ended = [number for number, need in left.items() if need and need <= done]
        for number in ended:
            del left[number]
        yield site, ended


def _best(ways: Sequence[Sequence[Chain]], room: int) -> set[Site]:
    """Of the places that end everything so many as end the most."""
    cut = _hitting(ways)
    needs = [frozenset(_hit(chains, cut)) for chains in ways]
    return {site for site, _ in islice(_ordered(needs, cut), room)}


def _hitting(ways: Sequence[Sequence[Chain]]) -> frozenset[Site]:
    """Places that end every way: the one that ends most of what is left, again and again."""
    hanging: dict[Site, set[int]] = {}
    for number, chain in enumerate(chain for chains in ways for chain in chains):
        for cause in chain:
            hanging.setdefault(cause.site, set()).add(number)
    return frozenset(site for site, _ in greedy(hanging, lambda site, _: (site.place is Place.TRUST, site)))


def _steps(ways: Iterable[Sequence[Chain]], chosen: Container[Site]) -> dict[Site, Step]:
    """What is demanded at each place: of the ways that end there, the first cause."""
    found: dict[Site, list[Cause]] = {}
    for chain in (chain for chains in ways for chain in chains):
        for cause in islice((cause for cause in chain if cause.site in chosen), 1):
            found.setdefault(cause.site, []).append(cause)
    return {site: _step(causes) for site, causes in found.items()}


def _step(found: Iterable[Cause]) -> Step:
    """What is asked for at one place."""
    asked = list(dict.fromkeys(found))
    statements = dict.fromkeys(s for cause in asked for s in cause.statements)
    return Step(tuple(dict.fromkeys(demand for cause in asked for demand in cause.demands)), tuple(statements))
