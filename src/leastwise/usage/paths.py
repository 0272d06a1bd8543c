"""Paths of users, roles, groups and policies: an event tells the name alone, and who knows the account knows the path.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise.usage.records import Known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.usage.records import Observation

UNTOLD = "/*"


def with_paths(observations: Iterable[Observation], arns: Iterable[str]) -> tuple[Observation, ...]:
    """The observations, with the one of these ARNs in place of a pattern that leaves out the path: `…:user/*ann`.

    Within an account names of one kind are unique without their path.
    """
    known = {_pathless(arn): arn for arn in arns}
    return tuple(_with_path(one, known.get(one.resource)) for one in observations)


def _with_path(one: Observation, arn: str | None) -> Observation:
    found = one.known is Known.PATTERN and arn
    return msgspec.structs.replace(one, resource=arn, known=Known.EXACT) if found else one


def _pathless(arn: str) -> str:
    """`…:role/teams/deploy` → `…:role/*deploy`."""
    return arn.partition("/")[0] + UNTOLD + arn.rpartition("/")[2]
