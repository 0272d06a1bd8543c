"""What a trail writes down, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leastwise.usage.records import Selector, Trail


def told(trail: Trail) -> tuple[str, ...]:
    """One sentence for each kind of events: `management events of all regions, writing ones only`."""
    where = ", ".join(trail.regions) if trail.regions else "all regions"
    return tuple(f"{_kind(one)} of {where}{_less(one)}" for one in trail.selectors if one.reads or one.writes)


def _kind(selector: Selector) -> str:
    return f"data events ({selector.type})" if selector.type else "management events"


def _less(selector: Selector) -> str:
    words = (
        "writing ones only" if not selector.reads else "",
        "reading ones only" if not selector.writes else "",
        f"without those of {', '.join(selector.without)}" if selector.without else "",
        "some of them" if selector.partly else "",
    )
    return "".join(f", {word}" for word in words if word)
