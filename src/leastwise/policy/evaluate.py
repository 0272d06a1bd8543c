"""Whether a request is allowed.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

Truth is three-valued: True, False, or None where a condition could not be decided. `ways` settles which layers count
for the caller and the action; here their statements meet the resource and the context.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from leastwise.policy import reasons
from leastwise.policy.layers import Bearing, Bears, Layer, Layers
from leastwise.policy.reasons import Reason, explain
from leastwise.policy.truth import any_of
from leastwise.policy.ways import Ways, verb_of, ways_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.policy.condition import Context
    from leastwise.policy.request import Request

__all__ = [
    "Answer",
    "Bearing",
    "Bears",
    "Layer",
    "Layers",
    "Outcome",
    "Reason",
    "evaluate",
    "evaluate_all",
    "explain",
]


class Outcome(Enum):
    """What the combined policies say."""

    ALLOWED = "allowed"
    CONDITIONAL = "conditional"
    DENIED = "implicitly denied"
    EXPLICITLY_DENIED = "explicitly denied"


class Answer:
    """The outcome of a request. Reasons are worked out only when asked for."""

    __slots__ = ("_reasons", "layers", "outcome", "request")

    def __init__(self, outcome: Outcome, request: Request, layers: Layers) -> None:
        """Made by `evaluate`."""
        self.outcome = outcome
        self.request = request
        self.layers = layers
        self._reasons: tuple[Reason, ...] | None = None

    @property
    def allowed(self) -> bool | None:
        """True, False, or None where it depends on conditions that could not be decided."""
        if self.outcome is Outcome.ALLOWED:
            return True
        return None if self.outcome is Outcome.CONDITIONAL else False

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The statements that had a say, denies first, those that are sure before the others."""
        if self._reasons is None:
            self._reasons = explain(self.request, self.layers)
        return self._reasons

    @property
    def grants(self) -> tuple[Reason, ...]:
        """The allow statements of identity and resource layers that applied or may apply."""
        return tuple(r for r in self.reasons if r.statement.allows and r.layer in reasons.GRANTING)

    @property
    def near(self) -> tuple[Reason, ...]:
        """The allow statements that would have granted it but for what their `blocked_by` names; none if allowed."""
        return () if self.outcome is Outcome.ALLOWED else reasons.near(self.request, self.layers)

    @property
    def conditions(self) -> tuple[str, ...]:
        """What was left undecided, in words: the residual conditions."""
        return reasons.residual(self.request, self.layers) if self.outcome is Outcome.CONDITIONAL else ()


def evaluate(request: Request, layers: Layers) -> Answer:
    """Decide one request by AWS's evaluation logic."""
    verb = verb_of(request.action)
    ways = ways_of(layers, request.caller, request.resource_account, verb)
    if verb.bit and not ways.mask & verb.bit:  # most questions end here
        return Answer(Outcome.DENIED, request, layers)
    return Answer(_decide(ways, verb.name, request.resource, request.context), request, layers)


def _decide(ways: Ways, action: str, resource: str, context: Context) -> Outcome:
    """Rule 1: an applicable deny ends it; else all layers of some way must allow."""
    unsure = bool(ways.unread)
    for layer in ways.refusing:
        for _, statement in layer.bearing(action).denies:
            hit = statement.applies(resource, context)
            if hit:
                return Outcome.EXPLICITLY_DENIED
            unsure = unsure or hit is None
    granted = any_of(_goes(way, action, resource, context) for way in ways.granting)
    if granted is False:
        return Outcome.DENIED
    return Outcome.CONDITIONAL if unsure or granted is None else Outcome.ALLOWED


def _goes(way: tuple[Layer, ...], action: str, resource: str, context: Context) -> bool | None:
    """Whether all layers of the way allow. Loops instead of `all_of`: nothing runs more often."""
    truth: bool | None = True
    for layer in way:
        hit = _allows(layer, action, resource, context)
        if hit is False:
            return False
        truth = truth and hit
    return truth


def _allows(layer: Layer, action: str, resource: str, context: Context) -> bool | None:
    """Whether some statement of the layer allows: any is enough."""
    open_one = False
    for _, statement in layer.bearing(action).allows:
        hit = statement.applies(resource, context)
        if hit:
            return True
        open_one = open_one or hit is None
    return None if open_one else False


_STRENGTH = (Outcome.EXPLICITLY_DENIED, Outcome.DENIED, Outcome.CONDITIONAL, Outcome.ALLOWED)


def evaluate_all(request: Request, resources: Iterable[str], layers: Layers) -> Answer:
    """Decide an action that touches several resources at once, as RunInstances does: all must be allowed (rule 14).

    Give one resource for each type the action requires. The answer is the weakest of theirs, and its request names
    the resource that it hangs on.
    """
    answers = [evaluate(msgspec.structs.replace(request, resource=resource), layers) for resource in resources]
    return min(answers, key=lambda answer: _STRENGTH.index(answer.outcome))
