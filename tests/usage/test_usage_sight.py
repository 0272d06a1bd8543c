"""What a log would have shown."""

from __future__ import annotations

import pytest

from events import a_record, events
from leastwise.catalog import universe
from leastwise.usage.kinds import DATA, GLOBAL, NEVER, READING, WRITING
from leastwise.usage.reading import Teller
from leastwise.usage.records import Coverage, Selector, Trail
from leastwise.usage.sight import Sight, View, data_type, sees, sight, view
from leastwise.usage.tally import Tally

S3, EC2, KMS = "s3.amazonaws.com", "ec2.amazonaws.com", "kms.amazonaws.com"
OBJECTS, FUNCTIONS = "AWS::S3::Object", "AWS::Lambda::Function"
NAME = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main"


@pytest.mark.parametrize("pattern", [*(row for rows in DATA.values() for row in rows), *NEVER, *READING])
def test_every_pattern_means_some_action(pattern: str) -> None:
    assert universe().mask(pattern)


@pytest.mark.parametrize("rows", [WRITING, GLOBAL])
def test_every_verb_and_service_means_some_action(rows: tuple[str, ...]) -> None:
    assert all(universe().mask(row) for row in rows)


@pytest.mark.parametrize(
    ("action", "kind", "of"),
    [
        ("s3:GetObject", Sight.DATA, OBJECTS),
        ("s3:PutObjectAcl", Sight.DATA, OBJECTS),
        ("s3:GetBucketPolicy", Sight.MANAGEMENT, None),
        ("s3:PutBucketObjectLockConfiguration", Sight.MANAGEMENT, None),
        ("s3:ListAllMyBuckets", Sight.MANAGEMENT, None),
        ("dynamodb:PutItem", Sight.DATA, "AWS::DynamoDB::Table"),
        ("dynamodb:GetRecords", Sight.DATA, "AWS::DynamoDB::Stream"),
        ("dynamodb:DescribeTable", Sight.MANAGEMENT, None),
        ("lambda:InvokeFunction", Sight.DATA, FUNCTIONS),
        ("lambda:CreateFunction", Sight.MANAGEMENT, None),
        ("sns:Publish", Sight.DATA, "AWS::SNS::Topic"),
        ("sqs:SendMessage", Sight.DATA, "AWS::SQS::Queue"),
        ("logs:PutLogEvents", Sight.DATA, ""),
        ("bedrock:InvokeModel", Sight.MANAGEMENT, None),
        ("kms:Decrypt", Sight.MANAGEMENT, None),
        ("sts:AssumeRole", Sight.MANAGEMENT, None),
        ("iam:CreateUser", Sight.MANAGEMENT, None),
        ("iam:PassRole", Sight.NEVER, None),
        ("rds-db:connect", Sight.NEVER, None),
        ("nosuch:Action", Sight.NEVER, None),
    ],
)
def test_the_kind_of_event(action: str, kind: Sight, of: str | None) -> None:
    assert (sight(action), data_type(action)) == (kind, of)


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
        ("logs:PutLogEvents", (EC2,), (), None),
        ("nosuch:Action", (EC2,), (), False),
    ],
)
def test_what_the_sources_of_events_tell(
    action: str, management: tuple[str, ...], data: tuple[str, ...], seen: bool | None
) -> None:
    coverage = Coverage(source="logs", management=management, data=data, regions=("eu-west-1", "us-east-1"))
    assert sees(action, coverage) is seen


def told(*records: dict[str, object]) -> Coverage:
    tally = Tally()
    tally.add(events(*records), Teller())
    return tally.evidence("logs").coverage


LOOK = a_record("ec2:DescribeVpcs", {})
MAKE = a_record("ec2:CreateVpc", {}, awsRegion="us-east-1")
DATA_EVENT = {"managementEvent": False, "eventCategory": "Data"}
READ = a_record("s3:GetObject", {"bucketName": "b", "key": "k"}, **DATA_EVENT)
READ_THERE = {**READ, "awsRegion": "us-east-1"}


@pytest.mark.parametrize(
    ("records", "yes", "no", "open_"),
    [
        ((LOOK, MAKE), ("ec2:RunInstances", "iam:ListUsers", "sts:AssumeRole"), ("s3:GetObject", "kms:Decrypt"), ()),
        ((MAKE, READ), ("ec2:RunInstances", "s3:GetObject"), ("iam:ListUsers", "s3:PutObject"), ("sts:AssumeRole",)),
        ((LOOK, READ_THERE), ("iam:ListUsers",), ("ec2:RunInstances",), ("sts:AssumeRole",)),
        ((READ, READ_THERE), ("s3:GetObject",), ("s3:PutObject", "ec2:RunInstances", "dynamodb:GetItem"), ()),
        (({**LOOK, "readOnly": None}, {**MAKE, "readOnly": None}), ("ec2:RunInstances", "iam:ListUsers"), (), ()),
        (({**LOOK, "readOnly": None}, READ_THERE), ("ec2:RunInstances", "s3:GetObject"), ("s3:PutObject",), ()),
        ((LOOK,), (), ("s3:GetObject", "ec2:RunInstances"), ("ec2:DescribeVpcs", "iam:ListUsers")),
        (({**LOOK, "awsRegion": "us-east-1"},), ("iam:ListUsers",), (), ("ec2:DescribeVpcs",)),
        ((LOOK, {**LOOK, "awsRegion": "sa-east-1"}), ("ec2:DescribeVpcs",), (), ("iam:ListUsers",)),
    ],
)
def test_what_the_events_themselves_tell(
    records: tuple[dict[str, object], ...], yes: tuple[str, ...], no: tuple[str, ...], open_: tuple[str, ...]
) -> None:
    coverage = told(*records)
    found = view(coverage)
    assert {action: found.sees(action) for action in (*yes, *no, *open_)} == {
        **dict.fromkeys(yes, True),
        **dict.fromkeys(no, False),
        **dict.fromkeys(open_),
    }


def test_a_region_without_events_is_not_known_without_the_trail() -> None:
    coverage = told(LOOK, MAKE)
    assert sees("ec2:RunInstances", coverage, "eu-west-1") is True
    assert sees("ec2:RunInstances", coverage, "sa-east-1") is None
    assert sees("iam:PassRole", coverage, "sa-east-1") is False


ALL = Selector()


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ((ALL,), {"ec2:RunInstances": True, "iam:ListUsers": True, "kms:Decrypt": True, "s3:GetObject": False}),
        ((ALL,), {"logs:PutLogEvents": None, "iam:PassRole": False}),
        ((Selector(reads=False),), {"ec2:RunInstances": True, "iam:ListUsers": False, "sts:AssumeRole": None}),
        ((Selector(writes=False),), {"ec2:RunInstances": False, "iam:ListUsers": True, "kms:Decrypt": None}),
        ((Selector(reads=False), Selector(writes=False)), {"ec2:RunInstances": True, "iam:ListUsers": True}),
        ((Selector(reads=False, writes=False),), {"ec2:RunInstances": False, "sts:AssumeRole": False}),
        ((Selector(without=(KMS,)),), {"kms:Decrypt": False, "kms:CreateKey": False, "ec2:RunInstances": True}),
        ((Selector(partly=True),), {"ec2:RunInstances": None, "s3:GetObject": False}),
        ((Selector(partly=True), ALL), {"ec2:RunInstances": True}),
        ((Selector(type=OBJECTS),), {"s3:GetObject": True, "s3:PutObject": True, "ec2:RunInstances": False}),
        ((Selector(type=OBJECTS, reads=False),), {"s3:GetObject": False, "s3:PutObject": True}),
        ((Selector(type=OBJECTS, partly=True),), {"s3:GetObject": None, "lambda:InvokeFunction": False}),
        ((Selector(type="AWS::New::Thing"),), {"s3:GetObject": False, "xray:PutTraceSegments": None}),
        ((), {"ec2:RunInstances": False}),
    ],
)
def test_what_selectors_tell(selectors: tuple[Selector, ...], expected: dict[str, bool | None]) -> None:
    coverage = Coverage(source="logs", trails=(Trail(name=NAME, selectors=selectors),), data=(S3,), management=(KMS,))
    assert {action: sees(action, coverage) for action in expected} == expected


@pytest.mark.parametrize(
    ("action", "regions", "region", "seen"),
    [
        ("ec2:RunInstances", (), "", True),
        ("ec2:RunInstances", (), "sa-east-1", True),
        ("ec2:RunInstances", ("eu-west-1",), "", None),
        ("ec2:RunInstances", ("eu-west-1",), "eu-west-1", True),
        ("ec2:RunInstances", ("eu-west-1",), "sa-east-1", False),
        ("iam:CreateUser", ("eu-west-1",), "", None),
        ("iam:CreateUser", ("eu-west-1", "us-east-1"), "", True),
        ("ec2:RunInstances", ("us-east-1",), "", None),
        ("s3:GetObject", ("us-east-1",), "", False),
    ],
)
def test_where_trails_look(action: str, regions: tuple[str, ...], region: str, seen: bool | None) -> None:
    coverage = Coverage(source="logs", trails=(Trail(name=NAME, regions=regions, selectors=(ALL,)),))
    assert sees(action, coverage, region) is seen


def test_what_one_trail_does_not_see_another_may() -> None:
    narrow = Trail(name=NAME, regions=("eu-west-1",), selectors=(ALL, Selector(type=OBJECTS)))
    wide = Trail(name=NAME, selectors=(Selector(reads=False),))
    found = view(Coverage(source="logs", trails=(narrow, wide)))
    assert found.sees("ec2:RunInstances") is True
    assert found.sees("s3:GetObject") is None
    assert not found.sure & found.perhaps


def test_views_join() -> None:
    assert View(1, 2) | View(2, 4) == View(3, 4)
