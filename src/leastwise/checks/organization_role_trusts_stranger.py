"""A famous name in strange hands: `OrganizationAccountAccessRole` trusts more than the management account.

AWS Organizations makes this role in every account it creates, as administrator, for the management account alone; the
other checks therefore spare it. The name is free for anyone to use. Decides from the trust policy and the organization;
conditions are not weighed. Silent where the account is in no organization.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.access import cite
from leastwise.arn import is_account_id, parse_arn
from leastwise.checks.core import Hit, Said, Unjudged, check
from leastwise.results import Impact, Likelihood, Severity
from leastwise.scope import ORGANIZATION_ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, Role
    from leastwise.policy.document import Statement


@check(
    title="Organization role trusts a stranger",
    severity=Severity.CRITICAL,
    refines={"organizations:DescribeOrganization"},
    attack="Under a name that every audit spares, the stranger assumes an administrator's role.",
    fix=("Let the role trust the management account alone, or delete it.",),
    cites=("ATT&CK T1199", "ATT&CK T1078.004"),
    impact=Impact.ACCOUNT,
    likelihood=Likelihood.OUTSIDER,
    spares_exempt=False,
)
def organization_role_trusts_stranger(account: Account) -> Iterator[Said]:
    """At most one hit: names are unique in an account."""
    for role in account.roles:
        if role.name != ORGANIZATION_ROLE or account.in_organization is False:
            continue
        if account.organization is None:
            yield Unjudged(role.arn, "whether it trusts the management account: the organization could not be seen")
        else:
            yield from _strange(role, account.organization.management_account)


def _strange(role: Role, management: str) -> Iterator[Hit]:
    strangers = {name: s for s in role.trust.statements for name in _trusted(s) if _account(name) != management}
    if strangers:
        yield Hit(
            role.subject,
            f"{role.name} trusts {', '.join(strangers)}, not the management account {management} alone",
            evidence=tuple(cite(role.trust, statement) for statement in strangers.values()),
        )


def _trusted(statement: Statement) -> tuple[str, ...]:
    principals = statement.principals
    if principals is None or not statement.allows:
        return ()
    if principals.negated or principals.everyone:
        return ("anyone",)
    living = filter(_account, principals.aws)  # the bare id of a deleted principal is nobody's any more
    return (*living, *principals.services, *principals.federated)


def _account(name: str) -> str:
    parsed = parse_arn(name)
    return name if is_account_id(name) else parsed.account if parsed else ""
