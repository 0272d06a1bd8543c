"""`leastwise diff`: what has become of an account between two audits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from leastwise.cli import options
from leastwise.cli.audit_file import Earlier

if TYPE_CHECKING:
    from leastwise.drift import Drift

FINDINGS, GAPS = 1, 4  # see `contract`, *Exit codes*


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for."""

    old: Path
    new: Path
    fail_on: str
    strict: bool
    form: str
    quiet: bool


@click.command("diff")
@click.argument("old", metavar="OLD.json", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW.json", type=click.Path(path_type=Path))
@options.fail_on
@options.strict
@options.form
@options.quiet
def command(**given: Any) -> int:
    """Compare two audits of an account: what is new, fixed, changed, muted, or no longer assessed.

    Both are the iam_security_audit.json of `leastwise scan`. Exits with 1 when a finding at or above --fail-on is new,
    or has become that severe. What NEW does not show is fixed only where NEW has judged it.
    """
    from leastwise.drift import drift  # noqa: PLC0415  after the words were understood

    choices = Choices(**given)
    earlier, later = Earlier.read(choices.old), Earlier.read(choices.new).report
    earlier.agree(account=later.account, taken_at=later.taken_at)
    found = drift(earlier.report, later)
    if not choices.quiet:
        print(_as_json(found) if choices.form == "json" else _as_text(found), end="")
    if choices.strict and not (later.complete and found.assessed):
        return GAPS
    bad = choices.fail_on != options.NEVER and found.failing(options.SEVERITIES[choices.fail_on])
    return FINDINGS if bad else 0


def _as_json(found: Drift) -> str:
    from leastwise.report import drift_json  # noqa: PLC0415  for whoever asks for it

    return b"".join(drift_json.render(found)).decode()


def _as_text(found: Drift) -> str:
    from leastwise.cli.screen import look  # noqa: PLC0415  drawing costs
    from leastwise.report import drift_text  # noqa: PLC0415  as above

    return drift_text.render(found, look())
