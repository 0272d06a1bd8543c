"""Plans as scripts for bash, run with a program in the place of the AWS CLI that notes what it is told."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from leastwise.advised import Step
from leastwise.remedy import line
from leastwise.report import script
from leastwise.results import Kind, Recommendation, Subject
from report.documents import ANN, HOSTILE, advised, advising, plain

if TYPE_CHECKING:
    from pathlib import Path

TRAP = "a'; touch pwned; $(touch pwned) `touch pwned` \\ \" \n touch pwned\n#"
NOTES = """#!/usr/bin/env python3
import json, os, pathlib, sys
words = [w if "=file://" not in w else w.partition("=")[0] + "=" + pathlib.Path(w.partition("=file://")[2]).read_text()
         for w in sys.argv[1:]]
with open(os.environ["NOTES"], "a") as notes:
    notes.write(json.dumps(words) + "\\n")
sys.exit(words[1] == os.environ.get("FAILS"))
"""


def put(body: object) -> str:
    text = json.dumps(body)
    return line(("aws", "iam", "put-user-policy", "--user-name=ann", "--policy-name=p", f"--policy-document={text}"))


STEPS = (
    Step(text=f"write {TRAP}", command=put(HOSTILE), rollback=put(plain())),
    Step(text=f"wait {TRAP}"),
    Step(text="detach", command="aws iam detach-user-policy --a=b", rollback="aws iam attach-user-policy --a=b"),
    Step(text="forget", command="aws iam delete-policy-version --version-id=v1"),
    Step(text="nothing yet", rollback="aws iam delete-policy --policy-arn=x"),
    Step(text="watch"),
)
ADVICE = advising(advised("p", kind="inline"), plan=STEPS)


class Shell:
    """A folder with the scripts, and what was run there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.notes = folder, folder.parent / "notes"
        for name, text in script.render(ADVICE).items():
            (folder / name).write_text(text, encoding="utf-8")
        for program in ("aws", "leastwise"):
            stand_in = folder.parent / "bin" / program
            stand_in.parent.mkdir(exist_ok=True)
            stand_in.write_text(NOTES, encoding="utf-8")
            stand_in.chmod(0o755)

    def run(self, name: str, *words: str, fails: str = "") -> tuple[int, list[list[str]]]:
        """The exit code, and the commands that were run."""
        self.notes.write_text("", encoding="utf-8")
        more = {"NOTES": str(self.notes), "FAILS": fails, "LEASTWISE_PAUSE": "0"}
        path = f"{self.folder.parent / 'bin'}:{os.environ['PATH']}"  # noqa: TID251  where bash is
        bash = ["bash", str(self.folder / name), *words]
        done = subprocess.run(bash, env={"PATH": path, **more}, capture_output=True, check=False, cwd="/", timeout=60)
        return done.returncode, [json.loads(each) for each in self.notes.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    folder = tmp_path / "it's a $folder"
    folder.mkdir()
    return Shell(folder)


def operations(commands: list[list[str]]) -> list[str]:
    return [words[1] for words in commands]


def document(words: list[str]) -> Any:
    return json.loads(words[-1].removeprefix("--policy-document="))


def test_the_steps_are_done_in_order_and_taken_back_from_the_last(shell: Shell) -> None:
    code, done = shell.run(script.APPLY)
    assert (code, operations(done)) == (0, ["put-user-policy", "detach-user-policy", "delete-policy-version"])
    assert document(done[0]) == HOSTILE
    code, undone = shell.run(script.ROLLBACK)
    assert (code, operations(undone)) == (0, ["delete-policy", "attach-user-policy", "put-user-policy"])
    assert document(undone[-1]) == plain()
    assert not list(shell.folder.rglob("pwned")) + list(shell.folder.parent.glob("pwned"))


def test_what_stopped_half_way_goes_on_there_and_only_what_was_done_is_taken_back(shell: Shell) -> None:
    code, done = shell.run(script.APPLY, fails="detach-user-policy")
    assert (code, operations(done)) == (1, ["put-user-policy", "detach-user-policy"])
    code, done = shell.run(script.APPLY)
    assert (code, operations(done)) == (0, ["detach-user-policy", "delete-policy-version"])
    taken = shell.run(script.ROLLBACK, fails="put-user-policy")[1]
    assert operations(taken) == ["delete-policy", "attach-user-policy", "put-user-policy"]
    assert operations(shell.run(script.ROLLBACK)[1]) == ["put-user-policy"]
    assert operations(shell.run(script.ROLLBACK)[1]) == []


def test_nothing_is_done_twice_and_nothing_is_taken_back_that_was_not_done(shell: Shell) -> None:
    assert shell.run(script.ROLLBACK) == (0, [])
    shell.run(script.APPLY)
    assert shell.run(script.APPLY) == (0, [])


def test_whether_it_is_in_place_leastwise_is_asked_with_the_words_given(shell: Shell) -> None:
    asked = shell.run(script.VERIFY, "--profile", "a b")[1]
    assert asked == [["recommend", ANN.arn, "--check", "--profile", "a b"]]


def test_documents_have_files_of_their_own() -> None:
    files = script.render(ADVICE)
    assert set(files) == {script.APPLY, script.VERIFY, script.ROLLBACK, "1.json", "1.before.json"}
    assert json.loads(files["1.json"]) == HOSTILE
    assert "arn:aws:s3:::home" not in files[script.APPLY]


@pytest.mark.parametrize(
    "advice",
    [
        advising(),
        advising(plan=(Step(text="wait"),)),
        advising(advised("a b"), plan=STEPS),
        advising(subject=Subject("arn:aws:iam::123456789012:user/a\nb/c", "c", Kind.USER), plan=STEPS),
    ],
)
def test_where_nothing_is_to_be_done_or_a_name_is_strange_there_is_no_script(advice: Recommendation) -> None:
    assert script.render(advice) == {}
