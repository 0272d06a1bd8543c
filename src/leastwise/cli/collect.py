"""`leastwise collect`: save what an account says of itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leastwise.cli import options
from leastwise.cli.files import ready
from leastwise.cli.source import Account
from leastwise.collect.file import write_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.snapshot import Snapshot


@click.command("collect")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    default="snapshot.json.gz",
    show_default=True,
    help="The snapshot file; compressed when its name ends in .gz.",
)
@options.live
@click.option("--inventory", is_flag=True, help="Also ask what runs in each region, and which roles it bears.")
@options.regions
@options.last_accessed
@options.quiet
def command(output: Path, *, quiet: bool, **account: Any) -> None:
    """Save what an account says of itself, to audit it offline.

    Only reading calls are made, and nothing secret is kept. `leastwise permissions` prints the policy this needs.
    """
    asked = Account(**account)
    asked.agree()
    ready(output.parent)
    snapshot = asked.collect(quiet=quiet)
    write_snapshot(snapshot, output)
    if not quiet:
        print("\n".join(summary(snapshot, output)))


def summary(snapshot: Snapshot, output: Path) -> Iterator[str]:
    """What was seen, what was not, and what to do next."""
    unseen = Counter((gap.call, gap.reason) for gap in snapshot.gaps)
    asked = snapshot.calls.keys() | {gap.call for gap in snapshot.gaps}
    yield f"{output}: account {snapshot.account} as of {snapshot.taken_at}"
    yield f"  seen: {len(snapshot.calls)} of {len(asked)} calls answered"
    for (call, reason), times in unseen.items():
        yield f"  not seen: {call} ({reason}{f', {times} times' if times > 1 else ''})"
    yield f"Audit it with: leastwise scan --snapshot {output}"
