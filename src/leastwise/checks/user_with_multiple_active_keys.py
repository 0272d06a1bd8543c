"""Two keys where one would do: users with more than one active access key.

Decides from the credential report. Two keys are right while one replaces the other, so the severity is lower as long
as the newer is at most the rotation grace old. Whether a key is in use is for `user_inactive` and for people to say.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html#Using_RotateAccessKey
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.checks.core import Hit, Limits, Said, check, not_in_report, report_says, weigh
from leastwise.results import Impact, Likelihood, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, User


@check(
    title="Several active access keys",
    severity=Severity.MEDIUM,
    needs={"iam:GetAccountAuthorizationDetails", "iam:GetCredentialReport"},
    attack="A second key is a second secret to leak, and one that an intruder adds goes unnoticed among them.",
    fix=("Find out which key is used (its last-used date tells), deactivate the other, and delete it.",),
    cites=("CIS AWS 3.0 1.13", "CIS AWS 5.0 1.12", "CIS AWS 6.0 2.12", "ATT&CK T1098.001"),
    impact=Impact.HYGIENE,
    likelihood=Likelihood.CREDENTIAL,
)
def user_with_multiple_active_keys(account: Account, limits: Limits) -> Iterator[Said]:
    """One hit for each user."""
    yield from not_in_report(account)
    for user in account.users:
        if len(user.active_keys) > 1:
            yield _several(account, user, limits.rotation_grace)


def _several(account: Account, user: User, grace: int) -> Hit:
    ages = [account.days_since(key.rotated) for key in user.active_keys if key.rotated]
    newest = min(ages, default=grace + 1)
    return Hit(
        user.subject,
        f"{user.name} has {len(user.active_keys)} active access keys",
        evidence=tuple(report_says(user, f"access_key_{key.slot}_active", "true") for key in user.active_keys),
        **weigh(
            Severity.MEDIUM, down={f"a rotation may be going on: the newer key is {newest} days old": newest <= grace}
        ),
    )
