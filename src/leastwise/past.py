"""One audit of several over time, as a history tells it. A record of `results`, in a file of its own."""

from __future__ import annotations

import msgspec


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run: its figures, and what it changed beside those before it.

    `counts` are the findings by severity, worst first; `paths` how many lead to administrator. `new` and `fixed` are
    None in the first run, which nothing can be compared with. `not_assessed` are findings of earlier runs that this
    one could not judge: they are not fixed, as far as anybody knows.
    """

    taken_at: str
    tool: str
    risk: int
    complete: bool
    counts: dict[str, int]
    paths: int
    set_aside: int = 0
    new: int | None = None
    fixed: int | None = None
    not_assessed: int = 0

    @property
    def posture(self) -> int:
        """100 less the risk."""
        return 100 - self.risk
