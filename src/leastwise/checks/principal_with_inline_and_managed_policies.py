"""Privilege creep: inline and managed policies on one principal, where nobody sees the sum.

Decides from the policies of the principal and of its groups; a boundary is no grant and does not count. The mix alone
weighs little: what weighs is which effective actions the inline part adds to the managed one. An inline policy that
only widens the resources of an action adds nothing here. Silent about principals that are denied everything.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from leastwise import catalog
from leastwise.access import Holder, cite_held
from leastwise.account.granted import together
from leastwise.account.model import by_kind
from leastwise.checks.core import Hit, Said, Weight, check, weigh
from leastwise.policy.spoken import less
from leastwise.possible import is_possible, possible_among
from leastwise.results import Impact, Likelihood, Severity
from leastwise.wide import examples, identity_writing, weighty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, Documents


@check(
    title="Inline and managed policies mixed",
    severity=Severity.LOW,
    attack="A grant that hides in an inline policy escapes reviews of managed ones, and outlives the reason for it.",
    fix=("Move what is still needed from the inline policies into a managed one, and delete them.",),
    cites=("CIS AWS 3.0 1.15", "CIS AWS 7.0 2.13", "FSBP IAM.2", "ATT&CK T1098"),
    impact=Impact.HYGIENE,
    likelihood=Likelihood.PRINCIPAL,
)
def principal_with_inline_and_managed_policies(account: Account) -> Iterator[Said]:
    """One hit for each principal with both kinds."""
    for holder in account.holders:
        inline, managed = by_kind(holder)
        if inline and managed:
            added = together(inline) & weighty()
            added = added and less(added, together(managed))
            added = added and possible_among(account, holder, added)
            if added or is_possible(account, holder, catalog.universe().everything):
                yield _mixed(holder, inline, managed, added)


def _mixed(holder: Holder, inline: Documents, managed: Documents, added: int) -> Hit:
    return Hit(
        holder.subject,
        f"{holder.name} holds {len(inline)} inline and {len(managed)} managed policies",
        evidence=tuple([cite_held(holder, document) for document in inline + managed]),
        **_weight(added),
    )


@lru_cache(maxsize=1 << 12)
def _weight(added: int) -> Weight:
    """The severity for what the inline part adds: principals add the same few things."""
    if not added:
        return weigh(Severity.LOW)
    identity = added & identity_writing()
    facts = {
        f"the inline part adds {examples(added)}": True,
        f"among them writing of identities: {examples(identity)}": bool(identity),
    }
    return weigh(Severity.LOW, up=facts)
