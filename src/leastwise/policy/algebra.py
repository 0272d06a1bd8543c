"""Statements about all requests at once: what is allowed, and is all of it allowed by others too?

This is the room's face. `may` answers for one action of one caller in one context, by witnesses alone: concrete
resources, each replayed on the evaluator, so that *possible* is never claimed without an example. The rest looks at
all circumstances: `allowed_set` and `granted` at what layers allow, `contains` and `difference` at two sets of layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise.arn import is_account_id, parse_arn
from leastwise.policy.allowed import ActionClass, AllowedSet, Granted, allowed_set, granted
from leastwise.policy.containment import Containment, Verdict, contains, difference
from leastwise.policy.evaluate import Answer, Layers, Outcome, evaluate
from leastwise.policy.pattern import Glob, common, covers, overlaps, witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.policy.request import Request

__all__ = [
    "ActionClass",
    "AllowedSet",
    "Containment",
    "Granted",
    "Verdict",
    "allowed_set",
    "contains",
    "difference",
    "granted",
    "may",
]

MANY = 64  # witnesses tried before the question is left open


def may(request: Request, layers: Layers, within: Glob) -> Answer:
    """Can the request be allowed on any resource within the pattern?

    `request.resource` is ignored. The answer is that of the best witness: ALLOWED and CONDITIONAL carry a concrete
    resource in `answer.request.resource` on which the evaluator says so; DENIED means that no witness was found.
    """
    best: Answer | None = None
    for count, resource in enumerate(_witnesses(request, layers, within)):
        answer = evaluate(msgspec.structs.replace(request, resource=resource), layers)
        if answer.outcome is Outcome.ALLOWED:
            return answer
        if best is None or best.allowed is False:
            best = answer
        if count >= MANY:
            break
    return best or Answer(Outcome.DENIED, request, layers)


def _witnesses(request: Request, layers: Layers, within: Glob) -> Iterator[str]:
    seen: set[str] = set()
    action = request.action.lower()
    denied = tuple(_deny_globs(request, layers, action))
    for glob in _allow_globs(request, layers, action, within):
        for text in _samples(glob, within, denied):
            if text not in seen:
                seen.add(text)
                yield text


def _samples(glob: Glob, within: Glob, denied: tuple[Glob, ...]) -> Iterator[str]:
    """Texts of both patterns: first one that no deny covers, where the smaller pattern is one of the two."""
    smaller = glob if covers(within, glob) else within if covers(glob, within) else None
    if smaller is not None and denied:
        found = witness(smaller, denied)
        if isinstance(found, str):
            yield found
    yield from filter(None, (common(glob, within),))


def _allow_globs(request: Request, layers: Layers, action: str, within: Glob) -> Iterator[Glob]:
    for layer in filter(None, (layers.identity, layers.resource)):
        for bearing in layer.bearing(action).allows:
            resources = bearing.statement.resources
            globs = resources.globs(request.context)
            if not resources.negated:
                yield from (g for g in globs if not _elsewhere(g, within) and overlaps(g, within))
                continue
            outside = witness(within, globs)
            if isinstance(outside, str):
                yield Glob.literal(outside)


def _elsewhere(glob: Glob, within: Glob) -> bool:
    """Whether the two name different accounts.

    As texts they may still overlap, for `*` crosses colons: `…:*:222:function:*` matches
    `…:x:111:function:y:222:function:z`. No resource is called so.
    """
    accounts = {arn.account for arn in map(parse_arn, (glob.text, within.text)) if arn and is_account_id(arn.account)}
    return len(accounts) > 1


def _deny_globs(request: Request, layers: Layers, action: str) -> Iterator[Glob]:
    for layer in filter(None, (layers.identity, *layers.boundaries, *layers.sessions, *layers.scps, layers.resource)):
        for bearing in layer.bearing(action).denies:
            if not bearing.statement.resources.negated:
                yield from bearing.statement.resources.globs(request.context)
