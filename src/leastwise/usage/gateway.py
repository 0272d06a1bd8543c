"""What calls of API Gateway are about: paths, which their names and parameters tell, and its permissions are given on.

The noun of an event is the name of a resource type of the catalogue: `GetStages` is `GET` on the path of `Stages`.
https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from leastwise.catalog import universe
from leastwise.usage.exceptions import VERBS
from leastwise.usage.places import ANYTHING, clean

if TYPE_CHECKING:
    from leastwise.usage.places import Found, Scene

SERVICE = "apigateway:"
_PIECES = re.compile(r"\$\{([^}]*)\}")
_NOUN = re.compile(r"[A-Z][a-z]+(.*)")
_MAKING = ("Create", "Generate", "Import")
_NOUNS = {"TagResource": "Tags", "UntagResource": "Tags", "CreateResource": "Resource"}
"""Events whose names mislead: a resource is made at the path of the one above it."""
_PARAMETERS = {
    "ApiKeyId": ("apikey",),
    "DocumentationVersionId": ("documentationversion",),
    "HttpMethodType": ("httpmethod",),
    "Id": ("keyid",),
    "ResourceId": ("resourceid", "parentid"),
    "UrlEncodedResourceARN": ("resourcearn",),
}
_TREES = (("restapis", "restapiid"), ("apis", "apiid"), ("domainnames", "domainname"), ("usageplans", "usageplanid"))
"""What may hold what no type tells of, and the parameter with its name."""


def paths(event: str, scene: Scene) -> tuple[Found, ...]:
    """The paths that a call asks for; an API and all below where its name tells no more, `*` where not even that."""
    noun = _noun(event.removeprefix(SERVICE))
    filled = (_filled(template, scene) for template in _templates().get(noun, ()))
    found = next((one for one in filled if one), None)
    return (found,) if found else _below(scene)


def _noun(name: str) -> str:
    known = _NOUNS.get(name)
    match = _NOUN.fullmatch(name)
    if known or not match:
        return known or ""
    several = f"{match[1]}s"
    return several if name.startswith(_MAKING) and several in _templates() else match[1]


@cache
def _templates() -> dict[str, tuple[str, ...]]:
    """Type → its ARN templates, of which it may have two."""
    found: dict[str, dict[str, None]] = {}
    for verb in sorted(set(VERBS.values())):
        for kind, _ in universe().taken(f"{SERVICE}{verb}"):
            found.setdefault(kind.name, {})[kind.template] = None
    return {name: tuple(templates) for name, templates in found.items()}


def _filled(template: str, scene: Scene) -> Found | None:
    """The ARN, if what it begins with is told; what lies inside and is not may be anything."""
    pieces = _PIECES.split(template)
    own = 0
    for index in range(1, len(pieces), 2):
        if pieces[index] in {"Partition", "Region", "Account"}:
            value = scene.surrounding(pieces[index])
        else:
            value = _value(pieces[index], scene)
            own += 1
        if not value and own < 2:
            return None
        pieces[index] = value or "*"
    return clean("".join(pieces))


def _value(placeholder: str, scene: Scene) -> str:
    names = _PARAMETERS.get(placeholder, (placeholder.lower(),))
    given = next((value for name in names if (value := scene.parameters.first(name))), "")
    return quote(given, safe="-._~") if given.startswith("arn:") else given


def _below(scene: Scene) -> tuple[Found, ...]:
    for tree, parameter in _TREES:
        name = scene.parameters.first(parameter)
        if name and scene.region:
            arn = f"arn:{scene.partition}:apigateway:{scene.region}::/{tree}/{name}"
            return clean(arn), clean(f"{arn}/*")
    return ANYTHING
