"""What the published JSON files have in common: the vocabulary of their fields, and how they are written.

The records are also the source of the schemas, so file and schema cannot drift apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import fields

from leastwise.results import Confidence, Kind, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 100  # entries of a list that are written at once
DIALECT = "https://json-schema.org/draft/2020-12/schema"

# Characters that a terminal or a browser may act upon when the file is shown: controls, direction and zero-width
# marks, line separators, lone surrogates, and the `<` that would close a script element.
_ACTIVE = re.compile(
    "[<\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
_PLAIN = bytes(set(range(0x7F)) - set(b"<"))  # the rest of ASCII


def _one_of(*words: str) -> Meta:
    return Meta(extra_json_schema={"enum": list(words)})


Text = Annotated[str, Meta(min_length=1)]
Texts = Annotated[tuple[Text, ...], Meta(min_length=1)]
Count = Annotated[int, Meta(ge=0)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Stamp = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")]
ArnText = Annotated[str, Meta(pattern="^arn:")]
AccountId = Annotated[str, Meta(pattern=r"^\d{12}$")]
Fingerprint = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
Version = Annotated[str, Meta(pattern=r"^\d+\.\d+$")]
SeverityWord = Annotated[str, _one_of(*(s.label for s in sorted(Severity, reverse=True)))]
ConfidenceWord = Annotated[str, _one_of(*(c.value for c in Confidence))]
VerdictWord = Annotated[str, _one_of(*(v.value for v in Verdict))]
KindWord = Annotated[str, _one_of(*(k.value for k in Kind))]


class Published(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of a file. A field with a default is left out while it has nothing to say: nothing published is empty."""


def write(document: Published) -> Iterator[bytes]:
    """The document as indented JSON that ends its last line: the same document gives the same text.

    In pieces: those of a large account would fill tens of megabytes together, and memory that was never touched is
    dearer than the work that is done in it.
    """
    before = b"{\n"
    for name, value in _members(document):
        for piece in _member(name, value):
            yield before + piece
            before = b""
        before = b",\n"
    yield b"\n}\n"


def _members(document: Published) -> Iterator[tuple[str, Any]]:
    """The fields that have something to say, by their published names."""
    for field in fields(document):
        value = getattr(document, field.name)
        if value != field.default:
            yield field.encode_name, value


def _member(name: str, value: Any) -> Iterator[bytes]:
    """One member of the outermost object, without the comma after it."""
    if not isinstance(value, tuple) or len(value) <= PIECE:
        yield _text({name: value})[len(b"{\n") : -len(b"\n}")]
        return
    before = f'  "{name}": [\n'.encode()
    head, tail = len(b"{\n") + len(before), len(b"\n  ]\n}")
    for start in range(0, len(value), PIECE):
        yield before + _text({name: value[start : start + PIECE]})[head:-tail]
        before = b",\n"
    yield b"\n  ]"


def _text(value: Any) -> bytes:
    """Indented JSON."""
    try:
        text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    except UnicodeEncodeError:  # a lone surrogate is a JSON string, but no UTF-8
        import json  # noqa: PLC0415  seldom needed

        words = json.dumps(msgspec.to_builtins(value), indent=2, ensure_ascii=False)
        text = _ACTIVE.sub(_escape, words).encode()
    return _inert(text)


def _inert(text: bytes) -> bytes:
    """The text with its active characters escaped. What is not plain is little, and is sifted out first."""
    sifted = text.translate(None, _PLAIN).decode()
    for character in sorted(set(_ACTIVE.findall(sifted))):
        text = text.replace(character.encode(), _ACTIVE.sub(_escape, character).encode())
    return text


def schema(document: type[Published], title: str) -> dict[str, Any]:
    """The JSON Schema of a file, from the records that write it.

    The defaults are the records' own affair: the file leaves such fields out.
    """
    made = {"$schema": DIALECT, "title": title, **msgspec.json.schema(document)}
    for part in made["$defs"].values():
        for field in part["properties"].values():
            field.pop("default", None)
    return made


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
