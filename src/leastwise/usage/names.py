"""Where an event keeps what the ARN templates of the catalogue call by another name.

Without a row, `${TableName}` is looked for under `tableName`. Names by which everything is called, such as `${Id}`, are
only looked for where a row says so. How the values look is told by the API references of the services.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SHARED = frozenset({"id", "name", "resourceid", "uuid", "type", "token", "version", "alias", "key"})
"""Placeholders that say too little to be looked for without a row."""

PARAMETERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("autoscaling", "GroupFriendlyName"): ("autoscalinggroupname",),
    ("autoscaling", "LaunchConfigurationName"): ("launchconfigurationname",),
    ("cloudformation", "StackName"): ("stackname",),
    ("cloudtrail", "TrailName"): ("trailname", "name"),
    ("cloudwatch", "AlarmName"): ("alarmname",),
    ("codebuild", "ProjectName"): ("projectname", "name"),
    ("ec2", "KeyPairName"): ("keyname",),
    ("ec2", "SecurityGroupId"): ("groupid", "securitygroupid"),
    ("ecr", "RepositoryName"): ("repositoryname",),
    ("ecs", "ClusterName"): ("cluster", "clustername"),
    ("ecs", "ServiceName"): ("service", "servicename"),
    ("ecs", "TaskDefinitionFamilyName"): ("taskdefinition", "family"),
    ("ecs", "TaskDefinitionRevisionNumber"): ("taskdefinition",),
    ("eks", "ClusterName"): ("clustername", "name"),
    ("events", "RuleName"): ("rule", "name"),
    ("glue/job", "JobName"): ("jobname", "name"),
    ("iam", "GroupNameWithPath"): ("groupname",),
    ("iam", "InstanceProfileNameWithPath"): ("instanceprofilename",),
    ("iam", "PolicyNameWithPath"): ("policyname",),
    ("iam", "RoleNameWithPath"): ("rolename",),
    ("iam", "UserNameWithPath"): ("username",),
    ("kms", "KeyId"): ("keyid",),
    ("rds", "ClusterParameterGroupName"): ("dbclusterparametergroupname",),
    ("rds", "DbClusterInstanceName"): ("dbclusteridentifier",),
    ("rds", "DbInstanceName"): ("dbinstanceidentifier",),
    ("rds", "ParameterGroupName"): ("dbparametergroupname",),
    ("rds", "SnapshotName"): ("dbsnapshotidentifier",),
    ("rds", "SubnetGroupName"): ("dbsubnetgroupname",),
    ("route53/hostedzone", "Id"): ("hostedzoneid",),
    ("route53/healthcheck", "Id"): ("healthcheckid",),
    ("s3", "ObjectName"): ("key",),
    ("secretsmanager", "SecretId"): ("secretid", "name"),
    ("sns", "TopicName"): ("topicname", "name"),
    ("sqs", "QueueName"): ("queueurl", "queuename"),
    ("ssm", "DocumentName"): ("documentname",),
    ("ssm", "ParameterNameWithoutLeadingSlash"): ("name",),
    ("states", "StateMachineName"): ("statemachinename", "name"),
}
"""Service, or service and resource type, and placeholder → the parameters that may hold it, the surest first."""


def _last(value: str) -> str:
    return value.rstrip("/").rpartition("/")[2]


def _key_id(value: str) -> str:
    """A key's id; an alias or its ARN names another resource."""
    return "" if value.startswith(("alias/", "arn:")) else value


def _function(value: str) -> str:
    """A function's name, out of `account:function:name` too."""
    return value.partition(":function:")[2] or value


SHAPES: dict[tuple[str, str], Callable[[str], str]] = {
    ("cloudformation", "StackName"): lambda value: "" if ":" in value else value,
    ("ecs", "ClusterName"): lambda value: "" if ":" in value else value,
    ("ecs", "TaskDefinitionFamilyName"): lambda value: value.partition(":")[0],
    ("ecs", "TaskDefinitionRevisionNumber"): lambda value: value.partition(":")[2] or "*",
    ("iam", "GroupNameWithPath"): lambda value: f"*{value}",  # the path is not told
    ("iam", "InstanceProfileNameWithPath"): lambda value: f"*{value}",
    ("iam", "PolicyNameWithPath"): lambda value: f"*{value}",
    ("iam", "RoleNameWithPath"): lambda value: f"*{value}",
    ("iam", "UserNameWithPath"): lambda value: f"*{value}",
    ("kms", "KeyId"): _key_id,
    ("lambda", "FunctionName"): _function,
    ("logs/log-group", "LogGroupName"): lambda value: f"{value}:*",  # how IAM wants groups, says the page of `LogGroup`
    ("route53/healthcheck", "Id"): _last,
    ("route53/hostedzone", "Id"): _last,
    ("secretsmanager", "SecretId"): lambda value: f"{value}-??????",  # AWS adds six characters
    ("sqs", "QueueName"): _last,
    ("ssm", "ParameterNameWithoutLeadingSlash"): lambda value: value.removeprefix("/"),
}
"""What a value looks like inside the ARN; "" where it is no name of this kind."""

JOINT = frozenset({"ec2"})
"""Services whose required resource types are needed together; elsewhere AWS also lists alternatives as required.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policies-ec2-console.html
"""

PARTS: dict[tuple[str, str], str] = {
    ("s3:CopyObject", "s3:GetObject"): "x-amz-copy-source",
    ("s3:CopyObject", "s3:GetObjectVersion"): "x-amz-copy-source",
    ("s3:UploadPartCopy", "s3:GetObject"): "x-amz-copy-source",
    ("s3:UploadPartCopy", "s3:GetObjectVersion"): "x-amz-copy-source",
}
"""Event and action → the parameter with `bucket/key` of another object than the one the event is about."""
