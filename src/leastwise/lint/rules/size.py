"""Quotas of size. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise.leastprivilege.packing import INLINE_QUOTA, MANAGED_QUOTA, TRUST_QUOTA
from leastwise.lint.places import Kind
from leastwise.lint.rule import Say, rule
from leastwise.policy.document import Policy
from leastwise.results import Kind as Holder
from leastwise.results import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.lint.subject import Subject

_SPACE = str.maketrans("", "", " \t\r\n")
_BUCKET_QUOTA = 20 * 1024  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
_MANAGED = frozenset({"aws_iam_policy", "AWS::IAM::ManagedPolicy"})
_BUCKETS = frozenset({"aws_s3_bucket_policy", "AWS::S3::BucketPolicy"})


@rule(
    title="Too large",
    severity=Severity.HIGH,
    fix="Split it, or shorten its lists of actions by wildcards.",
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
)
def too_large(subject: Subject) -> Iterator[Say]:
    """The policy has more characters, without white space, than AWS takes.

    A policy of which it is not known how it is attached is measured by the quota of managed policies: too much for
    these is of medium severity, too much for any inline policy of high.
    """
    if not isinstance(subject.policy, Policy) or any(subject.opens):
        return
    size = len(msgspec.json.encode(subject.node.plain()).decode().translate(_SPACE))
    quota, what, largest = _quota(subject)
    if size > quota:
        severity = Severity.HIGH if size > largest else Severity.MEDIUM
        yield Say(
            subject.node,
            f"the policy has {size:,} characters without white space, and {what} {quota:,} at most",
            severity=severity,
        )


def _quota(subject: Subject) -> tuple[int, str, int]:
    """The quota, whose it is, and what nothing of the kind may exceed."""
    if subject.kind is Kind.TRUST:
        return TRUST_QUOTA, "a trust policy has (until the quota is raised)", 2 * TRUST_QUOTA
    if subject.kind is Kind.IDENTITY:
        largest = MANAGED_QUOTA if subject.place.holder in _MANAGED else INLINE_QUOTA[Holder.ROLE]
        return MANAGED_QUOTA, "a managed policy has", largest
    if subject.kind is Kind.RESOURCE and subject.place.holder in _BUCKETS:
        return _BUCKET_QUOTA, "a bucket policy has", _BUCKET_QUOTA
    return 1 << 30, "", 1 << 30
