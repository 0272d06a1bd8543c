"""IAM in the fewest calls: no call per user or role, whatever the size of the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leastwise.arn import account_of, is_account_id
from leastwise.catalog import managed_policy
from leastwise.collect.failure import Failure
from leastwise.collect.query import IAM_PAGES, SECRETS, Part, Query, answer, fetch
from leastwise.collect.session import WORKERS
from leastwise.parallel import threads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.collect.session import Aws

DETAILS = Query(
    "iam:GetAccountAuthorizationDetails",
    lists=("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"),
    parameters={
        "Filter": ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"],
        "MaxItems": 1000,
    },
    paging=IAM_PAGES,
    stage="authorization details",
)

QUERIES: tuple[Query, ...] = (
    # authorization details lack MaxSessionDuration and Description; the trust policy they do have
    Query(
        "iam:ListRoles",
        lists=("Roles",),
        parameters={"MaxItems": 1000},
        paging=IAM_PAGES,
        drop=SECRETS | {"AssumeRolePolicyDocument"},
    ),
    Query("iam:GetAccountSummary", singles=("SummaryMap",)),
    Query("iam:GetAccountPasswordPolicy", singles=("PasswordPolicy",), absent=frozenset({"NoSuchEntity"})),
    Query("iam:ListVirtualMFADevices", lists=("VirtualMFADevices",), paging=IAM_PAGES),
    Query("iam:ListAccountAliases", lists=("AccountAliases",), paging=IAM_PAGES),
    Query(
        "iam:ListServiceSpecificCredentials",
        lists=("ServiceSpecificCredentials",),
        parameters={"AllUsers": True},
        paging=IAM_PAGES,
    ),
    Query("iam:ListSAMLProviders", lists=("SAMLProviderList",)),
    Query("iam:ListOpenIDConnectProviders", lists=("OpenIDConnectProviderList",)),
)

POLICY = Query("iam:GetPolicy", singles=("Policy",))
VERSION = Query("iam:GetPolicyVersion", singles=("PolicyVersion",))


def details(aws: Aws) -> Part:
    """Users, groups, roles and policies.

    AWS lists the AWS-managed policies that somebody uses; an emulator may list every one there is. Those
    that bear on nobody are left out, so that both give the same snapshot.
    """
    part = answer(aws, DETAILS)
    seen = part.calls.get(DETAILS.call)
    if seen is not None:
        used = set(_used(seen))
        seen["Policies"] = [p for p in seen["Policies"] if p.get("Arn") in used or _is_local(p.get("Arn", ""))]
    return part


def missing_documents(aws: Aws, seen: dict[str, Any] | None) -> Part:
    """Documents of policies that somebody uses and that the authorization details do not hold.

    What cannot be had is a gap only where the bundled table has no document either.
    """
    if seen is None:
        return Part(failures=(Failure(VERSION.call, "NotCollected", f"{DETAILS.call} was not available"),))
    known = {policy["Arn"] for policy in seen["Policies"] if _default_document(policy) is not None}
    missing = sorted(set(_used(seen)) - known)
    found = list(threads(WORKERS)(lambda arn: _document(aws, arn), missing))
    return Part(
        {VERSION.call: {arn: got for arn, got in zip(missing, found, strict=True) if not isinstance(got, Failure)}},
        tuple(got for got in found if isinstance(got, Failure) and managed_policy(str(got.target)) is None),
    )


def first_identity(calls: dict[str, Any]) -> str | None:
    """Any ARN that names the account itself, for when sts:GetCallerIdentity is not to be had."""
    seen = calls.get(DETAILS.call, {})
    rows = [row for name in DETAILS.lists for row in seen.get(name, ())]
    rows += calls.get("iam:ListRoles", {}).get("Roles", ())
    arns = [row.get("Arn", "") for row in rows]
    report = calls.get("iam:GetCredentialReport", {}).get("Content", "")
    arns += [arn for line in report.splitlines()[1:] for arn in line.split(",")[1:2]]
    return next((arn for arn in arns if _is_local(arn)), None)


def _is_local(arn: str) -> bool:
    return is_account_id(account_of(arn))


def _used(seen: dict[str, Any]) -> Iterator[str]:
    """The managed policies that are attached to someone or bound someone; with repeats."""
    for name in ("UserDetailList", "GroupDetailList", "RoleDetailList"):
        for row in seen[name]:
            for attached in row.get("AttachedManagedPolicies") or ():
                yield attached["PolicyArn"]
            boundary = row.get("PermissionsBoundary")
            if boundary:
                yield boundary["PermissionsBoundaryArn"]


def _default_document(policy: dict[str, Any]) -> Any:
    versions = policy.get("PolicyVersionList") or ()
    return next((version.get("Document") for version in versions if version.get("IsDefaultVersion")), None)


def _document(aws: Aws, arn: str) -> dict[str, Any] | Failure:
    policy = fetch(aws, POLICY, PolicyArn=arn)
    if isinstance(policy, Failure):
        return policy.of(arn, call=VERSION.call)
    version = (policy["Policy"] or {}).get("DefaultVersionId")
    if not version:
        return Failure(VERSION.call, "Garbled", "GetPolicy named no default version", target=arn)
    document = fetch(aws, VERSION, PolicyArn=arn, VersionId=version)
    return document.of(arn) if isinstance(document, Failure) else document
