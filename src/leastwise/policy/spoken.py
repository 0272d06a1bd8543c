"""Which actions some statements speak of, as bits: made once for a policy, and shared by all who hold it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from leastwise import catalog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.policy.document import Statement

_Masks = list[tuple[int, "Statement"]]


class Spoken:
    """The masks of statements, each and together: of those that deny and of those that allow.

    `denied` and `allowed` are the actions denied or allowed somewhere under some condition.
    """

    __slots__ = ("allowed", "allows", "denied", "denies", "statements")

    def __init__(self, statements: Iterable[Statement]) -> None:
        """Statements of one document."""
        self.statements = tuple(statements)
        self.denies: _Masks = [(s.actions.mask, s) for s in self.statements if not s.allows]
        self.allows: _Masks = [(s.actions.mask, s) for s in self.statements if s.allows]
        self.denied = _together(self.denies)
        self.allowed = _together(self.allows)


def _together(masks: _Masks) -> int:
    union = 0
    for mask, _ in masks:
        union |= mask
    return union


@lru_cache(maxsize=1 << 16)
def bit_of(action: str) -> int:
    """The action's bit in the catalogue's masks; 0 where the catalogue does not know it."""
    index = catalog.universe().index(action)
    return 0 if index is None else 1 << index
