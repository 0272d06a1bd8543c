"""The mutes that a settings file holds."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from leastwise.audit import Options, select
from leastwise.cli.words import unknown
from leastwise.errors import UsageError
from leastwise.mutes import NEVER, Mute

if TYPE_CHECKING:
    from leastwise.cli.settings import Settings

NEEDED = {
    "check": 'name a check, as in check = "user_without_mfa"',
    "resource": 'say whom it is about, by ARN or name, as in resource = "legacy-*"',
    "reason": "say why: whoever reads it in a year will ask",
    "expires": f'give its last day, as in expires = 2027-06-30, or "{NEVER}"',
}
KEYS = (*NEEDED, "owner")


def mutes_of(settings: Settings) -> tuple[Mute, ...]:
    """The mutes of a file. Raises UsageError for what is missing, mistyped, unknown or there twice."""
    found: dict[tuple[str, str], Mute] = {}
    for number, told in enumerate(settings.mutes, start=1):
        where = f"{settings.file}: mute {number}"
        mute = _mute(told, where)
        if (mute.check, mute.resource) in found:
            raise UsageError(f"{where}: there is already one of {mute}: keep one of them")
        found[mute.check, mute.resource] = mute
    return tuple(found.values())


def _mute(told: Any, where: str) -> Mute:
    if not isinstance(told, dict):
        raise UsageError(f"{where} must be a table, [[mute]]")
    for key in told:
        if key not in KEYS:
            raise unknown("key of a mute", key, KEYS, listed_by="leastwise config --help", where=where)
    for key, what in NEEDED.items():
        if told.get(key, "") == "":
            raise UsageError(f"{where} has no {key}: {what}")
    texts = {key: _text(value, f"{where}: {key}") for key, value in told.items() if key != "expires"}
    try:
        select(Options(checks=(texts["check"],)))
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error
    return Mute(**texts, expires=_last_day(told["expires"], where))


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{where} must be a text, and is {value!r}")
    return value


def _last_day(value: Any, where: str) -> date | None:
    """The day, written as TOML writes days or as a text; None for never."""
    if value == NEVER:
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{where}: {value} is no day: {NEEDED['expires']}") from error
