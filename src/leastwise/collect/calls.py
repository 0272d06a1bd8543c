"""Every AWS call that leastwise may make to look at an account, in one table.

The client refuses any call that is not here (`session`), the policy to grant follows from it
(`permissions`), and a snapshot holds either an answer or a gap for each call that is `kept`. Those of the inventory
and of last use are made on request only; a snapshot without them has no gaps for them.
"""

from __future__ import annotations

from typing import NamedTuple

from leastwise.account.kinds import CALLS, REGIONS
from leastwise.collect.inventory_calls import ASKS

# The two that generate make AWS write a report about what there is, and change nothing of it.
REPORTS = ("GenerateCredentialReport", "GenerateServiceLastAccessedDetails")
READ_VERBS = ("Get", "List", "Describe", "Head", "BatchGet", "Lookup", *REPORTS)


class Call(NamedTuple):
    """One operation, and the IAM action that permits it.

    `action` is None where AWS asks for no permission. `kept` says whether the answer stands in the snapshot
    under the call's own name; the others only lead to one that does.
    """

    service: str
    operation: str
    action: str | None
    kept: bool = True

    @property
    def name(self) -> str:
        """`service:Operation`, the key of the snapshot."""
        return f"{self.service}:{self.operation}"


def _same(service: str, *operations: str, kept: bool = True) -> tuple[Call, ...]:
    """Calls whose IAM action is named like the operation."""
    return tuple(Call(service, name, f"{service}:{name}", kept) for name in operations)


# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: needs no permission
READ_CALLS: tuple[Call, ...] = (
    Call("sts", "GetCallerIdentity", None),
    *_same("iam", "GetAccountAuthorizationDetails", "ListRoles", "GetCredentialReport"),
    *_same("iam", "GetAccountSummary", "GetAccountPasswordPolicy", "ListVirtualMFADevices"),
    *_same("iam", "ListAccountAliases", "ListServiceSpecificCredentials"),
    *_same("iam", "ListSAMLProviders", "ListOpenIDConnectProviders", "GetPolicyVersion"),
    *_same("iam", "GenerateCredentialReport", "GetPolicy", kept=False),
    Call("s3", "ListBuckets", "s3:ListAllMyBuckets"),
    *_same("s3", "GetBucketPolicy", "GetBucketAcl", "GetBucketOwnershipControls"),
    Call("s3", "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    # botocore asks this by itself when a bucket turns out to live in another region. It needs
    # s3:ListBucket to succeed, but a refusal carries the region just as well, so it is not asked for.
    Call("s3", "HeadBucket", None, kept=False),
    Call("s3control", "GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock"),
    *_same("organizations", "DescribeOrganization", "ListAccounts"),
    *_same("organizations", "ListParents", "ListPoliciesForTarget", "DescribePolicy"),
)

INVENTORY_CALLS: tuple[Call, ...] = (
    *_same("ec2", "DescribeRegions"),
    *(Call(ask.service, ask.operation, ask.permission, ask.call in CALLS) for ask in ASKS),
)
"""Only made on request."""

LAST_ACCESSED_CALLS: tuple[Call, ...] = (
    *_same("iam", "GenerateServiceLastAccessedDetails", kept=False),
    *_same("iam", "GetServiceLastAccessedDetails"),
)
"""Only made on request: at least these two for each principal."""

_TRAILS = _same("cloudtrail", "ListTrails", "DescribeTrails", "GetEventSelectors", "GetTrailStatus")
_WHERE = _same("ec2", "DescribeRegions")
_FINDINGS = ("ListAnalyzers", "ListFindingsV2", "GetFindingV2")
EVIDENCE_CALLS: dict[str, tuple[Call, ...]] = {
    "cloudtrail": (Call("s3", "ListObjectsV2", "s3:ListBucket"), *_same("s3", "GetObject"), *_TRAILS),
    "trails": _TRAILS,
    "lookup-events": (*_WHERE, *_same("cloudtrail", "LookupEvents")),
    "access-analyzer": (
        *_WHERE,
        *(Call("accessanalyzer", name, f"access-analyzer:{name.removesuffix('V2')}") for name in _FINDINGS),
    ),
}
"""By the kind of evidence; refused unless that was asked for. What they answer stands in no snapshot."""

ALLOWED = frozenset(call.name for call in (*READ_CALLS, *INVENTORY_CALLS, *LAST_ACCESSED_CALLS))
KEPT = tuple(call.name for call in READ_CALLS if call.kept)
KEPT_INVENTORY = (REGIONS, *CALLS)
ORDER = (*KEPT, *KEPT_INVENTORY, *(call.name for call in LAST_ACCESSED_CALLS if call.kept))
"""Of the calls that a snapshot may hold."""


def allowed(evidence: tuple[str, ...] = ()) -> frozenset[str]:
    """The calls that a client makes, by their names."""
    return ALLOWED.union(call.name for kind in evidence for call in EVIDENCE_CALLS[kind])


def permission(call: str) -> str:
    """The IAM action that permits a call made for evidence."""
    return next(one.action or "" for calls in EVIDENCE_CALLS.values() for one in calls if one.name == call)
