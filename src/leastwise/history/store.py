"""The file of a history: an SQLite database with a row for each run and for each of its findings.

A run is one account at one time: whoever judges the same snapshot again replaces its run. Any program that reads SQLite
may read the file; nothing in it is trusted when it comes back.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from leastwise.drift import states
from leastwise.errors import SnapshotError, UsageError
from leastwise.snapshot import parse_time
from leastwise.unseen import Unassessed
from leastwise.whole import OWNER_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from leastwise.results import Finding, Report

APPLICATION = 0x6C656173  # "leas", https://www.sqlite.org/pragma.html#pragma_application_id
VERSION = 1
PATIENCE = 30.0  # seconds for another process to finish its run
SCHEMA = {
    "runs": "CREATE TABLE runs (id INTEGER PRIMARY KEY, account TEXT NOT NULL, taken_at TEXT NOT NULL, "
    "tool TEXT NOT NULL, risk INTEGER NOT NULL, complete INTEGER NOT NULL, paths INTEGER NOT NULL, "
    "sight TEXT NOT NULL, UNIQUE (account, taken_at))",
    "findings": "CREATE TABLE findings (run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, "
    'fingerprint TEXT NOT NULL, "check" TEXT NOT NULL, severity TEXT NOT NULL, state TEXT NOT NULL, '
    "subject TEXT NOT NULL, documents TEXT NOT NULL, PRIMARY KEY (run, fingerprint)) WITHOUT ROWID",
    "findings_by_fingerprint": "CREATE INDEX findings_by_fingerprint ON findings (fingerprint)",
}
RUNS = "SELECT id, account, taken_at, tool, risk, complete, paths, sight FROM runs"
FIRST = (
    "SELECT now.fingerprint, min(runs.taken_at) FROM findings AS now JOIN findings AS once USING (fingerprint) "
    "JOIN runs ON runs.id = once.run WHERE now.run = ? AND runs.account = ? GROUP BY now.fingerprint"
)
ROWS = 'SELECT fingerprint, "check", severity, state, subject, documents FROM findings WHERE run = ?'


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What a run could judge; without it nobody knows what was fixed."""

    checks: tuple[str, ...]
    min_severity: str
    unassessed: tuple[Unassessed, ...]


Account = Annotated[str, Meta(pattern=r"^\d{12}$")]
Count = Annotated[int, Meta(ge=0)]


class KeptRun(NamedTuple):
    """A row of `runs`."""

    id: int
    account: Account
    taken_at: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
    tool: str
    risk: Annotated[int, Meta(ge=0, le=100)]
    complete: bool
    paths: Count
    sight: Sight


class KeptFinding(NamedTuple):
    """A row of `findings`. `state` is "" for what counts, else why it is set aside; `documents` its evidence's."""

    fingerprint: Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
    check: Annotated[str, Meta(min_length=1)]
    severity: str
    state: str
    subject: Annotated[str, Meta(pattern="^arn:")]
    documents: tuple[str, ...]


class Store:
    """An open history. Make one with `opened`."""

    def __init__(self, base: sqlite3.Connection) -> None:
        """The connection is the caller's to close."""
        self._base = base

    def keep(self, report: Report) -> dict[str, str]:
        """Add the run, or replace it; when each finding of the account was first seen, by its fingerprint."""
        taken_at = moment(report)
        with transaction(self._base) as base:
            base.execute("DELETE FROM runs WHERE account = ? AND taken_at = ?", (report.account, taken_at))
            run = base.execute(
                "INSERT INTO runs (account, taken_at, tool, risk, complete, paths, sight) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*_figures(report, taken_at), _json(_sight(report))),
            ).lastrowid
            base.executemany(
                "INSERT OR IGNORE INTO findings VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((run, *_row(finding, state)) for finding, state in states(report)),
            )
            return dict(base.execute(FIRST, (run, report.account)))

    def accounts(self) -> tuple[str, ...]:
        """Whose runs are kept."""
        found = self._base.execute("SELECT DISTINCT account FROM runs ORDER BY account").fetchall()
        return msgspec.convert(tuple(account for (account,) in found), tuple[Account, ...])

    def runs(self, account: str) -> tuple[KeptRun, ...]:
        """The runs of an account, oldest first."""
        found = self._base.execute(f"{RUNS} WHERE account = ? ORDER BY taken_at", (account,)).fetchall()
        return tuple(
            msgspec.convert((*row, bool(complete), paths, msgspec.json.decode(sight)), KeptRun)
            for *row, complete, paths, sight in found
        )

    def findings(self, run: KeptRun) -> tuple[KeptFinding, ...]:
        """The findings of a run."""
        found = self._base.execute(ROWS, (run.id,)).fetchall()
        return tuple(msgspec.convert((*row, msgspec.json.decode(documents)), KeptFinding) for *row, documents in found)

    def first_seen(self, run: KeptRun) -> dict[str, str]:
        """When each finding of the run was first seen in its account, by fingerprint."""
        return dict(self._base.execute(FIRST, (run.id, run.account)))


def moment(report: Report) -> str:
    """The time of the report's account, to the second, in one form for all: it is compared as text."""
    return parse_time(report.taken_at).strftime("%Y-%m-%dT%H:%M:%SZ")


def _figures(report: Report, taken_at: str) -> tuple[Any, ...]:
    paths = sum(path.escalates for path in (*report.paths, *report.external))
    return report.account, taken_at, report.tool, report.scores.risk, report.complete, paths


def _sight(report: Report) -> Sight:
    unassessed = tuple(msgspec.structs.replace(each, traceback="") for each in report.unassessed)
    return Sight(checks=report.checks, min_severity=report.min_severity.label, unassessed=unassessed)


def _row(finding: Finding, state: str) -> tuple[str, ...]:
    documents = sorted({each.document for each in finding.evidence} - {finding.subject.arn})
    texts = (finding.fingerprint, finding.check, finding.severity.label, state, finding.subject.arn)
    return (*map(_storable, texts), _json(documents))


def _storable(text: str) -> str:
    """SQLite's text is UTF-8; a name may hold a lone surrogate, which is none."""
    return text.encode("utf-8", "backslashreplace").decode()


def _json(value: Any) -> str:
    import json  # noqa: PLC0415  unlike msgspec it writes lone surrogates

    return json.dumps(msgspec.to_builtins(value))


# opening


@contextmanager
def opened(path: Path, *, write: bool = False) -> Iterator[Store]:
    """The history in a file, which is made if it is to be written and missing.

    Raises UsageError for a file that cannot be used, SnapshotError for one that holds something else.
    """
    if not write and not path.exists():
        raise UsageError(f"there is no history {path}: `leastwise scan --history {path}` begins one")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no regular file: name a file for the history")
    try:
        if write:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, OWNER_ONLY))
        mode = "rw" if write else "ro"
        address = f"{path.absolute().as_uri()}?mode={mode}"
        with closing(sqlite3.connect(address, timeout=PATIENCE, isolation_level=None, uri=True)) as base:
            base.execute("PRAGMA trusted_schema = OFF")
            base.execute("PRAGMA foreign_keys = ON")
            _recognise(base, path, write=write)
            yield Store(base)
    except OSError as error:
        raise UsageError(f"the history {path} cannot be written ({error.strerror}): choose another place") from error
    except sqlite3.Error as error:
        raise _explained(error, path) from error
    except (msgspec.MsgspecError, RecursionError) as error:
        raise SnapshotError(f"{path} holds what no history of leastwise holds ({error}): begin a new file") from error


@contextmanager
def transaction(base: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing, and one process at a time."""
    base.execute("BEGIN IMMEDIATE")
    try:
        yield base
    except BaseException:
        with suppress(sqlite3.Error):  # where the disk is full SQLite has rolled back by itself
            base.execute("ROLLBACK")
        raise
    base.execute("COMMIT")


def _recognise(base: sqlite3.Connection, path: Path, *, write: bool) -> None:
    """Raise SnapshotError for what is no history of ours. An empty file becomes one where it is to be written."""
    found = _schema(base)
    if write and not found and not _pragma(base, "application_id"):
        with transaction(base):
            if not _schema(base):  # another process may have been quicker
                for statement in SCHEMA.values():
                    base.execute(statement)
                base.execute(f"PRAGMA application_id = {APPLICATION}")
                base.execute(f"PRAGMA user_version = {VERSION}")
        found = _schema(base)
    if _pragma(base, "application_id") != APPLICATION:
        raise SnapshotError(f"{path} is no history of leastwise: name the file of an earlier --history, or a new one")
    version = _pragma(base, "user_version")
    if version > VERSION:
        raise SnapshotError(f"{path} was written by a newer leastwise (history {version}): update, or begin a new file")
    if {name: sql for (_, name), sql in found.items() if name in SCHEMA} != SCHEMA or "trigger" in {
        k for k, _ in found
    }:
        raise SnapshotError(f"the tables in {path} are not those of a history: begin a new file")


def _schema(base: sqlite3.Connection) -> dict[tuple[str, str], str]:
    return {(kind, name): sql for kind, name, sql in base.execute("SELECT type, name, sql FROM sqlite_schema")}


def _pragma(base: sqlite3.Connection, name: str) -> int:
    number: int = base.execute(f"PRAGMA {name}").fetchone()[0]
    return number


def _explained(error: sqlite3.Error, path: Path) -> UsageError | SnapshotError:
    code = getattr(error, "sqlite_errorcode", None) or sqlite3.SQLITE_CORRUPT  # without a code: text that is no text
    match code & 0xFF:
        case sqlite3.SQLITE_NOTADB:
            return SnapshotError(
                f"{path} is no history of leastwise: name the file of an earlier --history, or a new one"
            )
        case sqlite3.SQLITE_CORRUPT:
            return SnapshotError(
                f"the history {path} is damaged ({error}): restore it from a copy, or begin a new file"
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return UsageError(f"another program holds the history {path}: try again when it has finished")
        case _:
            return UsageError(f"the history {path} cannot be used ({error}): choose another place")
