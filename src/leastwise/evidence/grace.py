"""What was granted too lately to have been used: the grace of new grants.

Known for the customer's managed policies alone, whose versions have dates. When a policy was attached, or an inline one
was written, AWS does not tell.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.account.granted import together
from leastwise.account.model import remember

if TYPE_CHECKING:
    from datetime import datetime

    from leastwise.account.model import Account, ManagedPolicy
    from leastwise.policy.document import Document


def young(account: Account, document: Document, days: int) -> int:
    """The actions that a policy has granted for fewer days than these, as bits."""
    policy = account.policies.get(document.arn)
    if policy is None or policy.is_aws_managed:
        return 0
    return remember(account, ("granted lately", document.arn, days), lambda: _young(account, policy, days))


def _young(account: Account, policy: ManagedPolicy, days: int) -> int:
    written = policy.written.get(policy.default_version)
    if written is None or account.days_since(written) >= days:
        return 0
    before = [(at, version) for version, at in policy.written.items() if account.days_since(at) >= days]
    old = together((policy.versions[max(before)[1]],)) if before else 0
    return together((policy.document,)) & ~old


def since(account: Account, document: Document) -> datetime | None:
    """When the version of the policy that is in force was written, where that is known."""
    policy = account.policies.get(document.arn)
    return policy.written.get(policy.default_version) if policy else None
