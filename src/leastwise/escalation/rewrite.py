"""The shape `rewrite_self`: change what binds oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leastwise.account.model import remember
from leastwise.escalation.claims import Circumstances, Claim, Permit, decide
from leastwise.escalation.paper import Variant, joined, variants
from leastwise.escalation.reach import reach_of
from leastwise.escalation.rows import open_to
from leastwise.escalation.wants import claims_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, Role, User
    from leastwise.escalation.method import Method


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
    rows = open_to(account, holder, "rewrite_self")
    return remember(holder, "moves", lambda: tuple(_moves(account, holder, rows))) if rows else ()


def _moves(account: Account, holder: User | Role, rows: tuple[Method, ...]) -> Iterator[Move]:
    for method in rows:
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


def change_claims(
    account: Account, method: Method, variant: Variant, *, on: dict[str, str], about: User | Role
) -> tuple[Claim, ...]:
    """What it takes to make the change."""
    asked = [Circumstances(about, attached=each, carries=variant.carries) for each in variant.attached or ("",)]
    also = tuple(Permit((action,), variant.on["policy"]) for action in variant.also)
    return (*(claim for given in asked for claim in claims_of(account, method, {**variant.on, **on}, given)), *also)
