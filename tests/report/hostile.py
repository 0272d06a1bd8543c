"""Texts that would act if somebody let them, in every field of a record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from report.sample import HOSTILE, a_report

if TYPE_CHECKING:
    from leastwise.results import Report

# Breaks of lines, cells, elements and commands; formulas; markup; a mention; what would not show, or turns what follows.
ACTIVE = (
    f"{HOSTILE}\r\n::error title=x::y\n=cmd|'/C calc'!A0,\";|`</code>*_[x](https://evil.example) @octo #1"
    "<!-- ]]> %0A %25 \ud800 \uffff \x0b & &#64; <img src=x onerror=alert(1)>"
)
HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
STABLE = {"fingerprint", "check", "taken_at", "account", "tool", "checks"}  # ids and words of ours


def hostile(value: Any, text: str = ACTIVE, *, before: str = "") -> Any:
    """The same record with the text around every text in it but for ids; after it only, so that ARNs stay what they are."""
    if type(value) is str:
        return before + value + text
    if isinstance(value, msgspec.Struct):
        told = {f: getattr(value, f) for f in value.__struct_fields__}
        return type(value)(**{f: one if f in STABLE else hostile(one, text, before=before) for f, one in told.items()})
    return tuple(hostile(one, text, before=before) for one in value) if type(value) is tuple else value


def a_hostile_report(text: str = ACTIVE, *, before: str = "") -> Report:
    """The rich report with the text in every field that somebody outside fills."""
    bad: Report = hostile(replace(a_report(), recommendations=(), backdrop=None), text, before=before)
    return bad
