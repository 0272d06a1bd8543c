"""What an action was used on: ARNs out of the event, or made from its parameters by the catalogue's templates.

An ARN counts only where it fits a resource type that the action takes. What cannot be found stays `*` and is called
unknown, since a policy narrowed to a guess would break what works.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import unquote

import msgspec

from leastwise.arn import is_account_id
from leastwise.catalog import universe
from leastwise.usage.event import Event, Resource
from leastwise.usage.names import JOINT, PARAMETERS, SHAPES, SHARED
from leastwise.usage.parameters import LONGEST, Parameters
from leastwise.usage.records import Known

if TYPE_CHECKING:
    from collections.abc import Mapping

Found = tuple[str, Known]
ANYTHING: tuple[Found, ...] = (("*", Known.UNKNOWN),)
NO_RESOURCE: tuple[Found, ...] = (("*", Known.EXACT),)
MOST = 100
"""Resources that one event may name for one action; with more, it is taken to be about any of the type."""
_PIECES = re.compile(r"\$\{([^}]*)\}")
_SURROUNDINGS = ("Partition", "Region", "Account")
_T = TypeVar("_T")
_RESOURCES = msgspec.json.Decoder(list[Resource])


class Place(NamedTuple):
    """One resource type that an action takes."""

    service: str
    name: str
    required: bool
    matches: re.Pattern[str]
    pieces: tuple[str, ...]
    """The template, cut up: text and placeholder in turn."""
    own: tuple[str, ...]
    """The placeholders that are not told by where the call was made."""
    around: tuple[str, ...]
    """Those that are."""


class Scene:
    """One event, as far as resources go; nothing is decoded before it is asked for."""

    __slots__ = ("_parameters", "_resources", "account", "partition", "raw", "region")

    def __init__(self, event: Event) -> None:
        """Take an event."""
        self.raw = bytes(event.request_parameters)
        self.region = event.aws_region or ""
        self.account = event.recipient_account_id or ""
        self.partition = _partition(self.region)
        self._resources = bytes(event.resources)
        self._parameters: Parameters | None = None

    @property
    def parameters(self) -> Parameters:
        """The request parameters."""
        if self._parameters is None:
            self._parameters = Parameters(self.raw)
        return self._parameters

    def arns(self) -> tuple[str, ...]:
        """The ARNs among the event's `resources`."""
        if not self._resources or self._resources == b"null":
            return ()
        try:
            listed = _RESOURCES.decode(self._resources)
        except (msgspec.MsgspecError, RecursionError):
            return ()
        return tuple([one.arn for one in listed if one.arn and len(one.arn) <= LONGEST])

    def surrounding(self, placeholder: str) -> str:
        """Partition, region or account; "" where the event does not tell."""
        if placeholder == "Account":
            return self.account if is_account_id(self.account) else ""
        return self.region if placeholder == "Region" else self.partition


def resources(action: str, scene: Scene) -> tuple[Found, ...]:
    """The resources of an action in an event; `*` with the reason in its mark where there are none to be told."""
    places = _places(action)
    if not places:
        return NO_RESOURCE
    found, seen = _named(scene.arns(), places)
    joint = places[0].service in JOINT
    if found and not joint:
        return tuple(found.items())
    by_parameter, more = _named([arn for _, arn in scene.parameters.arns()], places)
    found |= by_parameter
    seen |= more
    for place in places:
        if place.name not in seen:
            made = _made(place, scene, partly=place.required or not any(p.required for p in places))
            found |= made
            seen |= {place.name} if made else set()
    if found and not (joint and any(place.required and place.name not in seen for place in places)):
        return tuple(found.items())
    return (*found.items(), *ANYTHING)


def object_at(path: str, scene: Scene) -> tuple[Found, ...]:
    """The S3 object of a `bucket/key?versionId=…` as it stands in a URL: the source of a copy."""
    plain = unquote(path.removeprefix("/").partition("?")[0])
    return (clean(f"arn:{scene.partition}:s3:::{plain}"),) if "/" in plain else ANYTHING


def _named(arns: list[str] | tuple[str, ...], places: tuple[Place, ...]) -> tuple[dict[str, Known], set[str]]:
    """The ARNs that fit a type of the action, and the types they fit."""
    found: dict[str, Known] = {}
    seen: set[str] = set()
    for arn in arns[:MOST]:
        fitting = [place.name for place in places if place.matches.fullmatch(arn)]
        if fitting:
            found |= (clean(arn),)
            seen.update(fitting)
    return found, seen


def _made(place: Place, scene: Scene, *, partly: bool) -> dict[str, Known]:
    """The ARNs of a type, filled in. Partly means: a name is known, and what lies inside it may be anything."""
    values: list[list[str]] = []
    for placeholder in place.own:
        given = _values(place, placeholder, scene.parameters)
        if not given and not (partly and values):
            return {}
        values.append(given or ["*"])
    if not values or not all(map(scene.surrounding, place.around)):
        return {}
    combined = list(islice(product(*values), MOST + 1))
    if len(combined) > MOST:
        return {}
    return dict(clean(_filled(place, scene, dict(zip(place.own, chosen, strict=True)))) for chosen in combined)


def _filled(place: Place, scene: Scene, own: dict[str, str]) -> str:
    return "".join(
        piece if index % 2 == 0 else own.get(piece) or scene.surrounding(piece)
        for index, piece in enumerate(place.pieces)
    )


def _values(place: Place, placeholder: str, parameters: Parameters) -> list[str]:
    """What the parameters say of a placeholder."""
    names = _row(PARAMETERS, place, placeholder)
    if names is None:
        names = () if placeholder.lower() in SHARED else (placeholder.lower(),)
    shape = _row(SHAPES, place, placeholder)
    given = next((found for name in names if (found := parameters.all(name))), [])
    shaped = [shape(value) if shape else value for value in given if not value.startswith("arn:")]
    return [value for value in dict.fromkeys(shaped) if value]


def _row(table: Mapping[tuple[str, str], _T], place: Place, placeholder: str) -> _T | None:
    """The entry for a type, else for its service."""
    narrow = table.get((f"{place.service}/{place.name}", placeholder))
    return table.get((place.service, placeholder)) if narrow is None else narrow


def clean(arn: str) -> Found:
    """An ARN as a pattern of a policy would have to say it."""
    plain = arn.partition("${")[0] + "*" if "${" in arn else arn  # a policy would take it for a variable
    return plain, Known.PATTERN if "*" in plain or "?" in plain else Known.EXACT


@cache
def _places(action: str) -> tuple[Place, ...]:
    """The resource types of an action. Kept for each: they are as many as the catalogue's actions at most."""
    return tuple(_place(kind.template, kind.name, required) for kind, required in universe().taken(action))


def _place(template: str, name: str, required: bool) -> Place:  # noqa: FBT001  it is a column of the catalogue
    pieces = _PIECES.split(template)
    matches = "".join(re.escape(piece) if i % 2 == 0 else _slot(piece) for i, piece in enumerate(pieces))
    own = tuple(piece for piece in pieces[1::2] if piece not in _SURROUNDINGS)
    around = tuple(piece for piece in pieces[1::2] if piece in _SURROUNDINGS)
    service = template.split(":", 3)[2]
    return Place(service, name, required, re.compile(matches, re.DOTALL), tuple(pieces), own, around)


def _slot(placeholder: str) -> str:
    """What may stand in an ARN for a placeholder: a bucket has no slash, where its objects have one."""
    if placeholder in _SURROUNDINGS:
        return "[^:]*"
    return "[^/:]+" if placeholder == "BucketName" else ".+"


def _partition(region: str) -> str:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html."""
    head = region.partition("-")[0]
    if head == "cn":
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
