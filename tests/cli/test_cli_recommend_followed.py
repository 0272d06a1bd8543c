"""The scripts of a recommendation, run against moto's IAM: applied, judged again, taken back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

import fleet
import servers
from leastwise.audit import audit
from leastwise.cli.process import outcome
from leastwise.collect.live import collect_live
from leastwise.whole import OWNER_RUNS

if TYPE_CHECKING:
    from leastwise.results import Report

REFUSED = {"user-iam-full"}  # its policy names the kind of role templates, which moto 5 does not know
STAND_IN = Path(__file__).parent / "aws.py"
SHELL_PATH = os.environ["PATH"]  # noqa: TID251  where bash is


def state(url: str) -> Any:
    """All that IAM says of policies, without dates and the numbers of versions."""
    iam = boto3.client("iam", region_name="us-east-1", endpoint_url=url)
    parts: dict[str, list[Any]] = {}
    for page in iam.get_paginator("get_account_authorization_details").paginate():
        for kind in ("UserDetailList", "GroupDetailList", "RoleDetailList"):
            parts.setdefault(kind, []).extend(map(held, page[kind]))
        parts.setdefault("Policies", []).extend(map(versions, filter(is_own, page["Policies"])))
    return {kind: sorted(each, key=json.dumps) for kind, each in parts.items()}


def held(holder: dict[str, Any]) -> Any:
    name = next(holder[f"{kind}Name"] for kind in ("User", "Group", "Role") if f"{kind}Name" in holder)
    inline: list[Any] = next((holder[key] for key in holder if key.endswith("PolicyList")), [])
    attached = sorted(policy["PolicyArn"] for policy in holder["AttachedManagedPolicies"])
    return [name, sorted(inline, key=json.dumps), attached, holder.get("AssumeRolePolicyDocument")]


def is_own(policy: dict[str, Any]) -> bool:
    return ":aws:policy/" not in policy["Arn"]


def versions(policy: dict[str, Any]) -> Any:
    found = [[version["Document"], version["IsDefaultVersion"]] for version in policy["PolicyVersionList"]]
    return [policy["Arn"], sorted(found, key=json.dumps)]


class Stage:
    """The account, and a shell that finds its AWS CLI and its leastwise."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.out = url, folder / "out"
        programs = folder / "bin"
        programs.mkdir()
        for name, words in (("aws", f"-S -E {STAND_IN}"), ("leastwise", "-m leastwise")):
            (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {words} "$@"\n', encoding="utf-8")
            (programs / name).chmod(OWNER_RUNS)
        self.environment = {
            "PATH": f"{programs}:{SHELL_PATH}",
            "LEASTWISE_PAUSE": "0",
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }

    def audited(self) -> Report:
        return audit(collect_live("us-east-1", endpoint_url=self.url))

    def run(self, folder: Path, script: str) -> int:
        done = subprocess.run(
            [str(folder / script)], env=self.environment, capture_output=True, check=False, timeout=120, text=True
        )
        assert not done.returncode or script == "verify.sh" or folder.name in REFUSED, done.stderr
        return done.returncode


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    servers.clean_aws_environment(monkeypatch)
    with servers.moto_server() as url:
        fleet.populate(lambda name: boto3.client(name, region_name="us-east-1", endpoint_url=url))
        yield Stage(url, tmp_path)


def test_the_fleet_is_narrowed_by_the_scripts_and_is_as_before_when_they_are_taken_back(stage: Stage) -> None:
    before, audited = state(stage.url), stage.audited()
    words = ("--endpoint-url", stage.url, "--region", "us-east-1", "-o", str(stage.out), "--quiet")
    assert outcome(["recommend", *words, "--format", "cli"]) == 0
    assert outcome(["recommend", *words, "--format", "json"]) == 0
    told = json.loads((stage.out / "least_privilege_recommendations.json").read_text(encoding="utf-8"))
    folders = sorted(path for path in stage.out.iterdir() if path.is_dir())
    assert len(folders) > 10
    assert {folder.name for folder in folders if stage.run(folder, "apply.sh")} == REFUSED
    after = stage.audited()
    done = [each for each in told["recommendations"] if f"user-{each['principal_name']}" not in REFUSED]
    closed = {path for each in done for path in each["proof"].get("paths_closed", ())}
    assert len(closed) > 5
    assert closed <= {path.fingerprint for path in audited.paths}
    assert not closed & {path.fingerprint for path in after.paths}
    assert len(escalating(after)) < len(escalating(audited)) / 2
    assert stage.run(folders[0], "verify.sh") == 0
    assert state(stage.url) != before
    for folder in reversed(folders):
        stage.run(folder, "rollback.sh")
    assert state(stage.url) == before
    assert stage.run(folders[0], "verify.sh") == 1


def escalating(report: Report) -> set[str]:
    return {finding.subject.name for finding in report.findings if finding.check == "principal_can_escalate"}
