"""What happens while an account is asked, as events of the `leastwise` logger: names and numbers, never a secret.

Who uses leastwise as a library hears nothing unless they listen to that logger; the command line listens on request.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from logging import DEBUG, ERROR, INFO, WARNING
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.collect.progress import Progress

__all__ = ["DEBUG", "ERROR", "INFO", "WARNING", "note", "phase", "step"]

LOGGER = logging.getLogger("leastwise")
LOGGER.addHandler(logging.NullHandler())
EVERY = 100  # steps of a stage of which one is told without being asked for details

Value = str | int | float | None


def note(event: str, *, level: int = INFO, **fields: Value) -> None:
    """One event; what is None is left out."""
    if LOGGER.isEnabledFor(level):
        told = {name: value for name, value in fields.items() if value is not None}
        LOGGER.log(level, event, extra={"fields": told})


def step(progress: Progress) -> None:
    """A step of a stage: the first, the last, and some between."""
    done, total = progress.done, progress.total
    level = INFO if done in {1, total} or done % EVERY == 0 else DEBUG
    note("progress", level=level, stage=progress.stage, done=done, total=total)


@contextmanager
def phase(name: str) -> Iterator[None]:
    """A part of the work, and how long it took, also where it fails."""
    begun = time.perf_counter()
    note("phase begins", phase=name)
    try:
        yield
    finally:
        note("phase ends", phase=name, seconds=round(time.perf_counter() - begun, 3))
