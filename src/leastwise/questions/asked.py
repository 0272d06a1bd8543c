"""What is asked: an action, on one resource, on none, or on anything of the kinds that the action takes."""

from __future__ import annotations

import difflib
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import msgspec

from leastwise import catalog
from leastwise.arn import parse_arn
from leastwise.errors import UsageError
from leastwise.policy.pattern import Glob, covers, overlaps

if TYPE_CHECKING:
    from collections.abc import Iterator

ANY = "*"
_ACTION = re.compile(r"[a-z0-9-]+:[a-z0-9_-]+", re.IGNORECASE)
_ACTIONS = re.compile(r"\*|[a-z0-9*?-]+:[a-z0-9_*?-]+", re.IGNORECASE | re.ASCII)
_ARNS = Glob.parse("arn:*:*:*:*:*")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An action as AWS writes it, and `resource`; where that is empty, anything `within` one of the patterns.

    `named` tells that these were given, and are not simply all that the action takes. `together`: the action touches
    all of these kinds at once, and each must be allowed (rule 14). `without` are other kinds that fit the patterns by
    the letter, as objects fit that of buckets.
    """

    action: str
    resource: str = ""
    within: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    named: bool = True
    together: bool = False
    notes: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        """The prefix of the action."""
        return self.action.partition(":")[0].lower()


@lru_cache(maxsize=1 << 14)  # all actions of the catalogue, about half of them
def ask(action: str, resource: str | None = None) -> Asked:
    """The question. Without a resource, or with `*`, it is about anything the action can be done to.

    Raises UsageError for what is no action or no resource.
    """
    if not _ACTION.fullmatch(action) or not action.isascii():
        raise UsageError(f"{action!r} is not one action: ask about one, as in s3:GetObject")
    universe = catalog.universe()
    index = universe.index(action)
    name = action if index is None else universe.names[index]
    notes = tuple(_unknown(action)) if index is None else ()
    if resource and resource != ANY:
        return _on(name, resource, notes)
    if index is None:
        return Asked(action=name, within=(ANY,), named=False, notes=notes)
    kinds = tuple(sorted(universe.resource_patterns(name), key=lambda kind: _plainness(kind, name)))
    required = universe.required_resource_patterns(name)
    if len(required) > 1:
        return Asked(action=name, within=required, without=_others(name, required), named=False, together=True)
    if not kinds:
        return Asked(action=name, resource=ANY)
    return Asked(action=name, within=kinds, without=_others(name, kinds), named=False)


def ask_patterns(actions: str, resources: str) -> tuple[str, ...]:
    """What is to be noted of a question about all actions and resources that match these.

    Raises UsageError for what no action or no resource can match: to say that nothing of it is allowed were no answer.
    """
    if not _ACTIONS.fullmatch(actions):
        raise UsageError(f"{actions!r} matches no action: ask about s3:GetObject, or about a pattern, as s3:Get*")
    if resources != ANY and not overlaps(Glob.parse(resources), _ARNS):
        raise UsageError(f"{resources!r} matches no resource: give an ARN or a pattern, as arn:aws:s3:::bucket/*")
    return () if catalog.universe().mask(actions) else tuple(_unknown(actions))


def _plainness(kind: str, action: str) -> tuple[bool, int]:
    """The plainest come first, and make the best examples."""
    return f":{action.partition(':')[0]}:" not in kind, kind.count("*")


def _others(action: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Kinds of the service that go one level further down than these, and that the action does not take."""
    taken = catalog.universe().resource_patterns(action)
    return tuple(
        other
        for other in _kinds(action.partition(":")[0])
        if other not in taken and any(_is_below(other, k) for k in kinds)
    )


def _is_below(other: str, kind: str) -> bool:
    return other.count("/") > kind.count("/") and bool(covers(Glob.parse(kind), Glob.parse(other)))


@cache
def _kinds(service: str) -> tuple[str, ...]:
    """All kinds of resources that actions of the service take."""
    universe = catalog.universe()
    names = universe.names_of(universe.mask(f"{service}:*"))
    return tuple(dict.fromkeys(kind for name in names for kind in universe.resource_patterns(name)))


def _on(action: str, resource: str, notes: tuple[str, ...]) -> Asked:
    if parse_arn(resource) is None:
        raise UsageError(f"{resource!r} is no resource: give its ARN, as in arn:aws:s3:::bucket/key")
    universe = catalog.universe()
    kinds = universe.resource_patterns(action)
    if not kinds and not notes:
        note = f"{action} takes no resource: asked about *, as AWS does"
        return Asked(action=action, resource=ANY, notes=(note,))
    notes += tuple(_about_kinds(action, resource))
    if Glob.parse(resource).is_literal:
        return Asked(action=action, resource=resource, notes=notes)
    return Asked(action=action, within=(resource,), notes=notes)


def _about_kinds(action: str, resource: str) -> Iterator[str]:
    universe = catalog.universe()
    kinds = universe.resource_patterns(action)
    if kinds and Glob.parse(resource).is_literal and not any(Glob.parse(kind).matches(resource) for kind in kinds):
        yield f"{action} does not take such a resource, but {' or '.join(kinds)}"
    required = universe.required_resource_patterns(action)
    others = [kind for kind in required if not Glob.parse(kind).matches(resource)]
    if len(required) > 1 and others:
        yield f"a request also names {', '.join(others)}, and each must be allowed"


def _unknown(action: str) -> Iterator[str]:
    universe = catalog.universe()
    known = {name.lower(): name for name in universe.names_of(universe.mask(f"{action.partition(':')[0]}:*"))}
    near = difflib.get_close_matches(action.lower(), known, n=1)
    hint = f"; did you mean {known[near[0]]}?" if near else ""
    yield f"the catalogue of {catalog.version()} does not know {action}{hint}"
