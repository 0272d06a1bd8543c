"""The files of an audit. The command line and the doorway `lib/analyse.py` write them through here."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from leastwise.cli.words import unknown
from leastwise.errors import UsageError
from leastwise.report import FORMATS, files_of
from leastwise.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leastwise.results import Report

ELSEWHERE = "choose another directory with -o"
STDOUT = Path("-")  # as a directory: the one file goes to standard output, and no other is written


def deliver(report: Report, directory: Path, formats: tuple[str, ...] = ()) -> tuple[Path, ...]:
    """Write both JSON files, and those of the extra formats, into the directory; return their paths."""
    files = FORMATS[formats[0]] if directory == STDOUT else files_of(formats)
    return hand_over(directory, {file.name: file.render(report) for file in files})


def alone(directory: Path, formats: tuple[str, ...]) -> None:
    """Raise UsageError where standard output would have to take more or less than one file."""
    if directory == STDOUT and sum(len(FORMATS[name]) for name in formats) != 1:
        one = ", ".join(name for name, files in FORMATS.items() if len(files) == 1)
        raise UsageError(f"-o - writes one file to standard output: give --format one of {one}")


def hand_over(directory: Path, contents: Mapping[str, Iterable[bytes]]) -> tuple[Path, ...]:
    """Write files by name into the directory and return their paths, or the one file to standard output."""
    if directory != STDOUT:
        return write_together(directory, contents)
    for pieces in contents.values():
        sys.stdout.buffer.writelines(pieces)
    sys.stdout.buffer.flush()
    return ()


def known(formats: Iterable[str], among: Iterable[str] = FORMATS, *, listed_by: str = "leastwise scan --help") -> None:
    """Raise UsageError for a format that does not exist, before any work is done for it."""
    for name in formats:
        if name not in among:
            raise unknown("format", name, among, listed_by=listed_by)


def ready(directory: Path) -> None:
    """Make the directory if it is missing. Asked before the work: an audit that cannot be kept is lost."""
    if directory == STDOUT:
        return
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{directory} cannot be made a directory ({error.strerror}): {ELSEWHERE}") from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise UsageError(f"the directory {directory} may not be written into: {ELSEWHERE}")


def write_together(directory: Path, contents: Mapping[str, Iterable[bytes]]) -> tuple[Path, ...]:
    """Write files by name, all of them or none, into a directory that is made if it is missing."""
    ready(directory)
    try:
        return write_whole(directory, contents)
    except OSError as error:
        place = error.filename2 or directory
        raise UsageError(f"{place} cannot be written ({error.strerror}): {ELSEWHERE}") from error
