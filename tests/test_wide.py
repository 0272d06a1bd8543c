"""Words about sets of actions; wide grants themselves are tested with the check that reports them."""

from __future__ import annotations

import pytest

from leastwise.catalog import universe
from leastwise.wide import Harm, examples, harm_of, worth_scoping


def bits(*patterns: str) -> int:
    union = 0
    for pattern in patterns:
        union |= universe().mask(pattern)
    return union


@pytest.mark.parametrize(
    ("actions", "text"),
    [
        (("s3:PutObject",), "s3:PutObject"),
        (("a4b:GetDevice", "s3:PutObject"), "s3:PutObject, a4b:GetDevice"),
        (("s3:PutObject", "s3:PutBucketPolicy", "iam:CreateUser"), "iam:CreateUser, s3:PutBucketPolicy, s3:PutObject"),
        (("s3:Put*",), "s3:PutAccessGrantsInstanceResourcePolicy, "),
        ((), ""),
    ],
)
def test_examples_name_the_worst_first(actions: tuple[str, ...], text: str) -> None:
    assert examples(bits(*actions)).startswith(text)


def test_examples_count_what_they_leave_out() -> None:
    assert examples(bits("sqs:DeleteMessage", "sqs:SendMessage", "sqs:DeleteQueue", "sqs:PurgeQueue")).endswith(
        " and 1 more"
    )
    assert examples(bits("s3:*"), most=1).endswith(f" and {bits('s3:*').bit_count() - 1:,} more")


@pytest.mark.parametrize(
    ("action", "harm"),
    [
        ("s3:PutBucketPolicy", Harm.PERMISSIONS),
        ("s3:PutObject", Harm.WRITE),
        ("s3:GetObject", Harm.DATA),
        ("s3:GetBucketLocation", Harm.READ),
    ],
)
def test_the_harm_is_the_worst_actions(action: str, harm: Harm) -> None:
    assert harm_of(bits(action)) is harm
    assert harm_of(bits(action, "s3:GetBucketLocation")) is harm


@pytest.mark.parametrize(
    ("action", "worth"),
    [("s3:GetObject", True), ("s3:ListBucket", False), ("lambda:GetFunction", True), ("kms:DescribeKey", False)],
)
def test_worth_scoping(action: str, *, worth: bool) -> None:
    assert bool(worth_scoping() & bits(action)) is worth
