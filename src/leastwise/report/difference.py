"""Policy documents as lines that can be compared: their elements in one order, so that only what they say differs."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTEXT = 2  # lines around a difference
ELEMENTS = ("Version", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource")
ORDER = {element: place for place, element in enumerate(ELEMENTS)}


def difference(before: dict[str, object] | None, after: dict[str, object] | None) -> Iterator[str]:
    """The lines that go (-) and come (+), with those around them; `...` where equal ones are left out."""
    found = difflib.unified_diff(_lines(before), _lines(after), lineterm="", n=CONTEXT)
    return ("..." if part.startswith("@@") else part for part in found if not part.startswith(("---", "+++")))


def _lines(body: dict[str, object] | None) -> list[str]:
    return ["nothing"] if body is None else json.dumps(_in_order(body), indent=2).splitlines()


def _in_order(value: object) -> object:
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value, key=lambda k: (ORDER.get(k, len(ORDER)), k))}
    return [_in_order(each) for each in value] if isinstance(value, list) else value
