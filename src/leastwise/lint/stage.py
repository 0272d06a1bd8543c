"""An account on paper: an administrator of every kind, and somebody who has nothing but the policy in question.

What the policy would open is asked of the engine, not of the names of its actions.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise.account.build import build
from leastwise.account.model import ManagedPolicy
from leastwise.escalation import methods
from leastwise.escalation.paper import new_role, new_user, with_
from leastwise.policy.document import Document
from leastwise.snapshot import Snapshot, raw

if TYPE_CHECKING:
    from leastwise.account.model import Account, Role, User
    from leastwise.lint.subject import Subject

_NOW = "2026-01-01T00:00:00Z"
_HOLDER = "whoever-has-the-policy"
_ADMINISTRATOR = "AdministratorAccess"


class Stage(NamedTuple):
    """The account, and who in it has the policy: a user and a role."""

    account: Account
    user: User
    role: Role
    document: Document


@lru_cache(maxsize=1)  # several rules in a row ask about one policy
def stage(subject: Subject) -> Stage:
    """The policy attached as a managed policy to a user and to a role of the account it is most likely meant for."""
    base = _empty(subject.partition, subject.account)
    arn = f"arn:{base.partition}:iam::{base.id}:policy/{_HOLDER}"
    document = Document(arn=arn, name=subject.document.name, kind="managed", policy=subject.policy, source="")
    policy = ManagedPolicy(
        arn=arn, name=_HOLDER, path="/", document=document, versions={"v1": document}, default_version="v1",
        attachments=2,
    )  # fmt: skip
    root = f"arn:{base.partition}:iam::{base.id}"
    user = with_(new_user(base, f"{root}:user/{_HOLDER}"), attached=(document,))
    role = with_(new_role(base, f"{root}:role/{_HOLDER}", trusts="ec2.amazonaws.com"), attached=(document,))
    account = msgspec.structs.replace(
        base,
        users=tuple(sorted((*base.users, user), key=lambda one: one.arn)),
        roles=tuple(sorted((*base.roles, role), key=lambda one: one.arn)),
        policies={**base.policies, arn: policy},
        memo={},
    )
    return Stage(account, user, role, document)


@lru_cache(maxsize=64)
def _empty(partition: str, account: str) -> Account:
    """The account without the policy."""
    root = f"arn:{partition}:iam::{account}"
    attached = [{"PolicyArn": f"arn:{partition}:iam::aws:policy/{_ADMINISTRATOR}", "PolicyName": _ADMINISTRATOR}]
    details = {
        "UserDetailList": [_user(root, name, attached) for name in ("administrator", "administrator-with-password")],
        "GroupDetailList": [_named(root, "group", "Group", "administrators") | {"AttachedManagedPolicies": attached}],
        "RoleDetailList": [_role(root, name, who, attached) for name, who in _trusts(root).items()],
        "Policies": [],
    }
    calls = {"iam:GetAccountAuthorizationDetails": details}
    return build(
        Snapshot(
            account=account,
            partition=partition,
            taken_at=_NOW,
            calls={name: raw(told) for name, told in calls.items()},
            gaps=[],
        )
    )


def _named(root: str, kind: str, word: str, name: str) -> dict[str, object]:
    made = datetime(2025, 1, 1, tzinfo=UTC).isoformat()
    return {"Arn": f"{root}:{kind}/{name}", f"{word}Name": name, f"{word}Id": name, "Path": "/", "CreateDate": made}


def _user(root: str, name: str, attached: list[dict[str, str]]) -> dict[str, object]:
    return _named(root, "user", "User", name) | {"GroupList": [], "AttachedManagedPolicies": attached}


def _role(root: str, name: str, who: dict[str, object], attached: list[dict[str, str]]) -> dict[str, object]:
    trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}}
    profile = _named(root, "instance-profile", "InstanceProfile", name)
    return _named(root, "role", "Role", name) | {
        "AssumeRolePolicyDocument": trust,
        "AttachedManagedPolicies": attached,
        "InstanceProfileList": [profile],
    }


def _trusts(root: str) -> dict[str, dict[str, object]]:
    """Administrators' roles: one for people, one that every service may bear."""
    return {"administrator": {"AWS": f"{root}:root"}, "administrator-of-services": {"Service": list(_services())}}


@cache
def _services() -> tuple[str, ...]:
    named = {service for method in methods() for service in (method.trusts, method.helper)}
    return tuple(sorted(filter(None, named)))
