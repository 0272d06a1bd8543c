"""Zombie roles: made long ago, and no use recorded within the limit.

Decides from the authorization details: made strictly more than `--inactive-after` whole days ago, and last used as
long ago or not at all. AWS keeps track of the last 400 days, so no use on record is not "never". A role that runs once
a year looks like one that nobody needs.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleLastUsed.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.checks.core import Hit, Limits, Said, Unjudged, check, weigh
from leastwise.escalation import standing
from leastwise.exposure import role_exposures
from leastwise.results import Evidence, Impact, Likelihood, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, Role

WINDOW = 400


@check(
    title="Inactive role",
    severity=Severity.MEDIUM,
    attack="Nobody watches a forgotten role: who may assume it, or finds a workload that bears it, has it for himself.",
    fix=(
        "Ask the owner, then deny everything to the role for a month.",
        "Delete it when nobody has missed it.",
    ),
    cites=("ATT&CK T1078.004", "NIST 800-53 AC-2(3)"),
    impact=Impact.SUBJECT,
    likelihood=Likelihood.PRINCIPAL,
)
def role_inactive(account: Account, limits: Limits) -> Iterator[Said]:
    """One hit for each role that sleeps."""
    for role in account.roles:
        if role.created is None:
            yield Unjudged(role.arn, f"it is not known when {role.name} was made")
        elif account.days_since(max(role.created, role.last_used or role.created)) > limits.inactive_after:
            yield _asleep(account, role)


def _asleep(account: Account, role: Role) -> Hit:
    used = role.last_used
    idle = f"for {account.days_since(used)} days" if used else f"on record, which goes back {WINDOW} days"
    facts = {
        "the role is an administrator": standing(account, role).is_administrator,
        "outsiders may assume it": bool(role_exposures(account, role)),
    }
    return Hit(
        role.subject,
        f"{role.name} shows no use {idle}",
        evidence=(
            Evidence(document=role.arn, pointer="RoleLastUsed", note=used.date().isoformat() if used else "none"),
        ),
        **weigh(Severity.MEDIUM, up=facts, top=Severity.HIGH),
    )
