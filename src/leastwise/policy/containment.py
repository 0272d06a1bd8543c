"""Is everything that one set of policies allows allowed by another? Proved, disproved by a request, or open.

*Contained* is claimed only on a proof over all requests, *not contained* only with a request on which the evaluator
itself says so; whatever lies between is *unknown* and says why. Requests are as AWS makes them: the resource is an ARN
or `*`, a key that the catalogue lists with one value has at most one, of its type. Any key may be absent, and a
resource or a principal need not exist.

Where a statement cannot be decided (an operator that nobody knows), what it may allow counts as allowed on the side
that must be contained, and as refused on the other.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from leastwise.policy.callers import everyone, request_by
from leastwise.policy.evaluate import evaluate
from leastwise.policy.form import by_principal, every_layer, form_for, form_of
from leastwise.policy.kinds import courses, first_of, known_kinds, statements_of, unknown_kinds
from leastwise.policy.regions import Region
from leastwise.policy.request import Request
from leastwise.policy.search import RESOURCES, Question, search
from leastwise.policy.truth import Missing
from leastwise.policy.within import each_within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.policy.document import Document, Statement
    from leastwise.policy.form import Form, Who
    from leastwise.policy.glob import Glob
    from leastwise.policy.kinds import Unknown
    from leastwise.policy.layers import Layer, Layers
    from leastwise.policy.search import Outcome

KINDS = 4096  # kinds of unknown actions looked at; past it the answer is unknown


class Verdict(Enum):
    """The three answers."""

    CONTAINED = "contained"
    NOT_CONTAINED = "not contained"
    UNKNOWN = "unknown"


class Containment(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: with the method of the proof, the request that disproves, or the reason why neither was found."""

    verdict: Verdict
    method: str = ""
    witness: Request | None = None
    reason: str = ""


def contains(a: Layers, b: Layers) -> Containment:
    """Is everything that `b` allows allowed by `a`?"""
    return _unread(a, b) or _plainly(a, b) or _Comparison(a, b).result()


def contains_on(a: Layers, b: Layers, action: str, within: Glob) -> Containment:
    """As `contains`, of one action on the resources that match the pattern."""
    return _unread(a, b) or _Comparison(a, b).result_on(action, RESOURCES if within.is_any else (Region((within,)),))


def _unread(*several: Layers) -> Containment | None:
    """The answer where a policy could not be read."""
    unread = [document for layers in several for layer in every_layer(layers) for document in layer.unparsed]
    return Containment(verdict=Verdict.UNKNOWN, reason=f"{_name(unread[0])} could not be read") if unread else None


def _name(document: Document) -> str:
    return document.name or document.arn


def difference(a: Layers, b: Layers) -> Request | None:
    """A request that `b` allows and `a` does not; None where none was found, which alone proves nothing."""
    return contains(a, b).witness


# what is plain to see


def _plainly(a: Layers, b: Layers) -> Containment | None:
    """The answer where the texts alone prove it."""
    method = "each statement lies within one of the other"
    return Containment(verdict=Verdict.CONTAINED, method=method) if _says_as_much(a, b) else None


def _says_as_much(a: Layers, b: Layers) -> bool:
    """Whether each Allow of `b` lies within one of `a`, `b` has every Deny of `a` and every limit of `a` limits `b`.

    By their texts, and each limit at least as much.
    """
    return (
        (a.resource is None) == (b.resource is None)
        and a.resource_must_allow == b.resource_must_allow
        and all(_allows_within(one, other) for one, other in _grants(a, b))
        and all(each_within(_denies(a, by_resource=which), _denies(b, by_resource=which)) for which in (True, False))
        and all(
            any(_allows_within((limit,), (other,)) for other in others)
            for limits, others in _limits(a, b)
            for limit in limits
        )
    )


_Some = tuple["Layer", ...]


def _grants(a: Layers, b: Layers) -> Iterator[tuple[_Some, _Some]]:
    for one, other in ((a.identity, b.identity), (a.resource, b.resource)):
        yield ((one,) if one else ()), ((other,) if other else ())


def _limits(a: Layers, b: Layers) -> tuple[tuple[_Some, _Some], ...]:
    return (a.boundaries, b.boundaries), (a.sessions, b.sessions), (a.scps, b.scps), (a.endpoints, b.endpoints)


def _allows_within(whole: _Some, part: _Some) -> bool:
    return each_within(_speaking(part, allow=True), _speaking(whole, allow=True))


def _denies(layers: Layers, *, by_resource: bool) -> tuple[Statement, ...]:
    named = by_principal(layers)
    return _speaking(named if by_resource else (x for x in every_layer(layers) if x not in named), allow=False)


def _speaking(layers: Iterable[Layer], *, allow: bool) -> tuple[Statement, ...]:
    return tuple([s for layer in layers for _, s in layer.statements if s.allows is allow])


# the proof, kind by kind


class _Comparison:
    """One run over all kinds of actions and of callers. Questions recur, and are asked once."""

    def __init__(self, a: Layers, b: Layers) -> None:
        self._a = a
        self._b = b
        self._resources: tuple[Region, ...] = RESOURCES
        self._everyone = everyone(a, b)
        self._courses = courses(a, b)
        self._lists = (*self._courses, *dict.fromkeys(s.actions for s in statements_of(b, a)))
        self._settled: dict[tuple[Form, Form, bool], Outcome] = {}
        self._reasons: dict[str, None] = {}
        self._kinds = 0

    def result(self) -> Containment:
        """The answer."""
        return self._answer(self._witnesses())

    def result_on(self, action: str, resources: tuple[Region, ...]) -> Containment:
        """The answer about one action on some resources."""
        self._resources = resources
        self._kinds = 1
        return self._answer(witness for who in self._everyone for witness in self._compare(action, who))

    def _answer(self, witnesses: Iterator[Request]) -> Containment:
        witness = next(witnesses, None)
        if witness:
            return Containment(verdict=Verdict.NOT_CONTAINED, witness=witness)
        if self._reasons:
            return Containment(verdict=Verdict.UNKNOWN, reason="; ".join(self._reasons))
        cases = sum(outcome.cases for outcome in self._settled.values())
        method = f"{self._kinds} kinds of actions, {len(self._settled)} different questions, {cases} cases"
        return Containment(verdict=Verdict.CONTAINED, method=method)

    def _witnesses(self) -> Iterator[Request]:
        """Among the catalogue's actions first: they make the better example."""
        for mask in known_kinds(self._a, self._b):
            self._kinds += 1
            for who in self._everyone:
                yield from self._compare(first_of(mask), who)
        for who in self._everyone:
            for kind in unknown_kinds(self._b, by_root=who.caller.is_root):
                yield from self._compare_unknown(kind, who)

    def _compare(self, action: str, who: Who) -> Iterator[Request]:
        outcome = self._ask(form_for(self._b, who, action), form_for(self._a, who, action), who, action)
        if outcome.reason:
            self._reasons[outcome.reason] = None
        witness = request_by(who, action, outcome.example) if outcome.example else None
        if witness:
            yield witness

    def _compare_unknown(self, start: Unknown, who: Who) -> Iterator[Request]:
        """Undecided statements count in favour of a witness; where that leaves room for one, the kind is cut."""
        waiting = [start]
        for _ in range(KINDS):
            if not waiting:
                return
            kind = waiting.pop()
            name = kind.name
            self._kinds += 1
            if isinstance(name, Missing):
                self._reasons["the patterns of the actions are too entangled"] = None
            elif name is not None:
                undecided = next((listed for listed in self._lists if kind.said(listed) is None), None)
                if undecided is None:
                    yield from self._compare(name, who)
                elif undecided in self._courses or self._leaves_room(kind, who, name):
                    waiting += reversed(tuple(kind.cut(undecided)))
        self._reasons["the policies tell too many kinds of actions apart"] = None

    def _leaves_room(self, kind: Unknown, who: Who, name: str) -> bool:
        def may(statement: Statement) -> bool:
            return kind.said(statement.actions) is not False

        def must(statement: Statement) -> bool:
            return kind.said(statement.actions) is True

        more = form_of(self._b, who, name, allows=may, denies=must)
        less = form_of(self._a, who, name, allows=must, denies=may)
        return bool(self._ask(more, less, who, "").reason)

    def _ask(self, more: Form, less: Form, who: Who, action: str) -> Outcome:
        """Without an action there is nothing to try: only a proof counts."""
        key = (more, less, bool(action))
        if key not in self._settled:
            accepts = (lambda example: self._replays(request_by(who, action, example))) if action else None
            self._settled[key] = search(Question(more, less, self._resources, accepts), action)
        return self._settled[key]

    def _replays(self, request: Request | None) -> bool:
        """Whether the evaluator says what is claimed."""
        return (
            request is not None
            and evaluate(request, self._b).allowed is True
            and evaluate(request, self._a).allowed is False
        )
