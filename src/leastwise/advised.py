"""What stands beside an advised policy: the evidence it rests on, what is proven of it, and how to put it in place.

Records of `results`, in a file of their own.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

WEIGHTS = {"List": 1, "Read": 2, "Tagging": 3, "Write": 5, "Permissions management": 10}
"""What an action weighs in the index of unused permissions, by its access level."""
ESCALATING = 2
"""How many times that, where some escalation method goes by the action."""
_WEIGHTS = ", ".join(f"{weight} ({level})" for level, weight in WEIGHTS.items())
INDEX = (
    "100 x the weight of the actions that are granted and proven unused / the weight of those granted; an action "
    f"weighs {_WEIGHTS}, and {ESCALATING} times as much where an escalation method goes by it"
)


class Tri(StrEnum):
    """An answer that may not be found. Unknown is no pass."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Grade(StrEnum):
    """How far the evidence of use can be relied on."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One source of evidence of use, for one principal.

    `first` and `last` are stamps, or "" where the window is not known; `days` is how much of the principal's life the
    source covers. `sees` and `gaps` say in words which events and services it can and cannot see.
    """

    name: str
    first: str = ""
    last: str = ""
    days: int = 0
    sees: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


class UseCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The granted actions by what is known of their use."""

    used: int = 0
    unused_proven: int = 0
    unknown: int = 0


class Counterexample(msgspec.Struct, frozen=True, kw_only=True):
    """A request on which a proof failed, under the condition keys given; all others are absent.

    `against` names the proof: `subset_of_current` or `covers_observed`. `principal` is who asks, where it matters.
    """

    against: str
    action: str
    resource: str
    principal: str = ""
    context: dict[str, tuple[str, ...]] = {}
    note: str = ""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What is proven of a recommendation. `reasons` tell why an answer is unknown, or what it does not cover.

    `observed` is how many distinct observed permissions were asked, `set_apart` how many more were left out because
    the current policies do not allow them either. Paths are named by their fingerprints.
    """

    subset_of_current: Tri = Tri.UNKNOWN
    covers_observed: Tri = Tri.UNKNOWN
    method: str = ""
    reasons: tuple[str, ...] = ()
    counterexamples: tuple[Counterexample, ...] = ()
    observed: int = 0
    set_apart: int = 0
    paths_closed: tuple[str, ...] = ()
    paths_remaining: tuple[str, ...] = ()

    @property
    def is_safe(self) -> bool:
        """Whether both are proven: nothing is granted that was not, and nothing that was seen is lost."""
        return self.subset_of_current is Tri.YES and self.covers_observed is Tri.YES


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the change: what to do, as a command, and the command that takes it back.

    Without a command it is a thing to wait for or to look at; without a rollback there is none, and `text` says so.
    """

    text: str
    command: str = ""
    rollback: str = ""
