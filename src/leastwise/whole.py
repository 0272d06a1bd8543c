"""Files written whole or not at all, and for their owner only."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OWNER_ONLY = 0o600  # what is known of an account is a map of the ways into it
OWNER_RUNS = 0o700


def write_whole(directory: Path, contents: Mapping[str, Iterable[bytes]]) -> tuple[Path, ...]:
    """Write files by name, which may begin with a folder's, and return their paths. Raises OSError.

    Each is complete beside its place before any moves into it, so that neither an error nor an interruption leaves half
    a file, or takes an older one away.
    """
    with TemporaryDirectory(prefix=".leastwise-", dir=directory) as staging:
        for number, (name, pieces) in enumerate(contents.items()):
            staged = Path(staging, str(number))
            staged.touch(mode=OWNER_RUNS if name.endswith(".sh") else OWNER_ONLY)
            with staged.open("wb") as file:
                file.writelines(pieces)
        for folder in {Path(directory, name).parent for name in contents}:
            folder.mkdir(exist_ok=True)
        return tuple(Path(staging, str(number)).replace(directory / name) for number, name in enumerate(contents))
