"""Hops from one account into another: the caller's own policies and the role's trust must both say yes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise import access
from leastwise.account.model import Account, Role, remember
from leastwise.escalation.claims import Proof, decide
from leastwise.escalation.graph import Graph, Hop, Node, trusted
from leastwise.escalation.method import ASSUME_ROLE, of_shape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from leastwise.access import Facts
    from leastwise.account.model import User
    from leastwise.policy.evaluate import Answer


class Admission(msgspec.Struct, frozen=True, eq=False):
    """A role of another account lets the caller assume it."""

    account: Account
    role: Role

    def allowed(self, account: Account, source: User | Role) -> bool | None:
        """As the engine says. `account` is the caller's."""
        return self._ask(account, source).allowed

    def _ask(self, account: Account, source: User | Role) -> Answer:
        return remember(source, ("assumes", self.role), lambda: assume(account, source, self.account, self.role))

    def answers(self, account: Account, source: User | Role) -> tuple[Proof, ...]:
        """The one answer, with the statements of both sides."""
        return (Proof(self._ask(account, source)),)


def assume(home: Account, source: User | Role, account: Account, role: Role) -> Answer:
    """May the principal of `home` assume the role of the other account?

    The SCPs are those of the principal's account, the RCPs those of the role's.
    """
    layers = msgspec.structs.replace(
        access.layers_of(home, source), rcps=access.guards_of(account, role), resource=access.trust_layer(role)
    )
    asked = access.request(home, source, ASSUME_ROLE, role.arn, facts=_sisterhood(home, account))
    return access.settled(msgspec.structs.replace(asked, resource_account=account.id), layers)


def _sisterhood(home: Account, account: Account) -> Facts:
    """The organization of a caller whose own account does not tell it, where the role's lists that account."""
    organization = account.organization
    if home.in_organization is not None or organization is None or home.id not in (organization.accounts or ()):
        return {}
    return {"aws:PrincipalOrgID": organization.id}


def into(graphs: Mapping[str, Graph], target: Node, done: Collection[Node]) -> Iterator[Hop]:
    """The hops by which principals of the other accounts, who are not done yet, become the role."""
    role = target.what
    if not isinstance(role, Role) or target.changed:
        return
    names, everyone = trusted(target.account, role)
    for graph in graphs.values():
        if graph.account is target.account:
            continue
        whole = everyone or graph.account.arn in names
        if whole or not graph.by_arn.keys().isdisjoint(names):
            for node in graph.holding(ASSUME_ROLE, role.arn):
                if node not in done and (whole or node.arn in names):
                    yield from crossing(node, target, role)


def crossing(node: Node, target: Node, role: Role) -> Iterator[Hop]:
    """The one hop, where both sides agree."""
    (method,) = of_shape("assume")
    claims = (Admission(target.account, role),)
    truth = decide(claims, node.account, node.holder)
    if truth is not False:
        yield Hop(node, target, method, subject=role.subject, claims=claims, certain=truth is True)
