"""Doors to other accounts: a role's trust lets in a foreign account, user or role, or anyone, without ExternalId.

Decides from the trust policy, each principal judged alone. Foreign is whoever is not of this account or, where its
organization is known, of that. Silent are an exact `sts:ExternalId`, the own organization and own accounts; other
fixed bounds and MFA lower the severity; negations, `…IfExists`, `Null`, `ForAllValues` and wildcards count for nothing.
Services and identity providers are not looked at here, nor the ids of deleted principals, which nobody can be again.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.access import cite
from leastwise.checks.core import Hit, Said, Unjudged, check, weigh
from leastwise.escalation import standing
from leastwise.exposure import by_outsider, role_exposures
from leastwise.policy.document import Unparsed
from leastwise.results import Impact, Likelihood, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.account.model import Account, Role
    from leastwise.exposure import Exposure, Outsider


@check(
    title="Role open to another account without ExternalId",
    severity=Severity.HIGH,
    refines={"organizations:DescribeOrganization"},
    attack=(
        "An outsider has the trusted party assume the role in his stead (the confused deputy), or takes over anyone in "
        "the trusted account and walks in."
    ),
    fix=(
        "Ask for an ExternalId that only this account and the third party know: StringEquals sts:ExternalId.",
        "For accounts of your own organization, demand its id: StringEquals aws:PrincipalOrgID.",
        "Name the one role that needs the access in place of its whole account, and delete what nobody uses.",
    ),
    cites=("ATT&CK T1199", "ATT&CK T1078.004", "NIST 800-53 AC-3", "NIST 800-53 AC-17"),
    impact=Impact.SUBJECT,
    likelihood=Likelihood.OUTSIDER,
)
def trust_cross_account_without_external_id(account: Account) -> Iterator[Said]:
    """One hit for each outsider whom a role trusts."""
    for role in account.roles:
        if isinstance(role.trust.policy, Unparsed):
            yield Unjudged(role.arn, f"the trust policy of {role.name} cannot be read: {role.trust.policy.reason}")
        for outsider, found in by_outsider(role_exposures(account, role)).items():
            yield _open(account, role, outsider, found)


def _open(account: Account, role: Role, outsider: Outsider, found: Iterable[Exposure]) -> Hit:
    easiest = min(found, key=lambda exposure: (len(exposure.assumes), len(exposure.bounds)))
    facts = {
        "anyone is trusted": easiest.is_public,
        "the role is an administrator": standing(account, role).is_administrator,
    }
    return Hit(
        role.subject,
        f"{role.name} lets {outsider.text} in without an ExternalId",
        evidence=tuple(cite(role.trust, exposure.statement) for exposure in found),
        assumes=easiest.assumes,
        discriminator=outsider.name,
        likelihood=Likelihood.ANYONE if easiest.is_public else None,
        **weigh(Severity.HIGH, up=facts, down={f"only where {easiest.bounded_by}": bool(easiest.bounds)}),
    )
