"""Keys that were never changed: active access keys older than the limit, one finding for each key.

Decides from the credential report: whole days since the key was made, strictly more than `--max-key-age`. An inactive
key cannot sign anything and is not looked at. The report does not say who holds copies of the secret.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html#Using_RotateAccessKey
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.checks.core import Hit, Limits, Said, Unjudged, check, not_in_report, report_says, weigh
from leastwise.escalation import standing
from leastwise.results import Impact, Likelihood, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import AccessKey, Account, User

LONG = 365


@check(
    title="Access key older than the limit",
    severity=Severity.MEDIUM,
    needs={"iam:GetAccountAuthorizationDetails", "iam:GetCredentialReport"},
    attack="A key that leaked into code, a log or a laptop years ago still signs requests as the user.",
    fix=(
        "Create a second key, move the workload to it, deactivate the old key and delete it some days later.",
        "Better, give the workload a role: temporary credentials leave nothing to rotate.",
    ),
    cites=(
        "CIS AWS 3.0 1.14", "CIS AWS 5.0 1.13", "CIS AWS 6.0 2.13", "CIS AWS 7.0 2.12", "FSBP IAM.3",
        "ATT&CK T1078.004", "ATT&CK T1552",
    ),
    impact=Impact.SUBJECT,
    likelihood=Likelihood.CREDENTIAL,
)  # fmt: skip
def key_older_than_limit(account: Account, limits: Limits) -> Iterator[Said]:
    """One hit for each old key."""
    yield from not_in_report(account)
    for user in account.users:
        for key in user.active_keys:
            if key.rotated is None:
                yield Unjudged(user.arn, f"the credential report does not say when key {key.slot} was made")
            elif account.days_since(key.rotated) > limits.max_key_age:
                yield _old(account, user, key, account.days_since(key.rotated))


def _old(account: Account, user: User, key: AccessKey, age: int) -> Hit:
    facts = {
        f"older than {LONG} days": age > LONG,
        "never used since it was made": key.last_used is None,
        "the user is an administrator": standing(account, user).is_administrator,
    }
    return Hit(
        user.subject,
        f"access key {key.slot} of {user.name} is active and {age} days old",
        evidence=(report_says(user, f"access_key_{key.slot}_last_rotated", f"{key.rotated:%Y-%m-%d}"),),
        discriminator=str(key.slot),
        **weigh(Severity.MEDIUM, up=facts, top=Severity.HIGH),
    )
