"""By which kind of event each action is seen: rows, each checked against the catalogue by a test.

Which resource types have data events:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
Which of a service's calls are among them, the guide of each service says under "Logging with CloudTrail". Too many here
only leave something unknown, so patterns are wide.
"""

from __future__ import annotations

DATA: dict[str, tuple[str, ...]] = {
    "AWS::AppConfig::Configuration": ("appconfig:GetLatestConfiguration", "appconfig:StartConfigurationSession"),
    "AWS::AppSync::GraphQLApi": ("appsync:GraphQL",),
    "AWS::Bedrock::AgentAlias": ("bedrock:InvokeAgent",),
    "AWS::Bedrock::FlowAlias": ("bedrock:InvokeFlow",),
    "AWS::Bedrock::Guardrail": ("bedrock:ApplyGuardrail",),
    "AWS::Bedrock::InlineAgent": ("bedrock:InvokeInlineAgent",),
    "AWS::Bedrock::KnowledgeBase": ("bedrock:Retrieve*",),
    "AWS::Cassandra::Table": ("cassandra:Modify", "cassandra:Select"),
    "AWS::CloudFront::KeyValueStore": ("cloudfront-keyvaluestore:*",),
    "AWS::CloudTrail::Channel": ("cloudtrail-data:*",),
    "AWS::CloudWatch::Metric": (
        "cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:GetMetricWidgetImage",
        "cloudwatch:ListMetrics", "cloudwatch:PutMetricData",
    ),
    "AWS::Cognito::IdentityPool": (
        "cognito-identity:GetCredentialsForIdentity", "cognito-identity:GetId", "cognito-identity:GetOpenIdToken*",
        "cognito-identity:UnlinkIdentity",
    ),
    "AWS::DynamoDB::Table": (
        "dynamodb:Batch*Item", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:GetItem",
        "dynamodb:PartiQL*", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:SearchVectors",
        "dynamodb:UpdateItem",
    ),
    "AWS::DynamoDB::Stream": ("dynamodb:GetRecords", "dynamodb:GetShardIterator"),
    "AWS::EC2::Snapshot": ("ebs:*SnapshotBlock*", "ebs:ListChangedBlocks"),
    "AWS::Kinesis::Stream": (
        "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:PutRecord*", "kinesis:SubscribeToShard",
    ),
    "AWS::KinesisFirehose::DeliveryStream": ("firehose:PutRecord*",),
    "AWS::KinesisVideo::Stream": ("kinesisvideo:GetMedia*", "kinesisvideo:PutMedia"),
    "AWS::Lambda::Function": ("lambda:InvokeAsync", "lambda:InvokeFunction"),
    "AWS::MedicalImaging::Datastore": ("medical-imaging:*",),
    "AWS::NeptuneGraph::Graph": ("neptune-graph:*DataViaQuery",),
    "AWS::RDS::DBCluster": ("rds-data:*",),
    "AWS::S3::Object": (
        "s3:*Object", "s3:*ObjectAcl", "s3:*ObjectAttributes", "s3:*ObjectLegalHold", "s3:*ObjectRetention",
        "s3:*ObjectTagging", "s3:*ObjectTorrent", "s3:*ObjectVersion*", "s3:*MultipartUpload*", "s3:ListBucket",
        "s3:ListBucketVersions",
    ),
    "AWS::S3Express::Object": ("s3express:CreateSession",),
    "AWS::S3ObjectLambda::AccessPoint": ("s3-object-lambda:*",),
    "AWS::S3Outposts::Object": ("s3-outposts:*Object*",),
    "AWS::SageMaker::Endpoint": ("sagemaker:InvokeEndpoint*",),
    "AWS::SageMaker::FeatureGroup": ("sagemaker:*Record",),
    "AWS::SDB::Domain": ("sdb:*Attributes", "sdb:Select"),
    "AWS::SNS::Topic": ("sns:Publish",),
    "AWS::SQS::Queue": (
        "sqs:ChangeMessageVisibility*", "sqs:DeleteMessage*", "sqs:ReceiveMessage", "sqs:SendMessage*",
    ),
    "AWS::SSMMessages::ControlChannel": ("ssmmessages:*",),
    "AWS::ServiceDiscovery::Service": ("servicediscovery:DiscoverInstances*",),
    "AWS::StepFunctions::Activity": ("states:GetActivityTask", "states:SendTask*"),
    "AWS::SWF::Domain": ("swf:*",),
    "AWS::VerifiedPermissions::PolicyStore": ("verifiedpermissions:*IsAuth*",),
    "": (
        "airflow:InvokeRestApi", "airflow:PublishMetrics", "b2bi:*TransformerJob", "backup-search:*",
        "bedrock-agentcore:*", "bedrock:*AsyncInvoke*", "bedrock:*FlowExecution*", "bedrock:*Session*",
        "bedrock:GetBlueprintOptim*", "bedrock:InvokeAutomated*", "bedrock:InvokeBlueprint*", "bedrock:InvokeBuilder",
        "bedrock:InvokeDataAuto*", "bedrock:InvokeGuardrailChecks", "bedrock:InvokeTool", "bedrock:OptimizePrompt",
        "bedrock:RenderPrompt", "codeguru-profiler:*Profil*", "codewhisperer:*", "deadline:*", "ec2-instance-connect:*",
        "ecs:Poll", "ecs:StartTelemetrySession", "eks:ListDashboard*", "execute-api:*", "finspace:*",
        "gameliftstreams:*", "geo*:*", "greengrass:*", "guardduty:SendSecurityTelemetry", "iot:*ThingShadow",
        "iot:Connect", "iot:Publish", "iot:Receive", "iot:RetainPublish", "iot:Subscribe", "iotsitewise:*",
        "iottwinmaker:*", "kendra-ranking:*", "kinesisvideo:Connect*", "lambda:InvokeFunctionUrl",
        "logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetLogRecord", "logs:PutLogEvents", "logs:StartLiveTail",
        "managedblockchain*:*", "mobiletargeting:PutEvents", "mobiletargeting:Send*", "networkflowmonitor:*", "one:*",
        "payment-cryptography:*", "pca-connector-*:*", "polly:Synthesize*", "q:*", "qapps:*", "qbusiness:*",
        "qldb:SendCommand", "rum:PutRumEvents", "s3express:*", "s3tables:*", "s3vectors:*", "sagemaker-mlflow:*",
        "sagemaker:*Metrics", "scn:*", "ses:Send*", "signer:GetRevocationStatus", "signer:SignPayload",
        "sms-voice:Send*", "social-messaging:*", "ssm:*ExecutionPreview", "ssm:*ManagedInstance*",
        "states:StartSyncExecution", "thinclient:*", "timestream:CancelQuery", "timestream:PrepareQuery",
        "timestream:Select", "timestream:WriteRecords", "transform*:*", "verifiedpermissions:*", "xray:Get*",
        "xray:PutT*",
    ),
}  # fmt: skip
"""Resource type of a selector → the actions whose calls are data events of it.

Under "" stand those of which no page says which type shows them, or whether they are data events: of them no selector
makes sure. What stands under a type counts there.
"""

NEVER = (
    "ec2messages:*", "kafka-cluster:*", "neptune-db:*", "rds-db:connect", "redshift:JoinGroup",
    "s3:BypassGovernanceRetention", "s3:ObjectOwnerOverrideToBucketOwner",
    "s3:Replicate*", "vpc-lattice-svcs:*", "elasticfilesystem:Client*", "sts:SetContext", "dsql:DbConnect*",
    "elasticache:Connect", "memorydb:Connect", "iam:PassRole",
)  # fmt: skip
"""Permissions without an event of their own. That of `iam:PassRole` is inferred where it can be, and where none was
inferred, a role may still have been passed."""

OFTEN_LEFT_OUT = ("kms.amazonaws.com", "rdsdata.amazonaws.com")
"""Sources whose management events a trail may leave out.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
"""

READING = ("*:BatchGet*", "*:Describe*", "*:Get*", "*:List*", "dynamodb:Query", "dynamodb:Scan")
WRITING = tuple(f"*:{verb}*" for verb in (
    "Abort", "Add", "Associate", "Attach", "Authorize", "BatchDelete", "BatchWrite", "Cancel", "Create", "Deactivate",
    "Delete", "Deregister", "Detach", "Disable", "Disassociate", "Enable", "Invoke", "Modify", "Publish", "Purge",
    "Put", "Reboot", "Register", "Remove", "Replace", "Reset", "Restore", "Resume", "Revoke", "Rotate", "Run",
    "Schedule", "Send", "Set", "Start", "Stop", "Suspend", "Tag", "Terminate", "Untag", "Update", "Upload",
))  # fmt: skip
"""Names that leave no doubt whether their events are marked `readOnly`, where the access level agrees.

The level alone does not tell: `sts:AssumeRole` and `kms:Decrypt` write for IAM and read for CloudTrail.
"""

GLOBAL = (
    "account:*", "billing:*", "budgets:*", "ce:*", "cloudfront:*", "consolidatedbilling:*", "cur:*", "freetier:*",
    "globalaccelerator:*", "iam:*", "invoicing:*", "networkmanager:*", "organizations:*", "payments:*", "pricing:*",
    "route53:*", "route53domains:*", "shield:*", "support:*", "tax:*", "trustedadvisor:*", "waf:*",
)  # fmt: skip
"""Services with one endpoint for all regions. Their events stand in the logs of one region of the partition."""
GLOBAL_HOMES = frozenset({"us-east-1", "us-gov-west-1", "cn-north-1", "cn-northwest-1"})
"""Which region that is.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
"""
