"""The credential report, read by its header names.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from leastwise.account.model import AccessKey, Login
from leastwise.errors import SnapshotError
from leastwise.snapshot import parse_time

if TYPE_CHECKING:
    from datetime import datetime

Row = dict[str, str]
NEEDED = frozenset({"user", "arn", "password_enabled", "mfa_active", "access_key_1_active"})
ROOT = "<root_account>"


def read_report(content: str) -> tuple[dict[str, Row], str]:
    """The rows by ARN, and what is wrong with the report, or "" when nothing is.

    Columns that AWS adds are passed over.
    """
    reader = csv.DictReader(io.StringIO(content.lstrip("\ufeff")), restval="N/A", restkey="more")
    missing = NEEDED - set(reader.fieldnames or ())
    if missing:
        return {}, f"the credential report lacks the columns {', '.join(sorted(missing))}"
    try:
        return {row["arn"]: row for row in reader}, ""
    except csv.Error as error:
        return {}, f"the credential report cannot be read: {error}"


def read_login(row: Row) -> Login:
    """One user's row. `N/A`, `no_information` and `not_supported` all mean that there is nothing."""
    return Login(
        has_password=_flag(row.get("password_enabled")),
        password_last_used=report_time(row.get("password_last_used", "")),
        password_changed=report_time(row.get("password_last_changed", "")),
        mfa=_flag(row.get("mfa_active")),
        keys=tuple(_key(row, slot) for slot in (1, 2) if _has_key(row, slot)),
        certificates=sum(_flag(row.get(f"cert_{slot}_active")) for slot in (1, 2)),
    )


def report_time(text: str | None) -> datetime | None:
    """A time of the report, or None for AWS's words for nothing."""
    try:
        return parse_time(text) if text else None
    except SnapshotError:
        return None


def _key(row: Row, slot: int) -> AccessKey:
    return AccessKey(
        slot=slot,
        active=_flag(row.get(f"access_key_{slot}_active")),
        rotated=report_time(row.get(f"access_key_{slot}_last_rotated")),
        last_used=report_time(row.get(f"access_key_{slot}_last_used_date")),
    )


def _has_key(row: Row, slot: int) -> bool:
    return _flag(row.get(f"access_key_{slot}_active")) or bool(report_time(row.get(f"access_key_{slot}_last_rotated")))


def _flag(text: str | None) -> bool:
    return (text or "").strip().lower() == "true"
