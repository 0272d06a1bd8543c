"""Evidence of use as the command line asks for it, gathered while a bar is drawn."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from leastwise.cli.progress import bar
from leastwise.cli.source import Source
from leastwise.collect.evidence.spec import agree, parse
from leastwise.collect.log import phase
from leastwise.collect.options import Options

if TYPE_CHECKING:
    from leastwise.usage.records import Evidence


class Witnessed(Source, frozen=True, kw_only=True):
    """What the command line says of where to look, and of who tells of use."""

    evidence: tuple[str, ...]

    @property
    def connects(self) -> bool:
        """Some evidence is had from an account, also where a file shows it."""
        return any(parse(each).live for each in self.evidence)

    def agree(self) -> None:
        """Raise UsageError for what cannot be done, before anything is done."""
        super().agree()
        agree(self.evidence)

    def gather(self, *, quiet: bool) -> tuple[Evidence, ...]:
        """The evidence of every source that was asked for; none where none was."""
        if not self.evidence:
            return ()
        from leastwise.collect.evidence.gather import gather  # noqa: PLC0415  for whoever has some
        from leastwise.parallel import processes  # noqa: PLC0415  as above

        session = self.account.session
        with phase("evidence"), bar(quiet=quiet) as progress:
            chosen = Options(
                region=self.region,
                profile=self.profile,
                endpoint_url=self.endpoint_url,
                session=session,
                progress=progress,
            )
            return gather(self.evidence, chosen, mapper=processes(os.cpu_count() or 1))
