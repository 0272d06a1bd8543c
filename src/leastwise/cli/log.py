"""The log on standard error: what happens, one event a line, for those who watch a job or mend one."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from leastwise.cli.words import one_line
from leastwise.collect.log import DEBUG, ERROR, INFO, LOGGER, note

if TYPE_CHECKING:
    import click

FORMATS = ("text", "json")


class _Told(logging.Handler):
    """Writes to standard error as it is now: as `key=value`, or as one JSON object a line."""

    as_json = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write one event."""
        fields: dict[str, Any] = getattr(record, "fields", {})
        level, event = record.levelname.lower(), record.getMessage()
        if self.as_json:
            at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
            line = json.dumps({"time": at, "level": level, "event": event, **fields})
        else:
            said = ", ".join(f"{name}={one_line(str(value))}" for name, value in fields.items())
            line = f"leastwise: {level}: {event}{': ' if said else ''}{said}"
        print(line, file=sys.stderr, flush=True)


_HANDLER = _Told()


def form(_: click.Context, __: click.Parameter, chosen: str | None) -> None:
    """Listen in this form. A click callback."""
    if chosen:
        _HANDLER.as_json = chosen == "json"
        _listen(INFO)


def debug(_: click.Context, __: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  click's signature
    """Listen to everything. A click callback."""
    if wanted:
        _listen(DEBUG)


def _listen(level: int) -> None:
    heard = LOGGER.level if listening() else level
    LOGGER.setLevel(min(heard, level))
    LOGGER.addHandler(_HANDLER)


def listening() -> bool:
    """Whether the log is written."""
    return _HANDLER in LOGGER.handlers


def complain(message: str, code: int) -> bool:
    """Tell why the command ends, where the log is read by a program. False where it is not."""
    if listening() and _HANDLER.as_json:
        note("error", level=ERROR, message=one_line(message), exit_code=code)
        return True
    return False


def end() -> None:
    """Leave the process as it was."""
    LOGGER.removeHandler(_HANDLER)
    LOGGER.setLevel(logging.NOTSET)
    _HANDLER.as_json = False
