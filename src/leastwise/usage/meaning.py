"""From the name of an event to the IAM actions that it needs.

No table of all APIs is at hand, so the name is tried as it stands, then without its version, and whatever comes out
must be an action of the catalogue: an event that leads to none is *unmapped*, never guessed.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise.catalog import AccessLevel, universe
from leastwise.usage.exceptions import ACTIONS, ALSO, FREE, PARTIQL, PREFIXES, VERBS

if TYPE_CHECKING:
    from leastwise.usage.parameters import Parameters
    from leastwise.usage.places import Scene

_VERSION = re.compile(r"_?\d{4}_?\d{2}_?\d{2}(?:v\d+)?$")
_DOMAIN = re.compile(r"\.amazonaws\.com(?:\.cn)?$")
_WORD = re.compile(r"[A-Z][a-z]+")
_CONSOLE = "Internal"
_STATEMENTS = frozenset({"dynamodb:ExecuteStatement", "dynamodb:BatchExecuteStatement", "dynamodb:ExecuteTransaction"})
HINTS = (b"ersionId", b"x-amz-", b"tags", b"sourceIdentity", b"statement", b"tableName")
"""Text without any of these has no parameter that changes the actions of an event."""
_TAGS = ("tags", "tag", "tagset")


class Meaning(NamedTuple):
    """The actions of an event, by its name alone; none if it is free, unmapped, or its parameters decide."""

    event: str
    """`prefix:eventName`, the version taken off."""
    actions: tuple[str, ...] = ()
    free: bool = False


@lru_cache(maxsize=1 << 14)
def meaning(source: str, name: str) -> Meaning:
    """What an event's source and name say."""
    service = service_of(source)
    event = f"{service}:{name}"
    for candidate in (event, _VERSION.sub("", event)):
        if candidate in FREE:
            return Meaning(candidate, free=True)
        actions = ACTIONS.get(candidate) or _listed(candidate)
        if actions or candidate in _STATEMENTS or candidate in ALSO:
            return Meaning(candidate, actions)
    if service == "signin" or name.endswith(_CONSOLE):
        return Meaning(event, free=True)
    return Meaning(event, _by_verb(name) if service == "apigateway" else ())


def service_of(source: str) -> str:
    """The prefix of the actions of an event source."""
    first = _DOMAIN.sub("", source)
    return PREFIXES.get(first, first)


def actions_of(meant: Meaning, parameters: Parameters) -> tuple[str, ...]:
    """The actions of an event, its parameters considered; none if it is unmapped."""
    actions = _by_statement(parameters) if meant.event in _STATEMENTS else meant.actions
    if meant.event.startswith("s3:") and _names_version(parameters):
        whole = len(parameters.all("key")) > len(parameters.all("versionid")) > 0  # some are deleted without a version
        actions = (*(actions if whole else ()), *map(_of_version, actions))
    also = [action for parameter, action in ALSO.get(meant.event, ()) if parameters.first(parameter)]
    return tuple(dict.fromkeys((*actions, *also)))


def tagging(actions: tuple[str, ...], scene: Scene) -> tuple[str, ...]:
    """The tagging actions needed besides, where a thing is made with tags."""
    taggers = [tagger for action in actions for tagger in _taggers(action)]
    return tuple(dict.fromkeys(taggers)) if taggers and any(scene.parameters.has(key) for key in _TAGS) else ()


@cache
def asks_parameters(meant: Meaning) -> bool:
    """Whether parameters can change the actions of an event."""
    return meant.event.startswith("s3:") or meant.event in ALSO or meant.event in _STATEMENTS


def _listed(event: str) -> tuple[str, ...]:
    """The action of the same name, in the catalogue's spelling."""
    index = universe().index(event)
    return () if index is None else (universe().names[index],)


def _by_verb(name: str) -> tuple[str, ...]:
    word = _WORD.match(name)
    verb = VERBS.get(word[0]) if word else None
    return (f"apigateway:{verb}",) if verb else ()


def _by_statement(parameters: Parameters) -> tuple[str, ...]:
    """The PartiQL actions of a DynamoDB call; none where a statement is not shown."""
    words = [statement.split(None, 1)[0].upper() for statement in parameters.all("statement") if statement.strip()]
    if not words or any(word not in PARTIQL for word in words):
        return ()
    return tuple(dict.fromkeys(f"dynamodb:PartiQL{PARTIQL[word]}" for word in words))


def _names_version(parameters: Parameters) -> bool:
    """Whether an S3 request asks for one version, be it that of the source of a copy."""
    return bool(parameters.first("versionid")) or "?versionId=" in parameters.first("x-amz-copy-source")


@cache
def _of_version(action: str) -> str:
    """The action that a request with a version id needs: `s3:GetObjectAcl` → `s3:GetObjectVersionAcl`."""
    versioned = action.replace("Object", "ObjectVersion", 1)
    return versioned if universe().index(versioned) is not None else action


@cache
def _taggers(action: str) -> tuple[str, ...]:
    """The tagging actions of the same service on which an action depends."""
    service = action.partition(":")[0]
    return tuple(
        need
        for need in universe().dependent_actions(action)
        if need.partition(":")[0] == service and universe().level(need) is AccessLevel.TAGGING
    )
