"""What `doctor` says of one thing; it costs no boto3 to say so."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """How it stands: FAIL means that nothing can be audited before it is mended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Point(NamedTuple):
    """One thing that was looked at, what was seen, and what to do about it ("" where there is nothing to do)."""

    name: str
    state: State
    said: str
    do: str = ""
