"""A builder of small accounts. They pass through the same door as real ones: snapshot → account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from leastwise.account.build import build
from leastwise.snapshot import Gap, Snapshot, raw

if TYPE_CHECKING:
    from leastwise.account.model import Account, Group, Role, User

ACCOUNT = "123456789012"
FOREIGN = "999988887777"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
REPORT_COLUMNS = [
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
]


def ago(days: float) -> str:
    """The time so many days before the world's now."""
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def trust(principal: Any, action: str | list[str] = "sts:AssumeRole", **condition: Any) -> dict[str, Any]:
    """A trust policy; keyword arguments are condition operators."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return document({**statement, "Condition": condition} if condition else statement)


def by_service(name: str) -> dict[str, Any]:
    return trust({"Service": f"{name}.amazonaws.com"})


def key(age: float, *, active: bool = True, used: float | None = None) -> dict[str, Any]:
    """An access key: its age in days, and how many days ago it was last used."""
    return {"age": age, "active": active, "used": used}


class World:
    """An account in the making; every method returns it, so that calls chain."""

    def __init__(self, account: str = ACCOUNT, partition: str = "aws") -> None:
        self.account = account
        self.partition = partition
        self.users: list[dict[str, Any]] = []
        self.groups: list[dict[str, Any]] = []
        self.roles: list[dict[str, Any]] = []
        self.policies: list[dict[str, Any]] = []
        self.rows: list[dict[str, str]] = []
        self.sessions: list[dict[str, Any]] = []
        self.service_credentials: list[dict[str, Any]] = []
        self.buckets: dict[str, dict[str, Any]] = {}
        self.gaps: list[Gap] = []
        self.more: dict[str, Any] = {}

    def arn(self, kind: str, name: str, path: str = "/") -> str:
        return f"arn:{self.partition}:iam::{self.account}:{kind}{path}{name}"

    def user(
        self,
        name: str,
        *,
        inline: dict[str, Any] | None = None,
        attached: tuple[str, ...] = (),
        groups: tuple[str, ...] = (),
        boundary: str = "",
        tags: dict[str, str] | None = None,
        password: bool = False,
        password_used: float | None = None,
        mfa: bool = False,
        keys: tuple[dict[str, Any], ...] = (),
        age: float = 300,
        path: str = "/",
    ) -> Self:
        arn = self.arn("user", name, path)
        self.users.append(
            {
                "Arn": arn, "UserName": name, "Path": path, "UserId": f"AIDA{len(self.users):017d}",
                "CreateDate": ago(age), "GroupList": list(groups), "UserPolicyList": _inline(inline),
                "AttachedManagedPolicies": self._attached(attached), "Tags": _tags(tags), **self._boundary(boundary),
            }
        )  # fmt: skip
        row = dict.fromkeys(REPORT_COLUMNS, "N/A")
        row |= {"user": name, "arn": arn, "user_creation_time": ago(age), "mfa_active": str(mfa).lower()}
        row |= {"password_enabled": str(password).lower(), "cert_1_active": "false", "cert_2_active": "false"}
        if password:
            row["password_last_changed"] = ago(age)
            row["password_last_used"] = "no_information" if password_used is None else ago(password_used)
        for slot in (1, 2):
            row[f"access_key_{slot}_active"] = "false"
        for slot, made in enumerate(keys, start=1):
            row[f"access_key_{slot}_active"] = str(made["active"]).lower()
            row[f"access_key_{slot}_last_rotated"] = ago(made["age"])
            row[f"access_key_{slot}_last_used_date"] = "N/A" if made["used"] is None else ago(made["used"])
        self.rows.append(row)
        return self

    def group(self, name: str, *, inline: dict[str, Any] | None = None, attached: tuple[str, ...] = ()) -> Self:
        self.groups.append(
            {
                "Arn": self.arn("group", name), "GroupName": name, "Path": "/", "GroupId": f"AGPA{len(self.groups):017d}",
                "CreateDate": ago(300), "GroupPolicyList": _inline(inline),
                "AttachedManagedPolicies": self._attached(attached),
            }
        )  # fmt: skip
        return self

    def role(
        self,
        name: str,
        trusted: dict[str, Any] | None = None,
        *,
        inline: dict[str, Any] | None = None,
        attached: tuple[str, ...] = (),
        boundary: str = "",
        tags: dict[str, str] | None = None,
        age: float = 300,
        used: float | None = 1,
        session: int | None = 3600,
        path: str = "/",
        profile: bool = False,
    ) -> Self:
        arn = self.arn("role", name, path)
        profiles = [{"Arn": self.arn("instance-profile", name), "InstanceProfileName": name}] if profile else []
        self.roles.append(
            {
                "Arn": arn, "RoleName": name, "Path": path, "RoleId": f"AROA{len(self.roles):017d}",
                "CreateDate": ago(age), "AssumeRolePolicyDocument": trusted or by_service("ec2"),
                "RolePolicyList": _inline(inline), "AttachedManagedPolicies": self._attached(attached),
                "InstanceProfileList": profiles, "Tags": _tags(tags), **self._boundary(boundary),
                "RoleLastUsed": {} if used is None else {"LastUsedDate": ago(used), "Region": "eu-west-1"},
            }
        )  # fmt: skip
        if session is not None:
            self.sessions.append({"Arn": arn, "RoleName": name, "MaxSessionDuration": session})
        return self

    def policy(
        self, name: str, body: dict[str, Any], *, older: tuple[dict[str, Any], ...] = (), path: str = "/"
    ) -> Self:
        """A customer-managed policy; `older` are earlier versions, oldest first."""
        documents = [*older, body]
        self.policies.append(
            {
                "Arn": self.arn("policy", name, path), "PolicyName": name, "Path": path, "AttachmentCount": 0,
                "DefaultVersionId": f"v{len(documents)}",
                "PolicyVersionList": [
                    {"VersionId": f"v{i}", "IsDefaultVersion": i == len(documents), "Document": d}
                    for i, d in enumerate(documents, start=1)
                ],
            }
        )  # fmt: skip
        return self

    def service_credential(self, user: str, *, active: bool = True, service: str = "bedrock.amazonaws.com") -> Self:
        self.service_credentials.append(
            {
                "UserName": user, "ServiceName": service, "ServiceSpecificCredentialId": f"ACCA{user}",
                "Status": "Active" if active else "Inactive", "CreateDate": ago(200),
            }
        )  # fmt: skip
        return self

    def bucket(
        self,
        name: str,
        *,
        policy: dict[str, Any] | None = None,
        grants: tuple[dict[str, Any], ...] = (),
        enforced: bool = True,
        block: dict[str, bool] | None = None,
    ) -> Self:
        """A bucket; `enforced` is BucketOwnerEnforced, `block` the four switches by AWS's names."""
        self.buckets[name] = {
            "policy": {"Policy": policy} if policy else None,
            "acl": {"Owner": {"ID": "own"}, "Grants": list(grants)},
            "ownership": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}
            if enforced
            else None,
            "block": {"PublicAccessBlockConfiguration": block} if block else None,
        }
        return self

    def organization(self, *, management: str = "111111111111") -> Self:
        """The account is a member of an organization, or its management account."""
        return self.call(
            "organizations:DescribeOrganization", {"Organization": {"Id": "o-own", "MasterAccountId": management}}
        )

    def scp(self, name: str, body: dict[str, Any], *, level: str = "account") -> Self:
        """An SCP in force, attached at the level. Nothing else is attached there unless it is said."""
        return self._guardrail("SERVICE_CONTROL_POLICY", name, body, level)

    def rcp(self, name: str, body: dict[str, Any], *, level: str = "account") -> Self:
        """As `scp`, an RCP."""
        return self._guardrail("RESOURCE_CONTROL_POLICY", name, body, level)

    def _guardrail(self, kind: str, name: str, body: dict[str, Any], level: str) -> Self:
        summary = {
            "Id": f"p-{name}",
            "Arn": f"arn:{self.partition}:organizations::111111111111:policy/{name}",
            "Name": name,
        }
        listed = self.more.setdefault("organizations:ListPoliciesForTarget", {})
        listed.setdefault(f"{level}/{kind}", {"Policies": []})["Policies"].append(summary)
        described = self.more.setdefault("organizations:DescribePolicy", {})
        described[f"p-{name}"] = {"Policy": {"PolicySummary": summary, "Content": body}}
        return self

    def call(self, name: str, answer: Any) -> Self:
        """Another call's answer, or one that replaces the builder's own."""
        self.more[name] = answer
        return self

    def gap(self, call: str, *, target: str | None = None, reason: str = "AccessDenied") -> Self:
        """The call, or the call for one target, gave nothing."""
        self.gaps.append(Gap(call=call, target=target, reason=reason))
        return self

    def snapshot(self) -> Snapshot:
        calls = {**self._calls(), **self.more}
        for gap in self.gaps:
            if gap.target is None:
                calls.pop(gap.call, None)
            elif isinstance(calls.get(gap.call), dict):
                calls[gap.call].pop(gap.target, None)
        return Snapshot(
            account=self.account,
            partition=self.partition,
            taken_at=NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
            calls={name: raw(answer) for name, answer in calls.items()},
            gaps=self.gaps,
        )

    def build(self) -> Account:
        return build(self.snapshot())

    def _calls(self) -> dict[str, Any]:
        lines = [",".join(REPORT_COLUMNS), *(",".join(row[c] for c in REPORT_COLUMNS) for row in self.rows)]
        parts = self.buckets.items()
        return {
            "iam:GetAccountAuthorizationDetails": {
                "UserDetailList": self.users, "GroupDetailList": self.groups, "RoleDetailList": self.roles,
                "Policies": self.policies,
            },
            "iam:ListRoles": {"Roles": self.sessions},
            "iam:GetCredentialReport": {"Content": "\n".join(lines), "GeneratedTime": ago(0)},
            "iam:GetAccountSummary": {"SummaryMap": {}},
            "iam:GetAccountPasswordPolicy": {"PasswordPolicy": None},
            "iam:ListVirtualMFADevices": {"VirtualMFADevices": []},
            "iam:ListAccountAliases": {"AccountAliases": ["world"]},
            "iam:ListServiceSpecificCredentials": {"ServiceSpecificCredentials": self.service_credentials},
            "s3:ListBuckets": {"Buckets": [{"Name": n} for n in self.buckets], "Owner": {"ID": "own"}},
            "s3:GetBucketPolicy": {n: b["policy"] for n, b in parts},
            "s3:GetBucketAcl": {n: b["acl"] for n, b in parts},
            "s3:GetBucketOwnershipControls": {n: b["ownership"] for n, b in parts},
            "s3:GetPublicAccessBlock": {n: b["block"] for n, b in parts},
            "s3control:GetPublicAccessBlock": {"PublicAccessBlockConfiguration": None},
            "organizations:DescribeOrganization": {"Organization": None},
            "organizations:ListAccounts": {"Accounts": []},
            "organizations:ListParents": {},
            "organizations:ListPoliciesForTarget": {},
            "organizations:DescribePolicy": {},
        }  # fmt: skip

    def _attached(self, names: tuple[str, ...]) -> list[dict[str, str]]:
        return [{"PolicyArn": self._policy_arn(n), "PolicyName": n.rpartition("/")[2]} for n in names]

    def _policy_arn(self, name: str) -> str:
        """An ARN as it is; a name is this account's policy if it has one of that name, else AWS's."""
        if name.startswith("arn:"):
            return name
        own = next((p["Arn"] for p in self.policies if p["PolicyName"] == name), "")
        return own or f"arn:{self.partition}:iam::aws:policy/{name}"

    def _boundary(self, name: str) -> dict[str, Any]:
        if not name:
            return {}
        return {
            "PermissionsBoundary": {
                "PermissionsBoundaryType": "Policy",
                "PermissionsBoundaryArn": self._policy_arn(name),
            }
        }


def an_account(account: str = ACCOUNT, partition: str = "aws") -> World:
    """An empty account to fill."""
    return World(account, partition)


def user_of(account: Account, name: str) -> User:
    return next(u for u in account.users if u.name == name)


def role_of(account: Account, name: str) -> Role:
    return next(r for r in account.roles if r.name == name)


def group_of(account: Account, name: str) -> Group:
    return next(g for g in account.groups if g.name == name)


def _inline(policies: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [{"PolicyName": name, "PolicyDocument": body} for name, body in (policies or {}).items()]


def _tags(tags: dict[str, str] | None) -> list[dict[str, str]]:
    return [{"Key": k, "Value": v} for k, v in (tags or {}).items()]
