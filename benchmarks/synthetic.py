"""A seeded maker of large accounts: the output of `aws iam get-account-authorization-details`, and what was planted.

    python benchmarks/synthetic.py 10000 FOLDER     # writes details.json and truth.json there

Of every hundred principals about 20 are users, 5 groups and 75 roles. Most are *quiet*: their documents hold no
action by which anybody becomes anything. Some are *planted*: the first of a chain that must be found. Some are
*decoys*: they look like the planted ones, but a deny, a boundary, a scope or a missing trust stops them.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

from leastwise import catalog

OWN = "111122223333"
AS_OF = "2026-01-01T00:00:00Z"
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")
SERVICES = ("lambda", "ec2", "ecs-tasks", "states", "glue", "codebuild", "events", "firehose", "sagemaker", "batch")
TEAMS = ("payments", "search", "ledger", "mobile", "web", "data", "billing", "media", "network", "research")
QUIET_MANAGED = (
    "ReadOnlyAccess", "ViewOnlyAccess", "SecurityAudit", "AmazonS3ReadOnlyAccess", "AmazonEC2ReadOnlyAccess",
    "AmazonDynamoDBReadOnlyAccess", "CloudWatchReadOnlyAccess", "IAMReadOnlyAccess", "AWSSupportAccess",
    "service-role/AWSLambdaBasicExecutionRole", "service-role/AWSLambdaVPCAccessExecutionRole",
    "CloudWatchAgentServerPolicy", "AmazonSSMManagedInstanceCore", "AmazonS3FullAccess", "AmazonSQSFullAccess",
)  # fmt: skip
BROAD_MANAGED = ("PowerUserAccess", "AmazonEC2FullAccess", "AWSLambda_FullAccess", "AmazonSageMakerFullAccess")
ADMIN = "AdministratorAccess"


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """An allow statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*") -> dict[str, Any]:
    """A deny statement."""
    return {"Effect": "Deny", "Action": action, "Resource": resource}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(**principal: str) -> dict[str, Any]:
    """A trust policy."""
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def by(service: str) -> dict[str, Any]:
    """A trust policy for a service."""
    return trust(Service=f"{service}.amazonaws.com")


def arn(kind: str, name: str) -> str:
    """The ARN of an entity of the account."""
    return f"arn:aws:iam::{OWN}:{kind}/{name}"


class Maker:
    """The account in the making. `planted` and `decoys` are ARNs of those who start a chain, or seem to."""

    def __init__(self, principals: int, seed: int = 1) -> None:
        """Everything follows from the two numbers."""
        self.random = random.Random(f"{seed}/{principals}")
        self.principals = principals
        self.users: list[dict[str, Any]] = []
        self.groups: list[dict[str, Any]] = []
        self.roles: list[dict[str, Any]] = []
        self.policies: list[dict[str, Any]] = []
        self.managed: set[str] = set()
        self.planted: list[str] = []
        self.decoys: list[str] = []

    def make(self) -> dict[str, Any]:
        """The whole account, as AWS would print it."""
        self._chains(rounds=1 + self.principals // 2000)
        self._customer_policies(max(5, self.principals // 8))
        for number in range(max(1, self.principals // 20) - len(self.groups)):
            self.group(f"quiet-group-{number}", attached=self._some(QUIET_MANAGED, 2))
        for number in range(max(1, self.principals // 5) - len(self.users)):
            self._quiet_user(number)
        for number in range(self.principals - len(self.users) - len(self.groups) - len(self.roles)):
            self._quiet_role(number)
        return {
            "UserDetailList": self.users,
            "GroupDetailList": self.groups,
            "RoleDetailList": self.roles,
            "Policies": [*self.policies, *map(_aws_managed, sorted(self.managed))],
        }

    # the entities

    def user(self, name: str, *, inline: Any = (), groups: Any = (), boundary: str = "", attached: Any = ()) -> str:
        """Add a user; its ARN."""
        more = {"PermissionsBoundary": {"PermissionsBoundaryArn": boundary}} if boundary else {}
        self.users.append(
            {
                "Path": "/", "UserName": name, "UserId": f"AIDA{len(self.users):017d}", "Arn": arn("user", name),
                "CreateDate": self._date(), "UserPolicyList": _inline(inline), "GroupList": list(groups),
                "AttachedManagedPolicies": self._attach(attached), "Tags": self._tags(), **more,
            }
        )  # fmt: skip
        return arn("user", name)

    def group(self, name: str, *, inline: Any = (), attached: Any = ()) -> str:
        """Add a group; its ARN."""
        self.groups.append(
            {
                "Path": "/", "GroupName": name, "GroupId": f"AGPA{len(self.groups):017d}", "Arn": arn("group", name),
                "CreateDate": self._date(), "GroupPolicyList": _inline(inline),
                "AttachedManagedPolicies": self._attach(attached),
            }
        )  # fmt: skip
        return arn("group", name)

    def role(self, name: str, trusted: Any, *, inline: Any = (), attached: Any = (), profile: bool = False) -> str:
        """Add a role; its ARN."""
        profiles = [{"InstanceProfileName": name, "Arn": arn("instance-profile", name), "Path": "/"}] if profile else []
        self.roles.append(
            {
                "Path": "/", "RoleName": name, "RoleId": f"AROA{len(self.roles):017d}", "Arn": arn("role", name),
                "CreateDate": self._date(), "AssumeRolePolicyDocument": trusted, "InstanceProfileList": profiles,
                "RolePolicyList": _inline(inline), "AttachedManagedPolicies": self._attach(attached),
                "Tags": self._tags(), "RoleLastUsed": {"LastUsedDate": self._date(2025), "Region": REGIONS[0]},
            }
        )  # fmt: skip
        return arn("role", name)

    def policy(self, name: str, *versions: dict[str, Any]) -> str:
        """Add a customer-managed policy with its versions, oldest first; its ARN."""
        listed = [
            {"VersionId": f"v{i}", "IsDefaultVersion": i == len(versions), "Document": body, "CreateDate": AS_OF}
            for i, body in enumerate(versions, start=1)
        ]
        self.policies.append(
            {
                "PolicyName": name, "PolicyId": f"ANPA{len(self.policies):017d}", "Arn": arn("policy", name),
                "Path": "/", "DefaultVersionId": f"v{len(versions)}", "AttachmentCount": 1, "IsAttachable": True,
                "PolicyVersionList": listed[::-1],
            }
        )  # fmt: skip
        return arn("policy", name)

    # the background

    def _quiet_user(self, number: int) -> None:
        groups = [self.random.choice(self.groups)["GroupName"]] if self.random.random() < 0.7 else []
        groups = [g for g in groups if g.startswith("quiet")]
        self.user(f"quiet-user-{number}", inline=self._work(0.3), groups=groups, attached=self._some(QUIET_MANAGED, 1))

    def _quiet_role(self, number: int) -> None:
        broad = self.random.random() < 0.05
        attached = [*self._some(QUIET_MANAGED, 3), *self._some(BROAD_MANAGED, broad)]
        local = self._some([p["Arn"] for p in self.policies if "quiet" in p["Arn"]][:2000], 1)
        name = f"{'broad' if broad else 'quiet'}-{self.random.choice(TEAMS)}-{number}"
        service = self.random.choice(SERVICES)
        self.role(name, by(service), inline=self._work(0.8), attached=[*attached, *local], profile=service == "ec2")

    def _customer_policies(self, number: int) -> None:
        for place in range(number):
            self.policy(f"quiet-policy-{place}", *(self._workload() for _ in range(self.random.randint(1, 3))))

    def _work(self, share: float) -> list[dict[str, Any]]:
        return [self._workload()] if self.random.random() < share else []

    def _workload(self) -> dict[str, Any]:
        pick, region = self.random.choice, self.random.choice(REGIONS)
        name = f"{pick(TEAMS)}-{self.random.randint(1, 400)}"
        kinds = [
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:{region}:{OWN}:log-group:/{name}:*"),
            allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{name}/*", Sid="Objects"),
            allow("s3:ListBucket", f"arn:aws:s3:::{name}"),
            allow(
                ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
                f"arn:aws:dynamodb:{region}:{OWN}:table/{name}",
            ),
            allow(["sqs:SendMessage", "sqs:ReceiveMessage"], f"arn:aws:sqs:{region}:{OWN}:{name}"),
            allow("ssm:GetParameter*", f"arn:aws:ssm:{region}:{OWN}:parameter/{name}/*"),
            allow(["ec2:Describe*", "autoscaling:Describe*"]),
            allow("cloudwatch:PutMetricData", Condition={"StringEquals": {"cloudwatch:namespace": name}}),
            {**deny("s3:*", f"arn:aws:s3:::{name}/*"), "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        ]
        return document(*self.random.sample(kinds, self.random.randint(1, 4)))

    # the chains

    def _chains(self, rounds: int) -> None:
        bound = self.policy("quiet-boundary", document(allow(["s3:*", "sqs:*", "lambda:Invoke*"]), deny("iam:*")))
        for turn in range(rounds):
            self._plant(f"plant-{turn}")
            self._decoy(f"decoy-{turn}", bound)

    def _plant(self, name: str) -> None:
        own = arn("user", f"{name}-self")
        admin = self.role(f"{name}-admin", by("lambda"), attached=[ADMIN])
        boss = self.user(f"{name}-boss", attached=[ADMIN])
        hop = arn("role", f"{name}-hop")
        last = self.role(f"{name}-last", trust(AWS=hop), attached=[ADMIN])
        function = allow(["lambda:CreateFunction", "lambda:InvokeFunction"])
        chain = arn("user", f"{name}-chain")
        rewrite = document(allow("iam:UpdateAssumeRolePolicy", admin))
        self.planted += [
            self.user(f"{name}-self", inline=[document(allow("iam:PutUserPolicy", own))]),
            self.user(f"{name}-keys", inline=[document(allow("iam:CreateAccessKey", boss))]),
            self.user(f"{name}-pass", inline=[document(allow("iam:PassRole", admin), function)]),
            self.user(f"{name}-chain", inline=[document(allow("sts:AssumeRole", hop))]),
            self.role(f"{name}-hop", trust(AWS=chain), inline=[document(allow("sts:AssumeRole", last))]),
            self.role(f"{name}-trust", by("ec2"), inline=[rewrite], profile=True),
        ]

    def _decoy(self, name: str, bound: str) -> None:
        wrong = self.role(f"{name}-admin", by("batch"), attached=[ADMIN])
        own = [arn("user", f"{name}-{kind}") for kind in ("denied", "bounded", "group")]
        self.group(f"{name}-group", inline=[document(deny("iam:*"))])
        passing = document(allow("iam:PassRole", wrong), allow(["lambda:CreateFunction", "lambda:InvokeFunction"]))
        self.decoys += [
            self.user(f"{name}-denied", inline=[document(allow("iam:PutUserPolicy", own[0]), deny("iam:Put*"))]),
            self.user(f"{name}-bounded", inline=[document(allow("iam:AttachUserPolicy", own[1]))], boundary=bound),
            self.user(f"{name}-group", inline=[document(allow("iam:*", own[2]))], groups=[f"{name}-group"]),
            self.user(f"{name}-untrusted", inline=[document(allow("sts:AssumeRole", wrong))]),
            self.user(f"{name}-wrong-service", inline=[passing]),
        ]

    # small things

    def _some(self, names: Any, most: int) -> list[str]:
        return self.random.sample(list(names), min(len(names), self.random.randint(0, most))) if most else []

    def _attach(self, names: Any) -> list[dict[str, str]]:
        own = [name for name in names if name.startswith("arn:")]
        aws = [name for name in names if not name.startswith("arn:")]
        self.managed.update(aws)
        arns = [*own, *(f"arn:aws:iam::aws:policy/{name}" for name in aws)]
        return [{"PolicyName": each.rpartition("/")[2], "PolicyArn": each} for each in arns]

    def _tags(self) -> list[dict[str, str]]:
        return [{"Key": "team", "Value": self.random.choice(TEAMS)}] * self.random.randint(0, 1)

    def _date(self, year: int = 2022) -> str:
        return f"{year}-{self.random.randint(1, 12):02d}-{self.random.randint(1, 28):02d}T08:00:00+00:00"


def _inline(documents: Any) -> list[dict[str, Any]]:
    return [{"PolicyName": f"p{i}", "PolicyDocument": body} for i, body in enumerate(documents)]


def _aws_managed(name: str) -> dict[str, Any]:
    body = json.loads(catalog.managed_policy(name) or b"null")
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": body, "CreateDate": AS_OF}
    return {
        "PolicyName": name.rpartition("/")[2], "Arn": f"arn:aws:iam::aws:policy/{name}", "Path": "/",
        "DefaultVersionId": "v1", "AttachmentCount": 1, "IsAttachable": True, "PolicyVersionList": [version],
    }  # fmt: skip


def write(principals: int, folder: Path, seed: int = 1) -> Path:
    """Write `details.json`, indented as the AWS CLI does, and `truth.json`; return the former's path."""
    folder.mkdir(parents=True, exist_ok=True)
    maker = Maker(principals, seed)
    path = folder / "details.json"
    path.write_text(json.dumps(maker.make(), indent=4))
    truth = {"as_of": AS_OF, "planted": maker.planted, "decoys": maker.decoys}
    (folder / "truth.json").write_text(json.dumps(truth, indent=1))
    return path


if __name__ == "__main__":
    print(write(int(sys.argv[1]), Path(sys.argv[2])))
