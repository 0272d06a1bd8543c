"""Accounts changed on paper: the records that a change meets are replaced, and what was remembered of them forgotten.

The account that is given stays as it is. Nothing that was worked out for it is carried over, but for what principals
remember of themselves, where the caller says whose memories hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from leastwise.account.model import Account, Group, ManagedPolicy, Role, User
from leastwise.escalation.paper import PAPER, oldest
from leastwise.leastprivilege.ground import sharers
from leastwise.policy.document import Document, parse_value
from leastwise.remedy.sites import Place

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from leastwise.remedy.amendment import Amendment

H = TypeVar("H", User, Group, Role)


class _All:
    """Contains everything."""

    def __contains__(self, _: object) -> bool:
        return True


ALL = _All()


def amended(account: Account, amendments: Iterable[Amendment], *, forget: Container[str] = ALL) -> Account:
    """The account after the changes. `forget` are the ARNs of unchanged principals that must be judged afresh."""
    return _Paper(account, amendments, forget).account()


class _Paper:
    """One account being rewritten."""

    def __init__(self, account: Account, amendments: Iterable[Amendment], forget: Container[str]) -> None:
        self.before = account
        self.forget = forget
        self.by_holder: dict[str, list[Amendment]] = {}
        self.policies = dict(account.policies)
        self.managed: dict[str, Document | None] = {}
        for each in amendments:
            self.by_holder.setdefault(each.site.holder, []).append(each)
            if each.site.place is Place.MANAGED:
                self._version(each)

    def account(self) -> Account:
        groups = {g.arn: self._holder(g) for g in self.before.groups}
        met = {arn for policy in self.managed for arn in sharers(self.before, policy)} | self.by_holder.keys()
        return msgspec.structs.replace(
            self.before,
            memo={},
            groups=tuple(groups.values()),
            users=tuple([self._user(u, groups) for u in self.before.users]),
            roles=tuple([self._role(r) if r.arn in met or r.arn in self.forget else r for r in self.before.roles]),
            policies=self.policies,
        )

    def _version(self, each: Amendment) -> None:
        """A new default version; of five the oldest makes room. Of an emptied policy nothing stays attached."""
        policy = self.policies[each.site.policy]
        if each.after is None:
            self.managed[policy.arn] = None
            return
        document = _document(each, policy.arn, policy.name, "managed")
        kept = {name: policy.versions[name] for name in policy.versions if name != oldest(policy)}
        self.managed[policy.arn] = document
        self.policies[policy.arn] = msgspec.structs.replace(
            policy, document=document, versions={**kept, NEW: document}, default_version=NEW
        )

    def _user(self, user: User, groups: dict[str, Group]) -> User:
        changed = self._bounded(user)
        mine = tuple(groups[g.arn] for g in changed.groups)
        if mine == changed.groups:  # by identity: groups have no other equality
            return changed
        return msgspec.structs.replace(changed, groups=mine, memo={})

    def _role(self, role: Role) -> Role:
        changed = self._bounded(role)
        found = [e for e in self.by_holder.get(role.arn, ()) if e.site.place is Place.TRUST]
        if not found:
            return changed
        return msgspec.structs.replace(changed, trust=_document(found[0], role.arn, role.trust.name, "trust"), memo={})

    def _bounded(self, holder: H) -> H:
        changed = self._holder(holder)
        boundary = None if isinstance(changed, Group) else changed.boundary
        if boundary is None or boundary.arn not in self.managed:
            return changed
        return msgspec.structs.replace(changed, boundary=self.managed[boundary.arn], memo={})

    def _holder(self, holder: H) -> H:
        """The principal with its own documents as they become."""
        mine = self.by_holder.get(holder.arn, ())
        if not mine and not any(a.arn in self.managed for a in holder.attached):
            return self._afresh(holder)  # nearly all
        inline, attached = list(holder.inline), list(holder.attached)
        for each in mine:
            _rewrite(each, holder.arn, inline, attached)
            if each.managed and each.after is not None:
                self._copy(each, attached)
        if self.managed:
            attached = [d for a in attached if (d := self.managed.get(a.arn, a)) is not None]
        same = len(inline) == len(holder.inline) and len(attached) == len(holder.attached)
        if same and all(map(_is, inline, holder.inline)) and all(map(_is, attached, holder.attached)):
            return self._afresh(holder)
        return msgspec.structs.replace(holder, inline=tuple(inline), attached=tuple(attached), memo={})

    def _afresh(self, holder: H) -> H:
        """The unchanged principal, without what is remembered of it where that must be forgotten."""
        return msgspec.structs.replace(holder, memo={}) if holder.arn in self.forget else holder

    def _copy(self, each: Amendment, attached: list[Document]) -> None:
        """A policy of AWS's replaced by a managed one of this account, which some may then be able to rewrite."""
        arn = f"arn:{self.before.partition}:iam::{self.before.id}:policy/{each.name}"
        document = _document(each, arn, each.name, "managed")
        attached.append(document)
        self.policies[arn] = ManagedPolicy(
            arn=arn,
            name=each.name,
            path="/",
            document=document,
            versions={"v1": document},
            default_version="v1",
            attachments=1,
        )


NEW = "new"  # what AWS will call the version is not known beforehand


def _rewrite(each: Amendment, arn: str, inline: list[Document], attached: list[Document]) -> None:
    """The change to the documents that the principal alone has."""
    place = each.site.place
    if place is Place.ATTACHED:
        attached[:] = [d for d in attached if d.arn != each.site.policy]
    if place in {Place.MANAGED, Place.TRUST} or each.managed:
        return
    after = [] if each.after is None else [_document(each, arn, each.name, "inline")]
    at = next((n for n, d in enumerate(inline) if d.name == each.name), len(inline))
    inline[at : at + 1] = after


def _is(one: Document, other: Document) -> bool:
    return one is other


def _document(each: Amendment, arn: str, name: str, kind: str) -> Document:
    """What the change leaves, as a document that stands on paper only."""
    return Document(arn=arn, name=name, kind=kind, policy=parse_value(each.after), source=f"{PAPER}: {each.site.place}")
