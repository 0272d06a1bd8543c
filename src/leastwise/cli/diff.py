"""`leastwise diff`: what has become of an account between two audits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leastwise.cli import options
from leastwise.cli.audit_file import Earlier

if TYPE_CHECKING:
    from leastwise.drift import Drift

FINDINGS = 1  # see `contract`, *Exit codes*


@click.command("diff")
@click.argument("old", metavar="OLD.json", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW.json", type=click.Path(path_type=Path))
@options.fail_on
@options.form
@options.quiet
def command(old: Path, new: Path, *, fail_on: str, form: str, quiet: bool) -> int:
    """Compare two audits of an account: what is new, fixed, changed, muted, or no longer assessed.

    Both are the iam_security_audit.json of `leastwise scan`. Exits with 1 when a finding at or above --fail-on is new,
    or has become that severe. What NEW does not show is fixed only where NEW has judged it.
    """
    from leastwise.drift import drift  # noqa: PLC0415  after the words were understood

    earlier, later = Earlier.read(old), Earlier.read(new).report
    earlier.agree(account=later.account, taken_at=later.taken_at)
    found = drift(earlier.report, later)
    if not quiet:
        print(_as_json(found) if form == "json" else _as_text(found), end="")
    bad = fail_on != options.NEVER and found.failing(options.SEVERITIES[fail_on])
    return FINDINGS if bad else 0


def _as_json(found: Drift) -> str:
    from leastwise.report import drift_json  # noqa: PLC0415  for whoever asks for it

    return b"".join(drift_json.render(found)).decode()


def _as_text(found: Drift) -> str:
    from leastwise.cli.screen import look  # noqa: PLC0415  drawing costs
    from leastwise.report import drift_text  # noqa: PLC0415  as above

    return drift_text.render(found, look())
