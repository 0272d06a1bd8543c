"""What an Action entry acts on: the ARN patterns of its resource types, with the account filled in."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from leastwise import catalog
from leastwise.arn import Arn, parse_arn
from leastwise.catalog import AccessLevel
from leastwise.leastprivilege.shorthand import LONG, is_wild, spell

MAKERS = ("s3:CreateBucket",)  # their bucket does not exist yet
ELSEWHERE = frozenset({"organizations"})  # their ARNs name the organization's management account
LOOKING = (AccessLevel.READ, AccessLevel.LIST)


class Taken(NamedTuple):
    """The kinds of resource as ARN patterns, and the actions of the entry that act on none, as entries."""

    kinds: tuple[str, ...]
    loose: tuple[str, ...]


@lru_cache(maxsize=1 << 14)
def taken(entry: str, partition: str, account: str) -> Taken | None:
    """What the entry acts on; None where scoping it says nothing.

    That is: it matches nothing known, spans services, takes no resource, or would need too long a list of the
    actions that take none.
    """
    universe = catalog.universe()
    service = entry.partition(":")[0]
    mask = universe.mask(entry)
    makers = sum(universe.mask(name) for name in MAKERS)
    bound = mask & universe.scopable & ~makers
    if is_wild(service) or not bound:
        return None
    loose = spell(mask & ~bound, entry)
    if len(loose) > LONG:
        return None
    found: dict[str, None] = {}
    for name in universe.names_of(bound):
        found |= dict.fromkeys(_kinds(name, partition, account))
    return Taken(tuple(found), loose)


@lru_cache(maxsize=1 << 14)
def _kinds(action: str, partition: str, account: str) -> tuple[str, ...]:
    universe = catalog.universe()
    out: list[str] = []
    for pattern in universe.resource_patterns(action):
        arn = parse_arn(pattern)
        if arn is None:
            return ("*",)
        out.append(_filled(arn, partition, account))
        if universe.level(action) in LOOKING and arn.resource == "policy/*" and arn.service == "iam":
            out.append(_filled(arn, partition, "aws"))  # AWS's own managed policies can be read
    return tuple(out)


def _filled(arn: Arn, partition: str, account: str) -> str:
    owner = account if arn.account == "*" and arn.service not in ELSEWHERE else arn.account
    return f"arn:{partition}:{arn.service}:{arn.region}:{owner}:{arn.resource}"


def whole_service(kind: str) -> str:
    """A pattern widened to all of its service in its account; what has no account or no wildcard stays as it is."""
    arn = parse_arn(kind)
    if arn is None or not arn.account.isdigit() or not is_wild(kind):
        return kind
    return f"arn:{arn.partition}:{arn.service}:{arn.region}:{arn.account}:*"


def has_account(kind: str) -> bool:
    """Whether the account stands in the ARNs of the kind."""
    arn = parse_arn(kind)
    return bool(arn and arn.account and arn.account != "*")
