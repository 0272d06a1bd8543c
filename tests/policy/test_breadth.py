"""What a Resource list leaves out."""

from __future__ import annotations

import pytest

from leastwise.catalog import universe
from leastwise.policy.breadth import wide_actions, wide_part
from leastwise.policy.document import Policy, parse_value


def is_wide(action: str, *patterns: str, negated: bool = False, partition: str = "aws") -> bool:
    listed = {"NotResource" if negated else "Resource": list(patterns)}
    made = parse_value({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, **listed}})
    assert isinstance(made, Policy)
    found = wide_part(made.statements[0], partition)
    assert found == wide_actions(made.statements[0].resources, partition) & universe().mask(action)
    return bool(found)


@pytest.mark.parametrize(
    ("action", "pattern", "wide"),
    [
        ("s3:PutObject", "*", True),
        ("s3:PutObject", "arn:aws:s3:::*", True),
        ("s3:PutObject", "arn:*:s3:::*", True),
        ("s3:PutObject", "arn:aws:s3:::*/*", True),
        ("s3:PutObject", "arn:aws:s3:::?*", True),
        ("s3:PutObject", "arn:aws:s3:::b", False),
        ("s3:PutObject", "arn:aws:s3:::b/*", False),
        ("s3:PutObject", "arn:aws:s3:::*/public/*", False),
        ("s3:PutObject", "arn:aws-cn:s3:::*", False),
        ("s3:PutObject", "arn:aws:sqs:*:*:*", False),
        ("dynamodb:PutItem", "arn:aws:dynamodb:*:*:table/*", True),
        ("dynamodb:PutItem", "arn:aws:dynamodb:*:*:*", True),
        ("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:*:table/*", False),
        ("dynamodb:PutItem", "arn:aws:dynamodb:*:123456789012:table/*", False),
        ("iam:PassRole", "arn:aws:iam::*:role/*", True),
        ("iam:PassRole", "arn:aws:iam::*:role/app-*", False),
        ("ec2:RunInstances", "arn:aws:ec2:*:*:instance/*", False),
        ("ec2:RunInstances", "arn:aws:ec2:*", True),
        ("ec2:CreateTags", "arn:aws:ec2:*:*:volume/*", False),
        ("ec2:CreateTags", "arn:aws:ec2:*:*:*", True),
        ("s3:PutObject", "arn:aws:s3:::${aws:username}*", False),
        ("s3:PutObject", "${aws:username}*", False),
    ],
)
def test_wide_for_the_action(action: str, pattern: str, *, wide: bool) -> None:
    assert is_wide(action, pattern) is wide


def test_entries_add_up_to_what_the_action_requires() -> None:
    needed = universe().required_resource_patterns("ec2:RunInstances")
    parts = tuple(p.replace("arn:*:", "arn:aws:", 1) for p in needed)
    assert is_wide("ec2:RunInstances", *parts)
    assert not is_wide("ec2:RunInstances", *parts[1:])


def test_partitions_are_told_apart() -> None:
    assert is_wide("s3:PutObject", "arn:aws-cn:s3:::*", partition="aws-cn")
    assert not is_wide("s3:PutObject", "arn:aws:s3:::*", partition="aws-cn")


@pytest.mark.parametrize(
    ("pattern", "wide"),
    [
        ("arn:aws:s3:::b/*", True),
        ("arn:aws:s3:::b", True),
        ("arn:aws:s3:::*", False),
        ("*", False),
        ("${aws:username}*", True),
    ],
)
def test_not_resource_is_wide_unless_it_leaves_nothing(pattern: str, *, wide: bool) -> None:
    assert is_wide("s3:PutObject", pattern, negated=True) is wide
