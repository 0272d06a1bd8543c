"""What may this one do? By masks first: of the actions that share their statements and kinds, one speaks for all."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise import catalog
from leastwise.access import PROBE
from leastwise.escalation.standing import EQUIVALENT, standing
from leastwise.policy.breadth import wide_actions
from leastwise.policy.evaluate import Layer, Outcome
from leastwise.questions.asked import ask
from leastwise.questions.asker import NOTHING_SAID, find
from leastwise.questions.deciding import at, decide
from leastwise.questions.doors import TRUSTED, doors
from leastwise.questions.verdict import unseen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.account.model import Account
    from leastwise.policy.document import Statement
    from leastwise.questions.asker import Asker, Circumstances

EVERYWHERE, SOMEWHERE, CONDITIONAL = "on everything", "on some resources", "under conditions"
BECOMES_FULL = "it can make itself a full administrator in one step"


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
    shares = () if administrator else tuple(_shares(account, asker, sure & ~_trusted()))
    return What(
        principal=asker.name,
        arn=asker.caller.session or asker.arn,
        administrator=administrator,
        shares=shares,
        unlisted=_unlisted(asker),
        notes=(*asker.notes, *((BECOMES_FULL,) if not administrator and _becomes_one(account, asker) else ())),
        unseen=unseen(account, ask("s3:GetObject"), ""),
    )


@cache  # the catalogue does not change while the program runs
def _trusted() -> int:
    """The actions on roles, which no policy of the asker allows by itself."""
    union = 0
    for action in TRUSTED:
        union |= catalog.universe().mask(action)
    return union


def _is_administrator(account: Account, asker: Asker, sure: int) -> bool:
    everything = catalog.universe().everything
    return sure == everything and at(account, asker, PROBE, "*").outcome is Outcome.ALLOWED


def _becomes_one(account: Account, asker: Asker) -> bool:
    """Whether it is an *equivalent* administrator by what it always may; see `contract`, *Administrator*."""
    return asker.holder is not None and standing(account, asker.holder) == EQUIVALENT


# by masks


def everywhere(account: Account, asker: Asker) -> int:
    """The actions allowed on every resource whatever the circumstances, as bits; no deny may touch them."""
    mask = catalog.universe().everything
    for layer in _granting(asker):
        mask &= _union(
            s.actions.mask & wide_actions(s.resources, account.partition)
            for s in _statements(layer, allow=True)
            if s.conditions.evaluate(asker.context) is True
        )
    for layer in _refusing(asker):
        mask &= ~_union(
            s.actions.mask for s in _statements(layer, allow=False) if s.conditions.evaluate(asker.context) is not False
        )
    return mask


def _possible(account: Account, asker: Asker) -> int:
    """The actions that may be allowed on something, as bits: an upper bound."""
    own = catalog.universe().everything
    for layer in _granting(asker):
        union = _union(
            s.actions.mask for s in _statements(layer, allow=True) if s.conditions.evaluate(asker.context) is not False
        )
        own &= catalog.universe().everything if layer.unparsed else union
    return (own | _let_in(account, asker)) & ~_union(
        s.actions.mask
        for layer in _refusing(asker)
        for s in _statements(layer, allow=False)
        if s.resources.is_any and s.principals is None and s.conditions.evaluate(asker.context) is True
    )


def _let_in(account: Account, asker: Asker) -> int:
    """The actions that policies of resources may allow the asker by themselves."""
    universe = catalog.universe()
    names = universe.names_of(universe.mask("s3:*") | _trusted())
    return _union(universe.mask(name) for name in names if next(doors(account, name).open_to(asker, name), None))


def _granting(asker: Asker) -> tuple[Layer, ...]:
    layers = asker.layers
    return (layers.identity or Layer(()), *layers.boundaries, *layers.scps)


def _refusing(asker: Asker) -> tuple[Layer, ...]:
    return (*_granting(asker), *asker.layers.rcps)


def _statements(layer: Layer, *, allow: bool) -> Iterator[Statement]:
    return (s for _, s in layer.statements if s.allows is allow)


def _union(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union


# by asking


def _shares(account: Account, asker: Asker, sure: int) -> Iterator[Share]:
    if sure:
        yield Share(EVERYWHERE, sure)
    for actions in _alike(asker, _possible(account, asker) & ~sure):
        name = catalog.universe().names[(actions & -actions).bit_length() - 1]
        decided = decide(account, asker, ask(name))
        if decided.outcome is Outcome.ALLOWED:
            whole = not catalog.universe().scopable & actions
            yield Share(EVERYWHERE if whole else SOMEWHERE, actions, decided.resource)
        elif decided.outcome is Outcome.CONDITIONAL:
            yield Share(CONDITIONAL, actions, decided.resource, decided.conditions)


def _alike(asker: Asker, mask: int) -> Iterator[int]:
    """The actions in groups of which the same statements speak and which take the same resources."""
    universe = catalog.universe()
    groups = [mask & ~universe.scopable & ~_trusted(), *(mask & same & ~_trusted() for _, same in universe.alike())]
    groups += [mask & universe.mask(action) for action in sorted(TRUSTED)]
    statements = [s for layer in _refusing(asker) for _, s in layer.statements]
    for group in filter(None, groups):
        parts = [group]
        for s in statements:
            spoken = s.actions.mask
            parts = [part for whole in parts for part in (whole & spoken, whole & ~spoken) if part]
        yield from parts


def _unlisted(asker: Asker) -> tuple[str, ...]:
    """Actions that its policies name and the catalogue does not know: whether they exist cannot be told."""
    universe = catalog.universe()
    layer = asker.layers.identity or Layer(())
    names = (p for s in _statements(layer, allow=True) if not s.actions.negated for p in s.actions.patterns)
    return tuple(dict.fromkeys(n for n in names if not {"*", "?"} & set(n) and universe.index(n) is None))
