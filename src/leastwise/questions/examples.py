"""Resources to ask about, where any within a pattern will do: a few for each statement, not all there could be.

One for each part of the pattern that an allow speaks of, or that a deny with NotResource spares, outside of what the
other denies cover where there is such a place.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from leastwise.access import must_allow
from leastwise.arn import parse_arn
from leastwise.policy.pattern import Glob, common, covers, witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.policy.condition import Context
    from leastwise.policy.evaluate import Layer, Layers
    from leastwise.questions.asked import Asked


def examples(asked: Asked, layers: Layers, context: Context, pattern: str) -> Iterator[str]:
    """Concrete resources within the pattern, each once; at least one."""
    whole = Glob.parse(pattern)
    action = asked.action.lower()
    denied = tuple(_denied(layers, context, action))
    tried: set[str] = set()
    for part in _parts(layers, context, action, whole):
        example = _one_of(part, denied)
        if example not in tried and _fits(asked, pattern, example):
            tried.add(example)
            yield example
    if not tried:
        yield _one_of(whole, ())


def _one_of(part: Glob, denied: tuple[Glob, ...]) -> str:
    """A text of the part: if possible one that no deny speaks of. Of everything, `*`, as where there is no resource."""
    plain = "*" if part.is_any else "".join(piece if isinstance(piece, str) else "x" for piece in part.pieces)
    if not any(glob.matches(plain) for glob in denied):
        return plain
    found = witness(part, denied)
    return found if isinstance(found, str) else plain


def _layers(layers: Layers) -> Iterator[Layer]:
    yield from must_allow(layers)
    yield from (layers.resource,) if layers.resource else ()


def _parts(layers: Layers, context: Context, action: str, whole: Glob) -> Iterator[Glob]:
    for layer in _layers(layers):
        bears = layer.bearing(action)
        for _, statement in (*bears.allows, *bears.denies):
            globs = statement.resources.globs(context)
            if statement.allows and statement.resources.negated:
                outside = witness(whole, globs)
                yield from (Glob.literal(outside),) if isinstance(outside, str) else ()
            elif statement.allows or statement.resources.negated:
                yield from filter(None, (_meet(whole, glob) for glob in globs))


@lru_cache(maxsize=1 << 15)
def _meet(one: Glob, other: Glob) -> Glob | None:
    """What both match, or an example of it: part by part where both are ARNs, as no name crosses a colon."""
    if covers(other, one):
        return one
    if covers(one, other):
        return other
    parts, others = parse_arn(one.text), parse_arn(other.text)
    if parts and others and "${" not in one.text + other.text:  # which stands for a letter that is no wildcard
        met = [part for a, b in zip(parts, others, strict=True) if (part := _meet_part(a, b)) is not None]
        return Glob.parse(":".join(("arn", *met))) if len(met) == len(parts) else None
    shared = common(one, other)
    return Glob.literal(shared) if shared is not None and _is_like(shared, other.text) else None


def _meet_part(one: str, other: str) -> str | None:
    """What two patterns of one part of an ARN both match, or the shortest of it."""
    if other in {"*", one}:
        return one
    a, b = Glob.parse(one), Glob.parse(other)
    if a.is_literal and b.is_literal:
        return None
    return one if covers(b, a) else other if covers(a, b) else common(a, b)


def _denied(layers: Layers, context: Context, action: str) -> Iterator[Glob]:
    for layer in (*_layers(layers), *layers.rcps):
        for _, statement in layer.bearing(action).denies:
            if not statement.resources.negated:
                yield from statement.resources.globs(context)


def _fits(asked: Asked, pattern: str, example: str) -> bool:
    return _is_like(example, pattern) and not any(Glob.parse(other).matches(example) for other in asked.without)


def _is_like(example: str, pattern: str) -> bool:
    """Whether the example fits the pattern part by part, and not only by the letter, since `*` crosses colons."""
    parts, found = parse_arn(pattern), parse_arn(example)
    if parts is None or found is None:
        return True
    return all(Glob.parse(part).matches(text) for part, text in zip(parts, found, strict=True))
