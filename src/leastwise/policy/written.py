"""How a document is written: its usual spelling, and every other one put into that. Nothing is compiled here.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import unquote

import msgspec

from leastwise.policy.elements import Values

Version = Literal["2012-10-17", "2008-10-17"]
_VERSIONS: dict[str, Version] = {"2012-10-17": "2012-10-17", "2008-10-17": "2008-10-17"}
_STATEMENT_KEYS = {
    key.lower(): key
    for key in (
        "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition",
    )
}  # fmt: skip
_USUAL_KEYS = frozenset(_STATEMENT_KEYS.values())
_BOM = "\ufeff"
ALONE = "/Statement"
"""The pointer to a statement that stands without a list."""

NONE = msgspec.UNSET
Maybe = Values | msgspec.UnsetType
Undecoded = msgspec.Raw | msgspec.UnsetType


class Written(msgspec.Struct, rename="pascal", forbid_unknown_fields=True, gc=False):
    """A statement in the spelling that nearly all have, not yet compiled."""

    effect: Literal["Allow", "Deny"]
    sid: str = ""
    action: Maybe = NONE
    not_action: Maybe = NONE
    resource: Maybe = NONE
    not_resource: Maybe = NONE
    principal: Undecoded = NONE
    not_principal: Undecoded = NONE
    condition: Undecoded = NONE


class WrittenPolicy(msgspec.Struct, rename="pascal", forbid_unknown_fields=True, gc=False):
    """A document in that spelling."""

    statement: tuple[Written, ...] | Written
    version: Version = "2008-10-17"
    id: str = ""


class Fault(ValueError):  # noqa: N818 - it never leaves the engine: `parse` turns it into an Unparsed
    """What is wrong with a document, and where."""

    def __init__(self, pointer: str, reason: str) -> None:
        """`pointer` is a JSON pointer into the document."""
        super().__init__(reason)
        self.pointer = pointer
        self.reason = reason


class Origin:
    """The JSON object that a document was made from, decoded when somebody asks for it: hardly anyone does."""

    __slots__ = ("_text", "_value")

    def __init__(self, text: bytes = b"", value: dict[str, Any] | None = None) -> None:
        """One of the two."""
        self._text = text
        self._value = value

    @property
    def value(self) -> dict[str, Any]:
        """The object."""
        if self._value is None:
            self._value = msgspec.json.decode(self._text, type=dict[str, Any])
        return self._value

    def statement(self, pointer: str) -> dict[str, Any]:
        """The statement at the pointer, its keys in their usual case."""
        place = pointer.removeprefix(f"{ALONE}/")
        found: Any = _get(self.value, "Statement", {})
        return _usual_keys(found if place == pointer else found[int(place)])


usual = msgspec.json.Decoder(WrittenPolicy).decode
"""Reads the JSON text of a document in its usual spelling; raises DecodeError where it has another one, or is none."""


def unusual(value: object) -> tuple[WrittenPolicy, Origin]:
    """Decoded JSON of a document in any spelling, put into the usual one. Raises Fault."""
    source = _unwrap(value)
    word = _scalar_text(_get(source, "Version", "2008-10-17"))
    version = _VERSIONS.get(word)
    if version is None:
        raise Fault("/Version", f"{word!r} is no policy version")
    return WrittenPolicy(statement=_statements(_get(source, "Statement", None)), version=version), Origin(value=source)


def _statements(value: object) -> tuple[Written, ...] | Written:
    if isinstance(value, list):
        return tuple(_statement(one, f"{ALONE}/{place}") for place, one in enumerate(value))
    if isinstance(value, dict):
        return _statement(value, ALONE)
    raise Fault(ALONE, f"a list of statements is expected, this is {_kind(value)}")


def _unwrap(value: object) -> dict[str, Any]:
    if isinstance(value, str):
        text = value.lstrip(_BOM).strip()
        if not text.startswith("{"):
            text = unquote(text).lstrip(_BOM).strip()
        try:
            value = msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise Fault("", f"the string holds no JSON: {error}") from error
    if not isinstance(value, dict):
        raise Fault("", f"a policy is an object, this is {_kind(value)}")
    return value


def _statement(source: object, pointer: str) -> Written:
    """A statement in any spelling, put into the usual one. Raises Fault."""
    if not isinstance(source, dict):
        raise Fault(pointer, f"a statement is an object, this is {_kind(source)}")
    source = _usual_keys(source)
    return Written(
        sid=_scalar_text(source.get("Sid", "")),
        effect=_effect(source, pointer),
        action=_listed(source, pointer, "Action"),
        not_action=_listed(source, pointer, "NotAction"),
        resource=_listed(source, pointer, "Resource"),
        not_resource=_listed(source, pointer, "NotResource"),
        principal=_raw(source, "Principal"),
        not_principal=_raw(source, "NotPrincipal"),
        condition=_raw(source, "Condition"),
    )


def _usual_keys(source: dict[str, Any]) -> dict[str, Any]:
    if source.keys() <= _USUAL_KEYS:
        return source
    return {_STATEMENT_KEYS.get(str(key).lower(), str(key)): value for key, value in source.items()}


def _get(source: dict[str, Any], key: str, default: object) -> object:
    if key in source:
        return source[key]
    return next((value for name, value in source.items() if name.lower() == key.lower()), default)


def _effect(source: dict[str, Any], pointer: str) -> Literal["Allow", "Deny"]:
    effect = source.get("Effect")
    word = effect.strip().lower() if isinstance(effect, str) else ""
    if word not in {"allow", "deny"}:
        raise Fault(f"{pointer}/Effect", f"Effect is Allow or Deny, not {effect!r}")
    return "Allow" if word == "allow" else "Deny"


def _listed(source: dict[str, Any], pointer: str, name: str) -> Maybe:
    return _texts(source[name], f"{pointer}/{name}") if name in source else NONE


def _raw(source: dict[str, Any], name: str) -> Undecoded:
    return msgspec.Raw(msgspec.json.encode(source[name])) if name in source else NONE


def _texts(value: object, pointer: str) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(_text(v, f"{pointer}/{i}" if isinstance(value, list) else pointer) for i, v in enumerate(values))


def _text(value: object, pointer: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return _scalar_text(value)
    raise Fault(pointer, f"a string is expected, this is {_kind(value)}")


def _scalar_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "nothing"}
    return names.get(type(value), "a number")
