"""Where a document can be changed, whom that meets, and whether it may be touched at all."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from leastwise.account.model import Group, Role, User, remember
from leastwise.leastprivilege.ground import sharers
from leastwise.scope import spared

if TYPE_CHECKING:
    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.policy.document import Document


class Place(StrEnum):
    """The kinds of place. AWS's own policies cannot be changed, only replaced where they are attached."""

    INLINE = "inline policy"
    MANAGED = "managed policy"
    ATTACHED = "AWS-managed policy"
    TRUST = "trust policy"
    ADDED = "new inline policy"


class Site(NamedTuple):
    """One place: whose it is (for a managed policy nobody's, "") and the policy's name, or ARN where it has one."""

    place: Place
    holder: str
    policy: str = ""

    @property
    def subject(self) -> str:
        """The ARN that a change of it is about."""
        return self.holder or self.policy


def holders(account: Account) -> dict[str, Holder]:
    """All holders by ARN."""
    return remember(account, "holders by arn", lambda: {h.arn: h for h in account.holders})


def site_of(source: Holder, document: Document) -> Site | None:
    """Where the document that bears on the principal can be changed; None where it would have to be in two places."""
    if not document.is_managed:
        return Site(Place.INLINE, document.arn, document.name)
    if ":iam::aws:" not in document.arn:
        return Site(Place.MANAGED, "", document.arn)
    groups = source.groups if isinstance(source, User) else ()
    attached = [h for h in (source, *groups) if document in h.attached]
    return Site(Place.ATTACHED, attached[0].arn, document.arn) if len(attached) == 1 else None


def document_at(account: Account, site: Site) -> Document | None:
    """The document that stands there now."""
    if site.place is Place.MANAGED:
        policy = account.policies.get(site.policy)
        return policy.document if policy else None
    holder = holders(account).get(site.holder)
    if holder is None or site.place is Place.ADDED:
        return None
    if site.place is Place.TRUST:
        return holder.trust if isinstance(holder, Role) else None
    if site.place is Place.INLINE:
        return next((d for d in holder.inline if d.name == site.policy), None)
    return next((d for d in holder.attached if d.arn == site.policy), None)


def met_by(account: Account, site: Site) -> tuple[Holder, ...]:
    """All whose permissions, or for a trust policy whose callers, a change there meets: group members, too."""
    arns = (site.holder,) if site.holder else sharers(account, site.policy)
    direct = [holders(account)[arn] for arn in arns if arn in holders(account)]
    members = (user for holder in direct if isinstance(holder, Group) for user in account.members(holder))
    return tuple({h.arn: h for h in (*direct, *members)}.values())


def is_untouchable(account: Account, site: Site) -> bool:
    """Whether a change there would meet someone exempt, or someone whose policies AWS owns."""
    return remember(account, ("untouchable", site), lambda: any(map(is_spared, met_by(account, site))))


def is_spared(holder: Holder) -> bool:
    """Whether no fix ever touches the principal."""
    return bool(spared(holder))
