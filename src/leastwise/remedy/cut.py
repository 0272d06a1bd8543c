"""Which few places to change so that all paths end: greedily, and as a minimum cut where that is exact.

A path is the list of the places at each of which it can be ended. The fewest places that end all of them are a
minimum cut of the graph that the lists make when they are laid one behind the other, as far as the flow through it
runs along whole paths: then so many paths share no place, and no smaller number can do.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

S = TypeVar("S", bound="Hashable")
START, END = 0, 1  # the two ends of the graph; a place is the pair of its way in and its way out


class Cut(NamedTuple, Generic[S]):
    """Places that end every path, and whether no fewer do."""

    places: tuple[S, ...]
    minimal: bool


def greedy(
    hanging: Mapping[S, set[int]], rank: Callable[[S, set[int]], tuple[object, ...]], most: int | None = None
) -> Iterator[tuple[S, set[int]]]:
    """The place that ends the most of what is left, again and again, with what it ends. `rank` orders equals."""
    left = set().union(*hanging.values()) if hanging else set()
    rest = dict(hanging)
    while left and rest and most != 0:
        best = min(rest, key=lambda place: (-len(rest[place] & left), *rank(place, rest[place] & left)))
        ended = rest.pop(best) & left
        if not ended:
            return
        left -= ended
        most = None if most is None else most - 1
        yield best, ended


def minimum(chains: Sequence[tuple[S, ...]]) -> Cut[S]:
    """The fewest places that end every path that can be ended at all, and whether they are known to be the fewest."""
    chains = [tuple(dict.fromkeys(chain)) for chain in dict.fromkeys(chains) if chain]
    flow = _Flow(chains)
    hanging: dict[S, set[int]] = {}  # in the order of the paths, by which equals are told apart
    for number, chain in enumerate(chains):
        for place in chain:
            hanging.setdefault(place, set()).add(number)
    some = tuple(place for place, _ in greedy(hanging, lambda _, __: ()))
    cut = _spare(flow.cut(), hanging)
    best = min((some, cut), key=len)
    return Cut(best, len(best) == flow.disjoint())


def _spare(places: tuple[S, ...], hanging: Mapping[S, set[int]]) -> tuple[S, ...]:
    """The places without those that end nothing that the others do not."""
    kept = list(places)
    for place in places:
        others = set[int]().union(*(hanging[p] for p in kept if p != place))
        if hanging[place] <= others:
            kept.remove(place)
    return tuple(kept)


class _Flow(Generic[S]):
    """The most paths that share no place, found by augmenting one at a time.

    Each place is an arc of capacity one from its way in to its way out; arcs between places have no bound.
    """

    def __init__(self, chains: Sequence[tuple[S, ...]]) -> None:
        self.chains = chains
        self.arcs: dict[object, dict[object, bool]] = {START: {}, END: {}}  # to whom, and whether it is a place's own
        self.used: dict[object, dict[object, int]] = {}
        for chain in chains:
            self._link(START, (chain[0], 0))
            for place, behind in zip(chain, (*chain[1:], None), strict=True):
                self._link((place, 0), (place, 1), own=True)
                self._link((place, 1), END if behind is None else (behind, 0))
        while self._augment():
            pass

    def _link(self, one: object, other: object, *, own: bool = False) -> None:
        self.arcs.setdefault(one, {})[other] = own
        self.arcs.setdefault(other, {})
        self.used.setdefault(one, {}).setdefault(other, 0)
        self.used.setdefault(other, {}).setdefault(one, 0)

    def _open(self, at: object) -> Iterator[object]:
        """Where more can flow to: along an arc that is not full, or back along one that is used."""
        for other, flows in self.used.get(at, {}).items():
            own = self.arcs[at].get(other)
            if (own is not None and not (own and flows)) or self.used[other].get(at, 0) > 0:
                yield other

    def _reach(self) -> dict[object, object]:
        """Who can be reached, and from where, the nearest first."""
        came: dict[object, object] = {START: START}
        queue = deque([START])
        while queue and END not in came:
            at = queue.popleft()
            for other in self._open(at):
                if other not in came:
                    came[other] = at
                    queue.append(other)  # type: ignore[arg-type]  # ends and pairs alike
        return came

    def _augment(self) -> bool:
        came = self._reach()
        if END not in came:
            return False
        at: object = END
        while at != START:
            before = came[at]
            if self.used[at].get(before, 0) > 0:
                self.used[at][before] -= 1
            else:
                self.used[before][at] += 1
            at = before
        return True

    def cut(self) -> tuple[S, ...]:
        """The places between what can still be reached and what cannot."""
        came = self._reach()
        places = dict.fromkeys(place for chain in self.chains for place in chain)
        return tuple(place for place in places if (place, 0) in came and (place, 1) not in came)

    def disjoint(self) -> int:
        """How many whole paths the flow runs along: they share no place, so that each needs a change of its own."""
        whole = [frozenset(chain) for chain in self.chains]
        return sum(any(path <= walk for path in whole) for walk in self._walks())

    def _walks(self) -> Iterator[frozenset[S]]:
        for first, flows in self.used.get(START, {}).items():
            if flows > 0:
                yield frozenset(self._walk(first))

    def _walk(self, at: object) -> Iterator[S]:
        while at != END:
            if isinstance(at, tuple) and at[1]:  # the way out of a place
                yield at[0]
            at = next(other for other, flows in self.used[at].items() if flows > 0)
