"""What the published JSON files have in common: the vocabulary of their fields, and how they are written.

The records are also the source of the schemas, so file and schema cannot drift apart.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import fields

from leastwise.advised import Grade, Tri
from leastwise.compared import Status
from leastwise.results import Confidence, Kind, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
Index = Annotated[float, Meta(ge=0, le=100)]
Stamp = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")]
ArnText = Annotated[str, Meta(pattern="^arn:")]
AccountId = Annotated[str, Meta(pattern=r"^\d{12}$")]
Fingerprint = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
Version = Annotated[str, Meta(pattern=r"^\d+\.\d+$")]
SeverityWord = Annotated[str, _one_of(*(s.label for s in sorted(Severity, reverse=True)))]
StatusWord = Annotated[str, _one_of(*(s.value for s in Status if s))]
ConfidenceWord = Annotated[str, _one_of(*(c.value for c in Confidence))]
VerdictWord = Annotated[str, _one_of(*(v.value for v in Verdict))]
TriWord = Annotated[str, _one_of(*(t.value for t in Tri))]
GradeWord = Annotated[str, _one_of(*(g.value for g in Grade))]
KindWord = Annotated[str, _one_of(*(k.value for k in Kind))]


class Published(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of a file. A field with a default is left out while it has nothing to say: nothing published is empty."""


def write(document: Published, **lists: Iterable[Published]) -> Iterator[bytes]:
    """The document as indented JSON that ends its last line: the same document gives the same text.

    In pieces, with the entries of the named `lists` made while they are written: a large account has tens of megabytes
    of them, and memory that was never touched is dearer than the work that is done in it.
    """
    before = b"{\n"
    for field in fields(document):
        value = lists.get(field.name, getattr(document, field.name))
        if value != field.default:
            whole = field.name not in lists
            for piece in [_member(field.encode_name, value)] if whole else _list(field.encode_name, value):
                yield before + piece
                before = b""
            before = b",\n"
    yield b"\n}\n"


def _member(name: str, value: Any) -> bytes:
    """One member of the outermost object, without the comma after it."""
    return indented({name: value})[len(b"{\n") : -len(b"\n}")]


def _list(name: str, entries: Iterable[Published]) -> Iterator[bytes]:
    """The same for a list, in pieces."""
    before = opening = f'  "{name}": [\n'.encode()
    left = iter(entries)
    while some := tuple(islice(left, PIECE)):
        yield before + _member(name, some)[len(opening) : -len(b"\n  ]")]
        before = b",\n"
    yield b"\n  ]" if before != opening else _member(name, ())


def indented(value: Any) -> bytes:
    """The value as indented JSON without active characters; no line end after it."""
    try:
        text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    except UnicodeEncodeError:  # a lone surrogate is a JSON string, but no UTF-8
        import json  # noqa: PLC0415  seldom needed

        words = json.dumps(msgspec.to_builtins(value), indent=2, ensure_ascii=False)
        text = _ACTIVE.sub(_escape, words).encode()
    return inert(text)


def inert(text: bytes) -> bytes:
    """The text with its active characters escaped. What is not plain is little, and is sifted out first."""
    if text.isascii() and b"<" not in text and b"\x7f" not in text:
        return text
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
