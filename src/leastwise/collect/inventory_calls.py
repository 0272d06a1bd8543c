"""How the running resources of a region are listed: the calls, what each takes from another, and how it is paged.

What the rows mean, and so which of their members are kept, stands in `account.kinds`. None of these calls reads code,
environment variables or parameters on purpose, and what comes along is dropped before it reaches the snapshot.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

NONE: Mapping[str, Any] = MappingProxyType({})


class Ask(NamedTuple):
    """One call, made in every region.

    `rows` is where in the answer they stand, "" for the answer itself. `of` are the calls whose rows it is made for;
    `gives` are the parameters for those that follow, each with the member of the row ("" the row itself), and `takes`
    the ones it needs. With `batch` that parameter takes a list of up to `size`. `page` is the parameter for the next
    page, `mark` the member of an answer that names it. `action` is the IAM action where it is not the call's own name.
    """

    call: str
    rows: str = ""
    mark: str = ""
    page: str = ""
    of: tuple[Ask, ...] = ()
    gives: Mapping[str, str] = NONE
    takes: tuple[str, ...] = ()
    batch: str = ""
    size: int = 1
    parameters: Mapping[str, Any] = NONE
    action: str = ""

    @property
    def service(self) -> str:
        """As boto3 calls it."""
        return self.call.partition(":")[0]

    @property
    def operation(self) -> str:
        """As AWS calls it."""
        return self.call.partition(":")[2]

    @property
    def permission(self) -> str:
        """The IAM action that permits it."""
        return self.action or self.call

    @property
    def depth(self) -> int:
        """How many calls must have been answered before it."""
        return 1 + max((ask.depth for ask in self.of), default=-1)


def _list(call: str, rows: str, mark: str = "NextToken", **more: Any) -> Ask:
    """A list; most name their next page by one word in both directions. Pages are as large as the service allows."""
    return Ask(call=call, rows=rows, **{"mark": mark, "page": mark, **more})


def _each(call: str, rows: str, of: Ask, **more: Any) -> Ask:
    """A call for each row of another."""
    return Ask(call=call, rows=rows, of=(of,), **{"takes": tuple(of.gives), **more})


# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Operations.html
_CLUSTERS = _list("ecs:ListClusters", "clusterArns", "nextToken", gives={"clusters": "", "cluster": ""})
_TASKS = _list("ecs:ListTasks", "taskArns", "nextToken", of=(_CLUSTERS,), takes=("cluster",), gives={"tasks": ""})
_SERVICES = _list(
    "ecs:ListServices",
    "serviceArns",
    "nextToken",
    of=(_CLUSTERS,),
    takes=("cluster",),
    gives={"services": ""},
    parameters={"maxResults": 100},
)
_MACHINES = _list(
    "ecs:ListContainerInstances",
    "containerInstanceArns",
    "nextToken",
    of=(_CLUSTERS,),
    takes=("cluster",),
    gives={"containerInstances": ""},
)
_FAMILIES = _list(
    "ecs:ListTaskDefinitionFamilies",
    "families",
    "nextToken",
    parameters={"status": "ACTIVE"},
    gives={"taskDefinition": ""},
)
_DESCRIBED_TASKS = Ask(
    call="ecs:DescribeTasks",
    rows="tasks",
    of=(_TASKS,),
    takes=("cluster",),
    batch="tasks",
    size=100,
    gives={"taskDefinition": "taskDefinitionArn"},
)
_DESCRIBED_SERVICES = Ask(
    call="ecs:DescribeServices",
    rows="services",
    of=(_SERVICES,),
    takes=("cluster",),
    batch="services",
    size=10,
    gives={"taskDefinition": "taskDefinition"},
)
_PROJECTS = _list("codebuild:ListProjects", "projects", "nextToken", gives={"names": ""})
_STACK_SETS = _list(
    "cloudformation:ListStackSets",
    "Summaries",
    parameters={"Status": "ACTIVE"},
    gives={"StackSetName": "StackSetName"},
)
_NOTEBOOKS = _list(
    "sagemaker:ListNotebookInstances",
    "NotebookInstances",
    parameters={"MaxResults": 100},
    gives={"NotebookInstanceName": "NotebookInstanceName"},
)
_PROCESSING = _list(
    "sagemaker:ListProcessingJobs",
    "ProcessingJobSummaries",
    parameters={"StatusEquals": "InProgress", "MaxResults": 100},
    gives={"ProcessingJobName": "ProcessingJobName"},
)
_TRAINING = _list(
    "sagemaker:ListTrainingJobs",
    "TrainingJobSummaries",
    parameters={"StatusEquals": "InProgress", "MaxResults": 100},
    gives={"TrainingJobName": "TrainingJobName"},
)
_MACHINES_OF_STATES = _list(
    "stepfunctions:ListStateMachines",
    "stateMachines",
    "nextToken",
    parameters={"maxResults": 1000},
    gives={"stateMachineArn": "stateMachineArn"},
    action="states:ListStateMachines",
)
_APP_RUNNER = _list("apprunner:ListServices", "ServiceSummaryList", gives={"ServiceArn": "ServiceArn"})
_BUSES = _list("events:ListEventBuses", "EventBuses", gives={"EventBusName": "Name"})
_POOLS = _list(
    "cognito-identity:ListIdentityPools",
    "IdentityPools",
    parameters={"MaxResults": 60},
    gives={"IdentityPoolId": "IdentityPoolId"},
)
_APPLICATIONS = _list("codedeploy:ListApplications", "applications", "nextToken", gives={"applicationName": ""})
_GROUPS = _list(
    "codedeploy:ListDeploymentGroups",
    "deploymentGroups",
    "nextToken",
    of=(_APPLICATIONS,),
    takes=("applicationName",),
    gives={"deploymentGroupNames": ""},
)
_EMR = _list(
    "emr:ListClusters",
    "Clusters",
    "Marker",
    parameters={"ClusterStates": ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"]},
    gives={"ClusterId": "Id"},
    action="elasticmapreduce:ListClusters",
)


def _agents(operation: str, rows: str, **gives: str) -> Ask:
    """A list of Bedrock AgentCore's control plane, whose IAM prefix is shorter than the name of its client."""
    call, action = f"bedrock-agentcore-control:{operation}", f"bedrock-agentcore:{operation}"
    return _list(call, rows, "nextToken", gives=gives, action=action)


def _agent(operation: str, of: Ask) -> Ask:
    return _each(f"bedrock-agentcore-control:{operation}", "", of, action=f"bedrock-agentcore:{operation}")


_INTERPRETERS = _agents("ListCodeInterpreters", "codeInterpreterSummaries", codeInterpreterId="codeInterpreterId")
_BROWSERS = _agents("ListBrowsers", "browserSummaries", browserId="browserId")
_RUNTIMES = _agents("ListAgentRuntimes", "agentRuntimes", agentRuntimeId="agentRuntimeId")

ASKS: tuple[Ask, ...] = (
    _list("lambda:ListFunctions", "Functions", "NextMarker", page="Marker"),
    _list("ec2:DescribeInstances", "Reservations.Instances", parameters={"MaxResults": 1000}),
    _list(
        "ec2:DescribeLaunchTemplateVersions",
        "LaunchTemplateVersions",
        parameters={"Versions": ["$Latest", "$Default"], "MaxResults": 200},
    ),
    _list("ssm:DescribeInstanceInformation", "InstanceInformationList", parameters={"MaxResults": 50}),
    _list("autoscaling:DescribeAutoScalingGroups", "AutoScalingGroups", parameters={"MaxRecords": 100}),
    _list("autoscaling:DescribeLaunchConfigurations", "LaunchConfigurations", parameters={"MaxRecords": 100}),
    _CLUSTERS,
    Ask(call="ecs:DescribeClusters", rows="clusters", of=(_CLUSTERS,), batch="clusters", size=100),
    _TASKS,
    _DESCRIBED_TASKS,
    _SERVICES,
    _DESCRIBED_SERVICES,
    _MACHINES,
    Ask(
        call="ecs:DescribeContainerInstances",
        rows="containerInstances",
        of=(_MACHINES,),
        takes=("cluster",),
        batch="containerInstances",
        size=100,
    ),
    _FAMILIES,
    Ask(
        call="ecs:DescribeTaskDefinition",
        rows="taskDefinition",
        of=(_FAMILIES, _DESCRIBED_TASKS, _DESCRIBED_SERVICES),
        takes=("taskDefinition",),
    ),
    _PROJECTS,
    Ask(call="codebuild:BatchGetProjects", rows="projects", of=(_PROJECTS,), batch="names", size=100),
    _list("cloudformation:DescribeStacks", "Stacks"),
    _STACK_SETS,
    _each("cloudformation:DescribeStackSet", "StackSet", _STACK_SETS),
    _list("glue:GetDevEndpoints", "DevEndpoints"),
    _list("glue:GetJobs", "Jobs"),
    _list("glue:ListSessions", "Sessions"),
    _NOTEBOOKS,
    _each("sagemaker:DescribeNotebookInstance", "", _NOTEBOOKS),
    _PROCESSING,
    _each("sagemaker:DescribeProcessingJob", "", _PROCESSING),
    _TRAINING,
    _each("sagemaker:DescribeTrainingJob", "", _TRAINING),
    _MACHINES_OF_STATES,
    _each("stepfunctions:DescribeStateMachine", "", _MACHINES_OF_STATES, action="states:DescribeStateMachine"),
    _APP_RUNNER,
    _each("apprunner:DescribeService", "Service", _APP_RUNNER),
    _list("datapipeline:ListPipelines", "pipelineIdList", "marker"),
    _list("batch:DescribeJobDefinitions", "jobDefinitions", "nextToken", parameters={"status": "ACTIVE"}),
    _list("batch:DescribeJobQueues", "jobQueues", "nextToken"),
    _BUSES,
    _list("events:ListRules", "Rules", of=(_BUSES,), takes=("EventBusName",), parameters={"Limit": 100}),
    _POOLS,
    _each("cognito-identity:GetIdentityPoolRoles", "", _POOLS),
    _list("amplify:ListApps", "apps", "nextToken", parameters={"maxResults": 100}),
    _APPLICATIONS,
    _GROUPS,
    Ask(
        call="codedeploy:BatchGetDeploymentGroups",
        rows="deploymentGroupsInfo",
        of=(_GROUPS,),
        takes=("applicationName",),
        batch="deploymentGroupNames",
        size=100,
    ),
    _EMR,
    _each("emr:DescribeCluster", "Cluster", _EMR, action="elasticmapreduce:DescribeCluster"),
    _INTERPRETERS,
    _agent("GetCodeInterpreter", _INTERPRETERS),
    _BROWSERS,
    _agent("GetBrowser", _BROWSERS),
    _RUNTIMES,
    _agent("GetAgentRuntime", _RUNTIMES),
)
