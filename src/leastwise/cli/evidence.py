"""Evidence of use as the command line asks for it, gathered while a bar is drawn."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from leastwise.cli.progress import bar
from leastwise.collect.evidence.gather import gather
from leastwise.collect.options import Options
from leastwise.parallel import processes

if TYPE_CHECKING:
    from leastwise.cli.source import Account
    from leastwise.usage.records import Evidence


def gathered(specs: tuple[str, ...], account: Account, *, quiet: bool) -> tuple[Evidence, ...]:
    """The evidence of every source that was asked for; none where none was."""
    if not specs:
        return ()
    with bar(quiet=quiet) as progress:
        chosen = Options(
            region=account.region, profile=account.profile, endpoint_url=account.endpoint_url, progress=progress
        )
        return gather(specs, chosen, mapper=processes(os.cpu_count() or 1))
