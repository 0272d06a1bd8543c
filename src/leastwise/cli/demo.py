"""`leastwise demo`: an audit of the account that is shipped in the package."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import click

from leastwise.audit import Options, audit
from leastwise.cli import options
from leastwise.cli.files import STDOUT, alone, deliver, known, ready
from leastwise.collect.file import write_snapshot
from leastwise.report import files_of
from leastwise.snapshot import loads

if TYPE_CHECKING:
    from pathlib import Path

YOUR_OWN = "\nAudit your own account: leastwise scan --profile NAME  (what it needs: leastwise permissions)"


@click.command("demo")
@options.directory
@options.formats
@options.save_snapshot
@options.quiet
def command(output: Path, *, format: tuple[str, ...], save_snapshot: Path | None, quiet: bool) -> None:  # noqa: A002  the flag's name
    """Audit the built-in demo account: no credentials, no network.

    Exits with 0 whatever is found: the account is made to be bad.
    """
    known(format, listed_by="leastwise demo --help")
    alone(output, format)
    ready(output)
    if save_snapshot is not None:
        ready(save_snapshot.parent)
    wanted = Options(backdrop=any(file.backdrop for file in files_of(format)))
    snapshot = loads(files("leastwise").joinpath("demo/snapshot.json.gz").read_bytes())
    if save_snapshot is not None:
        write_snapshot(snapshot, save_snapshot)
    report = audit(snapshot, wanted)
    written = deliver(report, output, format)
    if not quiet and output != STDOUT:
        from leastwise.cli.screen import show  # noqa: PLC0415  drawing costs, and --quiet draws nothing

        show(report, written)
        print(YOUR_OWN)
