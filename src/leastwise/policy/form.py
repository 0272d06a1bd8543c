"""What layers allow one caller, as a formula over statements: some way of which every group has a statement that
applies, and no deny that does.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

Which layers count is settled by `ways`, as in every decision; here the statements of an action stand for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from leastwise.policy.regions import EVERYTHING, Region
from leastwise.policy.truth import all_of, any_of, negate
from leastwise.policy.ways import verb_of, ways_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.policy.condition import Context
    from leastwise.policy.document import Statement
    from leastwise.policy.layers import Layer, Layers
    from leastwise.policy.request import Caller

Statements = tuple["Statement", ...]
Picks = Callable[["Statement"], bool]


class Form(NamedTuple):
    """Allowed is what no deny covers and some way grants: in each of its groups, some statement applies."""

    ways: tuple[tuple[Statements, ...], ...]
    denies: Statements = ()

    @property
    def statements(self) -> Statements:
        """All statements of the formula, each once: allows, then denies."""
        allows = (statement for way in self.ways for group in way for statement in group)
        return tuple(dict.fromkeys((*allows, *self.denies)))

    def decide(self, applies: Callable[[Statement], bool | None]) -> bool | None:
        """The truth of the formula, given that of the statements."""
        allowed = any_of(all_of(any_of(map(applies, group)) for group in way) for way in self.ways)
        return all_of((allowed, negate(any_of(map(applies, self.denies)))))


NOTHING = Form(ways=())


class Who(NamedTuple):
    """Who asks, and whose the resource is. `is_nameless`: whoever the policies are attached to."""

    caller: Caller
    owner: str = ""
    is_nameless: bool = False


def form_of(layers: Layers, who: Who, action: str, *, allows: Picks, denies: Picks) -> Form:
    """The formula of actions on which AWS decides as on this one; `allows` and `denies` pick the statements."""
    found = ways_of(layers, who.caller, who.owner, verb_of(action))
    ways = (tuple(_picked(layer, allows, allow=True) for layer in way) for way in found.granting)
    refused = (statement for layer in found.refusing for statement in _picked(layer, denies, allow=False))
    return Form(tuple(way for way in ways if all(way)), tuple(dict.fromkeys(refused)))


def form_for(layers: Layers, who: Who, action: str) -> Form:
    """The formula for one action."""
    name = verb_of(action).name

    def speaks(statement: Statement) -> bool:
        return statement.actions.match(name)

    return form_of(layers, who, action, allows=speaks, denies=speaks)


def _picked(layer: Layer, picks: Picks, *, allow: bool) -> Statements:
    return tuple(s for _, s in layer.statements if s.allows is allow and picks(s))


def by_principal(layers: Layers) -> tuple[Layer, ...]:
    """The layers whose statements hold for the callers that they name."""
    return (*layers.rcps, *layers.endpoints, *((layers.resource,) if layers.resource else ()))


def every_layer(layers: Layers) -> tuple[Layer, ...]:
    """All layers there are."""
    own = (layers.identity,) if layers.identity else ()
    return (*own, *layers.boundaries, *layers.sessions, *layers.scps, *by_principal(layers))


# what a statement covers


def covered_by(statement: Statement, fills: Context, *, is_filled: bool) -> Iterable[Region]:
    """The resources that the statement speaks of, or may speak of while not all its variables are filled in."""
    globs = statement.resources.globs(fills)
    if statement.resources.negated and not is_filled:
        return (EVERYTHING,)
    return (Region(without=globs),) if statement.resources.negated else (Region(within=(glob,)) for glob in globs)


def left_by(statement: Statement, fills: Context) -> Iterable[Region]:
    """The resources that it does not speak of, all its variables being filled in."""
    globs = statement.resources.globs(fills)
    if statement.resources.negated:
        return (Region(within=(glob,)) for glob in globs)
    return () if statement.everywhere else (Region(without=globs) if globs else EVERYTHING,)
