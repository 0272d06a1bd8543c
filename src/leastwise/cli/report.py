"""`leastwise report`: further files of an audit that was made before, from the JSON that it wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from leastwise.cli import options
from leastwise.cli.audit_file import read, read_audit
from leastwise.cli.files import STDOUT, alone, hand_over, known, ready
from leastwise.cli.words import separate
from leastwise.errors import SnapshotError
from leastwise.report import ADVICE, FORMATS

if TYPE_CHECKING:
    from leastwise.results import Report

MADE = {name: files for name, files in FORMATS.items() if name != "json"}  # from JSON there is no need of JSON


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for."""

    file: Path
    formats: tuple[str, ...]
    recommendations: Path | None
    output: Path
    redact: bool
    quiet: bool


@click.command("report")
@click.argument("file", metavar="AUDIT.json", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "formats",
    metavar="NAME,...",
    multiple=True,
    required=True,
    callback=separate,
    help=f"What to make of it: {', '.join(MADE)}.",
)
@click.option(
    "--recommendations",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=f"Those of the same audit. Default: {ADVICE} beside the audit, if it is of the same.",
)
@options.directory
@options.redact
@options.quiet
def command(**given: Any) -> None:
    """Make further files of an audit that was made before.

    AUDIT.json is the iam_security_audit.json that `leastwise scan` has written. It holds no policy documents: a page
    made of it names the statements at fault without showing them.
    """
    choices = Choices(**given)
    known(choices.formats, MADE, listed_by="leastwise report --help")
    alone(choices.output, choices.formats)
    ready(choices.output)
    report, told = _read(choices.file, choices.recommendations)
    if choices.redact:
        from leastwise.report.redact import redact as redacted  # noqa: PLC0415  for whoever wants it

        report = redacted(report)
    contents = {made.name: made.render(report) for name in choices.formats for made in MADE[name]}
    files = hand_over(choices.output, contents)
    if not choices.quiet and choices.output != STDOUT:
        print(*files, *told, sep="\n")


def _read(file: Path, recommendations: Path | None) -> tuple[Report, list[str]]:
    """The report with its recommendations, and what to tell of these where there are none."""
    from leastwise.report.read_json import advice_of  # noqa: PLC0415  after the words were understood

    report = read_audit(file)
    beside = recommendations or file.parent / ADVICE
    if recommendations is None and not beside.exists():
        return report, [f"without recommendations: there is no {ADVICE} beside it"]
    try:
        return advice_of(read(beside), report), []
    except SnapshotError as error:
        if recommendations is not None:
            raise SnapshotError(f"{beside}: {error}") from error
        return report, [f"without recommendations: {beside}: {error}"]
