"""Where a snapshot comes from: the account, while a bar is drawn, or a file."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from leastwise.account.guardrails import RCP, SCP
from leastwise.arn import is_account_id, parse_arn
from leastwise.cli import mfa
from leastwise.cli.options import ASK
from leastwise.collect.file import read_snapshot
from leastwise.collect.guardrails import read_guardrails, with_guardrails
from leastwise.collect.inventory_file import read_inventory, with_inventory
from leastwise.collect.log import WARNING, note, phase
from leastwise.collect.options import Way
from leastwise.errors import UsageError

if TYPE_CHECKING:
    from leastwise.collect.guardrails import Given
    from leastwise.collect.inventory_file import Inventory
    from leastwise.snapshot import Snapshot


CONNECTION = tuple(f"--{name.replace('_', '-')}" for name in Way.__struct_fields__)


class Account(Way, frozen=True, kw_only=True, dict=True):
    """Which account to ask, as whom, and for what besides."""

    inventory: bool = False
    regions: tuple[str, ...] = ()
    last_accessed: bool = False

    @property
    def given(self) -> tuple[str, ...]:
        """The flags that were used."""
        return tuple(f"--{name.replace('_', '-')}" for name, value in msgspec.structs.asdict(self).items() if value)

    def agree(self) -> None:
        """Raise UsageError for flags that say nothing without another."""
        if self.regions and not self.inventory:
            raise UsageError("--regions says where to ask what runs: give --inventory, without a file, too")
        if self.external_id and not self.role_arn:
            raise UsageError("--external-id is told to a role when it is assumed: give --role-arn too")
        if self.role_arn and not _is_role(self.role_arn):
            raise UsageError(f"--role-arn {self.role_arn!r} is no role: write arn:aws:iam::ACCOUNT:role/NAME")
        if self.mfa_token and not self.mfa_serial:
            raise UsageError("--mfa-token is of an MFA device: give --mfa-serial too, its ARN or serial number")
        if self.mfa_serial:
            mfa.agree(self.mfa_token)

    @cached_property
    def session(self) -> Any:
        """The session with which to ask, the same for all that is asked: a token is good once. None: boto3's own.

        Asks the terminal for the MFA token where none was given. Raises CollectError where the way is barred.
        """
        if not (self.role_arn or self.mfa_serial):
            return None
        from leastwise.collect.assume import assumed  # noqa: PLC0415  only a live command pays for boto3

        way = Way(**{name: getattr(self, name) for name in Way.__struct_fields__})
        if self.mfa_serial:
            way = msgspec.structs.replace(way, mfa_token=mfa.token(self.mfa_serial, self.mfa_token))
        return assumed(way)

    def collect(self, *, quiet: bool) -> Snapshot:
        """Ask the account. Raises CollectError when nothing could be seen."""
        from leastwise.cli.progress import bar  # noqa: PLC0415  only a live command pays for it, and for boto3
        from leastwise.collect.live import collect_live  # noqa: PLC0415  as above

        session = self.session  # before the bar, which would hide the question for the token
        with phase("collect"), bar(quiet=quiet) as progress:
            found = collect_live(
                self.region,
                profile=self.profile,
                endpoint_url=self.endpoint_url,
                session=session,
                progress=progress,
                inventory=self.inventory,
                regions=self.regions,
                last_accessed=self.last_accessed,
            )
        for gap in found.gaps:
            note("gap", level=WARNING, call=gap.call, target=gap.target, reason=gap.reason, detail=gap.detail or None)
        return found


def _is_role(text: str) -> bool:
    arn = parse_arn(text)
    return arn is not None and arn.service == "iam" and is_account_id(arn.account) and arn.resource.startswith("role/")


class _Asked(Way, frozen=True, kw_only=True, dict=True):
    """The flags that say how to look, by their names.

    `inventory` is the file that tells what runs; ASK asks the account.
    """

    as_of: str | None = None
    scp: tuple[str, ...] = ()
    rcp: tuple[str, ...] = ()
    inventory: str | None = None
    regions: tuple[str, ...] = ()


class Source(_Asked, frozen=True, kw_only=True):
    """What the command line says of where to look, by the names of the flags."""

    snapshot: str | None = None
    last_accessed: bool = False

    @cached_property
    def account(self) -> Account:
        """The account to ask, when no file is given."""
        return Account(
            **{name: getattr(self, name) for name in Way.__struct_fields__},
            inventory=self.inventory == ASK,
            regions=self.regions,
            last_accessed=self.last_accessed,
        )

    @property
    def connects(self) -> bool:
        """Whether something is asked of an account although a file shows it."""
        return False

    @property
    def running(self) -> Inventory | None:
        """What runs, where a file was given that tells it."""
        return read_inventory(self.inventory) if self.inventory else None

    @property
    def guardrails(self) -> dict[str, tuple[Given, ...]]:
        """The policies of the organization that were given as files, by type."""
        given = {SCP: self.scp, RCP: self.rcp}
        return {kind: read_guardrails(places, kind) for kind, places in given.items() if places}

    def agree(self) -> None:
        """Raise UsageError for flags that exclude each other, and what is wrong with the files, before any work."""
        self.account.agree()
        if self.snapshot is not None and self.inventory == ASK:
            raise UsageError(
                "--inventory alone asks an account, --snapshot reads a file: name a file that tells what runs"
            )
        given = [flag for flag in self.account.given if not (self.connects and flag in CONNECTION)]
        if self.snapshot is not None and given:
            raise UsageError(f"{given[0]} asks an account, --snapshot reads a file: give one of them")
        if self.as_of is not None and self.snapshot is None:
            raise UsageError("--as-of tells the age of a file: give --snapshot too; a live account is as of now")
        _ = self.guardrails, self.running

    def look(self, *, quiet: bool = False) -> Snapshot:
        """The snapshot: from the file, or from the account; with the organization's policies where they were given."""
        if self.snapshot is not None:
            found = read_snapshot(self.snapshot, as_of=self.as_of)
        else:
            found = self.account.collect(quiet=quiet)
        for kind, given in self.guardrails.items():
            found = with_guardrails(found, given, kind)
        if (running := self.running) is not None:
            found = with_inventory(found, running)
        return found


class Sources(_Asked, frozen=True, kw_only=True):
    """What the command line says of where to look, where several accounts can be looked at together."""

    snapshots: tuple[str, ...] = ()

    @property
    def each(self) -> tuple[Source, ...]:
        """The accounts one by one: the files, or the one that is asked."""
        common = msgspec.structs.asdict(self)
        files = common.pop("snapshots")
        return tuple(Source(snapshot=file, **common) for file in files) or (Source(**common),)

    def look(self) -> tuple[Snapshot, ...]:
        """The snapshots. Raises UsageError where two show the same account."""
        for source in self.each:
            source.agree()
        if len(self.snapshots) > 1 and self.inventory is not None:
            raise UsageError("--inventory tells what runs in one account: give one snapshot, or put it into each")
        found: dict[str, tuple[str, Snapshot]] = {}
        for source in self.each:
            snapshot = source.look()
            place = source.snapshot or "the account that was asked"
            if snapshot.account in found:
                raise UsageError(
                    f"{found[snapshot.account][0]} and {place} both show account {snapshot.account}: give one of them"
                )
            found[snapshot.account] = (place, snapshot)
        return tuple(snapshot for _, snapshot in found.values())
