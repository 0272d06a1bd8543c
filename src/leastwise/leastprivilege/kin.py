"""What a resource that was used stands for: its kin, which tomorrow's calls are about.

A policy that names one object, one task or one version breaks at the next. Each row tells what part of a name changes
from use to use, and why; a name that no row speaks of stands for itself alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from leastwise.arn import parse_arn
from leastwise.catalog import universe


class Kin(NamedTuple):
    """Resources of one service by a regular expression over the last part of their ARN, and what they stand for."""

    service: str
    form: str
    stands_for: tuple[str, ...]
    reason: str


_ID = "an id that each new one gets"
_BUCKET = r"((?!accesspoint/|job/|storage-lens|access-grants/|async-request/)[^/]+)"
_RUN = "each run has a name of its own"
ROWS = (
    Kin("s3", r"(accesspoint/[^/]+/object/).+", (r"\1*",), "objects come and go"),
    Kin("s3", rf"{_BUCKET}/([^/\d]+/).+", (r"\1/\2*",), "objects come and go, their first folder stays"),
    Kin("s3", rf"{_BUCKET}/.+", (r"\1/*",), "folders with a digit are dates, ids, versions"),
    Kin("logs", r"(log-group:[^:]+):.+", (r"\1:*",), "streams come and go"),
    Kin("logs", r"(log-group:[^:]+)", (r"\1", r"\1:*"), "IAM writes a group both ways"),
    Kin("lambda", r"(function:[^:]+):.+", (r"\1", r"\1:*"), "versions and aliases follow each other"),
    Kin("lambda", r"(layer:[^:]+):.+", (r"\1:*",), "versions follow each other"),
    Kin("dynamodb", r"(table/[^/]+)/(index|stream|export|backup|import)/.+", (r"\1/\2/*",), "part of the table"),
    Kin("secretsmanager", r"(secret:.+)-\w{6}", (r"\1-??????",), "AWS adds six characters whenever a secret is made"),
    Kin("ecs", r"((?:task|container-instance|task-set)/[^/]+).*/[0-9a-f-]{32,36}", (r"\1/*",), _ID),
    Kin("ecs", r"(task-definition/[^:]+):.+", (r"\1:*",), "revisions follow each other"),
    Kin("ecs", r"(service-deployment|service-revision)/([^/]+/[^/]+)/.+", (r"\1/\2/*",), _ID),
    Kin("ec2", r"(instance|volume|snapshot|network-interface|spot-instances-request|fleet|image)/.+", (r"\1/*",), _ID),
    Kin("states", r"((?:execution|express|mapRun):[^:]+):.+", (r"\1:*",), _RUN),
    Kin("states", r"(stateMachine:[^:]+):.+", (r"\1", r"\1:*"), "versions and aliases follow each other"),
    Kin("cloudformation", r"(stack|changeSet)/([^/]+)/.+", (r"\1/\2/*",), _ID),
    Kin("cloudformation", r"(stackset/[^:]+):.+", (r"\1:*",), _ID),
    Kin("codebuild", r"(build|build-batch|report)/([^:]+):.+", (r"\1/\2:*",), _RUN),
    Kin("batch", r"(job|job-definition)/([^:]+).*", (r"\1/*",), _RUN),
    Kin("glue", r"(session|mlTransform)/.+", (r"\1/*",), _ID),
    Kin("sagemaker", r"((?:training|processing|transform|hyper-parameter-tuning|labeling)-job)/.+", (r"\1/*",), _RUN),
    Kin("ssm", r"(automation-execution|session|association|opsitem|maintenancewindow)/.+", (r"\1/*",), _ID),
    Kin("rds", r"(snapshot|cluster-snapshot):.+", (r"\1:*",), "snapshots come and go"),
    Kin("backup", r"(recovery-point|backup-job|restore-job):.+", (r"\1:*",), _ID),
    Kin("elasticloadbalancing", r"(targetgroup/[^/]+)/.+", (r"\1/*",), _ID),
    Kin("elasticloadbalancing", r"((?:loadbalancer|listener|listener-rule)/(?:app|net|gwy)/[^/]+)/.+", (r"\1/*",), _ID),
    Kin("autoscaling", r"autoScalingGroup:[^:]+(:autoScalingGroupName/.+)", (r"autoScalingGroup:*\1",), _ID),
    Kin("sns", r"([^:]+):[0-9a-f-]{36}", (r"\1:*",), "subscriptions come and go"),
    Kin("route53", r"change/.+", (r"change/*",), _ID),
    Kin("elasticmapreduce", r"(cluster|editor|notebook-execution)/.+", (r"\1/*",), _ID),
    Kin("mediaconvert", r"jobs/.+", (r"jobs/*",), _RUN),
    Kin("transcribe", r"(transcription-job|medical-transcription-job)/.+", (r"\1/*",), _RUN),
    Kin("datasync", r"(task/[^/]+)/execution/.+", (r"\1/execution/*",), _RUN),
    Kin("bedrock", r"(async-invoke|model-invocation-job|evaluation-job|session)/.+", (r"\1/*",), _RUN),
)  # fmt: skip
"""Rows for a service are tried in their order; the first that fits the whole name counts."""

SINGLE = frozenset({
    "athena", "cloudwatch", "codebuild", "dynamodb", "ecr", "events", "firehose", "iam", "kinesis", "kms", "lambda",
    "logs", "s3", "secretsmanager", "sns", "sqs", "ssm", "states", "sts",
})  # fmt: skip
"""Services whose requests are about one resource, or about several that the event lists, whichever of an action's
types it is of, unless the action needs several. Elsewhere it may need one of each, and an event need not name them all.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""


@lru_cache(maxsize=1 << 14)
def kin(resource: str) -> tuple[str, ...]:
    """The patterns that a resource which was used stands for, each at least as wide as the resource."""
    arn = parse_arn(resource)
    for row in ROWS if arn else ():
        if arn and row.service == arn.service:
            match = re.fullmatch(row.form, arn.resource, re.DOTALL)
            if match:
                head = resource.removesuffix(arn.resource)
                return tuple(head + match.expand(text) for text in row.stands_for)
    return (resource,)


@lru_cache(maxsize=1 << 14)
def is_bound(action: str) -> bool:
    """Whether the resources that events name for an action are all that it needs."""
    kinds = universe().taken(action)
    single = action.partition(":")[0].lower() in SINGLE and sum(required for _, required in kinds) <= 1
    return len(kinds) == 1 or (bool(kinds) and single)


@lru_cache(maxsize=1 << 14)
def makes(action: str) -> bool:
    """Whether what the action is used on has just been made by it, so that the next has another name."""
    name = action.partition(":")[2].lower()
    return any(name == f"create{kind.replace('-', '').lower()}" for kind in universe().resource_types(action))
