"""What a log would have shown."""

from __future__ import annotations

import pytest

from leastwise.catalog import universe
from leastwise.usage.records import Coverage
from leastwise.usage.sight import DATA, NEVER, Sight, in_sight, sight

S3, EC2, KMS = "s3.amazonaws.com", "ec2.amazonaws.com", "kms.amazonaws.com"


@pytest.mark.parametrize("pattern", [*DATA, *NEVER])
def test_every_pattern_means_some_action(pattern: str) -> None:
    assert universe().mask(pattern)


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("s3:GetObject", Sight.DATA),
        ("s3:PutObjectAcl", Sight.DATA),
        ("s3:GetBucketPolicy", Sight.MANAGEMENT),
        ("s3:PutBucketObjectLockConfiguration", Sight.MANAGEMENT),
        ("s3:ListAllMyBuckets", Sight.MANAGEMENT),
        ("dynamodb:PutItem", Sight.DATA),
        ("dynamodb:DescribeTable", Sight.MANAGEMENT),
        ("lambda:InvokeFunction", Sight.DATA),
        ("lambda:CreateFunction", Sight.MANAGEMENT),
        ("kms:Decrypt", Sight.MANAGEMENT),
        ("sts:AssumeRole", Sight.MANAGEMENT),
        ("iam:CreateUser", Sight.MANAGEMENT),
        ("iam:PassRole", Sight.NEVER),
        ("rds-db:connect", Sight.NEVER),
        ("nosuch:Action", Sight.NEVER),
    ],
)
def test_the_kind_of_event(action: str, kind: Sight) -> None:
    assert sight(action) is kind


@pytest.mark.parametrize(
    ("action", "management", "data", "seen"),
    [
        ("ec2:RunInstances", (S3,), (), True),
        ("ec2:RunInstances", (), (S3,), False),
        ("s3:GetObject", (S3, EC2), (), False),
        ("s3:GetObject", (), (S3,), True),
        ("dynamodb:GetItem", (), (S3,), False),
        ("kms:Decrypt", (EC2,), (), False),
        ("kms:Decrypt", (EC2, KMS), (), True),
        ("iam:PassRole", (EC2, "iam.amazonaws.com"), (), False),
        ("cloudwatch:PutMetricData", (), ("monitoring.amazonaws.com",), True),
    ],
)
def test_what_is_in_sight(action: str, management: tuple[str, ...], data: tuple[str, ...], seen: bool) -> None:
    assert in_sight(action, Coverage(source="logs", management=management, data=data)) is seen
