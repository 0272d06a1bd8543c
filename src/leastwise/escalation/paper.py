"""Principals as they would be after a change, on paper: the engine then judges them like any other.

What nobody here can edit stays as it is: AWS's own policies, service-linked roles and the roles of Identity Center.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from leastwise import access
from leastwise.account.model import Account, Group, Role, User, remember
from leastwise.escalation.asking import MFA, TAG, asked, tags_asked_for, tags_named, telling
from leastwise.escalation.method import of_shape
from leastwise.escalation.powers import bits, hot, of_policy, own_powers
from leastwise.policy.document import Document, Policy, parse_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from leastwise.access import Holder
    from leastwise.account.model import ManagedPolicy
    from leastwise.escalation.claims import Facts
    from leastwise.escalation.method import Method

H = TypeVar("H", bound=User | Role)

PAPER = "paper"  # the source of documents that exist in thought only; nothing may cite them
CREATE_DEVICE = "iam:CreateVirtualMFADevice"
TAG_KEYS = "aws:TagKeys"
WITH_MFA = (("aws:MultiFactorAuthPresent", "true"), ("aws:MultiFactorAuthAge", "60"))
WITHOUT_MFA: Facts = {key: () for key, _ in WITH_MFA}
MOST_VERSIONS = 5  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

_EVERYTHING = parse_value({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
EVERYTHING = Document(arn="", name="everything", kind="inline", policy=_EVERYTHING, source=PAPER)


class Variant(NamedTuple):
    """One way to make a change: who results, what it is made to, and what is attached or replaced.

    `on` maps the words of a row (`group`, `policy`) to ARNs, `attached` are the policies that are attached or detached,
    by a request each, `also` further actions needed on the policy, `carries` the condition keys of the request that
    makes the change; those without values are absent.
    """

    after: User | Role
    on: dict[str, str]
    attached: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    carries: Facts | None = None


def with_(holder: H, **changes: object) -> H:
    """The principal with some parts changed, and none of what was remembered about it."""
    return msgspec.structs.replace(holder, memo={}, **changes)


_OF_POLICIES = ("version", "default-version")


def is_aws_owned(holder: Holder) -> bool:
    """Whether AWS guards the principal, so that nobody in the account can edit it."""
    return isinstance(holder, Role) and (holder.is_service_linked or holder.is_reserved)


def variants(account: Account, holder: User | Role, method: Method) -> Iterator[Variant]:
    """The ways to make the method's change to the principal.

    The roles of Identity Center are changed through their permission sets only; the customer-managed policies attached
    to them are as open to change as any.
    """
    by_set = method.caller == "permission-set"
    if is_aws_owned(holder) == by_set or method.change in _OF_POLICIES:
        yield from _CHANGES[method.change](account, holder)


def _inline(_: Account, holder: User | Role) -> Iterator[Variant]:
    """Whoever may put an inline policy may overwrite all there are."""
    yield Variant(with_(holder, inline=(EVERYTHING,)), {})


def _attached(account: Account, holder: User | Role) -> Iterator[Variant]:
    for arn, document in strong_policies(account):
        yield Variant(with_(holder, attached=(*holder.attached, document)), {"policy": arn}, attached=(arn,))


def strong_policies(account: Account) -> tuple[tuple[str, Document], ...]:
    """What is worth attaching: AdministratorAccess, else what the account itself has of that strength."""
    return remember(account, "strong policies", lambda: _strong(account))


def _strong(account: Account) -> tuple[tuple[str, Document], ...]:
    everything = hot().everything
    own = [(p.arn, p.document) for p in account.policies.values() if of_policy(p.document.policy).sure == everything]
    return ((administrator_access(account), EVERYTHING), *own)


def administrator_access(account: Account) -> str:
    """The ARN of the policy that allows everything, which every account has."""
    return f"arn:{account.partition}:iam::aws:policy/AdministratorAccess"


def _version(account: Account, holder: User | Role) -> Iterator[Variant]:
    for policy in _customer_policies(account, holder):
        also = ("iam:DeletePolicyVersion",) if len(policy.versions) >= MOST_VERSIONS else ()
        yield Variant(_replaced(holder, policy.document, EVERYTHING), {"policy": policy.arn}, also=also)


def _default_version(account: Account, holder: User | Role) -> Iterator[Variant]:
    for policy in _customer_policies(account, holder):
        for name, document in sorted(policy.versions.items()):
            if name != policy.default_version and isinstance(document.policy, Policy):
                after = _replaced(holder, policy.document, document)
                yield Variant(after, {"policy": policy.arn, "version": name})


def _customer_policies(account: Account, holder: User | Role) -> list[ManagedPolicy]:
    """The policies that bear on the principal and can be edited: its own, its groups', its boundary."""
    bearing = (*holder.attached, *(d for g in _groups(holder) for d in g.attached), *filter(None, (holder.boundary,)))
    arns = dict.fromkeys(d.arn for d in bearing)
    found = (account.policies.get(arn) for arn in arns)
    return [policy for policy in found if policy is not None and not policy.is_aws_managed]


def _replaced(holder: User | Role, old: Document, new: Document) -> User | Role:
    """The principal after the policy, wherever it is attached, has become another."""

    def swap(documents: tuple[Document, ...]) -> tuple[Document, ...]:
        return tuple(new if d.arn == old.arn else d for d in documents)

    limits = holder.boundary is not None and holder.boundary.arn == old.arn
    boundary = new if limits else holder.boundary
    if isinstance(holder, Role):
        return with_(holder, attached=swap(holder.attached), boundary=boundary)
    groups = tuple(msgspec.structs.replace(g, memo={}, attached=swap(g.attached)) for g in holder.groups)
    return with_(holder, attached=swap(holder.attached), boundary=boundary, groups=groups)


def _group_inline(_: Account, holder: User | Role) -> Iterator[Variant]:
    for group in _groups(holder):
        yield Variant(_regrouped(holder, group, inline=(EVERYTHING,)), {"group": group.arn})


def _group_attached(account: Account, holder: User | Role) -> Iterator[Variant]:
    for group in _groups(holder):
        for arn, document in strong_policies(account):
            after = _regrouped(holder, group, attached=(*group.attached, document))
            yield Variant(after, {"group": group.arn, "policy": arn}, attached=(arn,))


def _regrouped(user: User | Role, group: Group, **changes: tuple[Document, ...]) -> User | Role:
    changed = msgspec.structs.replace(group, memo={}, **changes)
    return with_(user, groups=tuple(changed if g is group else g for g in _groups(user)))


def _groups(holder: User | Role) -> tuple[Group, ...]:
    return holder.groups if isinstance(holder, User) else ()


def _joins(account: Account, holder: User | Role) -> Iterator[Variant]:
    for group in strong_groups(account):
        after = joined(holder, group)
        if after:
            yield Variant(after, {"group": group.arn})


def joined(holder: User | Role, group: Group) -> User | None:
    """The user as a member of one more group; None where it is one already, or no user."""
    if not isinstance(holder, User) or any(own.arn == group.arn for own in holder.groups):
        return None
    return with_(holder, groups=(*holder.groups, group))


def strong_groups(account: Account) -> tuple[Group, ...]:
    """The groups that may make administrators of their members: what it takes to be one may be allowed."""
    making = bits(action for method in of_shape("rewrite_self") for action in method.actions)
    return remember(account, "strong groups", lambda: tuple(g for g in account.groups if own_powers(g).held & making))


def _denies(document: Document) -> bool:
    return any(not s.allows for s in document.statements)


def _parted(documents: tuple[Document, ...]) -> tuple[tuple[Document, ...], tuple[Document, ...]]:
    """Those that deny, and the others."""
    return tuple(filter(_denies, documents)), tuple(d for d in documents if not _denies(d))


def _inline_deny(_: Account, holder: User | Role) -> Iterator[Variant]:
    denying, kept = _parted(holder.inline)
    if denying:
        yield Variant(with_(holder, inline=kept), {"policy": denying[0].name})


def _attached_deny(_: Account, holder: User | Role) -> Iterator[Variant]:
    denying, kept = _parted(holder.attached)
    if denying:
        yield Variant(with_(holder, attached=kept), {"policy": denying[0].arn}, attached=tuple(d.arn for d in denying))


def _group_inline_deny(_: Account, holder: User | Role) -> Iterator[Variant]:
    for group in _groups(holder):
        denying, kept = _parted(group.inline)
        if denying:
            yield Variant(_regrouped(holder, group, inline=kept), {"group": group.arn, "policy": denying[0].name})


def _group_attached_deny(_: Account, holder: User | Role) -> Iterator[Variant]:
    for group in _groups(holder):
        denying, kept = _parted(group.attached)
        if denying:
            on = {"group": group.arn, "policy": denying[0].arn}
            yield Variant(_regrouped(holder, group, attached=kept), on, attached=tuple(d.arn for d in denying))


def _left(_: Account, holder: User | Role) -> Iterator[Variant]:
    """Out of a group that denies; what it allows is gone with it."""
    for group in _groups(holder):
        if any(map(_denies, group.documents)):
            rest = tuple(other for other in _groups(holder) if other is not group)
            yield Variant(with_(holder, groups=rest), {"group": group.arn})


def _boundary(_: Account, holder: User | Role) -> Iterator[Variant]:
    if holder.boundary is not None:
        yield Variant(with_(holder, boundary=None), {})


def _own_boundary(account: Account, holder: User | Role) -> Iterator[Variant]:
    if holder.boundary is not None:
        widest = administrator_access(account)
        yield Variant(with_(holder, boundary=EVERYTHING), {"policy": widest}, attached=(widest,))


def _tagged(account: Account, holder: User | Role) -> Iterator[Variant]:
    blocks = asked(account, holder, TAG)
    yield from telling(account, holder, blocks, (_with_tags(holder, tags) for tags in tags_asked_for(blocks)))


def _with_tags(holder: User | Role, tags: dict[str, str]) -> Variant:
    written = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return Variant(
        with_(holder, tags={**_but(holder.tags, tags), **tags}),
        {"tags": " ".join(shlex.quote(f"Key={key},Value={value}") for key, value in tags.items())},
        carries={"aws:RequestTag/*": (), **written, TAG_KEYS: tuple(tags)},
    )


def _untagged(account: Account, holder: User | Role) -> Iterator[Variant]:
    blocks = asked(account, holder, TAG)
    named = tags_named(blocks)
    keys = (key for key in holder.tags if key.lower() in named)
    yield from telling(account, holder, blocks, (_without_tag(holder, key) for key in keys))


def _without_tag(holder: User | Role, key: str) -> Variant:
    after = with_(holder, tags=_but(holder.tags, (key,)))
    return Variant(after, {"tag": shlex.quote(key)}, carries={TAG_KEYS: (key,)})


def _but(tags: dict[str, str], keys: Iterable[str]) -> dict[str, str]:
    """Less the tags of these names, in which IAM does not tell upper case from lower."""
    gone = {key.lower() for key in keys}
    return {key: value for key, value in tags.items() if key.lower() not in gone}


def _enrolled(account: Account, holder: User | Role) -> Iterator[Variant]:
    """Whoever enrols an MFA device of its own can show it from then on, but not while enrolling it."""
    changed = (
        Variant(with_(holder, shows=WITH_MFA), {"device": device}, carries=WITHOUT_MFA)
        for device in _devices(account, holder)
    )
    yield from telling(account, holder, asked(account, holder, MFA), changed)


def _devices(account: Account, holder: User | Role) -> Iterator[str]:
    """A name that the principal may give its device: its own, as policies usually have it, or an example."""
    within = f"arn:{account.partition}:iam::{account.id}:mfa/"
    for name in (holder.name, "*"):
        answer = access.may(account, holder, CREATE_DEVICE, within + name, facts=WITHOUT_MFA)
        if answer.allowed is not False:
            yield answer.request.resource
            return


_CHANGES: dict[str, Callable[[Account, User | Role], Iterator[Variant]]] = {
    "inline": _inline,
    "attached": _attached,
    "version": _version,
    "default-version": _default_version,
    "group-inline": _group_inline,
    "group-attached": _group_attached,
    "joins": _joins,
    "inline-deny": _inline_deny,
    "attached-deny": _attached_deny,
    "group-inline-deny": _group_inline_deny,
    "group-attached-deny": _group_attached_deny,
    "leaves": _left,
    "boundary": _boundary,
    "own-boundary": _own_boundary,
    "tags": _tagged,
    "no-tag": _untagged,
    "mfa": _enrolled,
}


def trusting(role: Role, caller: str) -> Role:
    """The role after its trust policy was rewritten to name the caller."""
    statement = {"Effect": "Allow", "Principal": {"AWS": caller}, "Action": "sts:AssumeRole"}
    policy = parse_value({"Version": "2012-10-17", "Statement": statement})
    trust = Document(arn=role.arn, name="trust policy", kind="trust", policy=policy, source=PAPER)
    return with_(role, trust=trust)


def a_member(account: Account, group: Group) -> User:
    """A user that has nothing but its membership: what a group is worth is what such a user can do."""
    name = f"a-member-of-{group.name}"
    return new_user(account, f"arn:{account.partition}:iam::{account.id}:user/{name}", groups=(group,))


def new_user(account: Account, arn: str, *, groups: tuple[Group, ...] = ()) -> User:
    """A user that does not exist yet."""
    return User(
        arn=arn,
        name=arn.rpartition("/")[2],
        path="/",
        id="",
        created=account.now,
        inline=(),
        attached=(),
        groups=groups,
        boundary=None,
        tags={},
        login=None,
        service_credentials=None,
    )


def new_role(account: Account, arn: str, *, trusts: str) -> Role:
    """A role that does not exist yet, which trusts the caller."""
    nobody = Document(arn=arn, name="trust policy", kind="trust", policy=_EVERYTHING, source=PAPER)
    role = Role(
        arn=arn,
        name=arn.rpartition("/")[2],
        path="/",
        id="",
        created=account.now,
        inline=(),
        attached=(),
        boundary=None,
        tags={},
        trust=nobody,
        last_used=None,
        max_session=None,
        instance_profiles=(),
    )
    return trusting(role, trusts)


def oldest(policy: ManagedPolicy) -> str:
    """The version that must go before there is room for another; "" where there is room."""
    if len(policy.versions) < MOST_VERSIONS:
        return ""
    spare = [name for name in policy.versions if name != policy.default_version]
    return min(spare, key=lambda name: (len(name), name))
