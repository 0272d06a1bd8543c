"""Kinds of actions: those that the same statements speak of are one.

The catalogue's actions fall into kinds by arithmetic on bits. Actions that it does not know, now or ever, are sets of
texts: a kind of these begins as one pattern of an Allow, and is cut finer where statements speak of a part of it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.policy.elements import Actions
from leastwise.policy.form import every_layer
from leastwise.policy.pattern import Glob, covers, overlaps
from leastwise.policy.regions import Region, escape
from leastwise.policy.reserved import RESERVED
from leastwise.policy.truth import UNKNOWN, Missing
from leastwise.policy.ways import BEYOND_RCPS, DEPARTURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.policy.document import Statement
    from leastwise.policy.layers import Layers

TRIES = 32  # names of the catalogue that are passed over in search of one that is not in it
ANY_ACTION = Glob.parse("*:*")
_NAME = re.compile(r"[\w:*?-]*", re.ASCII)  # what is padded or has commas names no action


def known_kinds(*several: Layers) -> Iterator[int]:
    """The catalogue's actions as masks, which neither these layers nor AWS itself cut any finer."""
    kinds = [catalog.universe().everything]
    for mask in dict.fromkeys((*_courses(), *(s.actions.mask for s in (*_own(), *statements_of(*several))))):
        kinds = [part for kind in kinds for part in (kind & mask, kind & ~mask) if part]
    yield from kinds


def statements_of(*several: Layers) -> tuple[Statement, ...]:
    """All statements of all layers, in order."""
    return tuple(s for layers in several for layer in every_layer(layers) for _, s in layer.statements)


def _own() -> Iterator[Statement]:
    yield from (s for _, s in RESERVED.statements)


def _courses() -> Iterator[int]:
    """Actions about which AWS decides in a way of their own."""
    universe = catalog.universe()
    yield from (universe.mask(name if ":" in name else f"{name}:*") for name in DEPARTURES)
    yield _reached().mask
    yield from map(universe.mask, BEYOND_RCPS)


@cache
def _departing() -> tuple[Actions, ...]:
    """Services about all of whose actions AWS decides in a way of their own."""
    return tuple(Actions.of((f"{name}:*",), negated=False) for name in DEPARTURES if ":" not in name)


@cache
def _reached() -> Actions:
    """The actions of services that RCPs reach."""
    return Actions.of(tuple(f"{service}:*" for service in sorted(catalog.rcp_services())), negated=False)


def courses(*several: Layers) -> tuple[Actions, ...]:
    """The lists by which AWS, in deciding about these layers, tells unknown actions apart."""
    services = _departing() if any(layers.resource for layers in several) else ()
    return (*services, *((_reached(),) if any(layers.rcps for layers in several) else ()))


def first_of(mask: int) -> str:
    """One action of a mask."""
    return catalog.universe().names[(mask & -mask).bit_length() - 1]


class Unknown(NamedTuple):
    """Actions by their names, lower case: those of a region."""

    region: Region

    def said(self, actions: Actions) -> bool | None:
        """Whether a list speaks of all of them, of none, or (None) of some, as far as can be told."""
        return _said(self, actions)

    def cut(self, actions: Actions) -> Iterator[Unknown]:
        """The kinds outside the list's patterns and within each of them."""
        near = _near(self, actions)
        yield Unknown(Region(self.region.within, (*self.region.without, *near)))
        for glob in near:
            yield Unknown(Region((*self.region.within, glob), self.region.without))

    @property
    def name(self) -> str | Missing | None:
        """One of the kind. None: there is none; UNKNOWN: not found."""
        return _name(self.region)


@lru_cache(maxsize=1 << 14)
def _name(region: Region) -> str | Missing | None:
    """A text of the region that is no action of the catalogue: the shortest one may happen to be."""
    for _ in range(TRIES):
        found = escape(region)
        if not isinstance(found, str) or catalog.universe().index(found) is None:
            return found
        region = Region(region.within, (*region.without, Glob.literal(found)))
    return UNKNOWN


def unknown_kinds(layers: Layers, *, by_root: bool = False) -> Iterator[Unknown]:
    """Where actions that the catalogue does not know may be allowed: by wildcards, by NotAction, by unlisted names.

    The root user needs no allow: where it may ask, that is everywhere.
    """
    seen: set[Region] = set()
    if by_root:
        yield Unknown(Region((ANY_ACTION,)))
        return
    for statement in statements_of(layers):
        for region in _regions(statement.actions) if statement.allows else ():
            if region not in seen:
                seen.add(region)
                yield Unknown(region)


@lru_cache(maxsize=1 << 14)
def _regions(actions: Actions) -> tuple[Region, ...]:
    globs = _globs(actions)
    if actions.negated:
        return (Region((ANY_ACTION,), globs),)
    return tuple(_region(glob) for glob in globs if _NAME.fullmatch(glob.text) and overlaps(glob, ANY_ACTION))


def _region(glob: Glob) -> Region:
    if covers(ANY_ACTION, glob):
        return Region((glob,))
    return Region((ANY_ACTION,) if glob.is_any else (glob, ANY_ACTION))


@lru_cache(maxsize=1 << 14)
def _globs(actions: Actions) -> tuple[Glob, ...]:
    """The patterns as far as they speak of actions that the catalogue does not know."""
    index = catalog.universe().index
    globs = dict.fromkeys(Glob.parse(pattern.lower()) for pattern in actions.patterns if pattern.isascii())
    return tuple(glob for glob in globs if not glob.is_literal or index(glob.prefix) is None)


@lru_cache(maxsize=1 << 14)
def _by_service(actions: Actions) -> dict[str, tuple[Glob, ...]]:
    """The patterns by the service they name; under "" those with a wildcard there."""
    found: dict[str, list[Glob]] = {"": []}
    for glob in _globs(actions):
        found.setdefault(_service(glob), []).append(glob)
    return {service: tuple(globs) for service, globs in found.items()}


def _service(glob: Glob) -> str:
    service, colon, _ = glob.prefix.partition(":")
    return service if colon else ""


def _near(kind: Unknown, actions: Actions) -> tuple[Glob, ...]:
    """The patterns of the list that may speak of the kind."""
    by_service = _by_service(actions)
    service = max(map(_service, kind.region.within))
    near = (*by_service[""], *by_service.get(service, ())) if service else _globs(actions)
    return tuple(glob for glob in near if all(overlaps(glob, one) for one in kind.region.within))


@lru_cache(maxsize=1 << 16)
def _said(kind: Unknown, actions: Actions) -> bool | None:
    listed = _listed(kind, _near(kind, actions))
    return listed if listed is None or not actions.negated else not listed


def _listed(kind: Unknown, near: tuple[Glob, ...]) -> bool | None:
    within, without = kind.region
    if any(covers(glob, one) for glob in near for one in within):
        return True
    parts = [glob for glob in near if escape(Region((*within, glob), without)) is not None]
    if not parts:
        return False
    return True if escape(Region(within, (*without, *parts))) is None else None
