"""Whose a resource is, as far as the account can tell, and what AWS therefore says of it in every request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.account.model import remember
from leastwise.arn import is_account_id, parse_arn
from leastwise.policy.derived import context_on

if TYPE_CHECKING:
    from leastwise.account.model import Account
    from leastwise.policy.condition import Context


def on_resource(account: Account, context: Context, action: str, resource: str) -> Context:
    """The context with the keys of the resource's owner, where these are known (rule 17)."""
    owner = known_owner(account, resource)
    return context_on(context, action, owner, organization_of(account, owner)) if owner else context


def known_owner(account: Account, resource: str) -> str:
    """Whose the resource is: by its ARN, or, as that of a bucket tells no account, as one of the account's own.

    "" where it cannot be told, and for what belongs to AWS.
    """
    arn = parse_arn(resource)
    if arn is None or is_account_id(arn.account):
        return arn.account if arn else ""
    buckets = remember(account, "buckets", lambda: frozenset(bucket.name for bucket in account.buckets))
    return account.id if arn.service == "s3" and arn.resource.partition("/")[0] in buckets else ""


def organization_of(account: Account, owner: str) -> str | None:
    """The organization of the owner: its id, "" where it is known to be in none, None where that was not seen."""
    if account.organization and account.is_own(owner):
        return account.organization.id
    return "" if owner == account.id and account.in_organization is False else None
