"""What a report does not rest on: what could not be seen, and what could not be judged. Neither is a pass."""

from __future__ import annotations

import msgspec


class Unassessed(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """A check that gave no answer, as a whole or for one target. Never a pass."""

    check: str
    reason: str
    target: str = ""
    traceback: str = ""


class MissingView(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """Something that could not be seen, as the report shows it."""

    call: str
    reason: str
    target: str = ""
    detail: str = ""
