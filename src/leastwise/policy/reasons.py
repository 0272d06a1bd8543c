"""Why an answer is as it is: the statements that had a say, and those that nearly had.

Worked out when asked for, from the same ways as the decision itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise.policy.document import Document, Statement
from leastwise.policy.truth import any_of
from leastwise.policy.ways import Part, Verb, Way, Ways, verb_of, ways_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.policy.layers import Bearing, Layers
    from leastwise.policy.request import Request

GRANTING = frozenset({"identity", "resource"})


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that had a say: in which layer, whether it allows, and whether it applied (None: undecided).

    `undecided` are the tests that were left open, as text. `blocked_by` names, for a statement that would have
    granted the request, what stood in its way: conditions that failed, layers that do not allow, denies.
    """

    layer: str
    document: Document
    statement: Statement
    applies: bool | None
    undecided: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()


def explain(request: Request, layers: Layers) -> tuple[Reason, ...]:
    """The statements that speak of the request and may apply to it, denies before allows."""
    found = _found(request, layers)
    return tuple(sorted(found, key=lambda r: (r.statement.allows, r.applies is None)))


def _found(request: Request, layers: Layers) -> Iterator[Reason]:
    verb = verb_of(request.action)
    ways = ways_of(layers, request.caller, request.resource_account, verb)
    for part in ways.denies:
        yield from _reasons(request, part, part.layer.bearing(verb.name).denies)
    for part in dict.fromkeys(part for way in ways.ways for part in way):
        yield from _reasons(request, part, part.layer.bearing(verb.name).allows)


def _reasons(request: Request, part: Part, bearings: tuple[Bearing, ...]) -> Iterator[Reason]:
    for document, statement in bearings:
        hit = statement.applies(request.resource, request.context)
        if hit is not False:
            undecided = () if hit else _open(request, statement)
            yield Reason(layer=part.name, document=document, statement=statement, applies=hit, undecided=undecided)


def _open(request: Request, statement: Statement) -> tuple[str, ...]:
    """What an undecided statement hangs on: tests, else the patterns whose variables are not known."""
    tests = statement.conditions.undecided(request.context)
    return tuple(map(str, tests)) or tuple(f"Resource {p}" for p in statement.resources.patterns if "${" in p)


def residual(request: Request, layers: Layers) -> tuple[str, ...]:
    """What an open answer hangs on, in words."""
    ways = ways_of(layers, request.caller, request.resource_account, verb_of(request.action))
    texts = [f"{name} {document.name} could not be read" for name, document in ways.unread]
    for reason in explain(request, layers):
        word = "" if reason.statement.allows else "not: "
        texts += [word + text for text in reason.undecided]
    return tuple(dict.fromkeys(texts))


def near(request: Request, layers: Layers) -> tuple[Reason, ...]:
    """The statements that speak of the action and the resource and would have granted it, with what stood against it.

    Each of them grants in one way only.
    """
    action = verb_of(request.action)
    ways = ways_of(layers, request.caller, request.resource_account, action)
    denied = _denied(request, ways, action.name)
    return tuple(_near(request, way, found, denied) for way in ways.ways for found in _candidates(request, way, action))


def _near(request: Request, way: Way, found: tuple[Part, Bearing], denied: tuple[str, ...]) -> Reason:
    part, (document, statement) = found
    failed = statement.conditions.failed(request.context)
    closed = (other for other in way if other is not part and _allows(request, other) is not True)
    return Reason(
        layer=part.name,
        document=document,
        statement=statement,
        applies=statement.applies(request.resource, request.context),
        blocked_by=(*map(str, failed), *map(_called, closed), *denied),
    )


def _candidates(request: Request, way: Way, action: Verb) -> Iterator[tuple[Part, Bearing]]:
    for part in way:
        for bearing in part.layer.bearing(action.name).allows if part.name in GRANTING else ():
            if bearing.statement.resources.match(request.resource, request.context) is not False:
                yield part, bearing


def _allows(request: Request, part: Part) -> bool | None:
    bearings = part.layer.bearing(request.action.lower()).allows
    return any_of(b.statement.applies(request.resource, request.context) for b in bearings)


def _called(part: Part) -> str:
    names = ", ".join(dict.fromkeys(document.name for document in part.layer.documents))
    return f"{part.name} {names}".rstrip()


def _denied(request: Request, ways: Ways, action: str) -> tuple[str, ...]:
    """The denies that apply, or may."""
    found = (r for part in ways.denies for r in _reasons(request, part, part.layer.bearing(action).denies))
    return tuple(f"deny in {r.layer} {r.document.name} {r.statement.pointer}{_sid(r.statement)}" for r in found)


def _sid(statement: Statement) -> str:
    return f" ({statement.sid})" if statement.sid else ""
