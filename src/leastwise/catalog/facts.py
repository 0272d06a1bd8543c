"""What the catalogue knows besides names; each table is read when first asked for, and then kept."""

import re
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple

from leastwise.catalog.files import COLUMN, items, lines, rows
from leastwise.catalog.global_keys import GLOBAL_KEYS

_AND = ", "
_PLACEHOLDER = r"\$?\{[^}]*\}|<[^>]*>"
_OPEN = re.compile(rf"(?:{_PLACEHOLDER}|\*)+")


class ResourceType(NamedTuple):
    """One kind of resource of one service, as the Service Authorization Reference lists it."""

    name: str
    template: str
    """The ARN in AWS's words, e.g. ``arn:${Partition}:iam::${Account}:user/${UserNameWithPath}``."""
    pattern: str
    """The same with ``*`` for each placeholder, e.g. ``arn:*:iam::*:user/*``."""
    keys: frozenset[str]
    """Condition keys that any action may use which takes this type."""


def pattern_of(template: str) -> str:
    """An ARN template with ``*`` for each placeholder, and never two stars in a row."""
    return _OPEN.sub("*", template)


def taken(action: str, index: int) -> tuple[tuple[ResourceType, bool], ...]:
    """The resource types of an action, in the order of AWS, each with whether it is required.

    ``index`` is the action's bit.
    """
    return _taken(action.partition(":")[0].lower(), _resources()[index])


@cache
def _taken(service: str, cell: str) -> tuple[tuple[ResourceType, bool], ...]:
    return tuple(
        [(kind, item.endswith("*")) for item in items(cell) for kind in _kinds(service, item.removesuffix("*"))]
    )


def alike(low: int, high: int) -> list[list[int]]:
    """The actions of one service that take resources, those that take the same ones together.

    As their bits, ascending. The service's own are those from ``low`` up to ``high``.
    """
    groups: dict[str, list[int]] = {}
    for index, types in enumerate(_resources()[low:high], low):
        if types:
            groups.setdefault(types, []).append(index)
    return list(groups.values())


@cache
def patterns(owner: str) -> frozenset[str]:
    """The ARN patterns of the resource types of a service, which stands in their ARNs; of all services for ``""``."""
    owned = _owned()
    return frozenset(pattern_of(t) for _, t in (owned.get(owner, ()) if owner else chain(*owned.values())))


def takers(owner: str) -> set[str]:
    """The services with actions on resources of a service."""
    return {service for service, _ in _owned().get(owner, ())}


@cache
def _owned() -> dict[str, list[tuple[str, str]]]:
    """The service in an ARN, which is ``*`` in one → the services that list such resources, with their templates."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in lines("types.txt"):
        service, _, cell, _ = line.split(COLUMN, 3)
        for template in cell.split(_AND):
            owner = template.split(":", 3)[2]
            found.setdefault("*" if "$" in owner else owner, []).append((service, template))
    return found


def own_keys(index: int) -> tuple[str, ...]:
    """Condition keys of an action that do not come with its resource types."""
    return items(_keys()[index])


@cache
def dependents() -> dict[str, tuple[str, ...]]:
    """Lower-case action → the actions its caller needs, too."""
    return {action.lower(): items(cell) for action, cell in rows("dependents.txt")}


@cache
def rcp_services() -> frozenset[str]:
    """Service prefixes whose actions resource control policies can restrict.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    return frozenset(lines("rcp.txt"))


@lru_cache(maxsize=4096)
def listed_key(key: str) -> str | None:
    """How the catalogue lists a condition key, in lower case: with the placeholder of its family, if it has one."""
    lower = key.lower()
    if lower in _conditions():
        return lower
    return next((name for head, tail, name in _families() if _surrounds(head, tail, lower)), None)


def key_type(key: str) -> str | None:
    """The type of a condition key's value, whatever the key's case."""
    listed = listed_key(key)
    return None if listed is None else _conditions()[listed]


def _surrounds(head: str, tail: str, key: str) -> bool:
    """Whether a key has this beginning and end, and something between them."""
    return key.startswith(head) and key.endswith(tail) and len(key) > len(head) + len(tail)


@cache
def _resources() -> list[str]:
    return lines("resources.txt")


@cache
def _keys() -> list[str]:
    return lines("keys.txt")


@cache
def _kinds(service: str, name: str) -> tuple[ResourceType, ...]:
    """The resource type of a name: one, or two that share it, since a few cells of AWS hold two ARNs."""
    cell, _, keys = _types()[f"{service}{COLUMN}{name}"].partition(COLUMN)
    own = frozenset(items(keys))
    return tuple(ResourceType(name, template, pattern_of(template), own) for template in cell.split(_AND))


@cache
def _types() -> dict[str, str]:
    """Service and type → the rest of the line, cut up only for the types somebody asks for."""
    cut = (line.split(COLUMN, 2) for line in lines("types.txt"))
    return {f"{service}{COLUMN}{name}": rest for service, name, rest in cut}


@cache
def _conditions() -> dict[str, str]:
    listed = {key.lower(): kind for key, kind in rows("conditions.txt")}
    return {key.lower(): kind for key, kind in GLOBAL_KEYS.items()} | listed


@cache
def _families() -> list[tuple[str, str, str]]:
    """Head, tail and name of the keys with a placeholder, such as ``aws:resourcetag/${tagkey}``."""
    found = ((re.split(_PLACEHOLDER, key), key) for key in _conditions())
    return [(parts[0], parts[-1], key) for parts, key in found if len(parts) > 1]
