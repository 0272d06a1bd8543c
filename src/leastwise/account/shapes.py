"""AWS's response shapes, as far as leastwise reads them. Unknown fields are passed over, documents stay undecoded.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

import msgspec


class Tag(msgspec.Struct, rename="pascal", gc=False):
    """A tag."""

    key: str
    value: str = ""


class Inline(msgspec.Struct, rename="pascal", gc=False):
    """An inline policy."""

    policy_name: str
    policy_document: msgspec.Raw


class Attached(msgspec.Struct, rename="pascal", gc=False):
    """An attached managed policy."""

    policy_arn: str
    policy_name: str = ""


class Boundary(msgspec.Struct, rename="pascal", gc=False):
    """A permissions boundary."""

    permissions_boundary_arn: str = ""


class UserDetail(msgspec.Struct, rename="pascal", gc=False):
    """A user of the authorization details."""

    arn: str
    user_name: str
    path: str = "/"
    user_id: str = ""
    create_date: str = ""
    user_policy_list: list[Inline] = []
    group_list: list[str] = []
    attached_managed_policies: list[Attached] = []
    permissions_boundary: Boundary | None = None
    tags: list[Tag] = []


class GroupDetail(msgspec.Struct, rename="pascal", gc=False):
    """A group of the authorization details."""

    arn: str
    group_name: str
    path: str = "/"
    group_id: str = ""
    create_date: str = ""
    group_policy_list: list[Inline] = []
    attached_managed_policies: list[Attached] = []


class InstanceProfile(msgspec.Struct, rename="pascal", gc=False):
    """An instance profile."""

    arn: str = ""


class LastUsed(msgspec.Struct, rename="pascal", gc=False):
    """When and where a role was last used."""

    last_used_date: str = ""


class RoleDetail(msgspec.Struct, rename="pascal", gc=False):
    """A role of the authorization details."""

    arn: str
    role_name: str
    assume_role_policy_document: msgspec.Raw = msgspec.Raw(b"null")
    path: str = "/"
    role_id: str = ""
    create_date: str = ""
    role_policy_list: list[Inline] = []
    attached_managed_policies: list[Attached] = []
    permissions_boundary: Boundary | None = None
    tags: list[Tag] = []
    instance_profile_list: list[InstanceProfile] = []
    role_last_used: LastUsed | None = None


class PolicyVersion(msgspec.Struct, rename="pascal", gc=False):
    """One version of a managed policy."""

    version_id: str = "v1"
    is_default_version: bool = False
    document: msgspec.Raw = msgspec.Raw(b"null")
    create_date: str = ""


class PolicyDetail(msgspec.Struct, rename="pascal", gc=False):
    """A managed policy of the authorization details."""

    arn: str
    policy_name: str = ""
    path: str = "/"
    default_version_id: str = ""
    attachment_count: int = 0
    policy_version_list: list[PolicyVersion] = []


class Details(msgspec.Struct, rename="pascal", gc=False):
    """The answer of GetAccountAuthorizationDetails, pages merged. None holds the place of an unreadable entry."""

    user_detail_list: list[UserDetail | None] = []
    group_detail_list: list[GroupDetail | None] = []
    role_detail_list: list[RoleDetail | None] = []
    policies: list[PolicyDetail | None] = []


class ListedRole(msgspec.Struct, rename="pascal", gc=False):
    """A role of ListRoles, the one call besides GetRole that tells the session length."""

    arn: str
    max_session_duration: int | None = None


class ListedRoles(msgspec.Struct, rename="pascal", gc=False):
    """The answer of ListRoles."""

    roles: list[ListedRole] = []


class CredentialReport(msgspec.Struct, rename="pascal"):
    """The answer of GetCredentialReport; the content is CSV."""

    content: str
    generated_time: str = ""


class Summary(msgspec.Struct, rename="pascal"):
    """The answer of GetAccountSummary."""

    summary_map: dict[str, int] = {}


class PasswordPolicyFields(msgspec.Struct, rename="pascal"):
    """The account's password policy; fields that do not apply are absent."""

    minimum_password_length: int = 6
    require_symbols: bool = False
    require_numbers: bool = False
    require_uppercase_characters: bool = False
    require_lowercase_characters: bool = False
    allow_users_to_change_password: bool = False
    max_password_age: int = 0
    password_reuse_prevention: int = 0
    hard_expiry: bool = False


class PasswordPolicyAnswer(msgspec.Struct, rename="pascal"):
    """The answer of GetAccountPasswordPolicy; null when none was set."""

    password_policy: PasswordPolicyFields | None = None


class Aliases(msgspec.Struct, rename="pascal"):
    """The answer of ListAccountAliases."""

    account_aliases: list[str] = []


class Named(msgspec.Struct, rename="pascal"):
    """Anything with an ARN."""

    arn: str = ""


class VirtualDevice(msgspec.Struct, rename="pascal"):
    """A virtual MFA device; without a user it is not assigned."""

    serial_number: str = ""
    user: Named | None = None


class VirtualDevices(msgspec.Struct, rename={"devices": "VirtualMFADevices"}):
    """The answer of ListVirtualMFADevices."""

    devices: list[VirtualDevice] = []


class ServiceCredentialFields(msgspec.Struct, rename="pascal"):
    """A service-specific credential, without its secret."""

    user_name: str
    service_name: str = ""
    service_specific_credential_id: str = ""
    status: str = "Active"
    create_date: str = ""
    expiration_date: str = ""


class ServiceCredentials(msgspec.Struct, rename="pascal"):
    """The answer of ListServiceSpecificCredentials for all users."""

    service_specific_credentials: list[ServiceCredentialFields] = []


class VersionAnswer(msgspec.Struct, rename="pascal"):
    """The answer of GetPolicyVersion."""

    policy_version: PolicyVersion


class BucketFields(msgspec.Struct, rename="pascal"):
    """A bucket of ListBuckets."""

    name: str
    bucket_region: str = ""


class Owner(msgspec.Struct, rename={"id": "ID"}):
    """An owner, by canonical user id."""

    id: str = ""


class Buckets(msgspec.Struct, rename="pascal"):
    """The answer of ListBuckets."""

    buckets: list[BucketFields] = []
    owner: Owner | None = None


class BucketPolicy(msgspec.Struct, rename="pascal"):
    """The answer of GetBucketPolicy."""

    policy: msgspec.Raw


class Grantee(msgspec.Struct, rename={"id": "ID", "uri": "URI"}):
    """Whom an ACL grants something."""

    id: str = ""
    uri: str = ""


class Grant(msgspec.Struct, rename="pascal"):
    """One grant of an ACL."""

    grantee: Grantee | None = None
    permission: str = ""


class Acl(msgspec.Struct, rename="pascal"):
    """The answer of GetBucketAcl."""

    owner: Owner | None = None
    grants: list[Grant] = []


class OwnershipRule(msgspec.Struct, rename="pascal"):
    """One rule of the ownership controls."""

    object_ownership: str = ""


class OwnershipRules(msgspec.Struct, rename="pascal"):
    """The ownership controls."""

    rules: list[OwnershipRule] = []


class Ownership(msgspec.Struct, rename="pascal"):
    """The answer of GetBucketOwnershipControls."""

    ownership_controls: OwnershipRules


class BlockFields(msgspec.Struct, rename="pascal"):
    """The four switches."""

    block_public_acls: bool = False
    ignore_public_acls: bool = False
    block_public_policy: bool = False
    restrict_public_buckets: bool = False


class Block(msgspec.Struct, rename="pascal"):
    """The answer of GetPublicAccessBlock, of a bucket or of the account."""

    public_access_block_configuration: BlockFields | None = None


class OrganizationFields(msgspec.Struct, rename="pascal"):
    """The organization."""

    id: str = ""
    master_account_id: str = ""


class OrganizationAnswer(msgspec.Struct, rename="pascal"):
    """The answer of DescribeOrganization; null when the account is in none."""

    organization: OrganizationFields | None = None


class MemberAccount(msgspec.Struct, rename="pascal"):
    """An account of ListAccounts."""

    id: str = ""


class MemberAccounts(msgspec.Struct, rename="pascal"):
    """The answer of ListAccounts."""

    accounts: list[MemberAccount] = []


class PolicySummary(msgspec.Struct, rename="pascal"):
    """What organizations say of a policy besides its content."""

    id: str = ""
    arn: str = ""
    name: str = ""


class AttachedPolicies(msgspec.Struct, rename="pascal"):
    """The answer of ListPoliciesForTarget, for one target and type."""

    policies: list[PolicySummary] = []


class OrganizationPolicyFields(msgspec.Struct, rename="pascal"):
    """A policy of the organization."""

    content: msgspec.Raw
    policy_summary: PolicySummary | None = None


class OrganizationPolicy(msgspec.Struct, rename="pascal"):
    """The answer of DescribePolicy, its content an object."""

    policy: OrganizationPolicyFields
