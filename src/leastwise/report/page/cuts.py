"""Where the fixes cut: a hop is ended by whatever changes a statement that it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.results import Edge, Evidence, Fix


class Cuts:
    """The statements that each fix of a report changes."""

    def __init__(self, fixes: Iterable[Fix]) -> None:
        """In the order of the report."""
        self._changed = tuple(frozenset(map(_place, fix.statements)) for fix in fixes)

    def of(self, edge: Edge) -> list[int]:
        """Which fixes, by their places in the report, cut the hop."""
        rests_on = frozenset(map(_place, edge.evidence))
        return [place for place, changed in enumerate(self._changed) if changed & rests_on]


def _place(evidence: Evidence) -> tuple[str, str]:
    return evidence.document, evidence.pointer
