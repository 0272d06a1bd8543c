"""A small account in which something runs, with a secret in every place that has room for one."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from collect.accounts import TRUST
from servers import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from collect.accounts import Clients
    from servers import Request

SECRET = "hunter2"
HERE, THERE = "us-east-1", "eu-west-1"
IMAGE = "ami-12c6146b"


def role(build: Clients, name: str = "worker") -> str:
    arn: str = build.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    return arn


def function(build: Clients, name: str, bears: str) -> str:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("a.py", f"password = '{SECRET}'")
    made = build("lambda").create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role=bears,
        Handler="a.b",
        Code={"ZipFile": archive.getvalue()},
        Environment={"Variables": {"PASSWORD": SECRET}},
    )
    arn: str = made["FunctionArn"]
    return arn


def instance(build: Clients, bears: str) -> str:
    """An instance with an instance profile of the same name as the role."""
    name = bears.rpartition("/")[2]
    build.iam.create_instance_profile(InstanceProfileName=name)
    build.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    made = build.ec2.run_instances(
        ImageId=IMAGE, MinCount=1, MaxCount=1, UserData=f"echo {SECRET}", IamInstanceProfile={"Name": name}
    )
    found: str = made["Instances"][0]["InstanceId"]
    return found


def project(build: Clients, name: str, bears: str) -> None:
    build.codebuild.create_project(
        name=name,
        source={"type": "S3", "location": "bucket/key", "buildspec": SECRET},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "i",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": "PASSWORD", "value": SECRET}],
        },
        serviceRole=bears,
    )


def stack(build: Clients, name: str, bears: str) -> None:
    template = {"Parameters": {"Password": {"Type": "String"}}, "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    build.cloudformation.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": "Password", "ParameterValue": SECRET}],
        RoleARN=bears,
    )


def machine(build: Clients, name: str, bears: str) -> str:
    steps = {"StartAt": "a", "States": {"a": {"Type": "Pass", "Result": SECRET, "End": True}}}
    arn: str = build.stepfunctions.create_state_machine(name=name, definition=json.dumps(steps), roleArn=bears)[
        "stateMachineArn"
    ]
    return arn


def task(build: Clients, bears: str) -> str:
    """A running task, on Fargate; the role stands in its task definition."""
    build.ecs.create_cluster(clusterName="main")
    build.ecs.register_task_definition(
        family="worker",
        taskRoleArn=bears,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[
            {"name": "c", "image": "i", "memory": 1, "environment": [{"name": "PASSWORD", "value": SECRET}]}
        ],
    )
    subnet = build.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    made = build.ecs.run_task(
        cluster="main",
        taskDefinition="worker",
        launchType="FARGATE",
        enableExecuteCommand=True,
        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": []}},
    )
    arn: str = made["tasks"][0]["taskArn"]
    return arn


def notebook(build: Clients, name: str, bears: str) -> None:
    build.sagemaker.create_notebook_instance(
        NotebookInstanceName=name, InstanceType="ml.t2.medium", RoleArn=bears, LifecycleConfigName=SECRET
    )


def refused(*regions: str, unless: str = "") -> Callable[[Request, Reply], Reply]:
    """AWS's refusal, in these regions or in all, in the language of whoever asks."""

    def refuse(request: Request, real: Reply) -> Reply:
        if (regions and request.region not in regions) or (unless and request.action == unless):
            return real
        if real.content_type.startswith("text/xml"):
            error = "<Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error>"
            return Reply(403, f"<Response><Errors>{error}</Errors></Response>".encode())
        body: dict[str, Any] = {"__type": "AccessDeniedException", "message": "no"}
        return Reply(403, json.dumps(body).encode(), "application/x-amz-json-1.1")

    return refuse
