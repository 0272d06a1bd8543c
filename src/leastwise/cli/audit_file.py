"""Audits that were made before, read from the JSON that they wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leastwise.errors import SnapshotError, UsageError
from leastwise.snapshot import parse_time

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


class Earlier(NamedTuple):
    """An audit that another is compared with."""

    file: Path
    report: Report

    @classmethod
    def read(cls, file: Path) -> Earlier:
        """From the file. Raises UsageError where it is redacted: equal numbers are no sign of equal findings."""
        from leastwise.report.redact import is_redacted  # noqa: PLC0415  as above

        report = read_audit(file)
        if is_redacted(report):
            raise UsageError(f"{file} is redacted, so its findings cannot be found again: give the audit as it was")
        return cls(file, report)

    def agree(self, *, account: str, taken_at: str) -> None:
        """Raise UsageError unless this is of the same account, and not newer."""
        mine = self.report
        if mine.account != account:
            raise UsageError(f"{self.file} is of account {mine.account}, not of {account}: compare audits of one")
        if parse_time(taken_at) < parse_time(mine.taken_at):
            raise UsageError(f"{self.file} is the newer one ({mine.taken_at}, {taken_at}): give one that is older")


def read(file: Path) -> bytes:
    """What a file of an audit holds."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}): give what `leastwise scan` wrote") from error
