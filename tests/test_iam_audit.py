"""Acceptance, through the doorway and the command line only: a fleet in moto, both JSON files.

Once in process and once through a real moto server that AWS_ENDPOINT_URL names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from jsonschema import Draft202012Validator
from moto import mock_aws

import fleet
from fleet_policies import ACCOUNT
from lib.analyse import IAMSecurityAuditor
from servers import Fault, clean_aws_environment, faulty, moto_server

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "src/leastwise/report/schema"
AUDIT = "iam_security_audit.json"
ADVICE = "least_privilege_recommendations.json"
FILES = (AUDIT, ADVICE)


def read(folder: Path, name: str) -> dict[str, Any]:
    """One of the two files, which must validate against its schema."""
    content: dict[str, Any] = json.loads((folder / name).read_bytes())
    schema = json.loads((SCHEMAS / name.replace(".json", ".schema.json")).read_bytes())
    Draft202012Validator.check_schema(schema)
    faults = [f"{e.json_path}: {e.message}" for e in Draft202012Validator(schema).iter_errors(content)]
    assert not faults
    return content


def checks_by_name(findings: list[dict[str, Any]]) -> dict[str, frozenset[str]]:
    out: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        out[finding["principal_name"]].add(finding["check"])
    return {name: frozenset(checks) for name, checks in out.items()}


def assert_the_fleet(folder: Path) -> None:
    """Every entity raised exactly what it must, near misses and exempt ones included."""
    report = read(folder, AUDIT)
    raised, suppressed = checks_by_name(report["findings"]), checks_by_name(report["suppressed"])
    for name, (checks, exempt) in fleet.expected().items():
        assert (name, raised.get(name, frozenset())) == (name, frozenset() if exempt else checks)
        assert (name, suppressed.get(name, frozenset())) == (name, checks if exempt else frozenset())
    assert set(raised) | set(suppressed) <= set(fleet.expected())
    assert report["coverage"]["unassessed"] == []


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    clean_aws_environment(monkeypatch)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def server(environment: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A moto server holding the fleet, named by AWS_ENDPOINT_URL."""
    assert environment.exists()
    with moto_server() as url:
        fleet.populate(lambda name: boto3.client(name, endpoint_url=url, region_name="us-east-1"))
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        yield url


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program of the project as a user would, from the current directory."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}  # noqa: TID251 - what the test prepared
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environment, check=False)


def leastwise(*arguments: str) -> subprocess.CompletedProcess[str]:
    return program("-m", "leastwise", *arguments)


def test_the_fleet_is_large_enough_and_every_check_speaks() -> None:
    holders = [*fleet.USERS, *fleet.GROUPS, *fleet.ROLES]
    assert len(holders) >= 50
    spoken = {check for checks, _ in fleet.expected().values() for check in checks}
    assert len(spoken) == 14


def test_the_doorway_in_process(environment: Path) -> None:
    with mock_aws():
        fleet.populate(lambda name: boto3.client(name, region_name="us-east-1"))
        report = IAMSecurityAuditor().run()
    assert report.account == ACCOUNT
    assert_the_fleet(environment)


@pytest.mark.usefixtures("server")
def test_the_doorway_as_a_program_through_a_server(environment: Path) -> None:
    done = program(str(ROOT / "lib/analyse.py"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "admin-for-lambda" in done.stdout
    assert_the_fleet(environment)


@pytest.mark.usefixtures("server")
def test_the_command_line_through_a_server(environment: Path) -> None:
    done = leastwise("scan", "-o", "out", "--quiet")
    assert (done.returncode, done.stdout) == (1, "")
    assert_the_fleet(environment / "out")
    assert all((environment / "out" / name).stat().st_mode & 0o777 == 0o600 for name in FILES)


@pytest.mark.usefixtures("server")
def test_collect_then_scan_is_the_same_on_any_day(environment: Path) -> None:
    assert leastwise("collect", "-o", "snapshot.json.gz").returncode == 0
    for folder in ("one", "two"):
        done = leastwise("scan", "--snapshot", "snapshot.json.gz", "-o", folder, "--fail-on", "never")
        assert done.returncode == 0
    for name in FILES:
        assert (environment / "one" / name).read_bytes() == (environment / "two" / name).read_bytes()
    assert_the_fleet(environment / "one")


def test_a_caller_who_may_see_less_is_told_what_was_not_seen(
    environment: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faulty(server, [Fault("GetCredentialReport", "deny"), Fault("ListBuckets", "deny")]) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        loose = leastwise("scan", "--fail-on", "never")
        strict = leastwise("scan", "--strict")
    assert (loose.returncode, strict.returncode) == (0, 4)
    coverage = read(environment, AUDIT)["coverage"]
    assert {"iam:GetCredentialReport", "s3:ListBuckets"} <= {gap["call"] for gap in coverage["gaps"]}
    unassessed = {entry["check"] for entry in coverage["unassessed"]}
    assert {"user_without_mfa", "bucket_cross_account_without_condition"} <= unassessed
    assert not coverage["complete"]
    assert "GetCredentialReport" in loose.stdout


def test_every_evidence_of_the_fleet_can_be_read_again(environment: Path) -> None:
    from leastwise import audit
    from leastwise.collect.live import collect_live

    assert environment.exists()
    with mock_aws():
        fleet.populate(lambda name: boto3.client(name, region_name="us-east-1"))
        snapshot = collect_live()
    report = audit(snapshot)
    evidence = [e for f in report.findings for e in f.evidence] + [
        e for p in report.paths for h in p.edges for e in h.evidence
    ]
    pointed = [e for e in evidence if e.pointer.startswith("/") and e.source in snapshot.calls]
    assert len(pointed) > 40
    for each in pointed:
        value: Any = json.loads(bytes(snapshot.calls[each.source]))
        for part in each.pointer.split("/")[1:]:
            value = value[int(part)] if isinstance(value, list) else value[part.replace("~1", "/").replace("~0", "~")]
        assert value is not None


def test_without_credentials_one_line_says_what_to_do(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    for done in (program(str(ROOT / "lib/analyse.py")), leastwise("scan")):
        assert done.returncode == 3
        assert len(done.stderr.strip().splitlines()) == 1
        assert "credentials" in done.stderr
    assert not list(environment.glob("*.json"))
