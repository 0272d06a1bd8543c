"""Passwords anyone might guess: the account's password policy is missing or weak. One finding names each shortfall.

Decides from the password policy; without one AWS's default holds (eight characters of three kinds, no expiry). Length
and reuse follow CIS; age and kinds of characters left CIS with version 1.4 and weigh little. Where nobody has a
password the policy binds nobody: the severity is then information only. It cannot see what passwords are.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.checks.core import Hit, Said, check
from leastwise.results import Evidence, Impact, Likelihood, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, PasswordPolicy

LENGTH = 14
REMEMBERED = 24
AGE = 90


@check(
    title="Weak password policy",
    severity=Severity.MEDIUM,
    needs={"iam:GetAccountPasswordPolicy"},
    refines={"iam:GetCredentialReport"},
    attack="Short or reused passwords fall to guessing and to lists of passwords leaked elsewhere.",
    fix=(
        f"Set a password policy: at least {LENGTH} characters and the last {REMEMBERED} passwords refused.",
        "Better, let people sign in through an identity provider, which has a policy of its own.",
    ),
    cites=(
        "CIS AWS 3.0 1.8", "CIS AWS 3.0 1.9", "CIS AWS 5.0 1.7", "CIS AWS 5.0 1.8", "CIS AWS 6.0 2.7",
        "CIS AWS 6.0 2.8", "CIS AWS 7.0 2.8", "CIS AWS 7.0 2.9", "FSBP IAM.7", "FSBP IAM.10", "FSBP IAM.15",
        "FSBP IAM.16", "ATT&CK T1110",
    ),
    impact=Impact.HYGIENE,
    likelihood=Likelihood.OUTSIDER,
)  # fmt: skip
def password_policy_weak(account: Account) -> Iterator[Said]:
    """At most one hit, about the account."""
    policy = account.password_policy
    shortfalls = _shortfalls(policy) if policy else ()
    if policy and shortfalls:
        unseen = account.has_gap("iam:GetCredentialReport")
        unused = not unseen and not any(user.has_password for user in account.users)
        mild = policy.minimum_length >= LENGTH
        text = "AWS's default holds: " if policy.is_default else ""
        yield Hit(
            account.subject,
            f"the password policy is weak: {text}{', '.join(shortfalls)}",
            evidence=(Evidence(document=account.arn, source="iam:GetAccountPasswordPolicy", name="password policy"),),
            assumes=("some user has a password: no credential report was seen",) if unseen else (),
            severity=Severity.INFO if unused else Severity.LOW if mild else None,
            because="nobody has a password" if unused else "the length is right" if mild else "",
        )


def _shortfalls(policy: PasswordPolicy) -> tuple[str, ...]:
    wanted = {
        "upper-case": policy.uppercase,
        "lower-case": policy.lowercase,
        "digit": policy.numbers,
        "symbol": policy.symbols,
    }
    missing = [kind for kind, asked in wanted.items() if not asked]
    faults = {
        f"passwords of {policy.minimum_length} characters are enough": policy.minimum_length < LENGTH,
        f"{policy.reuse_prevention or 'no'} former passwords are refused": policy.reuse_prevention < REMEMBERED,
        "passwords never expire": not policy.max_age,
        f"passwords last {policy.max_age} days": policy.max_age > AGE,
        f"no {' or '.join(missing)} is asked for": bool(missing) and not policy.is_default,
        "users may not change their own": not policy.change_own,
    }
    return tuple(text for text, holds in faults.items() if holds)
