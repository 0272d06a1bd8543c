"""Where a snapshot comes from: the account, while a bar is drawn, or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise.cli.progress import bar

if TYPE_CHECKING:
    from leastwise.snapshot import Snapshot


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Which account to ask. None leaves it to boto3's own chain of configuration."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """The flags that were used."""
        return tuple(f"--{name.replace('_', '-')}" for name, value in msgspec.structs.asdict(self).items() if value)

    def collect(self, *, quiet: bool) -> Snapshot:
        """Ask the account. Raises CollectError when nothing could be seen."""
        from leastwise.collect.live import collect_live  # noqa: PLC0415  only a live command pays for boto3

        with bar(quiet=quiet) as progress:
            return collect_live(self.region, profile=self.profile, endpoint_url=self.endpoint_url, progress=progress)
