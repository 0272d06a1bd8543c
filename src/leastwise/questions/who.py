"""Who may do that? Every user and role of the account is asked; those whose policies say nothing of it, by one look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise import access
from leastwise.policy.evaluate import Outcome
from leastwise.policy.ways import UNASKED
from leastwise.questions.asked import Asked
from leastwise.questions.asker import NOTHING_SAID, of_holder
from leastwise.questions.deciding import decide
from leastwise.questions.doors import door_to, doors, lets_in, names_of, owner_of
from leastwise.questions.verdict import Verdict, unseen, verdict

if TYPE_CHECKING:
    from leastwise.account.model import Account, Role, User
    from leastwise.questions.asker import Circumstances

MAYBE = (Outcome.ALLOWED, Outcome.CONDITIONAL)
ROOT_TOO = "the root user is not listed: only SCPs and the policies of resources bind it"
HOME_ONLY = "the resource is of account {}: who may there is not asked"


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """The users and roles that may, surely or conditionally, by name; and how many may not."""

    asked: Asked
    allowed: tuple[Verdict, ...]
    conditional: tuple[Verdict, ...]
    others: int
    notes: tuple[str, ...]
    unseen: tuple[str, ...]


def who_can(account: Account, asked: Asked, given: Circumstances = NOTHING_SAID) -> Who:
    """All users and roles of the account that may do what is asked."""
    found: dict[Outcome, list[Verdict]] = {outcome: [] for outcome in MAYBE}
    for holder in account.principals:
        if _is_concerned(account, holder, asked):
            asker = of_holder(account, holder, given)
            decided = decide(account, asker, asked)
            if decided.outcome in MAYBE:
                found[decided.outcome].append(verdict(account, asker, asked, decided))
    owner = owner_of(account, asked.resource)
    return Who(
        asked=asked,
        allowed=tuple(found[Outcome.ALLOWED]),
        conditional=tuple(found[Outcome.CONDITIONAL]),
        others=len(account.principals) - sum(map(len, found.values())),
        notes=(*asked.notes, *given.notes, ROOT_TOO, *((HOME_ONLY.format(owner),) if owner != account.id else ())),
        unseen=unseen(account, asked, asked.resource),
    )


def _is_concerned(account: Account, holder: User | Role, asked: Asked) -> bool:
    """Whether anything speaks for the principal: a statement of its own, or the policy of the resource."""
    action = asked.action.lower()
    identity = access.layers_of(account, holder).identity
    if identity and (identity.bearing(action).allows or identity.unparsed):
        return True
    if action in UNASKED:
        return True
    if asked.resource:
        door = door_to(account, action, asked.resource)
        return door is not None and lets_in(door, action, access.caller_of(account, holder))
    known = doors(account, action)
    return bool(known.everyone or known.named.keys() & names_of(access.caller_of(account, holder)))
