"""Which uses a log would have shown: that an action is not seen proves something only where it is in sight.

Management events are in every trail that does not leave them out; data events only where its selectors name them; some
permissions have no event at all. A trail may leave out the management events of KMS and of the RDS Data API.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from leastwise.catalog import universe
from leastwise.usage.meaning import service_of

if TYPE_CHECKING:
    from leastwise.usage.records import Coverage


class Sight(StrEnum):
    """The kind of event by which an action is seen."""

    MANAGEMENT = "management"
    DATA = "data"
    NEVER = "never"


DATA = (
    "appconfig:GetLatestConfiguration", "appconfig:StartConfigurationSession", "appsync:GraphQL", "bedrock:InvokeAgent",
    "bedrock:InvokeFlow", "bedrock:Retrieve*", "cassandra:Modify", "cassandra:Select",
    "cloudfront-keyvaluestore:*", "cloudtrail-data:*", "cloudwatch:GetMetric*", "cloudwatch:ListMetrics",
    "cloudwatch:PutMetricData", "cognito-identity:GetCredentialsForIdentity", "cognito-identity:GetId",
    "cognito-identity:GetOpenIdToken*", "cognito-identity:UnlinkIdentity", "dynamodb:Batch*Item",
    "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:GetRecords",
    "dynamodb:GetShardIterator", "dynamodb:PartiQL*", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan",
    "dynamodb:UpdateItem", "ebs:*SnapshotBlock*", "ebs:ListChangedBlocks", "execute-api:*", "firehose:PutRecord*",
    "geo:*", "iot:Connect", "iot:*ThingShadow", "iot:Publish", "iot:Receive", "iot:Subscribe", "kinesis:GetRecords",
    "kinesis:GetShardIterator", "kinesis:PutRecord*", "kinesis:SubscribeToShard", "kinesisvideo:GetMedia*",
    "kinesisvideo:PutMedia", "lambda:InvokeFunction", "logs:FilterLogEvents", "logs:GetLogEvents",
    "logs:PutLogEvents", "medical-imaging:*", "mobiletargeting:Send*", "neptune-graph:*DataViaQuery",
    "polly:Synthesize*", "qldb:SendCommand", "rds-data:*", "s3-object-lambda:*Object*", "s3-outposts:*Object*",
    "s3:*Object",
    "s3:*ObjectAcl", "s3:*ObjectAttributes", "s3:*ObjectLegalHold", "s3:*ObjectRetention", "s3:*ObjectTagging",
    "s3:*ObjectTorrent", "s3:*ObjectVersion*", "s3:*MultipartUpload*", "s3:ListBucket", "s3:ListBucketVersions",
    "s3express:*", "sagemaker:InvokeEndpoint*", "sagemaker:PutRecord", "sdb:*Attributes",
    "servicediscovery:DiscoverInstances*", "ses:Send*", "sns:Publish", "sqs:ChangeMessageVisibility*",
    "sqs:DeleteMessage*", "sqs:ReceiveMessage", "sqs:SendMessage*", "ssmmessages:*", "states:SendTask*",
    "states:StartSyncExecution", "swf:*", "timestream:Select", "timestream:WriteRecords", "verifiedpermissions:IsAuth*",
    "xray:Get*", "xray:PutT*",
)  # fmt: skip
"""Actions whose calls are data events, or are in no trail unless it asks for them. Too many here only leave something
unknown, so patterns are wide."""

NEVER = (
    "ec2messages:*", "kafka-cluster:*", "neptune-db:*", "rds-db:connect", "redshift:JoinGroup",
    "s3:BypassGovernanceRetention", "s3:ObjectOwnerOverrideToBucketOwner",
    "s3:Replicate*", "vpc-lattice-svcs:*", "elasticfilesystem:Client*", "sts:SetContext", "dsql:DbConnect*",
    "elasticache:Connect", "memorydb:Connect", "iam:PassRole",
)  # fmt: skip
"""Permissions without an event of their own. That of `iam:PassRole` is inferred where it can be, and where none was
inferred, a role may still have been passed."""

_OFTEN_LEFT_OUT = frozenset({"kms", "rds-data"})


def sight(action: str) -> Sight:
    """How the use of an action is seen, if it is."""
    index = universe().index(action)
    bit = 0 if index is None else 1 << index
    if not bit or bit & _mask(NEVER):
        return Sight.NEVER
    return Sight.DATA if bit & _mask(DATA) else Sight.MANAGEMENT


def in_sight(action: str, coverage: Coverage) -> bool:
    """Whether the logs would have shown a use of the action, as far as the events in them tell.

    Every service's management events are, where any are; those of KMS and the RDS Data API only where some were. Data
    events are where some of that service were: a trail may still have chosen some of its buckets or functions.
    """
    service = action.partition(":")[0].lower()
    kind = sight(action)
    if kind is Sight.DATA:
        return service in {service_of(source) for source in coverage.data}
    if kind is Sight.NEVER or not coverage.management:
        return False
    return service not in _OFTEN_LEFT_OUT or service in {service_of(source) for source in coverage.management}


@cache
def _mask(patterns: tuple[str, ...]) -> int:
    return universe().union(patterns)
