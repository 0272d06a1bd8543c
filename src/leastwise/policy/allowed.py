"""All that some layers allow, as a set of (actions x resources x circumstances), and questions about parts of it.

Actions that the same statements speak of share one formula; there are tens of these, not thousands. Actions that the
catalogue does not know are there as names that patterns of the policies make possible: `s3:getx` for `s3:Get*`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise import catalog
from leastwise.policy.callers import ANYBODY, request_by
from leastwise.policy.condition import Context
from leastwise.policy.evaluate import Layers, evaluate
from leastwise.policy.form import NOTHING, Form, Who, form_for
from leastwise.policy.kinds import first_of, known_kinds, unknown_kinds
from leastwise.policy.pattern import Glob, covers
from leastwise.policy.regions import Region, escape, meets
from leastwise.policy.request import Request
from leastwise.policy.search import RESOURCES, Question, search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.policy.document import Statement
    from leastwise.policy.search import Example


class ActionClass(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """Actions that are allowed on the same terms.

    `actions` are the catalogue's, as bits; `unknown` are examples of names that it does not know, in lower case.
    """

    actions: int
    unknown: tuple[str, ...]
    form: Form

    @property
    def names(self) -> tuple[str, ...]:
        """All of them by name, the catalogue's first."""
        return (*catalog.universe().names_of(self.actions), *self.unknown)

    @property
    def example(self) -> str:
        """One of them, of the catalogue if possible."""
        return first_of(self.actions) if self.actions else self.unknown[0]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements that speak of them: allows, then denies."""
        return self.form.statements


class AllowedSet(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """What the layers may allow one kind of caller. Classes share no action; what is in none is never allowed."""

    layers: Layers
    who: Who
    classes: tuple[ActionClass, ...]

    @property
    def actions(self) -> int:
        """The catalogue's actions that may be allowed somewhere, as bits."""
        union = 0
        for one in self.classes:
            union |= one.actions
        return union

    def allows(self, request: Request) -> bool | None:
        """Whether the request of this caller is in the set; None where it depends. The evaluator says the same."""
        form = form_for(self.layers, self.who, request.action)
        return form.decide(lambda statement: statement.applies(request.resource, request.context))


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """A class of actions of which something is allowed within what was asked for.

    `request` is one that the evaluator allows. `conditions` are in words what it hangs on, for that resource. Without
    a request, `reason` says why neither one was found nor that there is none.
    """

    names: tuple[str, ...]
    request: Request | None
    conditions: tuple[str, ...] = ()
    reason: str = ""


def allowed_set(layers: Layers, who: Who = ANYBODY) -> AllowedSet:
    """What the layers allow the caller, whom only policies with a Principal element tell apart."""
    known: dict[Form, int] = {}
    for mask in known_kinds(layers):
        form = form_for(layers, who, first_of(mask))
        known[form] = known.get(form, 0) | mask
    unknown: dict[Form, list[str]] = {}
    for name in (kind.name for kind in unknown_kinds(layers, by_root=who.caller.is_root)):
        if isinstance(name, str):
            unknown.setdefault(form_for(layers, who, name), []).append(name)
    forms = dict.fromkeys((*known, *unknown))
    classes = tuple(
        ActionClass(actions=known.get(form, 0), unknown=tuple(unknown.get(form, ())), form=form)
        for form in forms
        if form.ways
    )
    return AllowedSet(layers=layers, who=who, classes=classes)


def granted(layers: Layers, actions: str = "*", resources: str = "*", *, who: Who = ANYBODY) -> tuple[Granted, ...]:
    """What is allowed of these actions on these resources, class by class; nothing: no such request is allowed."""
    asked = _asked(allowed_set(layers, who), actions)
    return tuple(found for one in asked if (found := _granted(layers, one, Glob.parse(resources), who)))


def _asked(allowed: AllowedSet, pattern: str) -> Iterator[ActionClass]:
    """The parts of the classes that match the pattern; what the catalogue does not know is asked about by a name."""
    mask = catalog.universe().mask(pattern)
    glob = Glob.parse(pattern.lower())
    for one in allowed.classes if mask else ():
        actions = one.actions & mask
        unknown = tuple(name for name in one.unknown if glob.matches(name))
        if actions or unknown:
            yield ActionClass(actions=actions, unknown=unknown, form=one.form)
    name = None if mask else escape(Region((glob,)))
    if isinstance(name, str):
        yield ActionClass(actions=0, unknown=(name,), form=form_for(allowed.layers, allowed.who, name))


def _granted(layers: Layers, one: ActionClass, resources: Glob, who: Who) -> Granted | None:
    action = _suited(one, resources)

    def accepts(example: Example) -> bool:
        asked = request_by(who, action, example)
        return asked is not None and evaluate(asked, layers).allowed is True

    within = tuple(meets(RESOURCES, (Region((resources,)),)))
    outcome = search(Question(one.form, NOTHING, within, accepts), action)
    found = request_by(who, action, outcome.example) if outcome.example else None
    if found:
        anyhow = msgspec.structs.replace(found, context=Context())
        return Granted(names=one.names, request=found, conditions=evaluate(anyhow, layers).conditions)
    return Granted(names=one.names, request=None, reason=outcome.reason) if outcome.reason else None


def _suited(one: ActionClass, resources: Glob) -> str:
    """The first action of the class that takes such resources, or else just the first."""
    for name in one.names:
        kinds = map(Glob.parse, catalog.universe().resource_patterns(name))
        if any(covers(kind, resources) or covers(resources, kind) for kind in kinds):
            return name
    return one.example
