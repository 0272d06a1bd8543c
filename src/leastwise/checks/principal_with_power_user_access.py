"""Power users: everything except identity, on every resource, as AWS's PowerUserAccess gives it.

Decides by evaluation, whatever the policies are called: what the principal is allowed on everything, less what is
denied there and what its boundary leaves out, is held against the broad statement of PowerUserAccess. A tenth of its
actions may be missing, since a few denied ones change little. Administrators are not meant again; what a power user
could become by passing a role is for `principal_can_escalate`.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/PowerUserAccess.html
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from leastwise import catalog
from leastwise.access import allowed_on_everything, cite_held, held_through, probe
from leastwise.account.granted import at_most
from leastwise.checks.core import Hit, Said, check
from leastwise.escalation import standing
from leastwise.policy.document import Policy, parse
from leastwise.results import Impact, Likelihood, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.access import Holder
    from leastwise.account.model import Account

ENOUGH = 0.9


@check(
    title="Power user access",
    severity=Severity.HIGH,
    attack="Whoever gets hold of this principal reads all data and stops, changes or deletes every workload.",
    fix=("Grant the services that the work needs, on its own resources.",),
    cites=("ATT&CK T1078.004", "NIST 800-53 AC-6"),
    impact=Impact.SENSITIVE,
    likelihood=Likelihood.PRINCIPAL,
)
def principal_with_power_user_access(account: Account) -> Iterator[Said]:
    """One hit for each power user."""
    enough = ENOUGH * _power().bit_count()
    for holder in account.holders:
        if _is_power_user(account, holder, enough) and not standing(account, holder).is_administrator:
            yield _hit(account, holder)


def _is_power_user(account: Account, holder: Holder, enough: float) -> bool:
    hopeful = at_most(holder.documents) >= enough  # spares nearly everyone the arithmetic
    return hopeful and (allowed_on_everything(account, holder, sure=False) & _power()).bit_count() >= enough


def _hit(account: Account, holder: Holder) -> Hit:
    broad = [
        (document, s)
        for document in holder.documents
        for s in document.statements
        if s.allows and s.everywhere and s.actions.mask & _power()
    ]
    ways = filter(None, dict.fromkeys(held_through(holder, document) for document, _ in broad))
    return Hit(
        holder.subject,
        f"{holder.name} may do everything but manage identities {' and '.join(ways)}".rstrip(),
        evidence=tuple(cite_held(holder, *grant) for grant in broad),
        assumes=probe(account, holder).conditions,
    )


@cache
def _power() -> int:
    """What the broad statement of PowerUserAccess allows."""
    policy = parse(catalog.managed_policy("PowerUserAccess") or b"")
    masks = [s.actions.mask for s in policy.statements if s.allows] if isinstance(policy, Policy) else [0]
    return max(masks, key=int.bit_count)
