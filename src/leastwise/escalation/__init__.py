"""Who can become administrator, how, and how surely: methods and account → edges → shortest proofs.

Techniques are rows of data (`methods/*.toml`), shapes are code, and every decision is the engine's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.account.model import Account, remember
from leastwise.escalation.method import Method, methods
from leastwise.escalation.outside import external_paths
from leastwise.escalation.paths import escalations, exempt_paths, find_paths, within_reach
from leastwise.escalation.standing import Level, Standing, standing
from leastwise.escalation.standing import tier as _tier

if TYPE_CHECKING:
    from leastwise.access import Holder


def tier(account: Account, holder: Holder) -> str:
    """For the risk model: "administrator", "privileged", "sensitive" or "other".

    Privileged is who has an escalation, or can write identity or policies.
    """
    found = _tier(account, holder)
    if found in {"sensitive", "other"} and holder.arn in _escalating(account):
        return "privileged"
    return found


def _escalating(account: Account) -> frozenset[str]:
    def find() -> frozenset[str]:
        return frozenset(p.source.arn for p in (*find_paths(account), *exempt_paths(account)) if p.escalates)

    return remember(account, "escalating", find)


__all__ = [
    "Level",
    "Method",
    "Standing",
    "escalations",
    "exempt_paths",
    "external_paths",
    "find_paths",
    "methods",
    "standing",
    "tier",
    "within_reach",
]
