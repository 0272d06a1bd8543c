"""Single policies as files; those of AWS also by their ARN."""

from __future__ import annotations

from pathlib import Path

from leastwise import catalog
from leastwise.collect.file import plain_text
from leastwise.errors import SnapshotError, UsageError
from leastwise.policy.document import Document, Unparsed, parse


def read_policy(place: str) -> Document:
    """The policy in a file, or the AWS managed policy of this ARN as the catalogue has it.

    Raises UsageError for the path or the ARN, SnapshotError for what is in the file.
    """
    text = _managed(place) if place.startswith("arn:") else _file(Path(place))
    policy = parse(text)
    if isinstance(policy, Unparsed):
        where = f" at {policy.pointer}" if policy.pointer else ""
        raise SnapshotError(f"{place}: it is no policy{where}: {policy.reason}")
    return Document(arn="", name=place, kind="file", policy=policy, source="")


def _managed(arn: str) -> bytes:
    text = catalog.managed_policy(arn)
    if text is None:
        raise UsageError(f"the catalogue of {catalog.version()} has no AWS managed policy {arn}: give a file")
    return text


def _file(path: Path) -> bytes:
    try:
        return plain_text(path.read_bytes())
    except FileNotFoundError as error:
        raise UsageError(f"there is no file {path}") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except SnapshotError as error:
        raise SnapshotError(f"{path}: {error}") from error
