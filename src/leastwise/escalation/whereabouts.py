"""In which regions an attacker would try: he chooses where he asks, and a condition on the region only tells him where.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from leastwise import access
from leastwise.account.model import remember

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, Role, User

KEY = "aws:requestedregion"
MOST = 8  # regions that are tried
DEFAULT = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1",
    "eu-north-1", "ca-central-1", "sa-east-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1",
    "ap-northeast-2", "ap-northeast-3",
)  # fmt: skip
"""Open in every account of the partition `aws`."""


def regions(account: Account, source: User | Role) -> tuple[str, ...]:
    """Those that conditions name which bear on the principal, and one that they do not name; none without any."""
    return remember(source, "whereabouts", lambda: _regions(tuple(_values(account, source))))


def _values(account: Account, source: User | Role) -> Iterator[str]:
    for layer in access.must_allow(access.layers_of(account, source)):
        for document in layer.documents:
            for statement in document.statements:
                yield from (v for test in statement.conditions.tests if test.lower_key == KEY for v in test.values)


def _regions(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        return ()
    named = [value for value in values if "*" not in value and "?" not in value]
    alike = [region for region in DEFAULT if any(fnmatchcase(region, value) for value in values)]
    others = [region for region in DEFAULT if region not in alike]
    return tuple(dict.fromkeys((*named[: MOST - 2], *alike[:1], *others[:1])))
