"""The history of accounts as JSON, with a schema of its own: `schema/leastwise_trend.schema.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise._version import __version__
from leastwise.report.audit_json import PublishedRun, run
from leastwise.report.published import (
    AccountId,
    ArnText,
    Fingerprint,
    Published,
    SeverityWord,
    Stamp,
    Text,
    Version,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.history.trend import Trend

SCHEMA_VERSION = "1.0"


class PublishedOpen(Published, frozen=True, kw_only=True):
    """A finding of the newest run, and the first run of the account that had it."""

    fingerprint: Fingerprint
    check: Text
    severity: SeverityWord
    principal_arn: ArnText
    first_seen: Stamp


class PublishedTrend(Published, frozen=True, kw_only=True):
    """An account over time, the oldest run first; of its findings the longest known first."""

    account: AccountId
    runs: tuple[PublishedRun, ...]
    open: tuple[PublishedOpen, ...]


class TrendFile(Published, frozen=True, kw_only=True):
    """The history of accounts."""

    schema_version: Version
    tool: Text
    accounts: tuple[PublishedTrend, ...]


def render(trends: Iterable[Trend], *, last: int | None = None) -> Iterator[bytes]:
    """The text of the file, in pieces; with the last runs only where a number is given."""
    told = tuple(_trend(each, last or 0) for each in trends)
    return write(TrendFile(schema_version=SCHEMA_VERSION, tool=f"leastwise {__version__}", accounts=told))


def _trend(trend: Trend, last: int) -> PublishedTrend:
    left = tuple(
        PublishedOpen(
            fingerprint=one.finding.fingerprint,
            check=one.finding.check,
            severity=one.finding.severity,
            principal_arn=one.finding.subject,
            first_seen=one.first_seen,
        )
        for one in trend.open
    )
    return PublishedTrend(account=trend.account, runs=tuple(map(run, trend.runs[-last:])), open=left)
