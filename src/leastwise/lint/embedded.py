"""JSON within a string of a file, as Terraform's plans have policies: each value placed where the file has it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leastwise.lint.json_text import Broken, read_json

if TYPE_CHECKING:
    from leastwise.lint.tree import Node

_LETTER = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|.", re.DOTALL)


def read_embedded(holder: Node, text: str) -> Node:
    """The tree of the JSON that a string of the text holds, its places those in the text. Raises Broken."""
    said = str(holder.value)
    places = _places(holder, text, len(said))
    try:
        node = read_json(said)
    except Broken as fault:
        raise Broken(places[min(fault.offset, len(said))], f"within this string: {fault.reason}") from fault
    _move(node, places)
    return node


def _places(holder: Node, text: str, length: int) -> list[int]:
    """Where in the text each letter of the string stands, and its end; the string itself where YAML folds it."""
    if text[holder.start : holder.start + 1] == '"':
        written = text[holder.start + 1 : holder.end - 1]
        found = [holder.start + 1 + letter.start() for letter in _LETTER.finditer(written)]
        if len(found) == length:
            return [*found, holder.end - 1]
    return [holder.start] * (length + 1)


def _move(node: Node, places: list[int]) -> None:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        one.start, one.end = places[one.start], places[one.end]
        waiting += one.items
        waiting += one.repeated  # each key stands either there or among the members
        waiting += [part for member in one.members.values() for part in member if part not in one.repeated]
