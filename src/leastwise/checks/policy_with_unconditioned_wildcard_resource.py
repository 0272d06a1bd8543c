"""Grants on everything: a statement allows `Resource: "*"`, or what amounts to it, without a condition that bounds it.

Decides for whoever holds the policy, after denies and boundary. Only actions count that could be scoped and do more
than list or describe. A list amounts to `*` when it covers all resources of the action, or all but a few. A condition
bounds if it demands what not everybody meets: not `aws:SecureTransport`, no negation, `…IfExists`, `ForAllValues`,
`Null` or wildcard. A managed policy is named once, one of AWS never; administrators have a check of their own.

https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
"""

from __future__ import annotations

from collections import defaultdict
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from leastwise.access import Holder, cite_held
from leastwise.checks.core import Hit, Said, check
from leastwise.escalation import standing
from leastwise.results import Evidence, Impact, Likelihood, Severity, Subject
from leastwise.wide import Grant, Harm, examples, harm_of, is_unheld, may_grant_widely, wide_alone, wide_grants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, ManagedPolicy
    from leastwise.policy.document import Document

Held = list[tuple[Holder | None, Grant]]
HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
SEVERITY = {Harm.PERMISSIONS: HIGH, Harm.WRITE: MEDIUM, Harm.DATA: MEDIUM, Harm.READ: LOW}


@check(
    title="Wildcard resource without a condition",
    severity=Severity.MEDIUM,
    attack="One stolen credential reaches every resource of the service, not only the ones that the work needs.",
    fix=("Name the resources that the work needs; where that cannot be done, demand a tag, an account or a region.",),
    cites=("FSBP IAM.21", "ATT&CK T1078.004", "NIST 800-53 AC-6"),
    impact=Impact.SUBJECT,
    likelihood=Likelihood.PRINCIPAL,
)
def policy_with_unconditioned_wildcard_resource(account: Account) -> Iterator[Said]:
    """One hit for each managed policy, and one for each inline policy at each who holds it."""
    found: dict[tuple[Holder | ManagedPolicy, Document], Held] = defaultdict(list)
    policies = {arn: policy for arn, policy in account.policies.items() if not policy.is_aws_managed}
    owned = (*(p.document for p in policies.values()), *(d for holder in account.holders for d in holder.inline))
    suspect = may_grant_widely(owned, account.partition)
    for holder in account.holders:
        wide = [d for d in holder.documents if d.policy in suspect and (not d.is_managed or d.arn in policies)]
        if wide and not standing(account, holder).is_administrator:
            for grant in wide_grants(account, holder, wide):
                found[policies.get(grant.document.arn, holder), grant.document].append((holder, grant))
    for policy in policies.values():
        if is_unheld(account, policy):
            for grant in wide_alone(account, policy.document):
                found[policy, policy.document].append((None, grant))
    for (about, document), held in found.items():
        yield _hit(about.subject, document, held)


def _hit(subject: Subject, document: Document, held: Held) -> Hit:
    statements = {grant.statement: holder for holder, grant in held}
    holders = dict.fromkeys(holder.arn for holder, _ in held if holder)
    named = holders if document.is_managed else {}
    actions = reduce(or_, (grant.actions for _, grant in held))
    harm = harm_of(actions)
    return Hit(
        subject,
        f"policy {document.name} allows {examples(actions)} on every resource",
        evidence=(
            *(cite_held(holder, document, statement) for statement, holder in statements.items()),
            *(Evidence(document=arn, name=document.name, note="holds the policy") for arn in named),
        ),
        assumes=held[0][1].assumes if all(grant.assumes for _, grant in held) else (),
        severity=SEVERITY[harm] if holders else Severity.LOW,
        because=harm.value if holders else "nobody holds it",
        discriminator=f"{document.arn} {document.name}",
    )
