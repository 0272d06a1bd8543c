"""A text as a tree of values, each of which knows where it stands. JSON and YAML are read into the same one."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Literal, NamedTuple

Sort = Literal["object", "list", "text", "number", "word", "open"]
"""`word` is true, false or null; `open` a value that is only known once the template is deployed."""


class Position(NamedTuple):
    """Line and column, both from 1; columns count characters."""

    line: int
    column: int


class Source:
    """A file's text, without a byte order mark. `name` is what messages call it."""

    def __init__(self, name: str, text: str) -> None:
        """Lines are found when somebody asks for one."""
        self.name = name
        self.text = text
        self._starts: list[int] = []

    def position(self, offset: int) -> Position:
        """Of the character at the offset."""
        starts = self._lines()
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """One line, counted from 1, without its end."""
        starts = self._lines()
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def _lines(self) -> list[int]:
        if not self._starts:
            ends = (place for place, letter in enumerate(self.text) if letter == "\n")
            self._starts = [0, *(place + 1 for place in ends)]
        return self._starts


class Member(NamedTuple):
    """One key of an object, and its value."""

    key: Node
    value: Node


class Node:
    """A value: `value` is what it says, `members` are those of an object, `items` those of a list.

    `start` and `end` are offsets into the file's text. `repeated` are the keys that an object has said before.
    """

    __slots__ = ("end", "items", "members", "repeated", "sort", "start", "value")

    def __init__(self, sort: Sort, start: int, end: int, value: str | float | bool | None = None) -> None:  # noqa: FBT001  JSON has booleans
        """A value without parts."""
        self.sort = sort
        self.start = start
        self.end = end
        self.value = value
        self.members: dict[str, Member] = {}
        self.items: list[Node] = []
        self.repeated: list[Node] = []

    def add(self, key: Node, value: Node) -> None:
        """One more member; of several with one key the last counts, as in AWS."""
        name = str(key.value)
        if name in self.members:
            self.repeated.append(key)
        self.members[name] = Member(key, value)

    def get(self, name: str) -> Node | None:
        """The member's value, whatever the case of its key."""
        found = self.members.get(name)
        if found is None:
            lower = name.lower()
            found = next((member for key, member in self.members.items() if key.lower() == lower), None)
        return found.value if found else None

    def each(self) -> list[Node]:
        """The items of a list; the value itself where it stands without one, as policies allow."""
        return self.items if self.sort == "list" else [self]

    def at(self, pointer: str) -> Node:
        """The value at a JSON pointer, or the nearest around it that is there."""
        node = self
        for part in pointer.split("/")[1:]:
            following = node._part(part.replace("~1", "/").replace("~0", "~"))
            if following is None:
                break
            node = following
        return node

    def _part(self, name: str) -> Node | None:
        if self.sort == "object":
            return self.get(name)
        return self.items[int(name)] if name.isdecimal() and int(name) < len(self.items) else None

    def plain(self) -> Any:
        """The same as Python has it."""
        if self.sort == "object":
            return {name: member.value.plain() for name, member in self.members.items()}
        return [item.plain() for item in self.items] if self.sort == "list" else self.value
