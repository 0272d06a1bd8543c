"""`leastwise push`: the findings of an audit sent to where others look. The one verb that writes to AWS."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leastwise.cli import options
from leastwise.cli.audit_file import Earlier
from leastwise.cli.source import Account
from leastwise.errors import UsageError
from leastwise.report.words import safe

if TYPE_CHECKING:
    from leastwise.results import Report

COULD_NOT = 3  # see `contract`, *Exit codes*


@click.group("push", no_args_is_help=False)
def command() -> None:
    """Send the findings of an audit to where others look. This writes to AWS."""


@command.command("security-hub")
@click.argument("file", metavar="AUDIT.json", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Print the batches as JSON, and ask nothing of AWS.")
@options.live
@options.quiet
def security_hub(*, file: Path, dry_run: bool, quiet: bool, **connection: Any) -> int:
    """Send the findings of an audit to AWS Security Hub.

    AUDIT.json is the iam_security_audit.json that `leastwise scan` has written. Sending it again updates the findings;
    those that were set aside are archived. Needs securityhub:BatchImportFindings in the account that the audit is of.
    Exits with 3 when a finding was not imported.
    """
    account = Account(**connection)
    account.agree()
    report = Earlier.read(file).report
    if dry_run:
        _print(report, _region(account.region))
        return 0
    return _push(report, account, quiet=quiet)


def _region(given: str | None) -> str:
    """As a live command has it, less the profile's, which would take boto3 to read."""
    environment = os.environ  # noqa: TID251  cli may
    region = given or environment.get("AWS_DEFAULT_REGION") or environment.get("AWS_REGION")
    if not region:
        raise UsageError("the ARN of the product names a region, and --dry-run asks nobody: give --region too")
    return region


def _print(report: Report, region: str) -> None:
    from leastwise.report.asff import batches  # noqa: PLC0415  after the words were understood
    from leastwise.report.published import indented  # noqa: PLC0415  as above

    print(indented(list(batches(report, region))).decode())


def _push(report: Report, account: Account, *, quiet: bool) -> int:
    from leastwise.collect.options import Options  # noqa: PLC0415  boto3, after the words were understood
    from leastwise.collect.securityhub import push  # noqa: PLC0415  as above
    from leastwise.report.asff import batches  # noqa: PLC0415  as above

    session = account.session
    done = push(
        partial(batches, report),
        Options(region=account.region, profile=account.profile, endpoint_url=account.endpoint_url, session=session),
    )
    for one in done.refused:
        print(safe(f"not imported: {one.id}: {one.reason}"), file=sys.stderr)
    if not quiet:
        print(f"{done.taken:,} of {done.sent:,} findings imported into Security Hub, {done.region}")
    return 0 if done.taken == done.sent else COULD_NOT
