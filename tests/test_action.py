"""The GitHub Action and the pre-commit hook: read as their runners read them, and their commands run as they run them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from demos import demo, keep
from terminal import Said, environment, run
from tools import docs

if TYPE_CHECKING:
    from pathlib import Path

ACTION = yaml.safe_load((docs.ROOT / "action.yml").read_text("utf-8"))
HOOKS = yaml.safe_load((docs.ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
INSTALL, SCAN = ACTION["runs"]["steps"]
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")  # as runners call it for `shell: bash`
INPUT = re.compile(r"\$\{\{ inputs\.([a-z-]+) \}\}")
STUB = """#!/usr/bin/env bash
echo "$*" >> "$RUNNER_TEMP/calls"
if [ "$1 $2" = "-m venv" ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; fi
if [ "$1" = -c ]; then exit "${OLD:-0}"; fi
"""


def step(which: dict[str, Any], place: Path, **given: str) -> Said:
    """Run a step in a runner's folder, with these inputs beside the defaults."""
    inputs = {name: given.get(name.replace("-", "_"), what["default"]) for name, what in ACTION["inputs"].items()}
    variables = {name: inputs[INPUT.fullmatch(value)[1]] for name, value in which["env"].items()}  # type: ignore[index]  # asserted below
    more = {key: value for key, value in given.items() if key.isupper()}
    runner = {
        "RUNNER_TEMP": str(place),
        "GITHUB_ACTION_PATH": str(docs.ROOT),
        "GITHUB_OUTPUT": str(place / "output"),
        "GITHUB_STEP_SUMMARY": str(place / "summary"),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    done = subprocess.run(
        [*BASH, "-c", which["run"]],
        cwd=place, env=environment(**runner, **variables, **more), capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A runner on which leastwise was installed."""
    program = tmp_path / "leastwise" / "bin" / "leastwise"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m leastwise "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    keep(demo(), tmp_path / "snapshot.json.gz")
    return tmp_path


def test_no_input_reaches_the_shell_as_text() -> None:
    for each in (INSTALL, SCAN):
        assert "${{" not in each["run"]
        assert all(INPUT.fullmatch(value) for value in each["env"].values())
    used = {INPUT.fullmatch(value)[1] for each in (INSTALL, SCAN) for value in each["env"].values()}  # type: ignore[index]  # as above
    assert used == set(ACTION["inputs"])


def test_it_audits_and_tells_the_job(runner: Path) -> None:
    said = step(SCAN, runner, snapshot="snapshot.json.gz", format="csv")
    assert (said.code, said.err) == (1, "")
    assert (runner / "output").read_text("utf-8") == "exit-code=1\n"
    assert "passer-lambda" in (runner / "summary").read_text("utf-8")
    assert said.out.startswith("::")
    assert "iam_security_audit.csv" in {path.name for path in (runner / "leastwise-results").iterdir()}


@pytest.mark.parametrize(("given", "code"), [({"fail_on": "never"}, 0), ({"strict": "true"}, 4)])
def test_the_inputs_decide_the_exit_code(runner: Path, given: dict[str, str], code: int) -> None:
    given = {**given, "summary": "false", "annotations": "false"}
    assert step(SCAN, runner, snapshot="snapshot.json.gz", **given) == (code, "", "")
    assert not (runner / "summary").exists()


def test_a_baseline_is_obeyed(runner: Path) -> None:
    step(SCAN, runner, snapshot="snapshot.json.gz", output="before")
    said = step(SCAN, runner, snapshot="snapshot.json.gz", baseline="before/iam_security_audit.json")
    assert said.code == 0


@pytest.mark.parametrize("name", ["snapshot", "profile", "region", "role_arn", "baseline", "fail_on", "format"])
@pytest.mark.parametrize(
    "hostile", ["$(touch pwned)", "; touch pwned #", "`touch pwned`", '" && touch pwned "', "--help"]
)
def test_hostile_inputs_are_words_and_no_pass(runner: Path, name: str, hostile: str) -> None:
    (runner / "leastwise-results").mkdir()
    (runner / "leastwise-results" / "iam_security_audit.json").write_text("{}", encoding="utf-8")
    given = {"snapshot": "snapshot.json.gz", name: hostile}
    if name in {"profile", "region", "role_arn"}:
        given["snapshot"] = ""
    said = step(SCAN, runner, **given)
    assert said.code in {2, 3}
    assert not (runner / "pwned").exists()
    assert "could not finish" in (runner / "summary").read_text("utf-8")


def test_it_installs_what_is_locked_and_itself(tmp_path: Path) -> None:
    stub = tmp_path / "stub"
    stub.write_text(STUB, encoding="utf-8")
    stub.chmod(0o755)
    assert step(INSTALL, tmp_path, python=str(stub)).code == 0
    calls = (tmp_path / "calls").read_text("utf-8").splitlines()
    assert calls[-2].endswith(f"install --require-hashes -r {docs.ROOT}/requirements/run.lock")
    assert calls[-1].endswith(f"install --no-deps --no-build-isolation {docs.ROOT}")
    old = step(INSTALL, tmp_path, python=str(stub), OLD="1")
    assert (old.code, old.out[:7]) == (2, "::error")


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_the_hook_judges_the_files_it_is_given(hook: dict[str, Any], tmp_path: Path) -> None:
    program, *words = hook["entry"].split()
    assert (program, hook["language"]) == ("leastwise", "python")
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}
    for name, action, code in (("good.json", "s3:GetObject", 0), ("bad.json", "*", 1)):
        one = {**statement, "Action": action, "Resource": "*" if code else statement["Resource"]}
        keep({"Version": "2012-10-17", "Statement": [one]}, tmp_path / name)
        assert run(*words, name, cwd=tmp_path).code == code, name
