"""What a row asks for, as claims: on what its words stand for, on resources known to run, or on any of a kind."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from leastwise import catalog
from leastwise.arn import parse_arn
from leastwise.escalation.claims import ALL, ANY, NOTHING_KNOWN, Circumstances, Everywhere, Permit, Somewhere
from leastwise.escalation.method import PASS_ROLE, Method, Need

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leastwise.account.model import Account
    from leastwise.escalation.claims import Claim

_TYPE = re.compile("[:/]")


def claims_of(
    account: Account, method: Method, on: Mapping[str, str], given: Circumstances = NOTHING_KNOWN
) -> tuple[Claim, ...]:
    """The permissions of a row as claims. `on` maps the words of the row to ARNs."""
    return (*bound(method, on, given), *anywhere(method, account.partition, account.id))


def bound(method: Method, on: Mapping[str, str], given: Circumstances = NOTHING_KNOWN) -> tuple[Claim, ...]:
    """The permissions on the principals, policies and profiles that the words of the row stand for."""
    return tuple(Permit(need.actions, on[need.on], given) for need in method.needs if is_bound(need))


@cache
def potential(method: Method, partition: str, account: str) -> tuple[Claim, ...]:
    """The row's permissions, on any target that might come to be: who lacks these needs no closer look."""
    iam = f"arn:{partition}:iam::{account}:"
    on_target = tuple(need.actions for need in method.needs if need.on == "target")
    if method.shape == "pass_role":
        given = Circumstances(service=method.receivers[0])
        return (Somewhere(((PASS_ROLE,),), (f"{iam}role/*",), given), *anywhere(method, partition, account))
    if on_target:
        return (Somewhere(on_target, (f"{iam}{method.target}/*",)),)
    return anywhere(method, partition, account)


def is_bound(need: Need) -> bool:
    """Whether the need is about one known resource, not about any of a kind."""
    return need.on not in {ANY, ALL} and ":" not in need.on


@lru_cache(maxsize=1 << 14)
def anywhere(
    method: Method, partition: str, account: str, at: tuple[str, ...] = (), region: str = "*"
) -> tuple[Claim, ...]:
    """The permissions on any resource of a kind; those on the same kind must meet on one resource.

    Where resources of the kind are known, `at` their ARNs, the permission is asked for on these. `region` is where the
    resources are.
    """
    kinds: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for need in method.needs:
        others = () if is_bound(need) or need.on == ALL else _unmet(need, at)
        if others:
            patterns = tuple(localised(p, partition, account, region) for p in others)
            kinds.setdefault(patterns, []).append(need.actions)
    given = NOTHING_KNOWN if region == "*" else Circumstances(region=region)
    here = (Permit(need.actions, arn, given) for need in method.needs for arn in asked_on(need, at))
    everywhere = (Everywhere(need.actions) for need in method.needs if need.on == ALL)
    return (*here, *everywhere, *(Somewhere(tuple(needs), patterns, given) for patterns, needs in kinds.items()))


def asked_on(need: Need, arns: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the resources which are of the kinds that the permission is about."""
    if is_bound(need) or need.on == ALL:
        return ()
    return tuple(arn for arn in arns if any(_sort(arn) == _sort(pattern) for pattern in kinds_of(need)))


def _unmet(need: Need, arns: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds that the permission is about and of which none of the resources is."""
    sorts = {_sort(arn) for arn in arns}
    return tuple(pattern for pattern in kinds_of(need) if _sort(pattern) not in sorts)


@lru_cache(maxsize=1 << 14)
def _sort(arn: str) -> tuple[str, str]:
    """The service and the type of resource, of an ARN or a pattern of ARNs; the text itself where it is neither."""
    parsed = parse_arn(arn)
    return (parsed.service, _TYPE.split(parsed.resource, maxsplit=1)[0]) if parsed else (arn, "")


def kinds_of(need: Need) -> tuple[str, ...]:
    """Patterns of the resources without which the action is not made, each of which must be allowed."""
    named = () if need.on == ANY else (need.on,)
    return named or catalog.universe().required_resource_patterns(need.action) or ("*",)


def localised(pattern: str, partition: str, account: str, region: str = "*") -> str:
    """The pattern within this partition and account, and within a region where one is given and the kind has them."""
    parts = pattern.split(":", 5)
    if len(parts) < 6:
        return pattern
    parts[1] = partition
    parts[3] = region if parts[3] == "*" else parts[3]
    parts[4] = parts[4] and account
    return ":".join(parts)
