"""JSON read with the place of each value, and its faults told as one would tell them a colleague.

https://www.rfc-editor.org/rfc/rfc8259
"""

from __future__ import annotations

import re
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]  # the stubs forget it

from leastwise.lint.tree import Node

DEEPEST = 100  # policies are ten deep, plans of Terraform some twenty
_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_WORD = re.compile(r"\w+")
_WORDS = {"true": True, "false": False, "null": None}
_LONGEST_NUMBER = 400  # a longer one stands for nothing
_HINTS = {
    "'": "strings stand in double quotes",
    "/": "JSON has no comments",
    "#": "JSON has no comments",
    "\u201c": "this is a typographic quotation mark: write a plain one",
    "\u201d": "this is a typographic quotation mark: write a plain one",
    "\ufeff": "this is a byte order mark within the text: take it away",
    "\0": "this is a NUL character, so the file is no text",
}


class Broken(Exception):  # noqa: N818  it never leaves this room: it becomes a notice
    """What is wrong with a text, and at which offset."""

    def __init__(self, offset: int, reason: str) -> None:
        """`reason` is for people."""
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


def read_json(text: str) -> Node:
    """The tree of a text. Raises Broken."""
    reader = _Reader(text)
    place = reader.space(0)
    node = reader.value(place, 0)
    end = reader.space(node.end)
    if end < len(text):
        raise Broken(end, f"the text should end here, after its value; {reader.found(end)}")
    return node


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text

    def space(self, place: int) -> int:
        """Where the next thing begins."""
        found = _SPACE.match(self._text, place)
        return found.end() if found else place

    def found(self, place: int) -> str:
        """What stands there instead, in words."""
        if place >= len(self._text):
            return "here the file ends"
        letter = self._text[place]
        hint = _HINTS.get(letter)
        return f"here is {letter!r}" + (f": {hint}" if hint else "")

    def value(self, place: int, depth: int) -> Node:
        """The value that begins there."""
        letter = self._text[place : place + 1]
        if letter == '"':
            return self._string(place)
        if letter in {"{", "["}:
            if depth >= DEEPEST:
                raise Broken(place, f"lists and objects stand more than {DEEPEST} deep in each other")
            return self._object(place, depth) if letter == "{" else self._list(place, depth)
        number = _NUMBER.match(self._text, place)
        if number:
            return self._number(place, number.end())
        return self._word(place)

    def _string(self, place: int) -> Node:
        try:
            value, end = scanstring(self._text, place + 1, True)  # noqa: FBT003  the decoder's own signature
        except JSONDecodeError as error:
            raise Broken(error.pos, _string_fault(error, self._text)) from error
        return Node("text", place, end, value)

    def _number(self, place: int, end: int) -> Node:
        written = self._text[place:end]
        if len(written) > _LONGEST_NUMBER:
            raise Broken(place, f"a number of {len(written):,} digits is none that AWS reads")
        return Node("number", place, end, int(written) if written.lstrip("-").isdecimal() else float(written))

    def _word(self, place: int) -> Node:
        found = _WORD.match(self._text, place)
        word = found.group() if found else ""
        if word in _WORDS:
            return Node("word", place, place + len(word), _WORDS[word])
        if word.lower() in _WORDS or word == "None":
            meant = "null" if word == "None" else word.lower()
            raise Broken(place, f"{word} is no JSON: write {meant}")
        raise Broken(place, f"a value is expected: an object, a list, a string in double quotes; {self.found(place)}")

    def _list(self, place: int, depth: int) -> Node:
        node = Node("list", place, place + 1)
        at = self.space(place + 1)
        if self._text[at : at + 1] == "]":
            node.end = at + 1
            return node
        while True:
            item = self.value(at, depth + 1)
            node.items.append(item)
            at = self._after(item.end, "]", "list", place)
            if self._text[at] == "]":
                node.end = at + 1
                return node
            at = self._next(at, "]", "list")

    def _object(self, place: int, depth: int) -> Node:
        node = Node("object", place, place + 1)
        at = self.space(place + 1)
        if self._text[at : at + 1] == "}":
            node.end = at + 1
            return node
        while True:
            value = self._member(node, at, depth)
            at = self._after(value.end, "}", "object", place)
            if self._text[at] == "}":
                node.end = at + 1
                return node
            at = self._next(at, "}", "object")

    def _member(self, node: Node, place: int, depth: int) -> Node:
        if self._text[place : place + 1] != '"':
            raise Broken(place, f"a key in double quotes is expected; {self.found(place)}")
        key = self._string(place)
        colon = self.space(key.end)
        if self._text[colon : colon + 1] != ":":
            raise Broken(colon, f"a colon is expected after the key {_short(key)}; {self.found(colon)}")
        value = self.value(self.space(colon + 1), depth + 1)
        node.add(key, value)
        return value

    def _after(self, place: int, closing: str, what: str, opened: int) -> int:
        """Where the comma or the closing bracket stands."""
        at = self.space(place)
        letter = self._text[at : at + 1]
        if letter in {",", closing} and letter:
            return at
        if not letter:
            line = self._text.count("\n", 0, opened) + 1
            raise Broken(at, f"the file ends before the {what} that begins on line {line} is closed by {closing!r}")
        raise Broken(at, f"a comma or {closing!r} is expected in the {what}; {self.found(at)}")

    def _next(self, comma: int, closing: str, what: str) -> int:
        at = self.space(comma + 1)
        if self._text[at : at + 1] == closing:
            raise Broken(comma, f"no comma may stand after the last part of the {what}: take it away")
        return at


def _short(key: Node) -> str:
    return repr(str(key.value)[:40])


def _string_fault(error: JSONDecodeError, text: str) -> str:
    if "control character" in error.msg:
        letter = text[error.pos : error.pos + 1]
        if letter in "\r\n":
            return "the string is not closed on its line: a closing quotation mark is missing, or write \\n"
        return f"the character {letter!r} may not stand in a string as it is: write it as an escape"
    if "escape" in error.msg:
        return f"no escape of JSON begins like this ({error.msg}): write a backslash as \\\\"
    return "the string that begins here is never closed: a quotation mark is missing"
