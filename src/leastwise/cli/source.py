"""Where a snapshot comes from: the account, while a bar is drawn, or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise.account.guardrails import RCP, SCP
from leastwise.collect.file import read_snapshot
from leastwise.collect.guardrails import read_guardrails, with_guardrails
from leastwise.errors import UsageError

if TYPE_CHECKING:
    from leastwise.collect.guardrails import Given
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
        from leastwise.cli.progress import bar  # noqa: PLC0415  only a live command pays for it, and for boto3
        from leastwise.collect.live import collect_live  # noqa: PLC0415  as above

        with bar(quiet=quiet) as progress:
            return collect_live(self.region, profile=self.profile, endpoint_url=self.endpoint_url, progress=progress)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says of where to look, by the names of the flags."""

    snapshot: str | None = None
    as_of: str | None = None
    scp: tuple[str, ...] = ()
    rcp: tuple[str, ...] = ()
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None

    @property
    def account(self) -> Account:
        """The account to ask, when no file is given."""
        return Account(profile=self.profile, region=self.region, endpoint_url=self.endpoint_url)

    @property
    def guardrails(self) -> dict[str, tuple[Given, ...]]:
        """The policies of the organization that were given as files, by type."""
        given = {SCP: self.scp, RCP: self.rcp}
        return {kind: read_guardrails(places, kind) for kind, places in given.items() if places}

    def agree(self) -> None:
        """Raise UsageError for flags that exclude each other, and what is wrong with the files, before any work."""
        if self.snapshot is not None and self.account.given:
            raise UsageError(f"{self.account.given[0]} asks an account, --snapshot reads a file: give one of them")
        if self.as_of is not None and self.snapshot is None:
            raise UsageError("--as-of tells the age of a file: give --snapshot too; a live account is as of now")
        _ = self.guardrails

    def look(self, *, quiet: bool = False) -> Snapshot:
        """The snapshot: from the file, or from the account; with the organization's policies where they were given."""
        if self.snapshot is not None:
            found = read_snapshot(self.snapshot, as_of=self.as_of)
        else:
            found = self.account.collect(quiet=quiet)
        for kind, given in self.guardrails.items():
            found = with_guardrails(found, given, kind)
        return found
