"""`leastwise trend`: an account over time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leastwise.cli import options
from leastwise.cli.files import ready
from leastwise.cli.words import unknown
from leastwise.errors import UsageError

if TYPE_CHECKING:
    from leastwise.history.trend import Trend

SHOWN = 20  # runs of each account


@click.command("trend")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--account", metavar="ID", help="Only this account; default: all that the file holds.")
@click.option(
    "--last",
    metavar="N",
    type=click.IntRange(1),
    help=f"Only the last N runs of each; default: {SHOWN} as text, all as JSON.",
)
@options.form
def command(file: Path, *, account: str | None, last: int | None, form: str) -> None:
    """Show an account over time, from the history that scans have kept.

    FILE is what `leastwise scan --history FILE` has written. For each run: the risk, the findings by severity, and how
    many were new and fixed. What a run did not judge does not count as fixed.
    """
    trends = _read(file, account)
    if form == "json":
        from leastwise.report import trend_json  # noqa: PLC0415  for whoever asks for it

        print(b"".join(trend_json.render(trends, last=last)).decode(), end="")
    else:
        from leastwise.cli.screen import look  # noqa: PLC0415  drawing costs
        from leastwise.report import trend_text  # noqa: PLC0415  as above

        print(trend_text.render(trends, look(), last=last or SHOWN), end="")


def begin(file: Path) -> None:
    """Make the history, or see that it is one, before the work: a run that cannot be kept is lost."""
    from leastwise.history.store import opened  # noqa: PLC0415  only a history pays for SQLite

    ready(file.parent)
    with opened(file, write=True):
        pass


def _read(file: Path, account: str | None) -> tuple[Trend, ...]:
    from leastwise.history.store import opened  # noqa: PLC0415  after the words were understood
    from leastwise.history.trend import trend  # noqa: PLC0415  as above

    with opened(file) as store:
        known = store.accounts()
        if not known:
            raise UsageError(f"{file} holds no run yet: `leastwise scan --history {file}` adds one")
        if account is not None and account not in known:
            raise unknown("account", account, known, listed_by=f"leastwise trend {file}")
        return tuple(trend(store, each) for each in known if account in {None, each})
