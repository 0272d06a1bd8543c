"""Whether a principal may do this or that at all: quick answers for most, the same as the slow ones.

Nearly nobody has a boundary or a policy that denies everywhere. What such a principal is allowed without a condition
it can do, and then it need not be worked out what is left of all that it is allowed.
"""

from __future__ import annotations

from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

from leastwise.access import Holder, granted_to, limits_of, possible_actions
from leastwise.account.granted import mask_of, terms, union
from leastwise.policy.spoken import less

if TYPE_CHECKING:
    from collections.abc import Callable

    from leastwise.account.granted import Terms
    from leastwise.account.model import Account
    from leastwise.policy.elements import Actions


def is_possible(account: Account, holder: Holder, marks: int, bits_of: Callable[[Actions], int] = mask_of) -> bool:
    """Whether one of some actions is among the possible ones, in the bits that the function gives for a list."""
    free = _unlimited(account, holder)
    if any(union(one.allowed, bits_of) & marks for one in free):
        return True
    return bool(reduce(and_, [one.bits(bits_of) for one in granted_to(account, holder)], marks))


def possible_among(account: Account, holder: Holder, actions: int) -> int:
    """The possible ones of some of the catalogue's actions that its policies speak of, as bits."""
    left = actions
    for one in _unlimited(account, holder):
        left = less(left, union(one.allowed, mask_of))
        if not left:
            return actions
    return actions & possible_actions(account, holder)


def _unlimited(account: Account, holder: Holder) -> list[Terms]:
    """What its policies say, where nothing limits them and none denies anything everywhere; else nothing."""
    if limits_of(account, holder):
        return []
    said = [terms(document.policy) for document in holder.documents]
    return [] if any(one.bans for one in said) else said
