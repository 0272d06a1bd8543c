"""What the snapshot means: users, roles, groups, buckets and the account that holds them. Frozen.

Optional facts are None when they could not be seen and have a value, possibly an empty one, when they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import msgspec

from leastwise.account.last_accessed import LastAccessed
from leastwise.account.workloads import Workloads
from leastwise.policy.document import Document
from leastwise.results import Kind, Subject
from leastwise.snapshot import Gap

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
Documents = tuple[Document, ...]
Levels = tuple[Documents, ...]


class AccessKey(msgspec.Struct, frozen=True, kw_only=True):
    """One of a user's two access keys, as the credential report tells it."""

    slot: int
    active: bool
    rotated: datetime | None
    last_used: datetime | None


class ServiceCredential(msgspec.Struct, frozen=True, kw_only=True):
    """A service-specific credential: CodeCommit, Keyspaces, Bedrock or CloudWatch Logs API keys."""

    service: str
    id: str
    active: bool
    created: datetime | None
    expires: datetime | None = None


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """A user's row of the credential report."""

    has_password: bool
    password_last_used: datetime | None
    password_changed: datetime | None
    mfa: bool
    keys: tuple[AccessKey, ...]
    certificates: int = 0

    @property
    def active_keys(self) -> tuple[AccessKey, ...]:
        """The keys that can sign requests."""
        return tuple(key for key in self.keys if key.active)


class _Principal(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    arn: str
    name: str
    path: str
    id: str
    created: datetime | None
    inline: tuple[Document, ...]
    attached: tuple[Document, ...]
    shows: tuple[tuple[str, str], ...] = ()  # on paper only: condition keys that its requests are known to carry
    memo: dict[object, object] = {}


class Group(_Principal, frozen=True, kw_only=True, eq=False):
    """A group: a holder of policies, never a caller."""

    kind = Kind.GROUP

    @property
    def subject(self) -> Subject:
        """The group as the subject of a finding."""
        return Subject(self.arn, self.name, Kind.GROUP)

    @property
    def documents(self) -> tuple[Document, ...]:
        """All policies of the group."""
        return self.inline + self.attached


class User(_Principal, frozen=True, kw_only=True, eq=False):
    """A user. `login` is None when no credential report was seen; `service_credentials` likewise."""

    kind = Kind.USER
    groups: tuple[Group, ...]
    boundary: Document | None
    tags: dict[str, str]
    login: Login | None
    service_credentials: tuple[ServiceCredential, ...] | None

    @property
    def subject(self) -> Subject:
        """The user as the subject of a finding."""
        return Subject(self.arn, self.name, Kind.USER)

    @property
    def documents(self) -> tuple[Document, ...]:
        """All identity-based policies that bear on the user: its own and its groups'."""
        found = self.inline + self.attached
        for group in self.groups:
            found += group.documents
        return found

    @property
    def has_password(self) -> bool:
        """Whether the user can sign in to the console."""
        return self.login is not None and self.login.has_password

    @property
    def active_keys(self) -> tuple[AccessKey, ...]:
        """The access keys that can sign requests."""
        return self.login.active_keys if self.login else ()

    @property
    def active_service_credentials(self) -> tuple[ServiceCredential, ...]:
        """The service-specific credentials that are active, where they were seen."""
        return tuple(c for c in self.service_credentials or () if c.active)

    @property
    def is_active(self) -> bool:
        """Whether the user has an enabled credential; `contract`, *Active*."""
        return bool(self.has_password or self.active_keys or self.active_service_credentials)


class Role(_Principal, frozen=True, kw_only=True, eq=False):
    """A role. `last_used` is None when no use was recorded within AWS's 400 days."""

    kind = Kind.ROLE
    boundary: Document | None
    tags: dict[str, str]
    trust: Document
    last_used: datetime | None
    max_session: int | None
    instance_profiles: tuple[str, ...]

    @property
    def subject(self) -> Subject:
        """The role as the subject of a finding."""
        return Subject(self.arn, self.name, Kind.ROLE)

    @property
    def documents(self) -> tuple[Document, ...]:
        """All identity-based policies of the role."""
        return self.inline + self.attached

    @property
    def is_service_linked(self) -> bool:
        """Path `/aws-service-role/`, not `/service-role/`, which customers use."""
        return self.path.startswith("/aws-service-role/")

    @property
    def is_reserved(self) -> bool:
        """Made by Identity Center, which owns its policies and its session length."""
        return self.path.startswith("/aws-reserved/")


class ManagedPolicy(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A managed policy with its versions. `document` is the default version; `written` is when each was made."""

    arn: str
    name: str
    path: str
    document: Document
    versions: Mapping[str, Document]
    default_version: str
    attachments: int
    written: Mapping[str, datetime] = {}

    @property
    def is_aws_managed(self) -> bool:
        """Whether AWS owns it, so that nobody here can edit it."""
        return ":iam::aws:" in self.arn

    @property
    def subject(self) -> Subject:
        """The policy as the subject of a finding."""
        return Subject(self.arn, self.name, Kind.POLICY)


class PublicAccessBlock(msgspec.Struct, frozen=True, kw_only=True):
    """The four switches of S3 Block Public Access, at one level."""

    block_acls: bool = False
    ignore_acls: bool = False
    block_policy: bool = False
    restrict: bool = False


class AclGrant(msgspec.Struct, frozen=True, kw_only=True):
    """One grant of a bucket ACL. `grantee` is a canonical user id or a predefined group's URI."""

    grantee: str
    is_group: bool
    permission: str


class Bucket(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """An S3 bucket. Each part is None when it could not be seen."""

    arn: str
    name: str
    region: str
    policy: Document | None
    grants: tuple[AclGrant, ...] | None
    owner: str
    acls_disabled: bool | None
    block: PublicAccessBlock | None
    unseen: tuple[str, ...]

    @property
    def subject(self) -> Subject:
        """The bucket as the subject of a finding."""
        return Subject(self.arn, self.name, Kind.BUCKET)


class PasswordPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The account's password policy; `is_default` when none was ever set.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
    """

    is_default: bool = False
    minimum_length: int = 8
    symbols: bool = False
    numbers: bool = False
    uppercase: bool = False
    lowercase: bool = False
    change_own: bool = True
    max_age: int = 0
    reuse_prevention: int = 0
    hard_expiry: bool = False


class Organization(msgspec.Struct, frozen=True, kw_only=True):
    """The organization the account belongs to. `accounts` is None when only its id is known."""

    id: str
    management_account: str
    accounts: frozenset[str] | None


class Account(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One account, ready to be judged. Everything is sorted by ARN.

    `scps` and `rcps` are what the organization attaches at each level from the root down to the account, as far as it
    was seen: None when nothing of it was, empty when there is none. `workloads` is what an inventory showed to run,
    `last_accessed` when principals last used what, if that was asked for.
    """

    id: str
    partition: str
    now: datetime
    aliases: tuple[str, ...]
    users: tuple[User, ...]
    groups: tuple[Group, ...]
    roles: tuple[Role, ...]
    policies: dict[str, ManagedPolicy]
    buckets: tuple[Bucket, ...]
    password_policy: PasswordPolicy | None
    block: PublicAccessBlock | None
    organization: Organization | None
    in_organization: bool | None
    summary: dict[str, int]
    virtual_mfa: dict[str, str]
    report_generated: datetime | None
    gaps: tuple[Gap, ...]
    canonical_id: str = ""
    scps: Levels | None = None
    rcps: Levels | None = None
    workloads: Workloads = Workloads()
    last_accessed: LastAccessed = LastAccessed()
    memo: dict[object, object] = {}

    @property
    def is_management(self) -> bool:
        """Whether it is the management account of its organization, which SCPs and RCPs do not bind."""
        return self.organization is not None and self.organization.management_account == self.id

    @property
    def limits(self) -> Levels:
        """The SCPs that limit its principals (rule 10).

        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
        """
        return () if self.is_management else self.scps or ()

    @property
    def guards(self) -> Levels:
        """The RCPs that guard its resources (rule 11).

        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
        """
        return () if self.is_management else self.rcps or ()

    @property
    def arn(self) -> str:
        """The account's root ARN, the subject of account-wide findings."""
        return f"arn:{self.partition}:iam::{self.id}:root"

    @property
    def subject(self) -> Subject:
        """The account as the subject of a finding."""
        return Subject(self.arn, self.id, Kind.ACCOUNT)

    @property
    def principals(self) -> tuple[User | Role, ...]:
        """Those who can call: users and roles."""
        return (*self.users, *self.roles)

    @property
    def holders(self) -> tuple[User | Group | Role, ...]:
        """Those who can hold a permission: users, groups and roles."""
        return (*self.users, *self.groups, *self.roles)

    def members(self, group: Group) -> tuple[User, ...]:
        """The users in the group."""
        return remember(self, "members", self._members).get(group.arn, ())

    def _members(self) -> dict[str, tuple[User, ...]]:
        found: dict[str, list[User]] = {}
        for user in self.users:
            for group in user.groups:
                found.setdefault(group.arn, []).append(user)
        return {arn: tuple(users) for arn, users in found.items()}

    def days_since(self, moment: datetime) -> int:
        """Whole days from the moment to the snapshot's now."""
        return (self.now - moment).days

    def is_own(self, account_id: str) -> bool:
        """Whether the account is this one, or known to be of the same organization."""
        if account_id == self.id:
            return True
        known = self.organization.accounts if self.organization else None
        return bool(known and account_id in known)

    def has_gap(self, call: str) -> bool:
        """Whether the whole call gave no answer."""
        return any(gap.call == call and gap.target is None for gap in self.gaps)


def by_kind(holder: User | Role | Group) -> tuple[Documents, Documents]:
    """The inline and the managed policies that a principal holds, with those of its groups."""
    inline, managed = holder.inline, holder.attached
    for group in holder.groups if isinstance(holder, User) else ():
        inline += group.inline
        managed += group.attached
    return inline, managed


def remember(owner: Account | User | Role | Group, key: object, make: Callable[[], T]) -> T:
    """The value kept under the key with its owner, made on the first call."""
    memo = owner.memo
    if key not in memo:
        memo[key] = make()
    return memo[key]  # type: ignore[return-value]  # the key's one maker decides the type
