"""The kinds of running resources that bear roles: which call lists each, and which members of a row mean what.

This table is all that is known of them. Members that no row here names are never kept in a snapshot, and so neither
are environment variables, start-up commands, parameters or code, which often hold secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

REGIONS = "ec2:DescribeRegions"
_WHERE = "{region}:{account}"


class Only(NamedTuple):
    """Of the rows, those whose `member` has one of the values; without values, those that have it at all."""

    member: str
    values: tuple[object, ...] = ()

    def fits(self, row: object) -> bool:
        """Whether the row is one of them."""
        return any(found in self.values if self.values else found for found in dig(row, self.member))


class Via(NamedTuple):
    """A row of another call that completes this one: the one whose `there` is this row's `here`."""

    call: str
    here: str
    there: str


class Kind(NamedTuple):
    """One kind of resource, as `call` lists it.

    `arn` is the ARN with members of the row in braces, besides the partition, region and account; `name` the member
    by which commands call the resource. `roles` and `profiles` are the members that name a role or an instance
    profile, by ARN or name; `a|b` is b where there is no a. A kind without them exists, and bears nothing that is
    known here. Kinds of the same ARNs speak of the same resources: a managed instance is an instance. `within` are
    members with ARNs of what it lies in.
    """

    id: str
    call: str
    arn: str
    name: str
    roles: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    only: Only | None = None
    via: Via | None = None
    within: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """What the commands of the methods call such a resource: `launch_template` in braces."""
        return self.id.partition(":")[2].replace("-", "_")

    @property
    def members(self) -> tuple[str, ...]:
        """Every member of the row that means something."""
        in_arn = (part.partition("}")[0] for part in self.arn.split("{")[1:])
        named = (*(m for m in in_arn if m not in {"partition", "region", "account"}), self.name, *self.within)
        borne = (part for member in (*self.roles, *self.profiles) for part in member.split("|"))
        more = (self.only.member if self.only else "", self.via.here if self.via else "")
        return tuple(dict.fromkeys(filter(None, (*named, *borne, *more))))

    @property
    def calls(self) -> tuple[str, ...]:
        """The calls without which the kind is not seen in full."""
        return (self.call, self.via.call) if self.via else (self.call,)


def dig(row: object, member: str) -> list[Any]:
    """What stands at a member, written as a path with dots; through lists, in each of their entries."""
    found: list[Any] = [row]
    for word in member.split("."):
        flat = [one for each in found for one in (each if isinstance(each, list) else (each,))]
        found = [one[word] for one in flat if isinstance(one, dict) and one.get(word) is not None]
    return [one for each in found for one in (each if isinstance(each, list) else (each,))]


def first(row: object, members: str) -> list[Any]:
    """What stands at the first of the members (`a|b`) that is there."""
    return next((found for member in members.split("|") if (found := dig(row, member))), [])


def _ec2(resource: str) -> str:
    return f"arn:{{partition}}:ec2:{_WHERE}:{resource}"


_INSTANCE = _ec2("instance/{InstanceId}")
_TASK_DEFINITION = "ecs:DescribeTaskDefinition"
_PROJECTS = "codebuild:BatchGetProjects"
_NOTEBOOKS = "sagemaker:DescribeNotebookInstance"
_AGENTS = "bedrock-agentcore-control"

KINDS: tuple[Kind, ...] = (
    Kind(id="lambda:function", call="lambda:ListFunctions", arn="{FunctionArn}", name="FunctionName", roles=("Role",)),
    Kind(
        id="ec2:instance",
        call="ec2:DescribeInstances",
        arn=_INSTANCE,
        name="InstanceId",
        profiles=("IamInstanceProfile.Arn",),
        only=Only("State.Name", ("pending", "running", "stopping", "stopped")),
    ),
    Kind(
        id="ssm:managed-instance",
        call="ssm:DescribeInstanceInformation",
        arn=_INSTANCE,
        name="InstanceId",
        only=Only("PingStatus", ("Online",)),
    ),
    Kind(
        id="ec2:launch-template",
        call="ec2:DescribeLaunchTemplateVersions",
        arn=_ec2("launch-template/{LaunchTemplateId}"),
        name="LaunchTemplateId",
        profiles=("LaunchTemplateData.IamInstanceProfile.Arn|LaunchTemplateData.IamInstanceProfile.Name",),
    ),
    Kind(
        id="autoscaling:auto-scaling-group",
        call="autoscaling:DescribeAutoScalingGroups",
        arn="{AutoScalingGroupARN}",
        name="AutoScalingGroupName",
    ),
    Kind(
        id="autoscaling:launch-configuration",
        call="autoscaling:DescribeLaunchConfigurations",
        arn="{LaunchConfigurationARN}",
        name="LaunchConfigurationName",
        profiles=("IamInstanceProfile",),
    ),
    Kind(
        id="ecs:cluster",
        call="ecs:DescribeClusters",
        arn="{clusterArn}",
        name="clusterName",
        only=Only("status", ("ACTIVE",)),
    ),
    Kind(
        id="ecs:task",
        call="ecs:DescribeTasks",
        arn="{taskArn}",
        name="taskArn",
        roles=("overrides.taskRoleArn|taskRoleArn",),
        only=Only("lastStatus", ("RUNNING",)),
        via=Via(_TASK_DEFINITION, "taskDefinitionArn", "taskDefinitionArn"),
        within=("clusterArn",),
    ),
    Kind(
        id="ecs:open-task",
        call="ecs:DescribeTasks",
        arn="{taskArn}",
        name="taskArn",
        only=Only("enableExecuteCommand", (True,)),
    ),
    Kind(
        id="ecs:service",
        call="ecs:DescribeServices",
        arn="{serviceArn}",
        name="serviceName",
        roles=("taskRoleArn",),
        only=Only("status", ("ACTIVE",)),
        via=Via(_TASK_DEFINITION, "taskDefinition", "taskDefinitionArn"),
        within=("clusterArn",),
    ),
    Kind(
        id="ecs:container-instance",
        call="ecs:DescribeContainerInstances",
        arn="{containerInstanceArn}",
        name="containerInstanceArn",
        only=Only("status", ("ACTIVE",)),
    ),
    Kind(
        id="ecs:task-definition",
        call=_TASK_DEFINITION,
        arn="{taskDefinitionArn}",
        name="family",
        roles=("taskRoleArn",),
        only=Only("status", ("ACTIVE",)),
    ),
    Kind(id="codebuild:project", call=_PROJECTS, arn="{arn}", name="name", roles=("serviceRole",)),
    Kind(
        id="codebuild:batch-project",
        call=_PROJECTS,
        arn="{arn}",
        name="name",
        only=Only("buildBatchConfig.serviceRole"),
    ),
    Kind(
        id="cloudformation:stack",
        call="cloudformation:DescribeStacks",
        arn="{StackId}",
        name="StackName",
        roles=("RoleARN",),
    ),
    Kind(
        id="cloudformation:stack-set",
        call="cloudformation:DescribeStackSet",
        arn="{StackSetARN}",
        name="StackSetName",
        roles=("AdministrationRoleARN",),
    ),
    Kind(
        id="glue:dev-endpoint",
        call="glue:GetDevEndpoints",
        arn=f"arn:{{partition}}:glue:{_WHERE}:devEndpoint/{{EndpointName}}",
        name="EndpointName",
        roles=("RoleArn",),
    ),
    Kind(
        id="glue:job",
        call="glue:GetJobs",
        arn=f"arn:{{partition}}:glue:{_WHERE}:job/{{Name}}",
        name="Name",
        roles=("Role",),
    ),
    Kind(
        id="glue:session",
        call="glue:ListSessions",
        arn=f"arn:{{partition}}:glue:{_WHERE}:session/{{Id}}",
        name="Id",
        roles=("Role",),
        only=Only("Status", ("PROVISIONING", "READY")),
    ),
    Kind(
        id="sagemaker:notebook-instance",
        call=_NOTEBOOKS,
        arn="{NotebookInstanceArn}",
        name="NotebookInstanceName",
        roles=("RoleArn",),
    ),
    Kind(
        id="sagemaker:running-notebook-instance",
        call=_NOTEBOOKS,
        arn="{NotebookInstanceArn}",
        name="NotebookInstanceName",
        only=Only("NotebookInstanceStatus", ("InService",)),
    ),
    Kind(
        id="sagemaker:processing-job",
        call="sagemaker:DescribeProcessingJob",
        arn="{ProcessingJobArn}",
        name="ProcessingJobName",
        roles=("RoleArn",),
    ),
    Kind(
        id="sagemaker:training-job",
        call="sagemaker:DescribeTrainingJob",
        arn="{TrainingJobArn}",
        name="TrainingJobName",
        roles=("RoleArn",),
    ),
    Kind(
        id="states:state-machine",
        call="stepfunctions:DescribeStateMachine",
        arn="{stateMachineArn}",
        name="stateMachineArn",
        roles=("roleArn",),
    ),
    Kind(
        id="apprunner:service",
        call="apprunner:DescribeService",
        arn="{ServiceArn}",
        name="ServiceArn",
        roles=("InstanceConfiguration.InstanceRoleArn",),
    ),
    Kind(
        id="datapipeline:pipeline",
        call="datapipeline:ListPipelines",
        arn=f"arn:{{partition}}:datapipeline:{_WHERE}:pipeline/{{id}}",
        name="id",
    ),
    Kind(
        id="batch:job-definition",
        call="batch:DescribeJobDefinitions",
        arn="{jobDefinitionArn}",
        name="jobDefinitionArn",
        roles=(
            "containerProperties.jobRoleArn",
            "ecsProperties.taskProperties.taskRoleArn",
            "nodeProperties.nodeRangeProperties.container.jobRoleArn",
            "nodeProperties.nodeRangeProperties.ecsProperties.taskProperties.taskRoleArn",
        ),
    ),
    Kind(
        id="batch:job-queue",
        call="batch:DescribeJobQueues",
        arn="{jobQueueArn}",
        name="jobQueueName",
        only=Only("state", ("ENABLED",)),
    ),
    Kind(id="events:rule", call="events:ListRules", arn="{Arn}", name="Name"),
    Kind(
        id="cognito-identity:identity-pool",
        call="cognito-identity:GetIdentityPoolRoles",
        arn=f"arn:{{partition}}:cognito-identity:{_WHERE}:identitypool/{{IdentityPoolId}}",
        name="IdentityPoolId",
        roles=("Roles.authenticated", "Roles.unauthenticated"),
    ),
    Kind(id="amplify:app", call="amplify:ListApps", arn="{appArn}", name="appId", roles=("iamServiceRoleArn",)),
    Kind(
        id="codedeploy:deployment-group",
        call="codedeploy:BatchGetDeploymentGroups",
        arn=f"arn:{{partition}}:codedeploy:{_WHERE}:deploymentgroup:{{applicationName}}/{{deploymentGroupName}}",
        name="deploymentGroupName",  # its own role is not the one that the deployed code bears
    ),
    Kind(
        id="emr:cluster",
        call="emr:DescribeCluster",
        arn="{ClusterArn}",
        name="Id",
        roles=("ServiceRole",),
        profiles=("Ec2InstanceAttributes.IamInstanceProfile",),
    ),
    Kind(
        id="bedrock-agentcore:code-interpreter",
        call=f"{_AGENTS}:GetCodeInterpreter",
        arn="{codeInterpreterArn}",
        name="codeInterpreterId",
        roles=("executionRoleArn",),
    ),
    Kind(
        id="bedrock-agentcore:browser",
        call=f"{_AGENTS}:GetBrowser",
        arn="{browserArn}",
        name="browserId",
        roles=("executionRoleArn",),
    ),
    Kind(
        id="bedrock-agentcore:runtime",
        call=f"{_AGENTS}:GetAgentRuntime",
        arn="{agentRuntimeArn}",
        name="agentRuntimeArn",
        roles=("roleArn",),
    ),
)

BY_ID = {kind.id: kind for kind in KINDS}
CALLS = tuple(dict.fromkeys(kind.call for kind in KINDS))


def members(call: str) -> tuple[str, ...]:
    """What of a call's rows means something to one of the kinds, or leads from one row to another."""
    return tuple(dict.fromkeys(_members(call)))


def _members(call: str) -> Iterator[str]:
    for kind in KINDS:
        if kind.call == call:
            yield from (m for m in kind.members if not (kind.via and m in _completed(kind)))
        if kind.via and kind.via.call == call:
            yield kind.via.there
            yield from _completed(kind)


def _completed(kind: Kind) -> tuple[str, ...]:
    """The members that the completing row gives: the last choice of each role."""
    return tuple(member.rpartition("|")[2] for member in (*kind.roles, *kind.profiles))


def kept(call: str, row: object) -> dict[str, Any]:
    """Of a row the members that mean something, in AWS's own shape; all else is left out."""
    return _narrow(row, members(call)) if isinstance(row, dict) else {}


def _narrow(row: dict[str, Any], wanted: Iterable[str]) -> dict[str, Any]:
    below: dict[str, list[str]] = {}
    for member in wanted:
        head, _, rest = member.partition(".")
        below.setdefault(head, []).append(rest)
    return {head: _below(row[head], rests) for head, rests in below.items() if row.get(head) is not None}


def _below(value: Any, rests: list[str]) -> Any:
    """Where a name or a state is due, an object is none: it is left out with all that it may hold."""
    if isinstance(value, list):
        return [_below(each, rests) for each in value]
    if isinstance(value, dict):
        return _narrow(value, filter(None, rests))
    return value if "" in rests else None
