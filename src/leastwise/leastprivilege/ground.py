"""What may be taken as given while one principal's policies are narrowed: its circumstances, and what exists."""

from __future__ import annotations

from functools import lru_cache, reduce
from itertools import compress
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.access import own_layers, possible_actions, trusted_services
from leastwise.account.model import Group, remember

if TYPE_CHECKING:
    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.policy.condition import Context
    from leastwise.policy.evaluate import Layer

FEW = 20  # resources listed by name; beyond that a list hides more than it shows
OWNER = "aws:ResourceAccount"


class Ground(NamedTuple):
    """The circumstances of one principal. `boundaries` are those that could be read."""

    account: Account
    context: Context
    identity: Layer | None
    boundaries: tuple[Layer, ...]
    possible: int


def ground_of(account: Account, holder: Holder, context: Context) -> Ground:
    """Gather them."""
    layers = own_layers(holder)
    return Ground(
        account=account,
        context=context,
        identity=layers.identity,
        boundaries=tuple(b for b in layers.boundaries if not b.unparsed),
        possible=possible_actions(account, holder),
    )


def buckets(account: Account) -> tuple[str, ...] | None:
    """The ARNs of all buckets of the account; None when they were not seen."""
    return None if account.has_gap("s3:ListBuckets") else tuple(b.arn for b in account.buckets)


def passable(ground: Ground) -> tuple[str, ...]:
    """The roles that trust a service of which the principal may use something, sorted.

    AWS links service-linked roles by itself; nobody passes them.
    """

    def find() -> tuple[str, ...]:
        return tuple(compress(_trusted(ground.account).roles, map(int, f"{_passable(ground):b}"[::-1])))

    return remember(ground.account, ("passable", usable(ground)), find)


def number_passable(ground: Ground) -> int:
    """How many they are."""
    return _passable(ground).bit_count()


def _passable(ground: Ground) -> int:
    by = _trusted(ground.account).by
    return reduce(or_, (by[service] for service in usable(ground)), 0)


def usable(ground: Ground) -> frozenset[str]:
    """The services, trusted by some role, of which the principal may use something."""

    def find() -> frozenset[str]:
        return frozenset(service for service in _trusted(ground.account).by if _usable(service, ground.possible))

    return remember(ground.account, ("usable", ground.possible), find)


class _Trusted(NamedTuple):
    """Roles, sorted, and for each service those that let it in, as bits."""

    roles: tuple[str, ...]
    by: dict[str, int]


def _trusted(account: Account) -> _Trusted:
    def find() -> _Trusted:
        roles = sorted((r for r in account.roles if not r.is_service_linked), key=lambda r: r.arn)
        by: dict[str, bytearray] = {}
        for place, role in enumerate(roles, start=1):
            for service in trusted_services(role):
                by.setdefault(service, bytearray(b"0" * len(roles)))[-place] = ord("1")
        return _Trusted(tuple([r.arn for r in roles]), {service: int(bits, 2) for service, bits in by.items()})

    return remember(account, "roles trusting services", find)


def _usable(service: str, possible: int) -> bool:
    """Whether some action of the service is possible; a service whose prefix cannot be told counts as usable."""
    mask = _actions_behind(service)
    return mask is None or bool(mask & possible)


@lru_cache(maxsize=1024)
def _actions_behind(service: str) -> int | None:
    """`ecs-tasks.amazonaws.com` → the actions of `ecs`; None where no prefix of the catalogue fits."""
    labels = service.partition(".amazonaws")[0].split(".")
    universe = catalog.universe()
    for label in (*labels, *(label.partition("-")[0] for label in labels)):
        mask = universe.mask(f"{label}:*")
        if mask:
            return mask
    return None


def sharers(account: Account, policy: str) -> tuple[str, ...]:
    """Whom a change of the managed policy meets: the ARNs of all it is attached to, or bounds. Nobody changes AWS's."""

    def find() -> dict[str, tuple[str, ...]]:
        held: dict[str, list[str]] = {}
        for holder in account.holders:
            boundary = None if isinstance(holder, Group) else holder.boundary
            for document in (*holder.attached, *filter(None, (boundary,))):
                if ":iam::aws:" not in document.arn:
                    held.setdefault(document.arn, []).append(holder.arn)
        return {arn: tuple(sorted(holders)) for arn, holders in held.items()}

    return remember(account, "holders of policies", find).get(policy, ())


def members(account: Account, group: Group) -> tuple[str, ...]:
    """The ARNs of the group's users."""

    def find() -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for user in account.users:
            for each in user.groups:
                found.setdefault(each.arn, []).append(user.arn)
        return {arn: tuple(users) for arn, users in found.items()}

    return remember(account, "members of groups", find).get(group.arn, ())
