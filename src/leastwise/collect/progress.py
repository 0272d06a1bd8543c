"""How far a collection has come, told to whoever draws the bar."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Progress:
    """One step done. `total` is None where AWS does not say beforehand how many there are (pages)."""

    stage: str
    done: int
    total: int | None = None


class Reporter:
    """Counts steps by stage. Calls back under a lock, so that a listener never runs twice at once."""

    def __init__(self, listener: Callable[[Progress], None] | None) -> None:
        """Without a listener it counts in silence."""
        self._listener = listener
        self._lock = Lock()
        self._done: Counter[str] = Counter()

    def step(self, stage: str, total: int | None = None) -> None:
        """One more step of this stage is done."""
        with self._lock:
            self._done[stage] += 1
            if self._listener is not None:
                self._listener(Progress(stage, self._done[stage], total))
