"""Events whose IAM actions cannot be told from their names: rows, each checked against the catalogue by a test.

S3    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
      https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
others: the Service Authorization Reference, under "Actions defined by …"
"""

PREFIXES = {
    "amazonmq": "mq",
    "appstream2": "appstream",
    "bedrock-agent": "bedrock",
    "bedrock-agent-runtime": "bedrock",
    "bedrock-runtime": "bedrock",
    "catalog.marketplace": "aws-marketplace",
    "cloudcontrolapi": "cloudformation",
    "data.iot": "iot",
    "email": "ses",
    "entitlement.marketplace": "aws-marketplace",
    "iotdata": "iot",
    "metering-marketplace": "aws-marketplace",
    "metering.marketplace": "aws-marketplace",
    "models.lex": "lex",
    "monitoring": "cloudwatch",
    "mturk-requester": "mechanicalturk",
    "pinpoint": "mobiletargeting",
    "rdsdata": "rds-data",
    "rdsdataapi": "rds-data",
    "runtime.lex": "lex",
    "servicecatalog-appregistry": "servicecatalog",
    "session.qldb": "qldb",
    "streams.dynamodb": "dynamodb",
    "tagging": "tag",
}
"""The first part of an `eventSource` → the prefix of the service's actions, where they differ."""

FREE = frozenset({
    "sts:AssumeRoleWithSAML",  # the role's trust policy decides alone
    "sts:AssumeRoleWithWebIdentity",
    "sts:GetCallerIdentity",  # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    "sts:GetSessionToken",  # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
})  # fmt: skip
"""Calls that no policy of the caller needs to allow, although some are actions and can be denied."""

ACTIONS: dict[str, tuple[str, ...]] = {
    "apigateway:ImportRestApi": ("apigateway:POST",),
    "apigateway:ImportApi": ("apigateway:PUT",),
    "apigateway:ReimportApi": ("apigateway:PUT",),
    "apigateway:FlushStageCache": ("apigateway:DELETE",),
    "apigateway:FlushStageAuthorizersCache": ("apigateway:DELETE",),
    "apigateway:GenerateClientCertificate": ("apigateway:POST",),
    "apigateway:TestInvokeMethod": ("apigateway:POST",),
    "apigateway:TestInvokeAuthorizer": ("apigateway:POST",),
    "apigateway:TagResource": ("apigateway:PUT",),
    "apigateway:UntagResource": ("apigateway:DELETE",),
    "budgets:CreateBudget": ("budgets:ModifyBudget",),
    "budgets:CreateNotification": ("budgets:ModifyBudget",),
    "budgets:CreateSubscriber": ("budgets:ModifyBudget",),
    "budgets:DeleteBudget": ("budgets:ModifyBudget",),
    "budgets:DeleteNotification": ("budgets:ModifyBudget",),
    "budgets:DeleteSubscriber": ("budgets:ModifyBudget",),
    "budgets:UpdateBudget": ("budgets:ModifyBudget",),
    "budgets:UpdateNotification": ("budgets:ModifyBudget",),
    "budgets:UpdateSubscriber": ("budgets:ModifyBudget",),
    "budgets:DescribeBudget": ("budgets:ViewBudget",),
    "budgets:DescribeBudgetNotificationsForAccount": ("budgets:ViewBudget",),
    "budgets:DescribeBudgetPerformanceHistory": ("budgets:ViewBudget",),
    "budgets:DescribeBudgets": ("budgets:ViewBudget",),
    "budgets:DescribeNotificationsForBudget": ("budgets:ViewBudget",),
    "budgets:DescribeSubscribersForNotification": ("budgets:ViewBudget",),
    "dynamodb:TransactGetItems": ("dynamodb:GetItem",),
    "kms:ReEncrypt": ("kms:ReEncryptFrom", "kms:ReEncryptTo"),
    "lambda:Invoke": ("lambda:InvokeFunction",),
    "lambda:InvokeAsync": ("lambda:InvokeFunction",),
    "lambda:InvokeWithResponseStream": ("lambda:InvokeFunction",),
    "s3:CompleteMultipartUpload": ("s3:PutObject",),
    "s3:CopyObject": ("s3:GetObject", "s3:PutObject"),
    "s3:CreateMultipartUpload": ("s3:PutObject",),
    "s3:DeleteBucketAnalyticsConfiguration": ("s3:PutAnalyticsConfiguration",),
    "s3:DeleteBucketCors": ("s3:PutBucketCORS",),
    "s3:DeleteBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:DeleteBucketIntelligentTieringConfiguration": ("s3:PutIntelligentTieringConfiguration",),
    "s3:DeleteBucketInventoryConfiguration": ("s3:PutInventoryConfiguration",),
    "s3:DeleteBucketLifecycle": ("s3:PutLifecycleConfiguration",),
    "s3:DeleteBucketMetricsConfiguration": ("s3:PutMetricsConfiguration",),
    "s3:DeleteBucketOwnershipControls": ("s3:PutBucketOwnershipControls",),
    "s3:DeleteBucketPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:DeleteBucketReplication": ("s3:PutReplicationConfiguration",),
    "s3:DeleteBucketTagging": ("s3:PutBucketTagging",),
    "s3:DeleteObjects": ("s3:DeleteObject",),
    "s3:DeletePublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:GetBucketAccelerateConfiguration": ("s3:GetAccelerateConfiguration",),
    "s3:GetBucketAnalyticsConfiguration": ("s3:GetAnalyticsConfiguration",),
    "s3:GetBucketCors": ("s3:GetBucketCORS",),
    "s3:GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
    "s3:GetBucketIntelligentTieringConfiguration": ("s3:GetIntelligentTieringConfiguration",),
    "s3:GetBucketInventoryConfiguration": ("s3:GetInventoryConfiguration",),
    "s3:GetBucketLifecycle": ("s3:GetLifecycleConfiguration",),
    "s3:GetBucketLifecycleConfiguration": ("s3:GetLifecycleConfiguration",),
    "s3:GetBucketMetricsConfiguration": ("s3:GetMetricsConfiguration",),
    "s3:GetBucketNotificationConfiguration": ("s3:GetBucketNotification",),
    "s3:GetBucketReplication": ("s3:GetReplicationConfiguration",),
    "s3:GetObjectLockConfiguration": ("s3:GetBucketObjectLockConfiguration",),
    "s3:GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "s3:HeadBucket": ("s3:ListBucket",),
    "s3:HeadObject": ("s3:GetObject",),
    "s3:ListBucketAnalyticsConfigurations": ("s3:GetAnalyticsConfiguration",),
    "s3:ListBucketIntelligentTieringConfigurations": ("s3:GetIntelligentTieringConfiguration",),
    "s3:ListBucketInventoryConfigurations": ("s3:GetInventoryConfiguration",),
    "s3:ListBucketMetricsConfigurations": ("s3:GetMetricsConfiguration",),
    "s3:ListBuckets": ("s3:ListAllMyBuckets",),
    "s3:ListMultipartUploads": ("s3:ListBucketMultipartUploads",),
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "s3:ListObjects": ("s3:ListBucket",),
    "s3:ListObjectsV2": ("s3:ListBucket",),
    "s3:ListParts": ("s3:ListMultipartUploadParts",),
    "s3:PutBucketAccelerateConfiguration": ("s3:PutAccelerateConfiguration",),
    "s3:PutBucketAnalyticsConfiguration": ("s3:PutAnalyticsConfiguration",),
    "s3:PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:PutBucketIntelligentTieringConfiguration": ("s3:PutIntelligentTieringConfiguration",),
    "s3:PutBucketInventoryConfiguration": ("s3:PutInventoryConfiguration",),
    "s3:PutBucketLifecycle": ("s3:PutLifecycleConfiguration",),
    "s3:PutBucketLifecycleConfiguration": ("s3:PutLifecycleConfiguration",),
    "s3:PutBucketMetricsConfiguration": ("s3:PutMetricsConfiguration",),
    "s3:PutBucketNotificationConfiguration": ("s3:PutBucketNotification",),
    "s3:PutBucketReplication": ("s3:PutReplicationConfiguration",),
    "s3:PutObjectLockConfiguration": ("s3:PutBucketObjectLockConfiguration",),
    "s3:PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:SelectObjectContent": ("s3:GetObject",),
    "s3:UploadPart": ("s3:PutObject",),
    "s3:UploadPartCopy": ("s3:GetObject", "s3:PutObject"),
}
"""`prefix:eventName` → the actions. What a call needs besides, depending on its parameters, stands in `ALSO`."""

_OBJECT_WRITERS = ("s3:CopyObject", "s3:CreateMultipartUpload", "s3:PutObject")

ALSO: dict[str, tuple[tuple[str, str], ...]] = {
    **dict.fromkeys(
        _OBJECT_WRITERS,
        (
            ("x-amz-acl", "s3:PutObjectAcl"),
            ("x-amz-grant-full-control", "s3:PutObjectAcl"),
            ("x-amz-grant-read", "s3:PutObjectAcl"),
            ("x-amz-tagging", "s3:PutObjectTagging"),
        ),
    ),
    "dynamodb:TransactWriteItems": (
        ("conditioncheck.tablename", "dynamodb:ConditionCheckItem"),
        ("delete.tablename", "dynamodb:DeleteItem"),
        ("put.tablename", "dynamodb:PutItem"),
        ("update.tablename", "dynamodb:UpdateItem"),
    ),
    "sts:AssumeRole": (("tags.key", "sts:TagSession"), ("sourceidentity", "sts:SetSourceIdentity")),
}
"""`prefix:eventName` → a parameter, and the action that is needed where it is there."""

VERBS = {"Create": "POST", "Delete": "DELETE", "Get": "GET", "Import": "POST", "Put": "PUT", "Update": "PATCH"}
"""How the API of API Gateway names what its permissions call by the verbs of HTTP.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
"""

PARTIQL = {"SELECT": "Select", "INSERT": "Insert", "UPDATE": "Update", "DELETE": "Delete", "EXISTS": "Select"}
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html"""
