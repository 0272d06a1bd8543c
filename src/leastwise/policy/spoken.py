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

    `denied` and `allowed` are the actions denied or allowed somewhere under some condition; those `…_everywhere` on
    every resource and without a condition.
    """

    __slots__ = ("allowed", "allowed_everywhere", "allows", "denied", "denied_everywhere", "denies", "statements")

    def __init__(self, statements: Iterable[Statement]) -> None:
        """Statements of one document."""
        self.statements = tuple(statements)
        self.denies: _Masks = [(s.actions.mask, s) for s in self.statements if not s.allows]
        self.allows: _Masks = [(s.actions.mask, s) for s in self.statements if s.allows]
        self.denied, self.denied_everywhere = _together(self.denies)
        self.allowed, self.allowed_everywhere = _together(self.allows)


def _together(masks: _Masks) -> tuple[int, int]:
    union = everywhere = 0
    for mask, statement in masks:
        union |= mask
        if statement.resources.is_any and not statement.conditions.tests:
            everywhere |= mask
    return union, everywhere


@lru_cache(maxsize=1 << 16)
def bit_of(action: str) -> int:
    """The action's bit in the catalogue's masks; 0 where the catalogue does not know it."""
    index = catalog.universe().index(action)
    return 0 if index is None else 1 << index
