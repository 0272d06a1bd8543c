"""The files of an audit. The command line and the doorway `lib/analyse.py` write them through here."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from leastwise.cli.words import unknown
from leastwise.errors import UsageError
from leastwise.report import FORMATS, files_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leastwise.results import Report

OWNER_ONLY = 0o600  # a report is a map of the ways into the account
ELSEWHERE = "choose another directory with -o"


def deliver(report: Report, directory: Path, formats: tuple[str, ...] = ()) -> tuple[Path, ...]:
    """Write both JSON files, and those of the extra formats, into the directory; return their paths."""
    return write_together(directory, {file.name: file.render(report) for file in files_of(formats)})


def known(formats: Iterable[str]) -> None:
    """Raise UsageError for a format that does not exist, before any work is done for it."""
    for name in formats:
        if name not in FORMATS:
            raise unknown("format", name, FORMATS, listed_by="leastwise scan --help")


def ready(directory: Path) -> None:
    """Make the directory if it is missing. Asked before the work: an audit that cannot be kept is lost."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{directory} cannot be made a directory ({error.strerror}): {ELSEWHERE}") from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise UsageError(f"the directory {directory} may not be written into: {ELSEWHERE}")


def write_together(directory: Path, contents: Mapping[str, Iterable[bytes]]) -> tuple[Path, ...]:
    """Write files by name. Each is complete beside its place before any moves into it, so that neither an error
    nor an interruption leaves half a file, or takes an older one away.
    """
    ready(directory)
    try:
        with TemporaryDirectory(prefix=".leastwise-", dir=directory) as staging:
            for name, pieces in contents.items():
                staged = Path(staging, name)
                staged.touch(mode=OWNER_ONLY)
                with staged.open("wb") as file:
                    file.writelines(pieces)
            return tuple(Path(staging, name).replace(directory / name) for name in contents)
    except OSError as error:
        place = error.filename2 or directory
        raise UsageError(f"{place} cannot be written ({error.strerror}): {ELSEWHERE}") from error
