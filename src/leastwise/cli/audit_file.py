"""Audits that were made before, read from the JSON that they wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.errors import SnapshotError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from leastwise.results import Report


def read_audit(file: Path) -> Report:
    """The report that `leastwise scan` wrote. Raises UsageError for no file, SnapshotError for another one."""
    from leastwise.report.read_json import audit_of  # noqa: PLC0415  after the words were understood

    try:
        return audit_of(read(file))
    except SnapshotError as error:
        raise SnapshotError(f"{file}: {error}; give the iam_security_audit.json of `leastwise scan`") from error


def read_comparable(file: Path, account: str = "") -> Report:
    """The same, where findings are to be found again: of that account, if one is given, and not redacted.

    Redacted files number their findings, so that equal numbers are no sign of equal findings.
    """
    from leastwise.report.redact import is_redacted  # noqa: PLC0415  as above

    report = read_audit(file)
    if is_redacted(report):
        raise UsageError(f"{file} is redacted, so its findings cannot be found again: give the audit as it was")
    if account and report.account != account:
        raise UsageError(f"{file} is of account {report.account}, not of {account}: give two audits of one account")
    return report


def read(file: Path) -> bytes:
    """What a file of an audit holds."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}): give what `leastwise scan` wrote") from error
