"""The file of a history: what it keeps, what it tells over time, and files that are none."""

from __future__ import annotations

import json
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import msgspec
import pytest

import leastwise.report
from leastwise.audit import Options, audit
from leastwise.errors import LeastwiseError, SnapshotError, UsageError
from leastwise.history.store import opened
from leastwise.history.trend import LAST, remembered, trend
from leastwise.past import Run
from leastwise.report import trend_json, trend_text
from leastwise.report.audit_json import render
from leastwise.report.published import schema
from leastwise.report.read_json import audit_of
from leastwise.report.redact import redact
from leastwise.report.trend_json import TrendFile
from leastwise.report.view import View
from leastwise.results import Severity
from report.golden import agrees
from terminal import environment
from world import ACCOUNT, World, an_account, key

if TYPE_CHECKING:
    from leastwise.history.trend import Trend
    from leastwise.results import Report

SCHEMA = Path(leastwise.report.__file__).parent / "schema" / "leastwise_trend.schema.json"
DAYS = [f"2026-01-{day:02}T00:00:00Z" for day in range(1, 32)]


MFA, OLD = "user_without_mfa", "key_older_than_limit"


def at(day: int, world: World, options: Options | None = None) -> Report:
    snapshot = msgspec.structs.replace(world.snapshot(), taken_at=DAYS[day - 1])
    return audit(snapshot, options or Options(checks=(MFA, OLD)))


def with_users(*names: str) -> World:
    world = an_account()
    for name in names:
        world.user(name, password=True, password_used=1)
    return world


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "h.sqlite"


def keep(file: Path, *reports: Report) -> Report:
    for report in reports:
        with opened(file, write=True) as store:
            last = remembered(store, report)
    return last


def told(file: Path) -> Trend:
    with opened(file) as store:
        (account,) = store.accounts()
        return trend(store, account)


def changes(file: Path) -> list[tuple[int | None, int | None, int]]:
    return [(run.new, run.fixed, run.not_assessed) for run in told(file).runs]


def test_what_comes_and_goes_is_counted(file: Path) -> None:
    keep(file, at(1, with_users("ann")), at(2, with_users("ann", "ben")), at(3, with_users("ben")))
    assert changes(file) == [(None, None, 0), (1, 0, 0), (0, 1, 0)]
    found = told(file)
    assert [run.counts["high"] + run.counts["medium"] + run.counts["critical"] for run in found.runs] == [1, 2, 1]
    assert [(one.finding.subject.rpartition("/")[2], one.first_seen) for one in found.open] == [("ben", DAYS[1])]


def test_findings_learn_when_they_were_first_seen(file: Path) -> None:
    last = keep(file, at(1, with_users("ann")), at(3, with_users("ann", "ben")))
    assert {f.subject.name: f.first_seen for f in last.findings} == {"ann": DAYS[0], "ben": DAYS[2]}
    assert [(run.taken_at, run.new) for run in last.history] == [(DAYS[0], None), (DAYS[2], 1)]
    earlier = keep(file, at(2, with_users("ben")))
    assert {f.subject.name: f.first_seen for f in earlier.findings} == {"ben": DAYS[1]}
    assert changes(file) == [(None, None, 0), (1, 1, 0), (1, 0, 0)]


def test_the_same_snapshot_twice_is_one_run(file: Path) -> None:
    keep(file, at(1, with_users("ann")), at(1, with_users("ann")))
    assert changes(file) == [(None, None, 0)]
    with closing(sqlite3.connect(file)) as base:
        assert base.execute("SELECT count(*) FROM findings").fetchone() == (1,)


def test_what_a_run_did_not_judge_is_not_fixed_and_comes_back_as_known(file: Path) -> None:
    users = with_users("ann")
    blind = at(2, with_users("ann").gap("iam:GetCredentialReport"))
    left_out = at(3, users, Options(checks=(OLD,)))
    above = at(4, users, Options(checks=(MFA,), min_severity=Severity.CRITICAL))
    keep(file, at(1, users), blind, left_out, above, at(5, users), at(6, an_account()))
    assert changes(file) == [(None, None, 0), (0, 0, 1), (0, 0, 1), (0, 0, 1), (0, 0, 0), (0, 1, 0)]
    assert [run.complete for run in told(file).runs] == [True, False, True, True, True, True]


def test_what_is_set_aside_is_neither_open_nor_fixed(file: Path) -> None:
    exempt = an_account().user("ann", password=True, password_used=1, tags={"EmergencyAccess": "true"})
    keep(file, at(1, with_users("ann")), at(2, exempt))
    assert changes(file) == [(None, None, 0), (0, 0, 0)]
    assert (told(file).runs[-1].set_aside, told(file).open) == (1, ())


def test_a_report_carries_the_last_runs_only(file: Path) -> None:
    quiet = an_account()
    last = keep(file, *(at(day, quiet) for day in range(1, LAST + 2)))
    assert [run.taken_at for run in last.history] == DAYS[1:]
    assert last.history[0].new == 0


def test_the_audit_file_tells_it_and_is_read_back(file: Path) -> None:
    last = keep(file, at(1, with_users("ann")), at(2, with_users("ann")))
    text = b"".join(render(last))
    assert [one["first_seen"] for one in json.loads(text)["findings"]] == [DAYS[0]]
    assert audit_of(text).history == last.history
    assert audit_of(text).findings == last.findings
    assert redact(last).findings[0].first_seen == DAYS[0]
    assert redact(last).history == last.history
    assert b"first_seen" not in b"".join(render(at(1, with_users("ann"))))


def test_names_are_kept_whatever_they_hold(file: Path) -> None:
    report = at(1, with_users("e\x1b[31m\u202e'; DROP TABLE runs; --"))
    (finding,) = report.findings
    half = msgspec.structs.replace(finding.subject, arn=f"{finding.subject.arn}\ud800")
    report = msgspec.structs.replace(report, findings=(msgspec.structs.replace(finding, subject=half),))
    assert keep(file, report).findings[0].first_seen == DAYS[0]
    shown = trend_text.render([told(file)], View(), last=5)
    assert "\x1b" not in shown
    assert "\u202e" not in shown


# the file


def test_the_file_is_its_owners_alone(file: Path) -> None:
    keep(file, at(1, with_users("ann")))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["h.sqlite"]


def sqlite_file(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as base, base:
        for statement in statements:
            base.execute(statement)


def test_what_is_no_history_is_refused_and_left_as_it_was(file: Path) -> None:
    file.write_bytes(b"dear diary, " * 1000)
    with pytest.raises(SnapshotError, match="is no history of leastwise: name the file"):
        keep(file, at(1, with_users("ann")))
    assert file.read_bytes() == b"dear diary, " * 1000
    file.unlink()
    sqlite_file(file, "CREATE TABLE runs (id)")
    before = file.read_bytes()
    with pytest.raises(SnapshotError, match="is no history of leastwise"):
        keep(file, at(1, with_users("ann")))
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("PRAGMA user_version = 2", "written by a newer leastwise"),
        ("DROP TABLE findings", "the tables in .* are not those of a history"),
        ("CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM runs; END", "are not those of a history"),
        ("UPDATE runs SET risk = 'high'", "holds what no history of leastwise holds"),
        ("UPDATE runs SET sight = '{'", "holds what no history of leastwise holds"),
        ("UPDATE runs SET sight = x'ff'", "holds what no history of leastwise holds"),
        ("UPDATE runs SET tool = CAST(x'ff' AS TEXT)", "damaged"),
        ("UPDATE findings SET severity = 'dire'", "the severity 'dire', which there is not"),
        ("UPDATE findings SET documents = '[1]'", "holds what no history of leastwise holds"),
        ("UPDATE runs SET account = '\x1b[31m'", "holds what no history"),
    ],
)
def test_what_was_tampered_with_is_refused(file: Path, statement: str, says: str) -> None:
    keep(file, at(1, with_users("ann")))
    sqlite_file(file, statement)
    with pytest.raises(LeastwiseError, match=says):
        told(file)


def test_damage_is_said_to_be_damage(file: Path) -> None:
    keep(file, at(1, with_users(*(f"user-{number}" for number in range(200)))))
    whole = bytearray(file.read_bytes())
    whole[4096 * 2 :] = b"\xff" * (len(whole) - 4096 * 2)
    file.write_bytes(whole)
    with pytest.raises(SnapshotError, match=r"is damaged|is no history"):
        told(file)


def test_places_that_cannot_be_used(tmp_path: Path, file: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no history .*: `leastwise scan --history"):
        told(file)
    with pytest.raises(UsageError, match="is no regular file"):
        keep(tmp_path, at(1, with_users("ann")))
    with pytest.raises(UsageError, match="is no regular file"):
        keep(Path("/dev/null"), at(1, with_users("ann")))


def test_another_process_that_holds_the_file_is_waited_for_and_then_named(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(file, at(1, with_users("ann")))
    monkeypatch.setattr("leastwise.history.store.PATIENCE", 0.05)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UsageError, match="another program holds the history"):
            keep(file, at(2, with_users("ann")))
        other.execute("ROLLBACK")
    keep(file, at(2, with_users("ann")))
    assert len(told(file).runs) == 2


def test_many_processes_at_once_lose_nothing(file: Path, tmp_path: Path) -> None:
    from leastwise.snapshot import dumps

    started = []
    for day in range(1, 5):
        snapshot = tmp_path / f"{day}.json"
        world = msgspec.structs.replace(with_users("ann").snapshot(), taken_at=DAYS[day - 1])
        snapshot.write_bytes(dumps(world, compress=False))
        arguments = ["scan", "-q", "--snapshot", str(snapshot), "--history", str(file), "-o", str(tmp_path / str(day))]
        started.append(subprocess.Popen([sys.executable, "-m", "leastwise", *arguments], env=environment()))
    assert {process.wait(timeout=60) for process in started} == {1}
    assert [run.taken_at for run in told(file).runs] == DAYS[:4]


# what is shown


def test_the_table_fits_a_screen_of_eighty_columns(file: Path) -> None:
    many = with_users(*(f"user-{number}-{'x' * 40}" for number in range(30)))
    keep(file, *(at(day, many if day % 2 else an_account()) for day in range(1, 26)))
    keep(file, at(27, an_account().user("b", keys=(key(400, used=1),)).gap("iam:GetCredentialReport")))
    shown = trend_text.render([told(file)], View(), last=20).splitlines()
    assert max(map(len, shown)) <= 80
    assert shown[0].startswith(f"Account {ACCOUNT}: 26 runs since 2026-01-01 00:00 UTC, risk ")
    assert shown[2].startswith("2026-01-07 00:00 ")
    assert "and 6 runs before: --last 26 shows them" in shown
    assert any(line.startswith("2026-01-27 00:00?") for line in shown)
    assert "? something could not be seen or judged in this run" in shown
    assert "\n".join(shown).isascii()


def test_the_json_has_a_schema(file: Path) -> None:
    keep(file, at(1, with_users("ann")), at(2, with_users("ann", "ben")))
    made = json.loads(b"".join(trend_json.render([told(file)])))
    assert agrees(SCHEMA, json.dumps(schema(TrendFile, "leastwise trend"), indent=2) + "\n")
    jsonschema.validate(made, json.loads(SCHEMA.read_bytes()))
    (account,) = made["accounts"]
    assert [run.get("new") for run in account["runs"]] == [None, 1]
    assert len(account["open"]) == 2
    last = json.loads(b"".join(trend_json.render([told(file)], last=1)))["accounts"][0]["runs"]
    assert [run["taken_at"] for run in last] == [DAYS[1]]


def test_posture_is_what_risk_leaves() -> None:
    assert Run(taken_at="t", tool="x", risk=30, complete=True, counts={}, paths=0).posture == 70
