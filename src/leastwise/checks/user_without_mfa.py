"""Passwords and keys that stand alone: users who can act without any MFA device.

Decides from the credential report. A password without MFA weighs most. A user with keys only needs MFA as well where
its policies are to ask for it; if they deny everything without MFA, the enrolment of a device included, the key alone
is worthless and the severity is lower. Silent about federated sign-in, about service-specific credentials, which know
no MFA, and about the root user.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.access import PROBE, without_mfa
from leastwise.checks.core import Hit, Said, check, not_in_report, report_says, weigh
from leastwise.escalation import standing
from leastwise.policy.evaluate import Outcome
from leastwise.results import Impact, Likelihood, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, User

ENROLMENT = ("iam:EnableMFADevice", "iam:DeactivateMFADevice")


@check(
    title="User without MFA",
    severity=Severity.HIGH,
    needs={"iam:GetAccountAuthorizationDetails", "iam:GetCredentialReport"},
    attack="A guessed, phished or reused password, or a leaked key, is all it takes to act as the user.",
    fix=(
        "Enrol an MFA device for the user, best a passkey or a security key.",
        "Deny everything but MFA set-up where BoolIfExists aws:MultiFactorAuthPresent is false.",
        "Better, let people sign in through an identity provider and take the password away.",
    ),
    cites=(
        "CIS AWS 3.0 1.10", "CIS AWS 5.0 1.9", "CIS AWS 6.0 2.9", "CIS AWS 7.0 2.10", "FSBP IAM.5", "FSBP IAM.19",
        "ATT&CK T1078.004", "ATT&CK T1110",
    ),
    impact=Impact.SUBJECT,
    likelihood=Likelihood.CREDENTIAL,
)  # fmt: skip
def user_without_mfa(account: Account) -> Iterator[Said]:
    """One hit for each user."""
    yield from not_in_report(account)
    for user in account.users:
        if user.login and not user.login.mfa and (user.has_password or user.active_keys):
            yield _alone(account, user)


def _alone(account: Account, user: User) -> Hit:
    administrator = {"the user is an administrator": standing(account, user).is_administrator}
    mfa = report_says(user, "mfa_active", "false")
    if user.has_password:
        return Hit(
            user.subject,
            f"{user.name} signs in to the console with a password alone",
            evidence=(mfa, report_says(user, "password_enabled", "true")),
            likelihood=Likelihood.OUTSIDER if administrator["the user is an administrator"] else None,
            **weigh(Severity.HIGH, up=administrator),
        )
    keys = (report_says(user, f"access_key_{key.slot}_active", "true") for key in user.active_keys)
    denied = without_mfa(account, user, PROBE).outcome is Outcome.EXPLICITLY_DENIED
    worthless = denied and all(without_mfa(account, user, a, user.arn).allowed is False for a in ENROLMENT)
    return Hit(
        user.subject,
        f"{user.name} has access keys and no MFA device",
        evidence=(mfa, *keys),
        **weigh(Severity.MEDIUM, up=administrator, down={"its policies deny everything without MFA": worthless}),
    )
