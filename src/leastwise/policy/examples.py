"""Resources to ask about, where any within a pattern will do: a few that stand for all there could be.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html

Each way of being allowed narrows the pattern down, layer by layer, to what its statements speak of; from what is left
comes a name that no deny speaks of, where there is one. Nothing is claimed: whoever asks tries the examples on the
evaluator.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from leastwise.policy.glob import Glob
from leastwise.policy.names import ANYTHING, joined, meet, plain, readings
from leastwise.policy.pattern import witness
from leastwise.policy.ways import verb_of, ways_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.policy.condition import Context
    from leastwise.policy.document import Statement
    from leastwise.policy.evaluate import Answer
    from leastwise.policy.layers import Layer, Layers
    from leastwise.policy.names import Name
    from leastwise.policy.request import Request
    from leastwise.policy.ways import Ways

MANY = 64  # examples given at most
_PARTS = 1024  # parts of a pattern looked at


class _Part(NamedTuple):
    """What fits the name, and none of the patterns without."""

    name: Name
    without: tuple[Glob, ...] = ()

    def escaping(self, globs: tuple[Glob, ...]) -> str | None:
        """A text of it that none of the globs matches either, if one is found: the plainest if it will do."""
        avoided, text = self.without + globs, plain(self.name)
        if not any(glob.matches(text) for glob in avoided):
            return text
        found = witness(joined(self.name), avoided)
        return found if isinstance(found, str) else None


def examples(asked: Request, layers: Layers, within: str, without: Iterable[str] = ()) -> Iterator[str]:
    """Concrete resources within the pattern and without the others, each once: at least one, at most `MANY`.

    The request's own resource is ignored; whose they are it tells.
    """
    verb = verb_of(asked.action)
    ways = ways_of(layers, asked.caller, asked.resource_account, verb)
    denied = tuple(dict.fromkeys(_denied(ways, verb.name, asked.context)))
    whole = [_Part(name, tuple(map(Glob.parse, without))) for name in readings(Glob.parse(within))[:1]]
    given: set[str] = set()
    for avoided in (denied, ()):
        for part in islice(_parts(ways, verb.name, asked.context, whole), 0 if given else _PARTS):
            text = part.escaping(avoided)
            if text is not None and text not in given and len(given) < MANY:
                given.add(text)
                yield text
    if not given:
        yield plain(whole[0].name) if whole else within


def best(answers: Iterable[Answer]) -> Answer:
    """The first that is allowed, else the first that may be, else the first. There is at least one."""
    top: Answer | None = None
    for answer in answers:
        if answer.allowed:
            return answer
        if top is None or (top.allowed is False and answer.allowed is None):
            top = answer
    if top is None:
        raise ValueError("nothing was asked")
    return top


# what the layers speak of


def _parts(ways: Ways, action: str, context: Context, whole: list[_Part]) -> Iterator[_Part]:
    spared = list(_spared(ways, action, context))
    for way in ways.granting:
        stages = [list(_allowed(layer, action, context)) for layer in way if not _opens(layer, action, context)]
        yield from _narrowed(whole, stages + spared)


def _narrowed(parts: Iterable[_Part], stages: list[list[_Part]]) -> Iterator[_Part]:
    """The parts within one of the parts of each stage."""
    if not stages:
        yield from parts
        return
    for part in parts:
        for other in stages[0]:
            name = meet(part.name, other.name)
            if name:
                yield from _narrowed((_Part(name, part.without + other.without),), stages[1:])


def _opens(layer: Layer, action: str, context: Context) -> bool:
    """Whether the layer surely allows everything."""
    return any(s.everywhere and s.conditions.evaluate(context) for _, s in layer.bearing(action).allows)


def _allowed(layer: Layer, action: str, context: Context) -> Iterator[_Part]:
    """What the allows of a layer speak of."""
    for _, statement in layer.bearing(action).allows:
        if statement.conditions.evaluate(context) is not False:
            globs = statement.resources.globs(context)
            yield from (_Part(ANYTHING, globs),) if statement.resources.negated else _parts_of(globs)


def _spared(ways: Ways, action: str, context: Context) -> Iterator[list[_Part]]:
    """For each deny with NotResource what it spares: everything, where it may not apply."""
    for statement in _denying(ways, action, context):
        if statement.resources.negated:
            open_one = (_Part(ANYTHING),) if statement.conditions.evaluate(context) is None else ()
            yield [*_parts_of(statement.resources.globs(context)), *open_one]


def _denied(ways: Ways, action: str, context: Context) -> Iterator[Glob]:
    for statement in _denying(ways, action, context):
        if not statement.resources.negated:
            yield from statement.resources.globs(context)


def _denying(ways: Ways, action: str, context: Context) -> Iterator[Statement]:
    for layer in ways.refusing:
        for _, statement in layer.bearing(action).denies:
            if statement.conditions.evaluate(context) is not False:
                yield statement


@lru_cache(maxsize=1 << 12)
def _parts_of(globs: tuple[Glob, ...]) -> tuple[_Part, ...]:
    return tuple(_Part(name) for glob in globs for name in readings(glob))
