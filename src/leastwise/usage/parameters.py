"""The request parameters of an event, flat: whoever looks for a table's name does not care how deep it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 2048
"""Characters of a value that is looked at; longer ones are no names."""
MOST = 1000
"""Values that are looked at in one event."""
_HIDDEN = ("HIDDEN_DUE_TO_SECURITY_REASONS", "***")


class Parameters:
    """Strings by the lower-case name of their parameter, and by that with its parent's: `name`, `role.name`."""

    __slots__ = ("_found",)

    def __init__(self, raw: bytes | memoryview) -> None:
        """Take the JSON text; anything that is no object counts as empty."""
        self._found: dict[str, list[str]] = {}
        for parent, key, value in _leaves(_decoded(raw)):
            self._found.setdefault(key, []).append(value)
            if parent:
                self._found.setdefault(f"{parent}.{key}", []).append(value)

    def all(self, key: str) -> list[str]:
        """Every value of a parameter, also where it stands in the plural."""
        return self._found.get(key) or self._found.get(f"{key}s") or []

    def first(self, key: str) -> str:
        """The first value of a parameter, or ""."""
        return next(iter(self._found.get(key, ())), "")

    def has(self, key: str) -> bool:
        """Whether there is a value of this name, or one whose parent has it."""
        return key in self._found or any(name.startswith(f"{key}.") for name in self._found)

    def arns(self) -> Iterator[tuple[str, str]]:
        """Every value that is an ARN, with the name of its parameter."""
        return (
            (key, value)
            for key, values in self._found.items()
            if "." not in key
            for value in values
            if value.startswith("arn:")
        )


def _decoded(raw: bytes | memoryview) -> Any:
    try:
        return msgspec.json.decode(raw) if raw else None
    except (msgspec.DecodeError, RecursionError):  # nested without end
        return None


def _leaves(root: Any) -> Iterator[tuple[str, str, str]]:
    """Parent, name and value of the strings, in the order of the text, at most `MOST`."""
    stack: list[tuple[str, str, Any]] = [("", "", root)] if isinstance(root, dict) else []
    given = 0
    while stack and given < MOST:
        parent, key, value = stack.pop()
        if isinstance(value, dict):
            stack += [(key, str(name).lower(), inner) for name, inner in reversed(value.items())]
        elif isinstance(value, list):
            stack += [(parent, key, inner) for inner in reversed(value)]
        elif isinstance(value, str) and 0 < len(value) <= LONGEST and value not in _HIDDEN:
            given += 1
            yield parent, key, value


EMPTY = Parameters(b"")
