"""CloudTrail log files as evidence: files, and folders as S3 delivers them, read across cores.

What a trail writes is chosen by its event selectors, which the files do not hold: the coverage says what kinds of
events there were. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from leastwise.collect.evidence.logfile import events
from leastwise.collect.progress import Progress
from leastwise.errors import UsageError
from leastwise.parallel import Mapper, serial
from leastwise.usage.reading import Teller
from leastwise.usage.records import Evidence, Fault
from leastwise.usage.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

STAGE = "CloudTrail log files"
ENDINGS = (".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
BATCH_BYTES = 4 << 20
"""Size, as they lie on disk, of the files that one worker takes at a time."""
_DIGESTS = "CloudTrail-Digest"
_NO_LOG = f"it was not read: its name ends in none of {', '.join(ENDINGS)}"


class _Found(NamedTuple):
    path: Path
    size: int


def read_logs(
    paths: Iterable[str | Path],
    *,
    mapper: Mapper = serial,
    progress: Callable[[Progress], None] | None = None,
) -> Evidence:
    """The evidence in files and folders of CloudTrail logs.

    Files that cannot be used, wholly or in part, stand in `coverage.faults`; so does what lies in a folder and is no
    log by its name. Raises UsageError for a path that is not there.
    """
    tally = Tally()
    files, strange = _files(map(Path, paths))
    tally.faults = strange
    for part in mapper(read_batch, _batches(files)):
        tally.merge(part)
        if progress is not None:
            progress(Progress(STAGE, tally.files, len(files)))
    return tally.evidence("CloudTrail logs")


def read_batch(paths: tuple[Path, ...]) -> Tally:
    """The tally of some files: one unit of work."""
    tally = Tally()
    tell = Teller()
    for path in paths:
        told: list[str] = []
        for piece in events(path, told.append):
            tally.add(piece, tell)
        tally.faults += [Fault(path=str(path), reason=reason) for reason in told]
        tally.files += 1
    return tally


def _files(paths: Iterable[Path]) -> tuple[list[_Found], list[Fault]]:
    """Every log file, each once, in the order of their names; and what is none."""
    found: dict[Path, _Found] = {}
    strange: list[Fault] = []
    for given in paths:
        if not given.exists():
            raise UsageError(f"there is no {given}: name CloudTrail log files, or a folder that holds some")
        for path in _below(given, strange) if given.is_dir() else [given]:
            found.setdefault(path.resolve(), _Found(path, _size(path)))
    return sorted(found.values()), strange


def _below(folder: Path, strange: list[Fault]) -> Iterator[Path]:
    """The log files below a folder. Digests, which S3 delivers beside them, are left out in silence."""

    def cannot(error: OSError) -> None:
        strange.append(Fault(path=str(error.filename), reason=f"it cannot be read: {error.strerror}"))

    for here, folders, names in os.walk(folder, onerror=cannot):
        folders[:] = [name for name in folders if name != _DIGESTS]
        for name in names:
            path = Path(here, name)
            if not name.endswith(ENDINGS):
                strange.append(Fault(path=str(path), reason=_NO_LOG))
            elif path.is_file():
                yield path
            else:
                strange.append(Fault(path=str(path), reason="it was not read: it is no file, or a link to none"))


def _size(path: Path) -> int:
    """Bytes on disk; 0 for what cannot be asked, which is named when it is read."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _batches(files: list[_Found]) -> Iterator[tuple[Path, ...]]:
    """Files in the order given, cut where enough are together."""
    held: list[Path] = []
    size = 0
    for file in files:
        held.append(file.path)
        size += file.size
        if size >= BATCH_BYTES:
            yield tuple(held)
            held, size = [], 0
    if held:
        yield tuple(held)
