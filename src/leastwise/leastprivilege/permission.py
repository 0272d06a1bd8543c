"""The permissions that a hop uses, and what would have to go for it to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.access import assume, can, context_of, may, own_layers, possible_actions
from leastwise.account.model import Group, Role, remember
from leastwise.catalog import AccessLevel

if TYPE_CHECKING:
    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.policy.evaluate import Bearing
    from leastwise.results import Used

ASSUME = "sts:assumerole"
PASS = "iam:passrole"  # noqa: S105 - an action of IAM
MISSED = {
    AccessLevel.PERMISSIONS_MANAGEMENT: 1,
    AccessLevel.WRITE: 2,
    AccessLevel.TAGGING: 3,
    AccessLevel.READ: 4,
    AccessLevel.LIST: 5,
}


class Permission(NamedTuple):
    """One permission. A resource that the account does not show is but an example: any of its kind would do."""

    action: str
    resource: str

    @staticmethod
    def of(used: Used) -> Permission:
        """As an edge has it, without its statements."""
        return Permission(used.action, used.resource)

    @property
    def missed(self) -> int:
        """How much it is missed when it is gone, least first: that a role is passed, then what changes permissions."""
        level = catalog.universe().level(self.action)
        return 0 if self.action.lower() == PASS else MISSED[level] if level else 2

    def is_bound(self, account: Account) -> bool:
        """Whether the hop needs the permission on this very resource."""
        return self.resource in _known(account)

    def works(self, account: Account, holder: Holder) -> bool:
        """Whether the principal may have it, where it is bound or else anywhere; a trust may grant it, too."""
        return remember(holder, ("works", self), lambda: self._works(account, holder))

    def _works(self, account: Account, holder: Holder) -> bool:
        role = _known(account).get(self.resource)
        if self.action.lower() == ASSUME and isinstance(role, Role) and not isinstance(holder, Group):
            return assume(account, holder, role).allowed is not False
        bit = catalog.universe().mask(self.action)
        if bit and not bit & possible_actions(account, holder):
            return False  # nowhere at all, which spares the request
        ask = can if self.is_bound(account) else may
        return ask(account, holder, self.action, self.resource if ask is can else "*").allowed is not False

    def grants(self, account: Account, holder: Holder) -> tuple[Bearing, ...]:
        """The Allow statements of its policies that give it: on the resource, or where it is not bound, anywhere."""
        layer, context = own_layers(holder).identity, context_of(account, holder)
        bound = self.is_bound(account)
        return tuple(
            bearing
            for bearing in (layer.bearing(self.action.lower()).allows if layer else ())
            if bearing.statement.conditions.evaluate(context) is not False
            and not (bound and bearing.statement.resources.match(self.resource, context) is False)
        )


def _known(account: Account) -> dict[str, object]:
    """What IAM has in the account, by ARN."""

    def find() -> dict[str, object]:
        profiles = {arn: role for role in account.roles for arn in role.instance_profiles}
        return {**profiles, **account.policies, **{h.arn: h for h in account.holders}}

    return remember(account, "known by arn", find)
