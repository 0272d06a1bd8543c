"""The doorway `lib/analyse.py`. The great test of it is `test_iam_audit.py`; here are its hinges."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

import leastwise
import servers
from leastwise.collect import live
from lib import analyse
from lib.analyse import IAMSecurityAuditor
from world import an_account

ROOT = Path(__file__).parent.parent
DOORWAY = ROOT / "lib" / "analyse.py"
FILES = {"iam_security_audit.json", "least_privilege_recommendations.json"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """How the account was asked for; the answer is one with a finding. The current directory is empty."""
    seen: dict[str, Any] = {}

    def collect(region: str | None = None, **more: Any) -> object:
        seen.update(region=region, **more)
        return an_account().user("ann", password=True).snapshot()

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(leastwise, "collect", collect)  # first: the face keeps what it has once fetched
    monkeypatch.setattr(live, "collect_live", collect)
    return seen


def test_it_is_short() -> None:
    assert len(DOORWAY.read_text().splitlines()) < 60


def test_run_returns_the_report_and_writes_both_files(asked: dict[str, Any], tmp_path: Path) -> None:
    report = IAMSecurityAuditor().run()
    assert isinstance(report, leastwise.Report)
    assert report.findings
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert asked == {"region": None, "profile": None, "endpoint_url": None, "session": None}


def test_arguments_are_passed_on(asked: dict[str, Any]) -> None:
    session = object()
    IAMSecurityAuditor("eu-west-1", profile="p", endpoint_url="http://e", session=session).run()
    assert asked == {"region": "eu-west-1", "profile": "p", "endpoint_url": "http://e", "session": session}


def test_main_prints_the_table_and_findings_are_no_failure(
    asked: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyse.main() == 0
    assert asked["region"] is None
    assert "123456789012" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == FILES


def test_both_ways_write_the_same(asked: dict[str, Any], tmp_path: Path) -> None:
    IAMSecurityAuditor().run()
    by_hand = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert analyse.main() == 0
    assert asked
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == by_hand


def run_script(script: Path, cwd: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}  # noqa: TID251
    nothing = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return subprocess.run(
        [sys.executable, *options, str(script)],
        capture_output=True, text=True, cwd=cwd, env={**kept, **nothing, **environment}, check=False, timeout=120,
    )  # fmt: skip


def test_no_credentials(tmp_path: Path) -> None:
    done = run_script(DOORWAY, tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("leastwise: error: no AWS credentials were found")
    assert done.stderr.count("\n") == 1


def test_the_environment_names_endpoint_and_region(tmp_path: Path) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "cn-north-1"}
    with servers.moto_server() as url:
        done = run_script(DOORWAY, tmp_path, AWS_ENDPOINT_URL=url, **keys)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads((tmp_path / "iam_security_audit.json").read_bytes())
    assert "aws-cn" in json.dumps(found["account"]), "moto takes the partition from the region that signs"
    assert {path.name for path in tmp_path.iterdir()} == FILES


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A bare checkout, elsewhere."""
    shutil.copytree(ROOT / "lib", tmp_path / "checkout" / "lib")
    (tmp_path / "checkout" / "src").symlink_to(ROOT / "src")
    return tmp_path / "checkout" / "lib" / "analyse.py"


def test_it_works_from_a_bare_checkout(checkout: Path, tmp_path: Path) -> None:
    dependencies = sysconfig.get_path("purelib")  # -S: without the link by which leastwise is installed
    done = run_script(checkout, tmp_path, "-S", PYTHONPATH=dependencies)
    assert done.returncode == 3
    assert done.stderr.startswith("leastwise: error: no AWS credentials were found")


def test_a_missing_dependency_still_raises(checkout: Path, tmp_path: Path) -> None:
    done = run_script(checkout, tmp_path, "-S", PYTHONPATH="")
    assert done.returncode == 1
    assert "ModuleNotFoundError: No module named" in done.stderr
    assert "No module named 'leastwise'" not in done.stderr
