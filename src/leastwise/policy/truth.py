"""Three-valued truth: True, False, and None for what cannot be told from the evidence.

Kleene's strong logic, so that an answer reached with gaps stays right whatever fills them: the engine's
promise that open answers are refined, never contradicted, by strict ones rests on these few lines.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


class Missing(Enum):
    """Why there is no value: it is known that there is none, or it is not known whether there is one.

    The two are never the same: an absent key makes a negated operator true, an unknown one makes it unknown.
    """

    ABSENT = "absent"
    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        """Its name, as in the rules."""
        return self.name


ABSENT: Final = Missing.ABSENT
UNKNOWN: Final = Missing.UNKNOWN


def all_of(truths: Iterable[bool | None]) -> bool | None:
    """False if any is false, else unknown if any is unknown, else true. Stops at the first false."""
    result: bool | None = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def any_of(truths: Iterable[bool | None]) -> bool | None:
    """True if any is true, else unknown if any is unknown, else false. Stops at the first true."""
    result: bool | None = False
    for truth in truths:
        if truth:
            return True
        if truth is None:
            result = None
    return result


def negate(truth: bool | None) -> bool | None:  # noqa: FBT001 - a truth is the whole argument
    """The opposite; the opposite of unknown is unknown."""
    return None if truth is None else not truth
