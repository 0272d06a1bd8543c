"""Why a file is not what it should be, in one line that says what to do."""

from __future__ import annotations

import re

import msgspec

from leastwise.errors import SnapshotError

EXPECTED = (
    "expected a snapshot made by `leastwise collect`, or the output of "
    "`aws iam get-account-authorization-details --output json`"
)
_BYTE = re.compile(r"\s*\(byte (\d+)\)$")
_AWS_ERROR = re.compile(rb"An error occurred \((\w+)\) when calling the (\w+) operation")
_REPORT_KEYS = {"findings", "privilege_escalation_paths", "recommendations"}


def not_json(data: bytes, said: str, start: int = 0) -> SnapshotError:
    """The error for text that cannot be parsed. `start` is where the parsed part of the text began."""
    refused = _AWS_ERROR.search(data, 0, 4096)
    if refused is not None:
        code, operation = (part.decode() for part in refused.groups())
        return SnapshotError(f"it holds an error of the AWS command line ({code} from {operation}): collect it again")
    if "truncated" in said:
        return SnapshotError("it ends in the middle of the JSON, so it was cut off: collect it again")
    place = _BYTE.search(said)
    if place is None:
        return SnapshotError(f"it is not JSON ({said}): {EXPECTED}")
    offset = start + int(place[1])
    line = data.count(b"\n", 0, offset) + 1
    return SnapshotError(f"it is not JSON: line {line}, byte {offset}: {_BYTE.sub('', said)}; {EXPECTED}")


def not_ours(data: bytes) -> SnapshotError:
    """The error for JSON of another shape."""
    try:
        found = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return SnapshotError(f"it holds several JSON texts and not all are pages of one dump: {EXPECTED}")
    if not isinstance(found, dict):
        return SnapshotError(f"it holds {_kind(found)}: {EXPECTED}")
    if found.keys() & _REPORT_KEYS:
        return SnapshotError("it is a report of leastwise, not a snapshot: pass the file the report was made from")
    if "Error" in found or "__type" in found:
        return SnapshotError("it holds an error of AWS instead of an answer: collect it again")
    keys = ", ".join(sorted(found)[:6])
    return SnapshotError(f"it holds an object with {f'the keys {keys}' if keys else 'no keys'}: {EXPECTED}")


def _kind(found: object) -> str:
    if isinstance(found, list):
        return "an empty array" if not found else f"an array of {len(found)}"
    if found is None:
        return "null"
    return "a number" if isinstance(found, (int, float)) else "a text"
