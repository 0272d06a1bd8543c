"""Every command that the documents show is run, page by page, and says what they show of its answer."""

from __future__ import annotations

import io
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from console import EXIT_CODE, Step, steps
from leastwise.cli.process import outcome
from leastwise.collect import live
from leastwise.snapshot import loads
from scene import lay_out
from servers import ACCOUNT, clean_aws_environment, moto_server
from tools import docs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.snapshot import Snapshot

ROOT = docs.ROOT
BY_HAND = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "guide").glob("*.md")))
PAGES = [page for page in BY_HAND if list(steps(page))]
MODES = {">": "w", ">>": "a"}
FINISHED = {0, 1, 4}
PROFILE = "[profile audit]\naws_access_key_id = testing\naws_secret_access_key = testing\n"
ELSEWHERE = {  # what begins so is not run here, and why
    "make": "the targets are what runs these tests",
    "aws": "not ours: what it would have written lies there",
    "terraform": "not ours: what it would have written lies there",
    "docker": "needs a daemon; tests/test_image.py reads the Dockerfile",
    "cp examples/lambda": "part of packing a function, which tests/test_lambda.py runs unpacked",
    "pipx": "installs from the network",
    "python3 -m": "installs from the network, and packs what was installed",
    ".venv/bin/pip": "installs from the network",
    "change/": "tests/cli/test_cli_recommend_followed.py runs the scripts against a mock of AWS",
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("scene")
    lay_out(place)
    return place


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    with moto_server() as url:
        yield url


@pytest.fixture
def here(scene: Path, aws: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the scene, with a mock of AWS to ask: who asks, and as whom, is real; what the account says is the
    scene's, since a whole account takes the mock seconds (tests/collect asks it for one)."""
    place = Path(shutil.copytree(scene, tmp_path / "here"))
    monkeypatch.chdir(place)
    clean_aws_environment(monkeypatch)
    (tmp_path / "config").write_text(PROFILE, encoding="utf-8")
    for name, value in {
        "COLUMNS": "80",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "AWS_ENDPOINT_URL": aws,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "LEASTWISE_MFA_TOKEN": "123456",
    }.items():
        monkeypatch.setenv(name, value)
    for bucket in ("audit-logs", "trail-bucket"):
        boto3.client("s3").create_bucket(Bucket=bucket)
    monkeypatch.setattr(live, "collect_live", collect_live)
    return place


def collect_live(region: str | None = None, *, profile: str | None, session: Any, **_: object) -> Snapshot:
    """What the account says, if somebody may ask it."""
    session = session or boto3.Session(profile_name=profile, region_name=region)
    assert session.client("sts").get_caller_identity()["Account"] == ACCOUNT
    return loads(Path("snapshot.json.gz").read_bytes())


class Shell:
    """As much of a shell as the documents use: variables, `<`, `>`, `>>` and `echo $?`."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch
        self.code = 0

    def run(self, step: Step) -> str:
        """What it prints, and what goes wrong beside."""
        if step.line == EXIT_CODE:
            return f"{self.code}\n"
        words, ways = _redirected(step.words)
        if "<" in ways:
            self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(ways["<"]).read_bytes())))
        self.code = outcome([os.path.expandvars(word) for word in words[1:]])
        out, err = self._capsys.readouterr()
        assert self.code in FINISHED, f"$ {step.line}\n{out}{err}"
        for way in MODES.keys() & ways:
            with Path(os.path.expandvars(ways[way])).open(MODES[way], encoding="utf-8") as file:
                file.write(out)
            return err
        return out + err


def _redirected(words: list[str]) -> tuple[list[str], dict[str, str]]:
    ways = {words[at]: words[at + 1] for at in range(len(words)) if words[at] in {"<", *MODES}}
    first = min((words.index(way) for way in ways), default=len(words))
    return words[:first], ways


def _of_ours(step: Step) -> bool:
    if step.words[0] == "leastwise" or step.line == EXIT_CODE:
        return True
    assert step.line.startswith(tuple(ELSEWHERE)), f"`{step.line}` is neither run nor excused"
    return False


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_commands_of_the_page(
    page: Path, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert here.exists()
    shell = Shell(capsys, monkeypatch)
    for step in filter(_of_ours, steps(page)):
        said = shell.run(step)
        assert not step.shown or step.told_in(said), f"$ {step.line}\n{said}"


@pytest.mark.parametrize(
    ("shown", "speaks"),
    [
        ("one\ntwo\nthree", True),
        ("...\nthree", True),
        ("one\n...", True),
        ("one\n...\ntwo\nthree", True),
        ("o...\ntwo\n...", True),
        ("one", False),
        ("...\ntwo", False),
        ("one\nthree", False),
        ("one\n...\nfour", False),
    ],
)
def test_what_is_shown_is_compared(shown: str, *, speaks: bool) -> None:
    assert Step("leastwise", shown).told_in("one  \ntwo\nthree\n") is speaks


def test_what_is_neither_run_nor_excused_is_noticed() -> None:
    with pytest.raises(AssertionError, match="neither run nor excused"):
        _of_ours(Step("curl https://example.com", ""))
