"""The organization this account belongs to, as far as a member may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leastwise.collect.query import Paging, Part, Query, answer

if TYPE_CHECKING:
    from leastwise.collect.session import Aws

NONE = frozenset({"AWSOrganizationsNotInUseException"})
ORGANIZATION = Query("organizations:DescribeOrganization", singles=("Organization",), absent=NONE)
ACCOUNTS = Query(
    "organizations:ListAccounts", lists=("Accounts",), paging=Paging("NextToken", "NextToken"), absent=NONE
)


def organization(aws: Aws) -> Part:
    """The organization and its accounts. Listing them is usually denied to a member account: a gap."""
    described = answer(aws, ORGANIZATION)
    seen: dict[str, Any] | None = described.calls.get(ORGANIZATION.call)
    if seen is not None and seen["Organization"] is None:
        return Part({**described.calls, ACCOUNTS.call: {"Accounts": []}})
    accounts = answer(aws, ACCOUNTS)
    return Part({**described.calls, **accounts.calls}, described.failures + accounts.failures)
