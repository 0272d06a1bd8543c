"""Which actions some statements speak of, as bits: made once for a policy, and shared by all who hold it."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from leastwise import catalog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.policy.document import Statement

_Masks = list[tuple[int, "Statement"]]


class Spoken:
    """The masks of statements, each and together: of those that deny and of those that allow.

    `denied` and `allowed` are the actions denied or allowed somewhere under some condition; those `…_everywhere` on
    every resource and without a condition. Each is made when first asked for.
    """

    def __init__(self, statements: Iterable[Statement]) -> None:
        """Statements of one document."""
        self.statements = tuple(statements)
        self.denies: _Masks = [(s.actions.mask, s) for s in self.statements if not s.allows]
        self.allows: _Masks = [(s.actions.mask, s) for s in self.statements if s.allows]

    @cached_property
    def denied(self) -> int:
        """Of all denies."""
        return _union(self.denies)

    @cached_property
    def allowed(self) -> int:
        """Of all allows."""
        return _union(self.allows)

    @cached_property
    def denied_everywhere(self) -> int:
        """Of the denies that spare nothing."""
        return _union(_unbound(self.denies))

    @cached_property
    def allowed_everywhere(self) -> int:
        """Of the allows that ask nothing."""
        return _union(_unbound(self.allows))


def _unbound(masks: _Masks) -> _Masks:
    return [(mask, s) for mask, s in masks if s.everywhere and not s.conditions.tests]


def _union(masks: _Masks) -> int:
    if len(masks) == 1:
        return masks[0][0]
    union = 0
    for mask, _ in masks:
        union |= mask
    return union


@lru_cache(maxsize=1 << 16)
def bit_of(action: str) -> int:
    """The action's bit in the catalogue's masks; 0 where the catalogue does not know it."""
    index = catalog.universe().index(action)
    return 0 if index is None else 1 << index
