"""Roles handed to services: CloudTrail has no event `PassRole`, so it is inferred from the calls that need it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
The calls are those that the Service Authorization Reference marks as dependent on `iam:PassRole`, and the rows below.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise.catalog import universe
from leastwise.usage.records import Known

if TYPE_CHECKING:
    from leastwise.usage.places import Scene

PASS_ROLE = "iam:PassRole"  # noqa: S105  the name of an action

ALSO_PASS = frozenset({
    "apprunner:CreateService", "cloudformation:CreateChangeSet", "cloudformation:CreateStack",
    "cloudformation:CreateStackSet", "cloudformation:DeleteStack", "cloudformation:UpdateStack",
    "cloudtrail:CreateTrail", "cloudtrail:UpdateTrail", "codebuild:CreateProject", "codebuild:UpdateProject",
    "codedeploy:CreateDeploymentGroup", "codepipeline:CreatePipeline", "codepipeline:UpdatePipeline",
    "cognito-identity:SetIdentityPoolRoles", "datasync:CreateLocationS3", "ec2:RequestSpotFleet",
    "ecs:CreateService", "ecs:RegisterTaskDefinition", "eks:CreateCluster", "eks:CreateNodegroup",
    "events:PutRule", "events:PutTargets", "firehose:CreateDeliveryStream", "glue:CreateCrawler",
    "glue:CreateDevEndpoint", "glue:CreateJob", "glue:UpdateCrawler", "glue:UpdateJob",
    "lambda:UpdateFunctionConfiguration", "ssm:CreateActivation", "ssm:StartAutomationExecution",
})  # fmt: skip
"""Actions that hand over a role though the Reference does not say so in its table; each service's guide does."""

PASSED_TO = {
    "batch": "batch.amazonaws.com",
    "cloudformation": "cloudformation.amazonaws.com",
    "cloudtrail": "cloudtrail.amazonaws.com",
    "codebuild": "codebuild.amazonaws.com",
    "codepipeline": "codepipeline.amazonaws.com",
    "config": "config.amazonaws.com",
    "datapipeline": "datapipeline.amazonaws.com",
    "ec2:AssociateIamInstanceProfile": "ec2.amazonaws.com",
    "ec2:CreateFlowLogs": "vpc-flow-logs.amazonaws.com",
    "ec2:ReplaceIamInstanceProfileAssociation": "ec2.amazonaws.com",
    "ec2:RequestSpotFleet": "spotfleet.amazonaws.com",
    "ec2:RequestSpotInstances": "ec2.amazonaws.com",
    "ec2:RunInstances": "ec2.amazonaws.com",
    "ecs:RegisterTaskDefinition": "ecs-tasks.amazonaws.com",
    "ecs:RunTask": "ecs-tasks.amazonaws.com",
    "ecs:StartTask": "ecs-tasks.amazonaws.com",
    "eks:CreateCluster": "eks.amazonaws.com",
    "eks:CreateNodegroup": "ec2.amazonaws.com",
    "events": "events.amazonaws.com",
    "firehose": "firehose.amazonaws.com",
    "glue": "glue.amazonaws.com",
    "iam:AddRoleToInstanceProfile": "ec2.amazonaws.com",
    "lambda": "lambda.amazonaws.com",
    "pipes": "pipes.amazonaws.com",
    "s3:CreateJob": "batchoperations.s3.amazonaws.com",
    "s3:PutReplicationConfiguration": "s3.amazonaws.com",
    "sagemaker": "sagemaker.amazonaws.com",
    "scheduler": "scheduler.amazonaws.com",
    "states": "states.amazonaws.com",
}
"""Action, or prefix of a service's actions → the service that gets the role. No row: it is not known."""

_ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/.+", re.DOTALL)
_PROFILE = re.compile(r"arn:[\w-]+:iam::\d{12}:instance-profile/.+", re.DOTALL)
_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_NAMING_ROLES = ("role", "rolename", "servicerole", "iamrole")
_NAMING_PROFILES = ("iaminstanceprofile.name", "iaminstanceprofile", "jobflowrole")


class Passed(NamedTuple):
    """A role that was passed, or the instance profile that holds it."""

    resource: str
    known: Known
    passed_to: str
    profile: str = ""


def passed(action: str, scene: Scene) -> tuple[Passed, ...] | None:
    """The roles an action passes in an event; None if it is no action that passes any."""
    if not passes(action):
        return None
    service = PASSED_TO.get(action) or PASSED_TO.get(action.partition(":")[0], "")
    roles = [Passed(role, known, service) for role, known in dict.fromkeys(_roles(scene))]
    if roles or action.startswith("iam:"):
        return tuple(roles)
    return tuple(Passed("*", Known.UNKNOWN, service, profile) for profile in dict.fromkeys(_profiles(scene)))


@cache
def passes(action: str) -> bool:
    """Whether the caller of an action may need `iam:PassRole`."""
    return action in ALSO_PASS or PASS_ROLE in universe().dependent_actions(action)


def _roles(scene: Scene) -> list[tuple[str, Known]]:
    arns = [(value, Known.EXACT) for _, value in scene.parameters.arns() if _ROLE.fullmatch(value)]
    names = [value for key in _NAMING_ROLES for value in scene.parameters.all(key) if _NAME.fullmatch(value)]
    head = f"arn:{scene.partition}:iam::{scene.account}:role/*"
    return arns + [(f"{head}{name}", Known.PATTERN) for name in names]


def _profiles(scene: Scene) -> list[str]:
    arns = [value for _, value in scene.parameters.arns() if _PROFILE.fullmatch(value)]
    names = [value for key in _NAMING_PROFILES for value in scene.parameters.all(key) if _NAME.fullmatch(value)]
    head = f"arn:{scene.partition}:iam::{scene.account}:instance-profile/*"
    return arns + [f"{head}{name}" for name in names]
