"""A fleet of entities in a mock AWS account, each with the checks it must raise, and no others.

Both acceptance tests and the demo snapshot are made of it. Everything is created through boto3 as a customer would;
only dates, and a user's boundary, which moto cannot take, are set in moto's backend.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fleet_policies import (
    ACCOUNT,
    FOREIGN,
    allow,
    arn,
    assume_by,
    bucket_policy,
    deny,
    document,
    for_service,
    reading,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ADMIN = "principal_with_admin_access"
POWER = "principal_with_power_user_access"
MFA = "user_without_mfa"
OLD_KEY = "key_older_than_limit"
MANY_KEYS = "user_with_multiple_active_keys"
IDLE_USER = "user_inactive"
IDLE_ROLE = "role_inactive"
WILDCARD = "policy_with_unconditioned_wildcard_resource"
SESSION = "role_session_too_long"
ESCALATES = "principal_can_escalate"
TRUST = "trust_cross_account_without_external_id"
BUCKET = "bucket_cross_account_without_condition"
CREEP = "principal_with_inline_and_managed_policies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An access key: days since it was made, days since it was used, and whether it is active."""

    age: float
    used: float | None = 1
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """What is common to users, groups and roles. `raises` is the exact set of checks its findings come from."""

    name: str
    raises: frozenset[str] = frozenset()
    inline: dict[str, Any] = field(default_factory=dict)
    attached: tuple[str, ...] = ()
    suppressed: bool = False
    path: str = "/"
    tags: dict[str, str] = field(default_factory=dict)
    boundary: str = ""
    age: float = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Entity):
    """A user. Ages and uses are days ago; `password` True means it was used yesterday unless told otherwise."""

    groups: tuple[str, ...] = ()
    password: bool = False
    password_used: float | None = 1
    mfa: bool = False
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Entity):
    """A role. `used` None: never."""

    trust: dict[str, Any] = field(default_factory=lambda: for_service("ec2"))
    used: float | None = 1
    session: int = 3600
    profile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A customer-managed policy with its versions, oldest first; the last is the default."""

    name: str
    versions: tuple[dict[str, Any], ...]
    raises: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket: policy, canned ACL, ownership, and its Block Public Access."""

    name: str
    raises: frozenset[str] = frozenset()
    policy: dict[str, Any] | None = None
    acl: str = ""
    enforced: bool = False
    block: bool = False


def _(*checks: str) -> frozenset[str]:
    return frozenset(checks)


READER = {"read": document(allow("s3:GetObject", "arn:aws:s3:::fleet-data/*"))}

POLICIES = (
    Policy(name="s3-gets-only", versions=(document(allow("s3:Get*")),)),  # only ever a boundary: it grants nothing
    Policy(name="put-anywhere", versions=(document(allow("s3:PutObject", Condition={"Bool": {"aws:SecureTransport": "true"}})),), raises=_(WILDCARD)),
    Policy(name="put-in-org", versions=(document(allow("s3:PutObject", Condition={"StringEquals": {"aws:ResourceAccount": ACCOUNT}})),)),
    Policy(name="old-version-was-admin", versions=(document(allow("*")), document(allow("s3:ListAllMyBuckets")))),
    Policy(name="own-policy-editor", versions=(document(allow("iam:CreatePolicyVersion", arn("policy", "own-policy-editor"))),)),
    Policy(name="shared-reading", versions=(document(allow("s3:GetObject", "arn:aws:s3:::fleet-data/*")),)),
)  # fmt: skip

GROUPS = (
    Entity(name="administrators", attached=("AdministratorAccess",), raises=_(ADMIN)),
    Entity(name="readers", inline=READER),
    Entity(name="no-iam-writes", inline={"deny": document(deny("iam:Put*"))}),
    Entity(name="empty"),
)

USERS = (
    User(name="console-without-mfa", password=True, raises=_(MFA)),
    User(name="console-with-mfa", password=True, mfa=True),
    User(name="keys-without-mfa", keys=(Key(age=10),), raises=_(MFA)),
    User(name="old-key", mfa=True, keys=(Key(age=120),), raises=_(OLD_KEY)),
    User(name="key-of-ninety-days", mfa=True, keys=(Key(age=90.2),)),
    User(name="inactive-key", keys=(Key(age=400, active=False),)),
    User(name="two-keys-rotating", mfa=True, keys=(Key(age=80), Key(age=3)), raises=_(MANY_KEYS)),
    User(name="two-keys-for-good", mfa=True, keys=(Key(age=80), Key(age=60)), raises=_(MANY_KEYS)),
    User(name="two-keys-one-active", mfa=True, keys=(Key(age=80), Key(age=60, active=False))),
    User(name="zombie-password", password=True, password_used=None, mfa=True, age=200, raises=_(IDLE_USER)),
    User(name="zombie-key", mfa=True, keys=(Key(age=89, used=None),), age=200, raises=_()),
    User(name="zombie-both", password=True, password_used=150, mfa=True, keys=(Key(age=200, used=120),), raises=_(IDLE_USER, OLD_KEY)),
    User(name="password-idle-key-used", password=True, password_used=None, mfa=True, keys=(Key(age=50, used=2),), age=200),
    User(name="fresh-password", password=True, password_used=None, mfa=True, age=10),
    User(name="admin-without-credential", inline={"all": document(allow("*"))}, raises=_(ADMIN)),
    User(name="admin-by-group", groups=("administrators",), raises=_(ADMIN)),
    User(name="admin-by-sum", inline={"most": document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), "rest": document(allow("iam:*"))}, raises=_(ADMIN)),
    User(name="admin-in-a-boundary", attached=("AdministratorAccess",), boundary="s3-gets-only"),
    User(name="allowed-and-denied", inline={"both": document(allow("*"), deny("*"))}),
    User(name="iam-full", attached=("IAMFullAccess",), raises=_(ADMIN, ESCALATES)),
    User(name="self-putter", inline={"self": document(allow("iam:PutUserPolicy", arn("user", "self-putter")))}, raises=_(ESCALATES)),
    User(name="self-putter-denied", groups=("no-iam-writes",), inline={"self": document(allow("iam:PutUserPolicy", arn("user", "self-putter-denied")))}),
    User(name="version-maker", attached=("own-policy-editor",), raises=_(ESCALATES)),
    User(name="version-setter", attached=("old-version-was-admin",), inline={"set": document(allow("iam:SetDefaultPolicyVersion", arn("policy", "old-version-was-admin")))}, raises=_(ESCALATES, CREEP)),
    User(name="key-maker", inline={"p": document(allow("iam:CreateAccessKey", arn("user", "admin-by-group")))}, raises=_(ESCALATES)),
    User(name="key-maker-for-nobody", inline={"p": document(allow("iam:CreateAccessKey", arn("user", "nobody")))}),
    User(name="group-joiner", inline={"p": document(allow("iam:AddUserToGroup", arn("group", "administrators")))}, raises=_(ESCALATES)),
    User(name="passer-lambda", inline={"p": document(allow("iam:PassRole", arn("role", "admin-for-lambda")), allow(["lambda:CreateFunction", "lambda:InvokeFunction"], reading("lambda", "function:fleet-*")))}, raises=_(ESCALATES)),
    User(name="passer-wrong-trust", inline={"p": document(allow("iam:PassRole", arn("role", "admin-for-ec2")), allow(["lambda:CreateFunction", "lambda:InvokeFunction"], reading("lambda", "function:fleet-*")))}),
    User(name="code-changer", inline={"p": document(allow("lambda:UpdateFunctionCode", reading("lambda", "function:*")))}, raises=_(ESCALATES)),
    User(name="trusted-by-name", raises=_(ESCALATES)),
    User(name="assumer-untrusted", inline={"p": document(allow("sts:AssumeRole", arn("role", "admin-for-ec2")))}),
    User(name="power", attached=("PowerUserAccess",), raises=_(POWER, ESCALATES)),
    User(name="lister", inline={"p": document(allow(["s3:ListAllMyBuckets", "ec2:DescribeInstances"]))}),
    User(name="writer-everywhere", inline={"p": document(allow("s3:PutObject"))}, raises=_(WILDCARD)),
    User(name="put-anywhere-holder", attached=("put-anywhere",)),
    User(name="put-in-org-holder", attached=("put-in-org",)),
    User(name="mixed", inline=READER, attached=("shared-reading",), raises=_(CREEP)),
    User(name="break-glass", password=True, attached=("AdministratorAccess",), tags={"EmergencyAccess": "True"}, suppressed=True, raises=_(MFA, ADMIN)),
    User(name="not-break-glass", password=True, tags={"EmergencyAccess": "false"}, raises=_(MFA)),
)  # fmt: skip

ROLES = (
    Role(name="admin-for-lambda", trust=for_service("lambda"), attached=("AdministratorAccess",), raises=_(ADMIN)),
    Role(name="admin-for-ec2", attached=("AdministratorAccess",), raises=_(ADMIN)),
    Role(name="admin-trusting-a-user", trust=assume_by(arn("user", "trusted-by-name")), attached=("AdministratorAccess",), raises=_(ADMIN)),
    Role(name="attacher-of-users", inline={"p": document(allow("iam:AttachUserPolicy"))}, raises=_(WILDCARD)),
    Role(name="self-attacher", inline={"p": document(allow("iam:AttachRolePolicy", arn("role", "self-attacher")))}, raises=_(ESCALATES)),
    Role(name="self-attacher-in-a-boundary", boundary="s3-gets-only", inline={"p": document(allow("iam:AttachRolePolicy", arn("role", "self-attacher-in-a-boundary")))}),
    Role(name="vendor-any-external-id", trust=assume_by(f"arn:aws:iam::{FOREIGN}:root", StringLike={"sts:ExternalId": "*"}), raises=_(TRUST)),
    Role(name="vendor-external-id", trust=assume_by(f"arn:aws:iam::{FOREIGN}:root", StringEquals={"sts:ExternalId": "x-42"})),
    Role(name="vendor-bare-account", trust=assume_by(FOREIGN), raises=_(TRUST)),
    Role(name="vendor-role", trust=assume_by(f"arn:aws:iam::{FOREIGN}:role/scanner"), raises=_(TRUST)),
    Role(name="anyone", trust=assume_by("*"), raises=_(TRUST)),
    Role(name="own-account", trust=assume_by(f"arn:aws:iam::{ACCOUNT}:root")),
    Role(name="twelve-hours", session=43_200, raises=_(SESSION)),
    Role(name="eleven-hours", session=39_600),
    Role(name="zombie", age=200, used=100, raises=_(IDLE_ROLE)),
    Role(name="never-used", age=200, used=None, raises=_(IDLE_ROLE)),
    Role(name="young-and-unused", age=10, used=None),
    Role(name="old-and-used", age=400, used=3),
    Role(name="mixed-role", inline=READER, attached=("shared-reading",), raises=_(CREEP)),
    Role(name="AWSReservedSSO_Admin_0123456789abcdef", path="/aws-reserved/sso.amazonaws.com/", session=43_200, attached=("AdministratorAccess",), trust=for_service("sso"), raises=_(ADMIN)),
    Role(name="AWSServiceRoleForFleet", path="/aws-service-role/fleet.amazonaws.com/", trust=for_service("fleet"), age=300, used=None, session=43_200, suppressed=True, raises=_(SESSION, IDLE_ROLE)),
    Role(name="OrganizationAccountAccessRole", trust=assume_by(FOREIGN), attached=("AdministratorAccess",), suppressed=True, raises=_(ADMIN, TRUST)),
    Role(name="break-glass-role", trust=assume_by(FOREIGN), tags={"EmergencyAccess": "true"}, suppressed=True, raises=_(TRUST)),
)  # fmt: skip

BUCKETS = (
    Bucket(name="fleet-private"),
    Bucket(name="fleet-public", policy=bucket_policy("fleet-public", "*"), raises=_(BUCKET)),
    Bucket(name="fleet-public-blocked", policy=bucket_policy("fleet-public-blocked", "*"), block=True),
    Bucket(name="fleet-vendor", policy=bucket_policy("fleet-vendor", FOREIGN), raises=_(BUCKET)),
    Bucket(name="fleet-own", policy=bucket_policy("fleet-own", ACCOUNT)),
    Bucket(name="fleet-public-acl", acl="public-read", raises=_(BUCKET)),
    Bucket(name="fleet-bounded", policy=bucket_policy("fleet-bounded", "*", StringEquals={"aws:PrincipalAccount": ACCOUNT})),
)  # fmt: skip

ACCOUNT_WIDE = _("password_policy_weak")


def expected() -> dict[str, tuple[frozenset[str], bool]]:
    """By name of the entity: the checks it raises, and whether they are suppressed."""
    holders = {e.name: (e.raises, e.suppressed) for e in (*USERS, *GROUPS, *ROLES)}
    others = {e.name: (e.raises, False) for e in (*POLICIES, *BUCKETS)}
    return {**holders, **others, ACCOUNT: (ACCOUNT_WIDE, False)}


def populate(client: Callable[[str], Any]) -> None:
    """Create the fleet. `client` gives a boto3 client for a service name; moto's backend is in this process."""
    iam = client("iam")
    for policy in POLICIES:
        _create_policy(iam, policy)
    for group in GROUPS:
        iam.create_group(GroupName=group.name)
        _give(iam, "group", group)
    for user in USERS:
        _create_user(iam, user)
    for role in ROLES:
        _create_role(iam, role)
    s3 = client("s3")
    for bucket in BUCKETS:
        _create_bucket(s3, bucket)


def _create_policy(iam: Any, policy: Policy) -> None:
    first, *later = policy.versions
    iam.create_policy(PolicyName=policy.name, PolicyDocument=json.dumps(first))
    for body in later:
        iam.create_policy_version(
            PolicyArn=arn("policy", policy.name), PolicyDocument=json.dumps(body), SetAsDefault=True
        )


def _give(iam: Any, kind: str, entity: Entity) -> None:
    who = {f"{kind.title()}Name": entity.name}
    for name, body in entity.inline.items():
        getattr(iam, f"put_{kind}_policy")(**who, PolicyName=name, PolicyDocument=json.dumps(body))
    own = {policy.name for policy in POLICIES}
    for name in entity.attached:
        policy_arn = arn("policy", name) if name in own else f"arn:aws:iam::aws:policy/{name}"
        getattr(iam, f"attach_{kind}_policy")(**who, PolicyArn=policy_arn)


def _create_user(iam: Any, user: User) -> None:
    iam.create_user(UserName=user.name, Path=user.path, Tags=_tags(user))
    _give(iam, "user", user)
    for group in user.groups:
        iam.add_user_to_group(UserName=user.name, GroupName=group)
    if user.password:
        iam.create_login_profile(UserName=user.name, Password="Correct-Horse-7-Battery")
    if user.mfa:
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName=user.name)["VirtualMFADevice"]
        codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
        iam.enable_mfa_device(UserName=user.name, SerialNumber=device["SerialNumber"], **codes)
    for key in user.keys:
        made = iam.create_access_key(UserName=user.name)["AccessKey"]
        if not key.active:
            iam.update_access_key(UserName=user.name, AccessKeyId=made["AccessKeyId"], Status="Inactive")
    _backdate_user(user)


def _backdate_user(user: User) -> None:
    from moto.iam.models import AccessKeyLastUsed

    stored = _backend().users[user.name]
    stored.create_date = _ago(user.age)
    if user.password and user.password_used is not None:
        stored.password_last_used = _ago(user.password_used)
    for key, made in zip(user.keys, stored.access_keys, strict=True):
        made.create_date = _ago(key.age)
        if key.used is not None:
            made.last_used = AccessKeyLastUsed(_ago(key.used), "s3", "eu-west-1")
    if user.boundary:
        stored.permissions_boundary = {
            "permissions_boundary_type": "Policy",
            "permissions_boundary_arn": arn("policy", user.boundary),
        }


def _create_role(iam: Any, role: Role) -> None:
    more = {"PermissionsBoundary": arn("policy", role.boundary)} if role.boundary else {}
    iam.create_role(
        RoleName=role.name,
        Path=role.path,
        AssumeRolePolicyDocument=json.dumps(role.trust),
        MaxSessionDuration=role.session,
        Tags=_tags(role),
        **more,
    )
    _give(iam, "role", role)
    stored = next(r for r in _backend().roles.values() if r.name == role.name)
    stored.create_date = _ago(role.age)
    if role.used is not None:
        stored.last_used = _ago(role.used)
        stored.last_used_region = "eu-west-1"


def _create_bucket(s3: Any, bucket: Bucket) -> None:
    ownership = "BucketOwnerEnforced" if bucket.enforced else "ObjectWriter"
    s3.create_bucket(Bucket=bucket.name, ObjectOwnership=ownership)
    if bucket.block:
        names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        s3.put_public_access_block(Bucket=bucket.name, PublicAccessBlockConfiguration=dict.fromkeys(names, True))
    if bucket.policy:
        s3.put_bucket_policy(Bucket=bucket.name, Policy=json.dumps(bucket.policy))
    if bucket.acl:
        s3.put_bucket_acl(Bucket=bucket.name, ACL=bucket.acl)


def _tags(entity: Entity) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in entity.tags.items()]


def _backend() -> Any:
    from moto.iam.models import iam_backends

    return iam_backends[ACCOUNT]["aws"]


def _ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)  # noqa: TID251 - the mock account lives in the present
