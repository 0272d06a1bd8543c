"""The shape `rewrite_self`: change what binds oneself."""

from __future__ import annotations

from functools import cache, lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from leastwise.account.model import Role, remember
from leastwise.escalation.claims import Circumstances, Claim, Permit, decide
from leastwise.escalation.method import PASS_ROLE, SHAPES, Method, of_shape
from leastwise.escalation.paper import Variant, joined, variants
from leastwise.escalation.powers import bit, bits, powers
from leastwise.escalation.reach import reach_of
from leastwise.escalation.wants import claims_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, User


class Move(NamedTuple):
    """A change that the principal can make to itself."""

    method: Method
    variant: Variant
    claims: tuple[Claim, ...]
    certain: bool

    @property
    def after(self) -> User | Role:
        """The principal once it is done."""
        return self.variant.after


def moves(account: Account, holder: User | Role) -> tuple[Move, ...]:
    """All changes that the principal can, or may be able to, make to itself."""
    return remember(holder, "moves", lambda: tuple(_moves(account, holder)))


def _moves(account: Account, holder: User | Role) -> Iterator[Move]:
    for method in open_to(account, holder, "rewrite_self"):
        for variant in variants(account, holder, method):
            claims = change_claims(account, method, variant, on={"self": holder.arn}, about=holder)
            truth = decide(claims, account, holder)
            if truth is not False:
                yield Move(method, variant, claims, truth is True and not method.supposes)


def memberships(account: Account, holder: User | Role) -> Iterator[Move]:
    """The groups that the principal can join, as changes to itself: what they let it do may lead on."""
    for method in open_to(account, holder, "take_over"):
        reach = reach_of(holder, *method.needs[0].actions)
        for group in account.groups if method.access == "member" else ():
            after = joined(holder, group) if reach(group.arn) else None
            if after is None:
                continue
            claims = claims_of(account, method, {"target": group.arn})
            truth = decide(claims, account, holder)
            if truth is not False:
                yield Move(
                    method, Variant(after, {"target": group.arn, "target_name": group.name}), claims, truth is True
                )


def open_to(account: Account, holder: User | Role, shape: str) -> tuple[Method, ...]:
    """The rows of a shape for principals of this kind that hold something for each need: none for most.

    Of shapes whose rows have needs: all but `assume`.
    """
    held = powers(account, holder).held & marks_of(shape)
    return rows_open_to(sort_of(holder), held, shape) if held else ()


def sort_of(holder: User | Role) -> str:
    """What kind of caller the principal is, in the words of the rows."""
    return "permission-set" if isinstance(holder, Role) and holder.is_reserved else holder.kind.value


@cache
def row_marks() -> int:
    """The bits of the actions that rows ask for; holders of the same ones find the same rows open."""
    return reduce(or_, map(marks_of, SHAPES))


@cache
def marks_of(shape: str) -> int:
    """As `row_marks`, of the rows of one shape."""
    return reduce(or_, (mark for _, marks in _rows(shape) for mark in marks), 0)


@lru_cache(maxsize=1 << 14)
def rows_open_to(kind: str, held: int, shape: str) -> tuple[Method, ...]:
    """As `open_to`, by what is held of the actions that the rows name."""
    return tuple(
        [row for row, marks in _rows(shape) if row.caller in {"", kind} and all(held & mark for mark in marks)]
    )


@cache
def _rows(shape: str) -> tuple[tuple[Method, tuple[int, ...]], ...]:
    """With what each asks for. Whoever passes a role needs that permission, whatever else the row names."""
    shared = (bit(PASS_ROLE),) if shape == "pass_role" else ()
    return tuple((method, (*shared, *need_marks(method))) for method in of_shape(shape))


@cache
def need_marks(method: Method) -> tuple[int, ...]:
    """For each need the bits of the actions that would do."""
    return tuple(bits(need.actions) for need in method.needs)


def change_claims(
    account: Account, method: Method, variant: Variant, *, on: dict[str, str], about: User | Role
) -> tuple[Claim, ...]:
    """What it takes to make the change."""
    asked = [Circumstances(about, attached=each, carries=variant.carries) for each in variant.attached or ("",)]
    also = tuple(Permit((action,), variant.on["policy"]) for action in variant.also)
    return (*(claim for given in asked for claim in claims_of(account, method, {**variant.on, **on}, given)), *also)
