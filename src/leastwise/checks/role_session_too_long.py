"""Sessions that outlive the day: roles whose maximum session is at or above the limit.

Decides from ListRoles, the one list that tells the maximum. AWS allows an hour to twelve hours, which is the default
limit, so "above twelve hours" could never be seen. Roles of Identity Center are left out: AWS always sets theirs to
twelve hours, and the permission set decides. Role chaining caps at one hour whatever the role says, and sessions of
EC2 and other services do not heed it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-settings.html#id_roles_update-session-duration
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.checks.core import Hit, Limits, Said, Unjudged, check, weigh
from leastwise.escalation import standing
from leastwise.results import Evidence, Impact, Likelihood, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, Role

MOST = 43_200


@check(
    title="Role session too long",
    severity=Severity.LOW,
    needs={"iam:GetAccountAuthorizationDetails", "iam:ListRoles"},
    attack="Stolen session credentials stay good until they expire; only a deny on old sessions ends them sooner.",
    fix=("Set the maximum session duration to what one piece of work takes, an hour for most.",),
    cites=("ATT&CK T1550.001", "NIST 800-53 AC-12"),
    impact=Impact.HYGIENE,
    likelihood=Likelihood.CREDENTIAL,
)
def role_session_too_long(account: Account, limits: Limits) -> Iterator[Said]:
    """One hit for each role."""
    for role in account.roles:
        if role.is_reserved:
            continue
        if role.max_session is None:
            yield Unjudged(role.arn, f"ListRoles does not show {role.name}: it may be younger than the list")
        elif role.max_session >= limits.max_session:
            yield _long(account, role, role.max_session)


def _long(account: Account, role: Role, seconds: int) -> Hit:
    strange = f", more than AWS allows ({MOST:,} s)" if seconds > MOST else ""
    return Hit(
        role.subject,
        f"sessions of {role.name} may last {seconds / 3600:g} hours{strange}",
        evidence=(
            Evidence(document=role.arn, pointer="MaxSessionDuration", source="iam:ListRoles", note=f"{seconds} s"),
        ),
        **weigh(Severity.LOW, up={"the role is an administrator": standing(account, role).is_administrator}),
    )
