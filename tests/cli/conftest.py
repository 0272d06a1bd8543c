"""The command line as a user meets it: arguments in; exit code, standard output, standard error and files out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leastwise.cli.process import outcome
from terminal import Said, bad_account, save

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory, and a screen that every machine has."""
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return place


@pytest.fixture
def cli(here: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:  # noqa: ARG001  the empty directory
    """Run a command line in this process."""

    def follow(*arguments: str) -> Said:
        code = outcome(arguments)
        return Said(code, *capsys.readouterr())

    return follow


@pytest.fixture
def bad(tmp_path: Path) -> str:
    """The snapshot of an account full of findings, all of which could be seen."""
    return save(bad_account(), tmp_path / "bad.json.gz")


@pytest.fixture
def gappy(tmp_path: Path) -> str:
    """The same account, but the credential report was denied."""
    return save(bad_account().gap("iam:GetCredentialReport"), tmp_path / "gappy.json")
