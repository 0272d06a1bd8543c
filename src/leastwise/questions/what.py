"""What may this one do? By masks first: of the actions that share their statements and kinds, one speaks for all."""

from __future__ import annotations

from functools import cache, lru_cache, reduce
from operator import and_, or_
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise import access, catalog
from leastwise.access import PROBE
from leastwise.escalation.standing import EQUIVALENT, standing
from leastwise.policy.evaluate import Layer, Outcome
from leastwise.policy.ways import BEYOND_RCPS, DEPARTURES, UNASKED
from leastwise.questions.asked import ask
from leastwise.questions.asker import NOTHING_SAID, find
from leastwise.questions.deciding import at, decide
from leastwise.questions.doors import let_in, spoken_of_buckets, trusted
from leastwise.questions.verdict import unseen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.account.model import Account
    from leastwise.policy.document import Statement
    from leastwise.policy.elements import Actions
    from leastwise.questions.asker import Asker, Circumstances

EVERYWHERE, SOMEWHERE, CONDITIONAL = "on everything", "on some resources", "under conditions"
BECOMES_FULL = "it can make itself a full administrator in one step"
_RULED = sorted(action for action in DEPARTURES if ":" in action)  # by rules of their own: nobody speaks for these


class Share(NamedTuple):
    """Actions that are allowed on the same terms, as bits. `example` is a resource that the first was found for."""

    reach: str
    actions: int
    example: str = ""
    conditions: tuple[str, ...] = ()


class What(msgspec.Struct, frozen=True, kw_only=True):
    """What a principal may do. `administrator`: everything on everything, without a condition; then no shares."""

    principal: str
    arn: str
    administrator: bool
    shares: tuple[Share, ...]
    unlisted: tuple[str, ...]
    notes: tuple[str, ...]
    unseen: tuple[str, ...]

    def reaching(self, reach: str) -> int:
        """The actions that reach so far, as bits."""
        union = 0
        for share in self.shares:
            union |= share.actions if share.reach == reach else 0
        return union


def what_can(account: Account, principal: str, given: Circumstances = NOTHING_SAID) -> What:
    """What the principal, as people call it, may do. Raises UsageError when there is none of that name."""
    asker = find(account, principal, given)
    sure = everywhere(account, asker)
    administrator = _is_administrator(account, asker, sure)
    shares = () if administrator else tuple(_shares(account, asker, sure & ~trusted()))
    return What(
        principal=asker.name,
        arn=asker.caller.session or asker.arn,
        administrator=administrator,
        shares=shares,
        unlisted=_unlisted(asker),
        notes=(*asker.notes, *((BECOMES_FULL,) if not administrator and _becomes_one(account, asker) else ())),
        unseen=unseen(account, ask("s3:GetObject"), ""),
    )


def _is_administrator(account: Account, asker: Asker, sure: int) -> bool:
    everything = catalog.universe().everything
    return sure == everything and at(account, asker, PROBE, "*").outcome is Outcome.ALLOWED


def _becomes_one(account: Account, asker: Asker) -> bool:
    """Whether it is an *equivalent* administrator by what it always may; see `contract`, *Administrator*."""
    return asker.holder is not None and standing(account, asker.holder) == EQUIVALENT


# by masks


def everywhere(account: Account, asker: Asker) -> int:
    """The actions allowed on every resource whatever the circumstances, as bits; no deny may touch them.

    None, where a policy could not be read: it might deny anything.
    """
    if any(layer.unparsed for layer, _ in _refusing(asker)):
        return 0
    opened = (access.open_actions(layer, asker.context, within=account.partition) for layer in _granting(asker))
    mask = reduce(and_, opened)
    for layer, reach in _refusing(asker):
        mask &= ~(reach & _spoken(s for s in _statements(layer, allow=False) if _may_hold(s, asker)))
    return mask


def _possible(account: Account, asker: Asker) -> int:
    """The actions that may be allowed on something, as bits: an upper bound."""
    universe = catalog.universe()
    own = universe.everything
    for layer in _granting(asker):
        allowed = _spoken(s for s in _statements(layer, allow=True) if _may_hold(s, asker))
        own &= universe.everything if layer.unparsed else allowed
    for layer in _granting(asker):
        own &= ~access.denied_everywhere(layer, asker.context)
    return own | let_in(account, asker) | _masks_of(UNASKED)


def _granting(asker: Asker) -> tuple[Layer, ...]:
    layers = asker.layers
    return (layers.identity or Layer(()), *layers.boundaries, *layers.scps)


def _refusing(asker: Asker) -> Iterator[tuple[Layer, int]]:
    """The layers that may deny, each with the actions it reaches."""
    everything = catalog.universe().everything
    yield from ((layer, everything) for layer in _granting(asker))
    if not asker.caller.service_linked:
        yield from ((layer, _met_by_rcps()) for layer in asker.layers.rcps)


@cache  # as are the others below: the catalogue does not change while the program runs
def _met_by_rcps() -> int:
    return _masks_of(f"{service}:*" for service in catalog.rcp_services()) & ~_masks_of(BEYOND_RCPS)


def _masks_of(patterns: Iterable[str]) -> int:
    return reduce(or_, map(catalog.universe().mask, patterns), 0)


def _statements(layer: Layer, *, allow: bool) -> Iterator[Statement]:
    return (s for _, s in layer.statements if s.allows is allow)


def _may_hold(statement: Statement, asker: Asker) -> bool:
    return statement.conditions.evaluate(asker.context) is not False


def _spoken(statements: Iterable[Statement]) -> int:
    return reduce(or_, (s.actions.mask for s in statements), 0)


# by asking


def _shares(account: Account, asker: Asker, sure: int) -> Iterator[Share]:
    if sure:
        yield Share(EVERYWHERE, sure)
    for actions in _alike(account, asker, _possible(account, asker) & ~sure):
        name = catalog.universe().names[(actions & -actions).bit_length() - 1]
        decided = decide(account, asker, ask(name))
        if decided.outcome is Outcome.ALLOWED:
            whole = not catalog.universe().scopable & actions
            yield Share(EVERYWHERE if whole else SOMEWHERE, actions, decided.resource)
        elif decided.outcome is Outcome.CONDITIONAL:
            yield Share(CONDITIONAL, actions, decided.resource, decided.conditions)


def _alike(account: Account, asker: Asker, mask: int) -> Iterator[int]:
    """The actions in groups of which the same statements speak, which take the same resources and follow one rule."""
    universe = catalog.universe()
    plain = mask & ~_masks_of(_RULED)
    lines = [reach & s.actions.mask for layer, reach in _refusing(asker) for _, s in layer.statements]
    lines += [_met_by_rcps()] if asker.layers.rcps else []
    lines += spoken_of_buckets(account)
    for group in filter(None, (plain & ~universe.scopable, *universe.apart(plain))):
        parts = [group]
        for line in lines:
            parts = [part for whole in parts for part in (whole & line, whole & ~line) if part]
        yield from parts
    yield from filter(None, (mask & universe.mask(action) for action in _RULED))


def _unlisted(asker: Asker) -> tuple[str, ...]:
    """Actions that its policies name and the catalogue does not know: whether they exist cannot be told."""
    layer = asker.layers.identity or Layer(())
    return tuple(dict.fromkeys(name for s in _statements(layer, allow=True) for name in _unknown_to_us(s.actions)))


@lru_cache(maxsize=1 << 16)
def _unknown_to_us(actions: Actions) -> tuple[str, ...]:
    universe = catalog.universe()
    names = () if actions.negated else actions.patterns
    return tuple(n for n in names if not {"*", "?"} & set(n) and universe.index(n) is None)
