"""A change on paper: one policy document, before and after, within AWS's quotas."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise.access import context_of, possible_actions
from leastwise.account.model import Role, remember
from leastwise.leastprivilege.closing import Cut, close
from leastwise.leastprivilege.draft import Draft, Page
from leastwise.leastprivilege.ground import Ground
from leastwise.leastprivilege.naming import PREFIX, free_names, policy_names
from leastwise.leastprivilege.packing import INLINE_QUOTA, MANAGED_QUOTA, TRUST_QUOTA, Body, body_of, size_of
from leastwise.leastprivilege.permission import PASS
from leastwise.policy.condition import Context
from leastwise.policy.document import Policy
from leastwise.remedy.sites import Place, Site, document_at, holders, met_by
from leastwise.remedy.trust import narrowed_trust, with_condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.policy.document import Document
    from leastwise.remedy.causes import Demand

VERSION = "2012-10-17"
LONGEST_SCAN = 50  # holders of a shared policy whose services are looked at before every role may be passed on
PASSED_TO = "iam:PassedToService"


class Kind(StrEnum):
    """What is done to the document, the narrowest last resort at the end."""

    REMOVE = "remove permission"
    SCOPE = "scope resource"
    CONDITION = "add condition"
    TRUST = "narrow trust"
    DENY = "add deny"


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """One document before and after. None: there is none.

    `name` is what an inline policy, or the copy that replaces a policy of AWS, is called; `managed` tells that the
    copy becomes a managed policy, being too long for an inline one.
    """

    site: Site
    kind: Kind
    before: Body | None
    after: Body | None
    name: str = ""
    managed: bool = False

    @property
    def size(self) -> int:
        """Characters of the new document as AWS counts them."""
        return size_of(self.after) if self.after else 0


class _Body(NamedTuple):
    kind: Kind
    after: Body | None


def amend(account: Account, site: Site, demands: Iterable[Demand]) -> Amendment | None:
    """The document at the place, changed so that none of the demanded is granted there any more.

    None where that cannot be written there: it cannot be read, it is not the cause, or AWS's quota is too small.
    """
    wanted = sorted(set(demands))
    document = document_at(account, site)
    if site.place is Place.ADDED:
        return _added(account, site, wanted)
    if document is None or not isinstance(document.policy, Policy):
        return None
    written = _trust(account, site, wanted) if site.place is Place.TRUST else _granting(account, site, wanted)
    if written is None or written.after == document.policy.source:
        return None
    return _placed(account, site, document, written)


def _placed(account: Account, site: Site, document: Document, written: _Body) -> Amendment | None:
    """The change where it fits."""
    before = document.policy.source if isinstance(document.policy, Policy) else None
    name = "" if site.place in {Place.TRUST, Place.MANAGED} else document.name
    made = Amendment(site=site, kind=written.kind, before=before, after=written.after, name=name)
    if site.place is Place.TRUST:
        return made if made.size <= TRUST_QUOTA else None
    if site.place is Place.ATTACHED:
        return _copied(account, made)
    if site.place is Place.MANAGED and written.after is None and _bounds(account, site.policy):
        return None
    room = MANAGED_QUOTA if site.place is Place.MANAGED else _inline_room(account, site, replaced=before)
    return made if made.size <= max(room, size_of(before or {})) else None


def _bounds(account: Account, policy: str) -> bool:
    """Whether the policy is somebody's boundary, which to take away would widen."""
    boundaries = (p.boundary for p in account.principals)
    return policy in remember(account, "boundaries", lambda: frozenset(b.arn for b in boundaries if b is not None))


def _copied(account: Account, made: Amendment) -> Amendment | None:
    """The copy of AWS's policy: inline where there is room, else a managed policy."""
    holder = holders(account)[made.site.holder]
    if made.after is None:
        return made
    if made.size <= _inline_room(account, made.site):
        return msgspec.structs.replace(made, name=_free_inline(holder, f"{PREFIX}-{made.name}"))
    if made.size > MANAGED_QUOTA:
        return None
    name = next(free_names(f"{PREFIX}-{holder.name}-{made.name}", policy_names(account)))
    return msgspec.structs.replace(made, name=name, managed=True)


def _free_inline(holder: Holder, name: str) -> str:
    """The name, numbered where an inline policy of the principal has it."""
    return next(free_names(name, {d.name.lower() for d in holder.inline}))


def _inline_room(account: Account, site: Site, replaced: Body | None = None) -> int:
    """How long an inline policy may be beside the principal's others, which share one quota."""
    holder = holders(account)[site.holder]
    used = sum(size_of(getattr(d.policy, "source", {})) for d in holder.inline)
    return INLINE_QUOTA[holder.kind] - used + (size_of(replaced) if replaced else 0)


def _granting(account: Account, site: Site, demands: Sequence[Demand]) -> _Body | None:
    """An identity-based policy without the permissions."""
    document = document_at(account, site)
    if document is None or not isinstance(document.policy, Policy):
        return None
    draft = Draft((Page.of(document.policy),))
    close(draft, [Cut(d.permission, "") for d in demands], _ground(account, met_by(account, site)))
    page = draft.pages[0]
    if not page.edits:
        return None
    body = body_of(page)
    if page.refusals and size_of(body) > MANAGED_QUOTA:
        return _conditioned(document.policy, demands)
    if not body["Statement"]:
        return _Body(Kind.REMOVE, None)
    return _Body(_kind(page), body)


def _kind(page: Page) -> Kind:
    if page.refusals:
        return Kind.DENY
    scoped = any(c.is_changed and c.resources is not c.origin.resources for c in page.clauses)
    return Kind.SCOPE if scoped else Kind.REMOVE


def _conditioned(policy: Policy, demands: Sequence[Demand]) -> _Body | None:
    """Roles that are too many to be named may still be passed, but not to the services of the paths."""
    services = sorted({d.caller for d in demands if d.caller})
    if not services or any(d.permission.action.lower() != PASS or not d.caller for d in demands):
        return None
    statements = [
        with_condition(s.source, "StringNotEquals", PASSED_TO, services)
        if s.allows and s.actions.match(PASS)
        else s.source
        for s in policy.statements
    ]
    return _Body(Kind.CONDITION, {"Version": policy.version, "Statement": statements})


def _ground(account: Account, met: Sequence[Holder]) -> Ground:
    """The circumstances of all whom the document bears on: of several, nothing personal counts."""
    context = context_of(account, met[0]) if len(met) == 1 else Context()
    possible = 0
    for holder in met[:LONGEST_SCAN]:
        possible |= possible_actions(account, holder)
    return Ground(account, context, None, (), possible)


def _trust(account: Account, site: Site, demands: Sequence[Demand]) -> _Body | None:
    role = holders(account)[site.holder]
    if not isinstance(role, Role):
        return None
    return _Body(Kind.TRUST, narrowed_trust(account, role, [d.caller for d in demands]))


def _added(account: Account, site: Site, demands: Sequence[Demand]) -> Amendment | None:
    """A policy of its own that denies the permissions."""
    holder = holders(account)[site.holder]
    refused: dict[str, set[str]] = {}
    for permission in (d.permission for d in demands):
        resource = permission.resource if permission.is_bound(account) else "*"
        refused.setdefault(permission.action, set()).add(resource)
    statements = [_deny(action, resources) for action, resources in sorted(refused.items())]
    body: Body = {"Version": VERSION, "Statement": statements}
    name = _free_inline(holder, f"{PREFIX}-fix")
    made = Amendment(site=site, kind=Kind.DENY, before=None, after=body, name=name)
    return made if made.size <= _inline_room(account, site) else None


def _deny(action: str, resources: set[str]) -> Body:
    listed = sorted({"*"} if "*" in resources else resources)
    return {"Effect": "Deny", "Action": action, "Resource": listed[0] if len(listed) == 1 else listed}
