"""What runs in a world: rows in AWS's shapes, made from the same table that reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leastwise.account.kinds import BY_ID, CALLS, REGIONS

if TYPE_CHECKING:
    from world import World

HERE, THERE = "us-east-1", "eu-west-1"

# service:…:resource of the kinds whose rows hold their ARN; {name} is the name
RESOURCES = {
    "lambda:function": "lambda:function:{name}",
    "autoscaling:auto-scaling-group": "autoscaling:autoScalingGroup:1:autoScalingGroupName/{name}",
    "autoscaling:launch-configuration": "autoscaling:launchConfiguration:1:launchConfigurationName/{name}",
    "ecs:cluster": "ecs:cluster/{name}",
    "ecs:task": "ecs:task/main/{name}",
    "ecs:open-task": "ecs:task/main/{name}",
    "ecs:service": "ecs:service/main/{name}",
    "ecs:container-instance": "ecs:container-instance/main/{name}",
    "ecs:task-definition": "ecs:task-definition/{name}:1",
    "codebuild:project": "codebuild:project/{name}",
    "codebuild:batch-project": "codebuild:project/{name}",
    "cloudformation:stack": "cloudformation:stack/{name}/1",
    "cloudformation:stack-set": "cloudformation:stackset/{name}:1",
    "sagemaker:notebook-instance": "sagemaker:notebook-instance/{name}",
    "sagemaker:running-notebook-instance": "sagemaker:notebook-instance/{name}",
    "sagemaker:processing-job": "sagemaker:processing-job/{name}",
    "sagemaker:training-job": "sagemaker:training-job/{name}",
    "states:state-machine": "states:stateMachine:{name}",
    "apprunner:service": "apprunner:service/{name}/1",
    "batch:job-definition": "batch:job-definition/{name}:1",
    "batch:job-queue": "batch:job-queue/{name}",
    "events:rule": "events:rule/{name}",
    "amplify:app": "amplify:apps/{name}",
    "emr:cluster": "elasticmapreduce:cluster/{name}",
    "bedrock-agentcore:code-interpreter": "bedrock-agentcore:code-interpreter-custom/{name}",
    "bedrock-agentcore:browser": "bedrock-agentcore:browser-custom/{name}",
    "bedrock-agentcore:runtime": "bedrock-agentcore:runtime/{name}",
}
CLUSTER = "arn:aws:ecs:{region}:123456789012:cluster/main"


def looked(world: World, *regions: str, enabled: tuple[str, ...] = ()) -> World:
    """Everything was listed in these regions, and there is nothing; `enabled` are all that there are."""
    names = enabled or regions
    world.call(REGIONS, {"Regions": [{"RegionName": name} for name in names]})
    for call in CALLS:
        world.call(call, {region: [] for region in regions})
    return world


def runs(world: World, kind: str, name: str, *, role: str = "", region: str = HERE) -> World:
    """A resource of the kind runs; `role` is the name of what it bears, and of its instance profile."""
    known = BY_ID[kind]
    row: dict[str, Any] = {}
    service, _, resource = RESOURCES.get(kind, ":").format(name=name).partition(":")
    for member in known.members:
        put(row, member, name)
    if known.arn.startswith("{"):
        row[known.arn.strip("{}")] = f"arn:aws:{service}:{region}:123456789012:{resource}"
    for member in known.within:
        put(row, member, CLUSTER.format(region=region))
    _bear(world, row, known, role)
    if known.only and known.only.values:
        put(row, known.only.member, known.only.values[-1])
    elif known.only is None and kind == "codebuild:project":
        row.pop("buildBatchConfig", None)
    if known.via:
        put(row, known.via.here, f"definition-of-{name}")
        completing = {known.via.there: f"definition-of-{name}", "taskRoleArn": row.pop("taskRoleArn", None)}
        _add(world, known.via.call, region, completing)
    return _add(world, known.call, region, row)


def _bear(world: World, row: dict[str, Any], kind: Any, role: str) -> None:
    for member in (part for choice in kind.roles for part in choice.split("|")):
        put(row, member, world.arn("role", role) if role and "overrides" not in member else None)
    for member in (part for choice in kind.profiles for part in choice.split("|")):
        put(row, member, world.arn("instance-profile", role) if role else None)


def _add(world: World, call: str, region: str, row: dict[str, Any]) -> World:
    listed = world.more.setdefault(call, {}).setdefault(region, [])
    same = next((known for known in listed if known.get("arn", 0) == row.get("arn")), None)
    if same is None:
        listed.append(row)
    else:
        same.update(row)
    return world


def put(row: dict[str, Any], member: str, value: object) -> None:
    """Set what stands at a path with dots."""
    *way, last = member.split(".")
    for word in way:
        row = row.setdefault(word, {})
    row[last] = value
