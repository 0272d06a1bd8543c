"""Roles behind instance profiles: an event names the profile, and who knows the account knows its role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise.arn import parse_arn
from leastwise.usage.records import Known

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leastwise.usage.records import Observation


def with_roles(observations: Iterable[Observation], roles: Mapping[str, str]) -> tuple[Observation, ...]:
    """The observations, passed roles by their names where `roles` holds the profile: ARN of a profile → of its role.

    Profiles are told apart by account and name, which is unique in it: an event may not tell the path. The role is the
    one of today; that it was another on the day of the call, nobody tells.
    """
    known = {_key(profile): role for profile, role in roles.items()}
    return tuple(_with_role(one, known) for one in observations)


def _with_role(one: Observation, known: Mapping[tuple[str, str], str]) -> Observation:
    role = known.get(_key(one.circumstance.profile)) if one.circumstance.profile and one.resource == "*" else None
    return msgspec.structs.replace(one, resource=role, known=Known.EXACT) if role else one


def _key(profile: str) -> tuple[str, str]:
    arn = parse_arn(profile)
    return (arn.account if arn else "", profile.rpartition("/")[2].lstrip("*"))
