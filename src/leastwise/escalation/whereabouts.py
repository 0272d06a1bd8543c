"""In which regions an attacker would try: he chooses where he asks, and a condition on the region only tells him where.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise import access
from leastwise.account.model import remember

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, Role, User

KEY = "aws:requestedregion"
MOST = 20  # regions that are tried
DEFAULT = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1",
    "eu-north-1", "ca-central-1", "sa-east-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1",
    "ap-northeast-2", "ap-northeast-3",
)  # fmt: skip
"""Open in every account of the partition `aws`; the others of it have to be opened first."""
OTHERS = (
    "af-south-1", "ap-east-1", "ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
    "ap-southeast-6", "ap-southeast-7", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1",
    "me-central-1", "me-south-1", "mx-central-1",
)  # fmt: skip


class Whereabouts(NamedTuple):
    """Regions, one for each way in which the conditions tell regions apart, and whether no other way is left."""

    regions: tuple[str, ...] = ()
    is_all: bool = False


def whereabouts(account: Account, source: User | Role) -> Whereabouts:
    """Where conditions that bear on the principal make a difference; nowhere in particular without any."""

    def find() -> Whereabouts:
        found = representatives(tuple(dict.fromkeys(_values(account, source))))
        return Whereabouts(found[:MOST], len(found) <= MOST and account.partition == "aws")

    return remember(source, "whereabouts", find)


def _values(account: Account, source: User | Role) -> Iterator[str]:
    for layer in access.must_allow(access.layers_of(account, source)):
        for document in layer.documents:
            for statement in document.statements:
                yield from (v for test in statement.conditions.tests if test.lower_key == KEY for v in test.values)


@cache
def representatives(values: tuple[str, ...]) -> tuple[str, ...]:
    """Of the regions that the same of these values match, one: those that are named, then those that are open."""
    named = [value for value in values if "*" not in value and "?" not in value]
    alike: dict[tuple[bool, ...], str] = {}
    for region in (*named, *DEFAULT, *OTHERS) if values else ():
        alike.setdefault(tuple(fnmatchcase(region, value) for value in values), region)
    return tuple(alike.values())
