"""What one event says: a table of events as CloudTrail writes them, with what AWS's pages say they need."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events import ACCOUNT, REGION, ROLE, USER, a_record, a_session, a_user, an_event
from leastwise.usage.identity import credit
from leastwise.usage.reading import Told, Use, Verdict, told, via
from leastwise.usage.records import Known

HERE = f"{REGION}:{ACCOUNT}"
PASSED = f"arn:aws:iam::{ACCOUNT}:role/worker"
OTHER = "arn:aws:iam::444455556666:role/visitor"
OBJECT = [
    {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::bucket/a/b.txt"},
    {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::bucket"},
]
KEYS = [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": f"arn:aws:kms:{HERE}:key/{n}"} for n in (1, 2)]


def said(reading: Told) -> list[str]:
    """`action resource`, with `?` ahead of what is only a pattern or not known."""
    assert reading.verdict is Verdict.USE, reading
    return sorted(
        f"{use.action} {'' if use.known is Known.EXACT else '?'}{use.resource}"
        + (f" to {use.passed_to}" if use.passed_to else "")
        + (f" in {use.profile}" if use.profile else "")
        for use in reading.uses
    )


def row(what: str, parameters: Any, *needs: str, resources: Any = None, page: str = "") -> Any:
    """A row is named by its event; the page is where AWS says so, by default the Service Authorization Reference."""
    return pytest.param(what, parameters, resources, sorted(needs), id=f"{what} {page}".strip())


S3 = "AmazonS3/latest/userguide/using-with-s3-policy-actions.html"
PASS = "IAM/latest/UserGuide/id_roles_use_passrole.html"
PARTIQL = "amazondynamodb/latest/developerguide/ql-iam.html"

ROWS = [
    row("s3:ListBuckets", {"host": "s3.amazonaws.com"}, "s3:ListAllMyBuckets *", page=S3),
    row("s3:ListObjectsV2", {"bucketName": "bucket", "prefix": "a/"}, "s3:ListBucket arn:aws:s3:::bucket", page=S3),
    row("s3:ListObjects", None, "s3:ListBucket arn:aws:s3:::bucket", resources=OBJECT, page=S3),
    row("s3:HeadBucket", {"bucketName": "bucket"}, "s3:ListBucket arn:aws:s3:::bucket", page=S3),
    row("s3:GetObject", None, "s3:GetObject arn:aws:s3:::bucket/a/b.txt", resources=OBJECT, page=S3),
    row("s3:HeadObject", {"bucketName": "b", "key": "k"}, "s3:GetObject arn:aws:s3:::b/k", page=S3),
    row("s3:GetObject", {"bucketName": "b", "key": "k", "versionId": "v"}, "s3:GetObjectVersion arn:aws:s3:::b/k", page=S3),
    row("s3:GetObjectAcl", {"bucketName": "b", "key": "k", "versionId": "v"}, "s3:GetObjectVersionAcl arn:aws:s3:::b/k", page=S3),
    row("s3:GetObject", {"bucketName": "b", "key": "what?*"}, "s3:GetObject ?arn:aws:s3:::b/what?*"),
    row("s3:GetObject", {"bucketName": "b", "key": "${aws:username}"}, "s3:GetObject ?arn:aws:s3:::b/*"),
    row("s3:UploadPart", {"bucketName": "b", "key": "k"}, "s3:PutObject arn:aws:s3:::b/k", page=S3),
    row("s3:ListParts", {"bucketName": "b", "key": "k"}, "s3:ListMultipartUploadParts arn:aws:s3:::b/k", page=S3),
    row("s3:AbortMultipartUpload", {"bucketName": "b", "key": "k"}, "s3:AbortMultipartUpload arn:aws:s3:::b/k", page=S3),
    row("s3:PutObject", {"bucketName": "b", "key": "k", "x-amz-acl": "private"}, "s3:PutObject arn:aws:s3:::b/k", "s3:PutObjectAcl arn:aws:s3:::b/k", page=S3),
    row("s3:CopyObject", {"bucketName": "b", "key": "k", "x-amz-copy-source": "/from/the%20key"}, "s3:GetObject arn:aws:s3:::from/the key", "s3:PutObject arn:aws:s3:::b/k", page=S3),
    row("s3:CopyObject", {"bucketName": "b", "key": "k", "x-amz-copy-source": "from/k?versionId=v"}, "s3:GetObjectVersion arn:aws:s3:::from/k", "s3:PutObject arn:aws:s3:::b/k", page=S3),
    row("s3:DeleteObjects", {"bucketName": "b", "delete": ""}, "s3:DeleteObject ?arn:aws:s3:::b/*", page=S3),
    row(
        "s3:DeleteObjects",
        {"bucketName": "b", "Delete": {"Object": [{"Key": "k", "VersionId": "1"}]}},
        "s3:DeleteObjectVersion arn:aws:s3:::b/k",
        page=S3,
    ),
    row(
        "s3:DeleteObjects",
        {"bucketName": "b", "Delete": {"Object": [{"Key": "k", "VersionId": "1"}, {"Key": "l"}]}},
        "s3:DeleteObject arn:aws:s3:::b/k",
        "s3:DeleteObject arn:aws:s3:::b/l",
        "s3:DeleteObjectVersion arn:aws:s3:::b/k",
        "s3:DeleteObjectVersion arn:aws:s3:::b/l",
        page=S3,
    ),
    row("s3:DeleteBucketReplication", {"bucketName": "b"}, "s3:PutReplicationConfiguration arn:aws:s3:::b", page=S3),
    row("s3:DeleteBucketOwnershipControls", {"bucketName": "b"}, "s3:PutBucketOwnershipControls arn:aws:s3:::b", page=S3),
    row("s3:PutBucketReplication", {"bucketName": "b", "ReplicationConfiguration": {"Role": PASSED}}, "s3:PutReplicationConfiguration arn:aws:s3:::b", f"iam:PassRole {PASSED} to s3.amazonaws.com", page=PASS),
    row("s3:GetBucketLifecycle", {"bucketName": "b"}, "s3:GetLifecycleConfiguration arn:aws:s3:::b", page=S3),
    row("lambda:CreateFunction20150331", {"functionName": "f", "role": PASSED}, f"lambda:CreateFunction arn:aws:lambda:{HERE}:function:f", f"iam:PassRole {PASSED} to lambda.amazonaws.com", page=PASS),
    row("lambda:UpdateFunctionCode20150331v2", {"functionName": f"{ACCOUNT}:function:f"}, f"lambda:UpdateFunctionCode arn:aws:lambda:{HERE}:function:f"),
    row("lambda:Invoke", {"functionName": f"arn:aws:lambda:{HERE}:function:f"}, f"lambda:InvokeFunction arn:aws:lambda:{HERE}:function:f"),
    row("cloudfront:GetDistribution2020_05_31", {"id": "E1"}, "cloudfront:GetDistribution ?*"),
    row("ec2:DescribeInstances", {"filterSet": {}}, "ec2:DescribeInstances *"),
    row("ec2:StopInstances", {"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}}, f"ec2:StopInstances arn:aws:ec2:{HERE}:instance/i-1", f"ec2:StopInstances arn:aws:ec2:{HERE}:instance/i-2"),
    row("ec2:RunInstances", {"instancesSet": {"items": [{"imageId": "ami-1"}]}, "subnetId": "subnet-1", "iamInstanceProfile": {"name": "web"}},
        f"ec2:RunInstances arn:aws:ec2:{REGION}::image/ami-1", f"ec2:RunInstances arn:aws:ec2:{HERE}:subnet/subnet-1", "ec2:RunInstances ?*",
        f"iam:PassRole ?* to ec2.amazonaws.com in arn:aws:iam::{ACCOUNT}:instance-profile/*web", page=PASS),
    row("ec2:RunInstances", {"tagSpecificationSet": {"items": [{"resourceType": "instance", "tags": [{"key": "a", "value": "b"}]}]}}, "ec2:CreateTags ?*", "ec2:RunInstances ?*"),
    row("ec2:CreateFlowLogs", {"CreateFlowLogsRequest": {"ResourceId": {"tag": 1, "content": "vpc-1"}, "DeliverLogsPermissionArn": PASSED}}, "ec2:CreateFlowLogs ?*", f"iam:PassRole {PASSED} to vpc-flow-logs.amazonaws.com", page=PASS),
    row("cloudformation:CreateStack", {"stackName": "s", "roleARN": PASSED}, f"cloudformation:CreateStack ?arn:aws:cloudformation:{HERE}:stack/s/*", f"iam:PassRole {PASSED} to cloudformation.amazonaws.com", page=PASS),
    row("glue:CreateJob", {"name": "j", "role": "worker"}, f"glue:CreateJob arn:aws:glue:{HERE}:job/j", f"iam:PassRole ?arn:aws:iam::{ACCOUNT}:role/*worker to glue.amazonaws.com", page=PASS),
    row("ecs:RegisterTaskDefinition", {"family": "f", "taskRoleArn": PASSED, "executionRoleArn": PASSED}, f"ecs:RegisterTaskDefinition ?arn:aws:ecs:{HERE}:task-definition/f:*", f"iam:PassRole {PASSED} to ecs-tasks.amazonaws.com", page=PASS),
    row("ecs:RunTask", {"cluster": "c", "taskDefinition": "web:3"}, f"ecs:RunTask arn:aws:ecs:{HERE}:task-definition/web:3"),
    row("iam:GetRole", {"roleName": "deploy"}, f"iam:GetRole ?arn:aws:iam::{ACCOUNT}:role/*deploy"),
    row("sts:AssumeRole", {"roleArn": OTHER, "roleSessionName": "x"}, f"sts:AssumeRole {OTHER}", page="STS/latest/APIReference/API_AssumeRole.html"),
    row("sts:AssumeRole", {"roleArn": OTHER, "tags": [{"key": "a", "value": "b"}], "sourceIdentity": "ann"}, f"sts:AssumeRole {OTHER}", f"sts:TagSession {OTHER}", f"sts:SetSourceIdentity {OTHER}", page="STS/latest/APIReference/API_AssumeRole.html"),
    row("dynamodb:GetItem", {"tableName": "t", "key": {"id": "1"}}, f"dynamodb:GetItem arn:aws:dynamodb:{HERE}:table/t"),
    row("dynamodb:Query", {"tableName": "t", "indexName": "i"}, f"dynamodb:Query arn:aws:dynamodb:{HERE}:table/t", f"dynamodb:Query arn:aws:dynamodb:{HERE}:table/t/index/i"),
    row("dynamodb:ExecuteStatement", {"statement": "select * from t"}, "dynamodb:PartiQLSelect ?*", page=PARTIQL),
    row("dynamodb:TransactWriteItems", {"transactItems": [{"put": {"tableName": "t"}}, {"delete": {"tableName": "t"}}]}, f"dynamodb:DeleteItem arn:aws:dynamodb:{HERE}:table/t", f"dynamodb:PutItem arn:aws:dynamodb:{HERE}:table/t"),
    row("streams.dynamodb:ListStreams", {}, "dynamodb:ListStreams *"),
    row("kms:ReEncrypt", None, *(f"kms:ReEncrypt{way} {key['ARN']}" for way in ("From", "To") for key in KEYS), resources=KEYS),
    row("kms:Decrypt", {"keyId": "alias/app"}, "kms:Decrypt ?*"),
    row("sqs:PurgeQueue", {"queueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q"}, f"sqs:PurgeQueue arn:aws:sqs:{HERE}:q"),
    row("sns:Publish", {"topicArn": f"arn:aws:sns:{HERE}:t"}, f"sns:Publish arn:aws:sns:{HERE}:t"),
    row("secretsmanager:GetSecretValue", {"secretId": "db"}, f"secretsmanager:GetSecretValue ?arn:aws:secretsmanager:{HERE}:secret:db-??????"),
    row("ssm:GetParameters", {"names": ["/a/b", "c"]}, f"ssm:GetParameters arn:aws:ssm:{HERE}:parameter/a/b", f"ssm:GetParameters arn:aws:ssm:{HERE}:parameter/c"),
    row("logs:PutRetentionPolicy", {"logGroupName": "/g"}, f"logs:PutRetentionPolicy ?arn:aws:logs:{HERE}:log-group:/g:*"),
    row("route53:ChangeResourceRecordSets", {"hostedZoneId": "/hostedzone/Z1"}, "route53:ChangeResourceRecordSets arn:aws:route53:::hostedzone/Z1"),
    row("monitoring:PutMetricData", {}, "cloudwatch:PutMetricData ?*"),
    row("tagging:GetResources", {}, "tag:GetResources *"),
    row("email:SendEmail", {}, "ses:SendEmail ?*"),
    row("apigateway:CreateRestApi", {"createRestApiInput": {"name": "x"}}, "apigateway:POST arn:aws:apigateway:eu-west-1::/restapis"),
    row("budgets:DescribeBudget", {"budgetName": "b"}, f"budgets:ViewBudget arn:aws:budgets::{ACCOUNT}:budget/b"),
    row("apigateway:UpdateStage", {}, "apigateway:PATCH ?*"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "parameters", "resources", "needs"), ROWS)
def test_an_event_needs(what: str, parameters: Any, resources: Any, needs: list[str]) -> None:
    assert said(told(an_event(what, parameters, resources=resources))) == needs


@pytest.mark.parametrize(
    ("identity", "principal"),
    [
        (a_user(), USER),
        (a_session(), ROLE),
        (a_session(OTHER), OTHER),
        ({"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT}, f"arn:aws:iam::{ACCOUNT}:root"),
        ({"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/bob", "sessionContext": {"sessionIssuer": {"type": "IAMUser", "arn": USER}}}, USER),
        ({"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ci"}, f"arn:aws:iam::{ACCOUNT}:role/deploy"),
    ],
)  # fmt: skip
def test_an_event_is_credited_to(identity: dict[str, Any], principal: str) -> None:
    event = an_event("ec2:DescribeVpcs", {}, userIdentity=identity)
    assert credit(event.user_identity, event.event_type) == (principal, "")


@pytest.mark.parametrize(
    "more",
    [
        {"userIdentity": {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}},
        {"userIdentity": {"type": "AWSAccount", "accountId": "444455556666", "principalId": "AIDA"}},
        {"userIdentity": {"type": "WebIdentityUser", "principalId": "x"}},
        {"userIdentity": {"type": "Unknown", "arn": "nonsense"}},
        {"userIdentity": {"type": "IAMUser", "arn": USER.replace("ann", "a" * 5000)}},
        {"userIdentity": None},
        {"eventType": "AwsServiceEvent"},
        {"eventType": "AwsConsoleSignIn", "eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin"},
    ],
)
def test_nobody_is_credited(more: dict[str, Any]) -> None:
    event = an_event("kms:Decrypt", {}, **more)
    principal, reason = credit(event.user_identity, event.event_type)
    assert not principal
    assert reason


@pytest.mark.parametrize(
    ("code", "verdict", "weak"),
    [
        ("AccessDenied", Verdict.DENIED, False),
        ("Client.UnauthorizedOperation", Verdict.DENIED, False),
        ("AuthorizationError", Verdict.DENIED, False),
        ("NotAuthorizedException", Verdict.DENIED, False),
        ("ExpiredToken", Verdict.DENIED, False),
        ("NoSuchBucket", Verdict.USE, False),
        ("Client.InvalidInstanceID.NotFound", Verdict.USE, False),
        ("Client.DryRunOperation", Verdict.USE, False),
        ("ThrottlingException", Verdict.USE, True),
        ("Client.RequestLimitExceeded", Verdict.USE, True),
        (None, Verdict.USE, False),
    ],
)
def test_a_refused_call_is_no_use_and_a_failed_one_is(code: str | None, verdict: Verdict, weak: bool) -> None:
    reading = told(an_event("ec2:DescribeVpcs", {}, errorCode=code))
    assert (reading.verdict, reading.weak) == (verdict, weak)


@pytest.mark.parametrize(
    ("what", "verdict"),
    [
        ("sts:GetCallerIdentity", Verdict.FREE),
        ("sts:GetSessionToken", Verdict.FREE),
        ("signin:SwitchRole", Verdict.FREE),
        ("lambda:ListFunctionsInternal", Verdict.FREE),
        ("sts:GetFederationToken", Verdict.USE),
        ("lambda:Frobnicate20150331", Verdict.UNMAPPED),
        ("nosuchservice:DoThings", Verdict.UNMAPPED),
        ("dynamodb:ExecuteStatement", Verdict.UNMAPPED),
        ("apigateway:Frobnicate", Verdict.UNMAPPED),
    ],
)
def test_what_needs_no_permission_and_what_is_not_known(what: str, verdict: Verdict) -> None:
    assert told(an_event(what, {})).verdict is verdict


def test_a_passed_role_that_no_parameter_names_is_said() -> None:
    assert told(an_event("rds:CreateDBInstance", {"dBInstanceIdentifier": "d"})).unnamed == ("rds:CreateDBInstance",)
    assert told(an_event("rds:DeleteDBInstance", {"dBInstanceIdentifier": "d"})).unnamed == ()


def test_a_passed_role_is_marked_as_inferred() -> None:
    uses = told(an_event("lambda:CreateFunction20150331", {"functionName": "f", "role": PASSED})).uses
    assert [(use.action, use.inferred) for use in uses] == [("lambda:CreateFunction", False), ("iam:PassRole", True)]


@pytest.mark.parametrize(
    ("more", "service"),
    [
        ({"userIdentity": a_session(invokedBy="cloudformation.amazonaws.com")}, "cloudformation.amazonaws.com"),
        ({"sourceIPAddress": "athena.amazonaws.com"}, "athena.amazonaws.com"),
        ({}, ""),
    ],
)
def test_a_call_through_a_service_keeps_its_name(more: dict[str, Any], service: str) -> None:
    assert via(an_event("s3:ListBuckets", {}, **more)) == service


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_other_partitions_have_other_arns(region: str, partition: str) -> None:
    uses = told(an_event("s3:GetObject", {"bucketName": "b", "key": "k"}, awsRegion=region)).uses
    assert uses == (Use("s3:GetObject", f"arn:{partition}:s3:::b/k", Known.EXACT),)


@pytest.mark.parametrize("lacking", [{"awsRegion": None}, {"recipientAccountId": None}, {"recipientAccountId": "*"}])
def test_without_account_or_region_no_arn_is_made(lacking: dict[str, Any]) -> None:
    assert said(told(an_event("dynamodb:GetItem", {"tableName": "t"}, **lacking))) == ["dynamodb:GetItem ?*"]


@pytest.mark.parametrize(
    "parameters",
    [[], "text", 7, {"tableName": 7}, {"tableName": {"tableName": ["x" * 5000]}}, {"tableName": "***"}, {"": {"": ""}}],
)
def test_parameters_of_another_shape_tell_nothing(parameters: Any) -> None:
    assert said(told(an_event("dynamodb:GetItem", parameters))) == ["dynamodb:GetItem ?*"]


@pytest.mark.parametrize("resources", ["text", [7], [{"ARN": 7}], [{"ARN": "arn:aws:s3:::other"}], [{}], {}])
def test_resources_of_another_shape_or_kind_are_passed_over(resources: Any) -> None:
    event = an_event("dynamodb:GetItem", {"tableName": "t"}, resources=resources)
    assert said(told(event)) == [f"dynamodb:GetItem arn:aws:dynamodb:{HERE}:table/t"]


def test_too_many_resources_are_any() -> None:
    many = {"names": [f"p{n}" for n in range(500)]}
    assert said(told(an_event("ssm:GetParameters", many))) == ["ssm:GetParameters ?*"]


def test_a_record_builder_keeps_what_it_is_given() -> None:
    assert a_record("s3:GetObject", {"key": "k"})["requestParameters"] == {"key": "k"}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=6) | st.sampled_from([USER, PASSED, "arn:", "${", "*", ""]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["bucketName", "key", "role", "tags", "x", "statement", "ARN"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(
    st.sampled_from(["s3:CopyObject", "lambda:CreateFunction", "ec2:RunInstances", "sts:AssumeRole", "dynamodb:ExecuteStatement"]),
    VALUES,
    VALUES,
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_whatever_an_event_holds_it_is_understood_or_unmapped(what: str, parameters: Any, resources: Any) -> None:
    seen = told(an_event(what, parameters, resources=resources))
    assert seen.verdict in {Verdict.USE, Verdict.UNMAPPED}
    assert all("${" not in use.resource and use.resource for use in seen.uses)
