"""Files appear whole, together and for their owner only, or not at all."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leastwise.cli.files import ready, write_together
from leastwise.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_the_files_and_their_paths(here: Path) -> None:
    assert write_together(Path(), {"a.json": [b"1", b"\n"], "b.json": ["ü\n".encode()]}) == (
        Path("a.json"),
        Path("b.json"),
    )
    assert {path.name: path.read_bytes() for path in here.iterdir()} == {"a.json": b"1\n", "b.json": "ü\n".encode()}
    assert {stat.S_IMODE(path.stat().st_mode) for path in here.iterdir()} == {0o600}


def test_an_older_file_is_replaced_and_its_readers_lose_their_rights(here: Path) -> None:
    (here / "a.json").write_text("old")
    (here / "a.json").chmod(0o644)
    write_together(here, {"a.json": [b"new"]})
    assert (here / "a.json").read_text() == "new"
    assert stat.S_IMODE((here / "a.json").stat().st_mode) == 0o600


def test_a_link_is_replaced_and_what_it_names_is_not_touched(here: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("old")
    (here / "a.json").symlink_to(tmp_path / "precious")
    write_together(here, {"a.json": [b"new"]})
    assert (tmp_path / "precious").read_text() == "old"
    assert not (here / "a.json").is_symlink()


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, OSError])
def test_an_interruption_leaves_what_was_there(here: Path, stop: type[BaseException]) -> None:
    (here / "a.json").write_text("old")

    def stopping() -> Iterator[bytes]:
        yield b"n"
        raise stop

    with pytest.raises(UsageError if stop is OSError else stop):
        write_together(here, {"a.json": [b"new"], "b.json": stopping()})
    assert [path.name for path in here.iterdir()] == ["a.json"]
    assert (here / "a.json").read_text() == "old"


def test_a_directory_in_the_place_of_a_file(here: Path) -> None:
    (here / "a.json").mkdir()
    with pytest.raises(UsageError, match=r"a\.json cannot be written .*choose another directory"):
        write_together(here, {"a.json": [b"new"]})


def test_a_directory_that_may_not_be_written(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # the superuser may write anywhere
    with pytest.raises(UsageError, match="may not be written into: choose another"):
        ready(here)
