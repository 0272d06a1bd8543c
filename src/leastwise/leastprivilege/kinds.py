"""What an Action entry acts on: the ARN patterns of its resource types, with the account filled in."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from leastwise import catalog
from leastwise.arn import parse_arn
from leastwise.catalog import AccessLevel
from leastwise.leastprivilege.shorthand import LONG, spell
from leastwise.policy.entries import is_wild

MAKERS = ("s3:CreateBucket",)  # their bucket does not exist yet
ELSEWHERE = frozenset({"organizations"})  # their ARNs name the organization's management account
LOOKING = (AccessLevel.READ, AccessLevel.LIST)
POLICY = "arn:*:iam::*:policy/*"


class Taken(NamedTuple):
    """The kinds of resource as ARN patterns, and the actions of the entry that act on none, as bits."""

    kinds: tuple[str, ...]
    loose: int


@lru_cache(maxsize=1 << 14)
def taken(entry: str, partition: str, account: str) -> Taken | None:
    """What the entry acts on; None where scoping it says nothing.

    That is: it matches nothing known, spans services, takes no resource, or would need too long a list of the
    actions that take none.
    """
    universe = catalog.universe()
    service = entry.partition(":")[0]
    mask = universe.mask(entry)
    bound = mask & universe.scopable & ~makers()
    if is_wild(service) or not bound:
        return None
    loose = mask & ~bound
    if loose.bit_count() > LONG and len(spell(loose, entry)) > LONG:
        return None
    found = [_filled(pattern, partition, account) for pattern in universe.resource_patterns_of(bound)]
    if _filled(POLICY, partition, account) in found and POLICY in universe.resource_patterns_of(bound & looking()):
        found.append(_filled(POLICY, partition, "aws"))  # AWS's own managed policies can be read
    return Taken(tuple(found), loose)


@cache
def makers() -> int:
    """The actions whose resource does not exist yet, as bits."""
    return sum(map(catalog.universe().mask, MAKERS))


@cache
def looking() -> int:
    """The actions that change nothing, as bits."""
    return sum(map(catalog.universe().level_mask, LOOKING))


@lru_cache(maxsize=1 << 14)
def _filled(pattern: str, partition: str, account: str) -> str:
    arn = parse_arn(pattern)
    if arn is None:
        return "*"
    owner = account if arn.account == "*" and arn.service not in ELSEWHERE else arn.account
    return f"arn:{partition}:{arn.service}:{arn.region}:{owner}:{arn.resource}"


@lru_cache(maxsize=1 << 14)
def whole_service(kind: str) -> str:
    """A pattern widened to all of its service in its account; what has no account or no wildcard stays as it is."""
    arn = parse_arn(kind)
    if arn is None or not arn.account.isdigit() or not is_wild(kind):
        return kind
    return f"arn:{arn.partition}:{arn.service}:{arn.region}:{arn.account}:*"


@lru_cache(maxsize=1 << 14)
def model(entry: str) -> str:
    """One action that stands for all which take the same kinds of resource and change them alike, or do not."""
    universe = catalog.universe()
    first = entry if is_wild(entry) else universe.model(entry)
    return first if (universe.level(first) in LOOKING) is (universe.level(entry) in LOOKING) else entry


@lru_cache(maxsize=1 << 14)
def in_account(entry: str, partition: str, account: str) -> dict[str, tuple[str, ...]] | None:
    """The kinds that the entry acts on, each to stand for itself; None where no account stands in their ARNs."""
    found = taken(entry, partition, account)
    if found is None or not any(map(has_account, found.kinds)):
        return None
    return {kind: (kind,) for kind in found.kinds}


@lru_cache(maxsize=1 << 14)
def has_account(kind: str) -> bool:
    """Whether the account stands in the ARNs of the kind."""
    arn = parse_arn(kind)
    return bool(arn and arn.account and arn.account != "*")
