"""Zombie users: each enabled credential has gone unused for longer than the limit.

Decides from the credential report: password and both keys, whole days strictly more than `--inactive-after`; what was
never used counts from when it was made. AWS does not say when service-specific credentials were used, so beside one, or
where they could not be listed, the finding is conditional. Users without an enabled credential or too young are spared.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_finding-unused.html
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from leastwise.checks.core import Hit, Limits, Said, check, not_in_report, report_says, weigh
from leastwise.escalation import standing
from leastwise.results import Evidence, Impact, Likelihood, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, Login, User


SERVICE = "iam:ListServiceSpecificCredentials"
Uses = dict[Evidence, datetime | None]


@check(
    title="Inactive user",
    severity=Severity.MEDIUM,
    needs={"iam:GetAccountAuthorizationDetails", "iam:GetCredentialReport"},
    refines={SERVICE},
    attack="Nobody misses a forgotten user: an intruder who finds its password or key can use it for months.",
    fix=("Remove the password, deactivate the keys, and delete the user when nobody has missed it for a month.",),
    cites=(
        "CIS AWS 3.0 1.12", "CIS AWS 5.0 1.11", "CIS AWS 6.0 2.11", "CIS AWS 7.0 2.11", "FSBP IAM.8", "FSBP IAM.22",
        "ATT&CK T1078.004",
    ),
    impact=Impact.SUBJECT,
    likelihood=Likelihood.CREDENTIAL,
)  # fmt: skip
def user_inactive(account: Account, limits: Limits) -> Iterator[Said]:
    """One hit for each user whose credentials all sleep."""
    yield from not_in_report(account)
    for user in account.users:
        if user.login and user.is_active:
            uses = dict(_uses(user, user.login))
            idle = account.days_since(max(filter(None, (user.created, *uses.values())), default=account.now))
            if idle > limits.inactive_after:
                yield _asleep(account, user, uses, idle)


def _uses(user: User, login: Login) -> Iterator[tuple[Evidence, datetime | None]]:
    """Where the last sign of use of each credential stands, and its moment; else when the credential was made."""
    if login.has_password:
        yield report_says(user, "password_last_used"), login.password_last_used or login.password_changed
    for key in login.active_keys:
        yield report_says(user, f"access_key_{key.slot}_last_used_date"), key.last_used or key.rotated
    for credential in user.active_service_credentials:
        yield Evidence(document=user.arn, source=SERVICE, name=credential.id), credential.created


def _asleep(account: Account, user: User, uses: Uses, days: int) -> Hit:
    hidden = [f"the {c.service} credential {c.id} is not in use" for c in user.active_service_credentials]
    traceless = {"the one kind of credential leaves no trace of use": len(hidden) == len(uses)}
    administrator = {"the user is an administrator": standing(account, user).is_administrator}
    if user.service_credentials is None:
        hidden.append(f"{user.name} has no service-specific credential: they could not be listed")
    return Hit(
        user.subject,
        f"no enabled credential of {user.name} shows any use for {days} days",
        evidence=tuple(uses),
        assumes=tuple(hidden),
        **weigh(Severity.MEDIUM, up=administrator, down=traceless),
    )
