"""`leastwise scan`: from an account or a snapshot to the report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from leastwise.audit import Options, audit, select
from leastwise.checks.core import Limits
from leastwise.cli import completion, options
from leastwise.cli.audit_file import Earlier
from leastwise.cli.evidence import Witnessed
from leastwise.cli.files import STDOUT, alone, deliver, known, ready
from leastwise.cli.mutes import mutes_of
from leastwise.cli.options import NEVER, SEVERITIES
from leastwise.cli.settings import current
from leastwise.cli.trend import begin
from leastwise.cli.words import separate
from leastwise.collect.file import write_snapshot
from leastwise.collect.log import phase
from leastwise.drift import since
from leastwise.errors import UsageError
from leastwise.report import files_of
from leastwise.results import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.results import Report
    from leastwise.snapshot import Snapshot

LIMITS = Limits()
FINDINGS, GAPS = 1, 4  # see `contract`, *Exit codes*


class Choices(Witnessed, frozen=True, kw_only=True):
    """What the command line asks for, by the names of the flags."""

    save_snapshot: Path | None
    baseline: Path | None
    history: Path | None
    output: Path
    format: tuple[str, ...]
    redact: bool
    quiet: bool
    verbose: bool
    fail_on: str
    min_severity: str
    strict: bool
    checks: tuple[str, ...]
    exclude_checks: tuple[str, ...]
    max_key_age: int
    inactive_after: int
    max_session: int

    @property
    def options(self) -> Options:
        """What to judge and what to show."""
        return Options(
            limits=Limits(
                max_key_age=self.max_key_age, inactive_after=self.inactive_after, max_session=self.max_session
            ),
            checks=self.checks,
            exclude=self.exclude_checks,
            min_severity=SEVERITIES[self.min_severity],
            mutes=mutes_of(current()),
            backdrop=any(file.backdrop for file in files_of(self.format)),
        )

    def seen(self, earlier: Earlier | None) -> Snapshot:
        """The snapshot, fit to be compared with an earlier audit, and kept in a file where that is asked for."""
        found = self.look(quiet=self.quiet)
        if earlier:
            earlier.agree(account=found.account, taken_at=found.taken_at)
        if self.save_snapshot is not None:
            write_snapshot(found, self.save_snapshot)
        return found

    def remembered(self, report: Report) -> Report:
        """The report, kept in the history where there is one, with what that knows of it."""
        if self.history is None:
            return report
        from leastwise.history import store, trend  # noqa: PLC0415  only a history pays for SQLite

        with store.opened(self.history, write=True) as kept:
            return trend.remembered(kept, report)

    def agree(self) -> None:
        """Raise UsageError for what cannot be done, before anything is done."""
        super().agree()
        if self.quiet and self.verbose:
            raise UsageError("--quiet and --verbose exclude each other: give one of them")
        known(self.format)
        alone(self.output, self.format)
        select(self.options)
        ready(self.output)
        if self.save_snapshot is not None:
            ready(self.save_snapshot.parent)
        if self.history is not None:
            begin(self.history)


source = options.together(
    options.source,
    options.inventory,
    options.last_accessed,
    options.evidence,
    options.save_snapshot,
)
judging = options.together(
    click.option(
        "--checks",
        metavar="ID,...",
        multiple=True,
        callback=separate,
        shell_complete=completion.checks,
        help="Only these; `user_*` works too.",
    ),
    click.option(
        "--exclude-checks",
        metavar="ID,...",
        multiple=True,
        callback=separate,
        shell_complete=completion.checks,
        help="Not these.",
    ),
    click.option(
        "--max-key-age",
        metavar="DAYS",
        type=click.IntRange(0),
        default=LIMITS.max_key_age,
        show_default=True,
        help="Access keys may be this old.",
    ),
    click.option(
        "--inactive-after",
        metavar="DAYS",
        type=click.IntRange(0),
        default=LIMITS.inactive_after,
        show_default=True,
        help="Users and roles unused for this long are inactive.",
    ),
    click.option(
        "--max-session",
        metavar="SECONDS",
        type=click.IntRange(1),
        default=LIMITS.max_session,
        show_default=True,
        help="Role sessions of this length or longer are too long.",
    ),
)
telling = options.together(
    options.directory,
    options.formats,
    options.redact,
    click.option(
        "--min-severity",
        type=click.Choice([*SEVERITIES], case_sensitive=False),
        default=Severity.INFO.label,
        help="Leave out findings below this.",
    ),
    options.fail_on,
    click.option(
        "--history",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Keep the run in this file, for `leastwise trend`, and tell when each finding was first seen.",
    ),
    click.option(
        "--baseline",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="An earlier audit (iam_security_audit.json): show, and fail on, only what is new or worse since.",
    ),
    options.strict,
    options.quiet,
    click.option("-v", "--verbose", is_flag=True, help="Show every detail and every finding."),
)


@click.command("scan")
@source
@judging
@telling
def command(**given: Any) -> int:
    """Audit an account, live or from a snapshot file.

    Writes iam_security_audit.json and least_privilege_recommendations.json, and prints a table.
    """
    choices = Choices(**given)
    choices.agree()
    earlier = Earlier.read(choices.baseline) if choices.baseline else None
    with phase("audit"):
        report = audit(  # which lets a whole file's text go as soon as it can: so nobody else may hold the snapshot
            choices.seen(earlier),
            msgspec.structs.replace(choices.options, evidence=choices.gather(quiet=choices.quiet)),
        )
    report = choices.remembered(report)
    if earlier:
        report = since(earlier.report, report)
    if choices.redact:
        from leastwise.report.redact import redact  # noqa: PLC0415  for whoever wants it

        report = redact(report)
    with phase("write"):
        files = deliver(report, choices.output, choices.format)
    if not choices.quiet and choices.output != STDOUT:
        from leastwise.cli.screen import show  # noqa: PLC0415  drawing costs, and --quiet draws nothing

        show(report, files, verbose=choices.verbose)
    if choices.verbose:
        print(*bugs(report), sep="\n", end="", file=sys.stderr)
    return exit_code(report, fail_on=choices.fail_on, strict=choices.strict)


def exit_code(report: Report, *, fail_on: str, strict: bool) -> int:
    """The contract's exit codes for an audit that finished; beside a baseline, only what is new or worse counts."""
    if strict and not report.complete:
        return GAPS
    bad = fail_on != NEVER and any(f.severity >= SEVERITIES[fail_on] for f in report.findings if f.status.counts)
    return FINDINGS if bad else 0


def bugs(report: Report) -> Iterator[str]:
    """Where checks have failed. The report says that they did; this is for whoever mends them."""
    for left in report.unassessed:
        if left.traceback:
            yield f"{left.check}: {left.traceback}"
