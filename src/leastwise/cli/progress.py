"""The bar on a terminal while an account answers. A pipe, a log or `--quiet` sees nothing of it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from leastwise.cli import log
from leastwise.collect.log import step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from leastwise.collect.progress import Progress

    Listener = Callable[[Progress], None]


@contextmanager
def bar(*, quiet: bool) -> Iterator[Listener | None]:
    """A listener that draws each stage on standard error, or tells it the log, or None where nobody watches."""
    if log.listening():
        yield step
        return
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich import progress  # noqa: PLC0415  only a person's terminal pays for rich
    from rich.console import Console  # noqa: PLC0415  as above

    columns = (
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as drawn:
        waiting = drawn.add_task("asking AWS", total=None)
        stages: dict[str, progress.TaskID] = {}

        def listen(step: Progress) -> None:
            drawn.update(waiting, visible=False)
            if step.stage not in stages:
                stages[step.stage] = drawn.add_task(step.stage, total=step.total)
            drawn.update(stages[step.stage], completed=step.done, total=step.total)

        yield listen
