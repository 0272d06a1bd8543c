"""Whom a resource list reaches, found without trying every list on everybody: by plain names and by beginnings."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Generic, TypeVar

from leastwise import access
from leastwise.account.model import remember
from leastwise.escalation.powers import bits, statements_of
from leastwise.policy.condition import Context

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from leastwise.access import Holder
    from leastwise.account.model import Account, Role, User
    from leastwise.policy.document import Statement
    from leastwise.policy.elements import Resources

OPEN = Context()
_AFTER_ANY_NAME = "\U0010ffff"
T = TypeVar("T")


class Reach:
    """A set of resource lists to be tried on ARNs."""

    __slots__ = ("lists",)

    def __init__(self, statements: Iterable[Statement]) -> None:
        """Each distinct list once."""
        self.lists = tuple(dict.fromkeys(s.resources for s in statements))

    def __call__(self, arn: str) -> bool:
        """Whether one of the lists may cover the ARN."""
        return any(resources.match(arn, OPEN) is not False for resources in self.lists)


def reach_of(holder: Holder, *actions: str) -> Reach:
    """A quick test of whether some statement of the principal may allow one of the actions on an ARN."""
    mark = bits(actions)
    return Reach(s for mask, s in statements_of(holder) if s.allows and mask & mark)


class Directory:
    """Principals by ARN. Whom a list reaches is found once: many principals hold the same lists."""

    __slots__ = ("_arns", "_everyone", "_found")

    def __init__(self, everyone: Sequence[User | Role]) -> None:
        """Sorted by ARN, as accounts have them."""
        self._everyone = everyone
        self._arns = [one.arn for one in everyone]
        self._found: dict[Resources, frozenset[int]] = {}

    def within(self, reaches: Iterable[Reach]) -> Iterator[User | Role]:
        """Those whom all of the reaches cover, by ARN; everybody where there is none."""
        sets = [frozenset[int]().union(*map(self._covered, reach.lists)) for reach in reaches]
        places = sorted(frozenset.intersection(*sets)) if sets else range(len(self._arns))
        return (self._everyone[place] for place in places)

    def _covered(self, resources: Resources) -> frozenset[int]:
        if resources not in self._found:
            near = {place for span in self._spans(resources) for place in span}
            arns, match = self._arns, resources.match
            self._found[resources] = frozenset([place for place in near if match(arns[place], OPEN) is not False])
        return self._found[resources]

    def _spans(self, resources: Resources) -> Iterator[range]:
        """Who may be covered: those whose ARNs begin as a pattern does."""
        if resources.negated:
            yield range(len(self._arns))
            return
        for glob in resources.globs(OPEN):
            low = bisect_left(self._arns, glob.prefix)
            yield range(low, bisect_left(self._arns, glob.prefix + _AFTER_ANY_NAME, lo=low))


class Index(Generic[T]):
    """Who has which resource list."""

    __slots__ = ("_by_text", "_lists", "_open", "_places")

    def __init__(self) -> None:
        """Nobody yet."""
        self._places: dict[Resources, int] = {}
        self._lists: list[list[T]] = []
        self._by_text: dict[str, list[int]] = {}
        self._open: list[tuple[int, Resources]] = []

    def add(self, resources: Resources, who: T) -> None:
        """One more."""
        place = self._places.get(resources)
        if place is None:
            place = self._places[resources] = len(self._lists)
            self._lists.append([])
            texts = resources.texts
            if texts is None:
                self._open.append((place, resources))
            for text in texts or ():
                self._by_text.setdefault(text, []).append(place)
        self._lists[place].append(who)

    def covering(self, arn: str) -> Iterator[list[T]]:
        """Those with a list that may cover the ARN, list by list in the order in which they came."""
        open_ones = (place for place, resources in self._open if resources.match(arn, OPEN) is not False)
        return (self._lists[place] for place in sorted({*self._by_text.get(arn, ()), *open_ones}))


def roles_trusting(account: Account) -> dict[str, list[Role]]:
    """Service → the roles that trust it and can be passed."""
    return remember(account, "trusting", lambda: _list_trusting(account))


def _list_trusting(account: Account) -> dict[str, list[Role]]:
    table: dict[str, list[Role]] = {}
    for role in account.roles:
        if not role.is_service_linked:
            for service in access.trusted_services(role):
                table.setdefault(service, []).append(role)
    return table
