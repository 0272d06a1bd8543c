"""How far does it reach if this one is taken over? Everything that it can become, and what that is good for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise.access import unreadable
from leastwise.errors import UsageError
from leastwise.escalation.onward import Onward, Reached
from leastwise.escalation.winnings import Frontier, Win, actions_won, frontiers, wins
from leastwise.questions.ways import resolve, times
from leastwise.results import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.escalation.realm import Realm


class Blast(msgspec.Struct, frozen=True, kw_only=True):
    """All that the source can become, surest and nearest first; what is won by it; where the view ends."""

    source: Reached
    reached: tuple[Reached, ...]
    wins: tuple[Win, ...]
    actions: int
    frontiers: tuple[Frontier, ...]
    notes: tuple[str, ...]
    blind: tuple[str, ...]


def blast_radius(realm: Realm, principal: str) -> Blast:
    """What the principal, as people call it, can become. Raises UsageError when there is none of that name."""
    arn = resolve(realm, principal)
    if realm.holder(arn) is None:
        raise UsageError(
            f"{principal!r} is no user, role or group: `leastwise paths --from` shows what comes from outside"
        )
    onward = Onward(realm, arn)
    source, *others = onward.reached.values()
    return Blast(
        source=source,
        reached=tuple(others),
        wins=wins(onward),
        actions=actions_won(onward),
        frontiers=frontiers(onward),
        notes=tuple(_notes(realm, onward)),
        blind=tuple(_blind(onward)),
    )


def _notes(realm: Realm, onward: Onward) -> Iterator[str]:
    yield from times(realm)
    for one in onward.administered:
        account = realm.home_of(one.subject.arn)
        if account:
            yield f"whoever administers account {account.id} can become any of its {len(account.holders):,} principals"
    if len(onward.reached) > 1:
        yield "what is won is what the principals' own policies allow: those of keys, buckets and secrets do not count"
    if any(one.subject.kind is Kind.GROUP for one in onward.reached.values()):
        yield "to become a group is to become a member of it"


def _blind(onward: Onward) -> Iterator[str]:
    """The policies of those who are reached that could not be read: they may lead further."""
    for one in onward.reached.values():
        for document in unreadable(one.node.what) if one.node else ():
            yield f"{document.name} of {document.arn} cannot be read"
