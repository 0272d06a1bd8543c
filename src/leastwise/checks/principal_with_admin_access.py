"""Administrators: users, groups and roles that may do everything, or make themselves able to.

Decides by evaluation, whatever the policies are called: identity-based policies of the principal and its groups, less
denies and boundary, where SCPs leave a way to change permissions. *Full* is every action on every resource;
*equivalent* is enough IAM write on everything to become full in one step. A group is named once with its members, and
each member too.

https://docs.aws.amazon.com/IAM/latest/UserGuide/getting-started-reduce-permissions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.access import PROBE, Holder, cite_held, held_through
from leastwise.account.model import Group, User
from leastwise.checks.core import Hit, Said, check, weigh
from leastwise.escalation import Level, standing
from leastwise.results import Evidence, Impact, Likelihood, Severity
from leastwise.wide import identity_writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account
    from leastwise.policy.document import Document, Statement


@check(
    title="Administrator access",
    severity=Severity.HIGH,
    attack="Whoever gets hold of this principal owns the account: every secret, every bucket, every other identity.",
    fix=(
        "Grant what the work needs instead, and keep administrators few.",
        "Hand administration out for an hour at a time, through roles that ask for MFA.",
    ),
    cites=(
        "CIS AWS 3.0 1.16", "CIS AWS 5.0 1.15", "CIS AWS 6.0 2.15", "CIS AWS 7.0 2.14", "FSBP IAM.1",
        "ATT&CK T1078.004", "ATT&CK T1098.003",
    ),
    impact=Impact.ACCOUNT,
    likelihood=Likelihood.PRINCIPAL,
)  # fmt: skip
def principal_with_admin_access(account: Account) -> Iterator[Said]:
    """One hit for each administrator."""
    for holder in account.holders:
        stands = standing(account, holder)
        if stands.is_administrator:
            word = "a full administrator" if stands.level is Level.FULL else "as good as an administrator"
            grants = tuple(_grants(holder))
            ways = dict.fromkeys(held_through(holder, document) for document, _ in grants)
            active = {"its long-lived credentials are active": isinstance(holder, User) and holder.is_active}
            yield Hit(
                holder.subject,
                f"{holder.name} is {word} {' and '.join(filter(None, ways))}".rstrip() + _members(account, holder),
                evidence=tuple(cite_held(holder, *grant) for grant in grants)
                + tuple(_member_evidence(account, holder)),
                assumes=stands.conditions if not stands.certain else (),
                likelihood=Likelihood.CREDENTIAL if isinstance(holder, User) and holder.is_active else None,
                **weigh(Severity.HIGH, up=active),
            )


def _grants(holder: Holder) -> Iterator[tuple[Document, Statement]]:
    """The statements that allow anything at all, or writing of identities, on everything."""
    for document in holder.documents:
        for s in document.statements:
            if s.allows and s.everywhere and (s.actions.match(PROBE) or s.actions.mask & identity_writing()):
                yield document, s


def _members(account: Account, holder: Holder) -> str:
    names = [user.name for user in account.members(holder)] if isinstance(holder, Group) else []
    return f"; its members: {', '.join(names)}" if names else ""


def _member_evidence(account: Account, holder: Holder) -> Iterator[Evidence]:
    for user in account.members(holder) if isinstance(holder, Group) else ():
        yield Evidence(document=user.arn, pointer="GroupList", note=f"member of {holder.name}")
