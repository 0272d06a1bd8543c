"""How high a principal stands: full administrator, its equivalent, or neither; and its tier for the risk model."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from leastwise import access, catalog
from leastwise.account.model import Account, Group, Role, User, remember
from leastwise.escalation.method import ASSUME_ROLE, PASS_ROLE, SHOWING, methods
from leastwise.escalation.paper import a_member
from leastwise.escalation.powers import SENSITIVE, bits, hot, hot_mask, own_powers, powers
from leastwise.escalation.rewrite import Move, moves
from leastwise.possible import is_possible

if TYPE_CHECKING:
    from leastwise.access import Holder


class Level(Enum):
    """What kind of administrator a principal is; see `contract`, *Administrator*."""

    FULL = "full"
    EQUIVALENT = "equivalent"
    NONE = "none"


class Standing(msgspec.Struct, frozen=True):
    """A level, and whether it is certain; if not, it hangs on `conditions` that could not be decided."""

    level: Level
    certain: bool = True
    conditions: tuple[str, ...] = ()

    @property
    def is_administrator(self) -> bool:
        """Full or equivalent, certain or not."""
        return self.level is not Level.NONE

    @property
    def certainly_is(self) -> bool:
        """Full or equivalent, and certain."""
        return self.is_administrator and self.certain


FULL = Standing(Level.FULL)
EQUIVALENT = Standing(Level.EQUIVALENT)
NONE = Standing(Level.NONE)


def standing(account: Account, holder: Holder) -> Standing:
    """How high the principal stands. A group stands as high as a user that has nothing but its membership."""
    return remember(holder, "standing", lambda: _standing(account, holder))


def _standing(account: Account, holder: Holder) -> Standing:
    if isinstance(holder, Group):
        return standing(account, a_member(account, holder))
    full = fullness(account, holder)
    if full is True:
        return FULL
    equivalent = _equivalent(account, holder)
    if full is None and not (equivalent.is_administrator and equivalent.certain):
        asked = access.probe(account, holder)
        if asked.allowed is not False:
            return Standing(Level.FULL, certain=False, conditions=asked.conditions)
    return equivalent


def fullness(account: Account, holder: User | Role) -> bool | None:
    """As `access.full_administrator`, with a quick no for whoever lacks an action that matters here."""
    return access.full_administrator(account, holder) if own_powers(holder).held == hot().everything else False


def _equivalent(account: Account, holder: User | Role) -> Standing:
    """Allowed on everything what makes it full by one change to itself."""
    best = NONE
    for move in moves(account, holder):
        full = False if move.method.supposes else fullness(account, move.after)
        if full is False or not _on_everything(account, holder, move, sure=False):
            continue
        if full and move.certain and _on_everything(account, holder, move, sure=True):
            return EQUIVALENT
        if best is NONE:
            best = Standing(Level.EQUIVALENT, certain=False, conditions=_conditions(account, holder, move))
    return best


def _conditions(account: Account, holder: User | Role, move: Move) -> tuple[str, ...]:
    answers = [proof.answer for claim in move.claims for proof in claim.answers(account, holder)]
    return tuple(dict.fromkeys(text for answer in answers for text in answer.conditions))


def _on_everything(account: Account, holder: User | Role, move: Move, *, sure: bool) -> bool:
    """Whether each action the move needs is allowed on every resource, not on a few that happen to suffice."""
    mask = access.allowed_on_everything(account, holder, sure=sure)
    universe = catalog.universe()
    return all(any(mask & universe.mask(action) for action in need.actions) for need in move.method.needs)


def tier(account: Account, holder: Holder) -> str:
    """For the risk model: "administrator", "privileged", "sensitive" or "other".

    Privileged is who can write identity or policies; that it has a path to an administrator is said by
    `escalation.tier`, which knows the paths. Sensitive is who can read a store of secrets or data.
    """
    if standing(account, holder).is_administrator:
        return "administrator"
    held = powers(account, holder).held
    if held & _identity_writing() and _possibly(account, holder, _identity_writing()):
        return "privileged"
    return "sensitive" if held & _sensitive() and _possibly(account, holder, _sensitive()) else "other"


@cache
def _sensitive() -> int:
    return bits(SENSITIVE)


@cache  # the rows do not change while the program runs
def _identity_writing() -> int:
    writing = (method for method in methods() if method.change not in SHOWING)
    named = {a.lower() for m in writing for a in m.actions if a.lower().startswith(("iam:", "sso:"))}
    return bits(named - {PASS_ROLE.lower(), ASSUME_ROLE.lower()})


def _possibly(account: Account, holder: Holder, marks: int) -> bool:
    """Whether one of the actions is possible after denies, conditions and boundary."""
    known = marks & hot().known
    return bool(powers(account, holder).sure & known) or is_possible(account, holder, known, hot_mask)
