"""Amazon Resource Names, taken apart.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

ACCOUNT_DIGITS = 12

IAM_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
"""What IAM accepts as the name of a user, role, group or policy; it means nothing to a shell or a template."""
POLICY_ARN = re.compile(r"arn:[a-z-]+:iam::(\d{12}|aws):policy/[\w+=,.@/-]{1,640}", re.ASCII)
"""ARNs of managed policies of which the same is true, which IAM does not ask of their paths."""


class Arn(NamedTuple):
    """`arn:partition:service:region:account:resource`; the resource keeps its colons and slashes."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @property
    def name(self) -> str:
        """The last part of the resource: `deploy` of `role/teams/deploy`."""
        return self.resource.rpartition("/")[2]


@lru_cache(maxsize=1 << 14)
def parse_arn(text: str) -> Arn | None:
    """The parts of an ARN, or None when the text is not one."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        return None
    return Arn(*parts[1:])


def is_account_id(text: str) -> bool:
    """Whether the text is a twelve-digit account id."""
    return len(text) == ACCOUNT_DIGITS and text.isascii() and text.isdigit()


def account_of(arn: str) -> str:
    """The account id inside an ARN, or "" where it has none."""
    parsed = parse_arn(arn)
    return parsed.account if parsed else ""
