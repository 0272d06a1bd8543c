"""Buckets that strangers reach: policy or ACL lets in a foreign account or the public, and no condition bounds it.

Decides from the bucket's policy, its ACL and ownership, and both levels of Block Public Access: RestrictPublicBuckets
takes from a public policy all but the account itself, IgnorePublicAcls makes public ACL grants inert, and
BucketOwnerEnforced all. Denies are counted; other bounds lower the severity, the actions set it. Silent about access
points and about what a presigned URL hands out.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.checks.core import Hit, Said, Unjudged, Weight, check, weigh
from leastwise.results import Impact, Likelihood, Severity
from leastwise.sharing import Harm, Share, blind_spots, shares

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account, Bucket

PUBLIC = {Harm.CONTROL: Severity.CRITICAL, Harm.WRITE: Severity.CRITICAL, Harm.READ: Severity.HIGH}
FOREIGN = {Harm.CONTROL: Severity.CRITICAL, Harm.WRITE: Severity.HIGH, Harm.READ: Severity.MEDIUM}


@check(
    title="Bucket shared with outsiders without a condition",
    severity=Severity.HIGH,
    needs={"s3:ListBuckets", "s3:GetBucketPolicy"},
    refines={
        "s3:GetBucketAcl", "s3:GetBucketOwnershipControls", "s3:GetPublicAccessBlock", "s3control:GetPublicAccessBlock",
        "organizations:DescribeOrganization",
    },
    attack="An outsider reads, replaces or deletes objects, or opens the bucket further, and no key of yours is used.",
    fix=(
        "Turn on all four switches of Block Public Access, for the account and for the bucket.",
        "Demand the organization (StringEquals aws:PrincipalOrgID) or name the one role that needs the objects.",
        "Set the bucket's ownership to BucketOwnerEnforced, so that ACLs no longer count.",
    ),
    cites=(
        "CIS AWS 3.0 2.1.4", "CIS AWS 7.0 2.21", "FSBP S3.2", "FSBP S3.3", "FSBP S3.6", "FSBP S3.12", "ATT&CK T1530",
        "ATT&CK T1537",
    ),
    impact=Impact.SENSITIVE,
    likelihood=Likelihood.OUTSIDER,
)  # fmt: skip
def bucket_cross_account_without_condition(account: Account) -> Iterator[Said]:
    """One hit for each outsider that a bucket lets in."""
    for bucket in account.buckets:
        yield from (Unjudged(bucket.arn, reason) for reason in blind_spots(bucket))
        found: dict[str, list[Share]] = {}
        for share in shares(account, bucket):
            found.setdefault(share.name, []).append(share)
        for name, ways in found.items():
            yield _open(bucket, name, ways)


def _open(bucket: Bucket, name: str, ways: list[Share]) -> Hit:
    worst = max(ways, key=lambda share: (_weight(share)["severity"], not share.assumes))
    return Hit(
        bucket.subject,
        f"{bucket.name} lets {worst.text} {worst.harm.value}",
        evidence=tuple(share.evidence for share in ways),
        assumes=worst.assumes,
        discriminator=name,
        likelihood=Likelihood.ANYONE if worst.is_public and not worst.bounded_by else None,
        **_weight(worst),
    )


def _weight(share: Share) -> Weight:
    severity = (PUBLIC if share.is_public else FOREIGN)[share.harm]
    return weigh(severity, down={f"only where {share.bounded_by}": bool(share.bounded_by)})
