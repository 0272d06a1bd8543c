"""A case's account in moto, and somebody who runs commands in it with nothing but his own credentials.

What moto 5 judges once permissions are required: each call's action by the caller's own policies and those of its
groups, inline and attached, denies first; the resource of AssumeRole and of IAM's calls about a role, and no other: for
these, a statement has to say `*`; and for AssumeRole the trust policy as well as the caller's own. It knows neither
boundaries nor conditions, and nobody is asked for iam:PassRole. So the methods that are executed are those which need
none of that, each granted on everything.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

import servers
from escalation.cases_io import EVE, eve, kind_of_eve, needed
from escalation.executed.command_line import read
from escalation.variants import ADMIN, allow
from world import document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT = servers.ACCOUNT
AWS_ADMIN = f"arn:aws:iam::aws:policy/{ADMIN}"
KINDS = {"users": "user", "roles": "role", "groups": "group"}


class Credentials(NamedTuple):
    """What a call is signed with."""

    key: str
    secret: str
    token: str | None = None

    def client(self, url: str, service: str) -> Any:
        return _client(url, service, self)


@cache
def session() -> Any:
    """One for all, since each would read botocore's models anew."""
    return boto3.Session(region_name="us-east-1")


@lru_cache(maxsize=32)
def _client(url: str, service: str, by: Credentials) -> Any:
    keys = {"aws_access_key_id": by.key, "aws_secret_access_key": by.secret, "aws_session_token": by.token}
    return session().client(service, endpoint_url=url, **keys)


SETTING = Credentials("testing", "testing")


@contextmanager
def enforced(url: str) -> Iterator[None]:
    """Within it, moto demands permissions."""
    servers.require_permissions(url)
    try:
        yield
    finally:
        servers.require_permissions(url, after=None)


def widened(world: dict[str, Any]) -> dict[str, Any]:
    """The case with eve's permissions on everything, and sts:AssumeRole, which AWS would not ask for."""
    for statement in needed(world):
        statement["Resource"] = "*"
    eve(world).setdefault("inline", {})["assume"] = [allow("sts:AssumeRole")]
    return world


def build(url: str, world: dict[str, Any]) -> Credentials:
    """Make the account; the credentials are eve's."""
    iam = SETTING.client(url, "iam")
    _aws_managed()
    for name, policy in world.get("policies", {}).items():
        versions: list[Any] = [*policy.get("older", ()), policy["statements"]]
        first, later = versions[0], versions[1:]
        arn = iam.create_policy(PolicyName=name, PolicyDocument=_text(first))["Policy"]["Arn"]
        for body in later:
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=_text(body), SetAsDefault=True)
    for kind in ("groups", "users", "roles"):
        for name, holder in world.get(kind, {}).items():
            _make(iam, KINDS[kind], name, holder)
    return _credentials(url, kind_of_eve(world))


def _text(statements: list[dict[str, Any]]) -> str:
    return json.dumps(document(*statements))


def _aws_managed() -> None:
    """The one policy of AWS that attackers like; moto would take seconds for them all."""
    from moto.iam.models import AWSManagedPolicy, iam_backends

    day = "2015-02-06T18:39:46+00:00"
    body = {
        "DefaultVersionId": "v1",
        "Path": "/",
        "Document": document(allow("*")),
        "CreateDate": day,
        "UpdateDate": day,
    }
    made = AWSManagedPolicy.from_data(ADMIN, ACCOUNT, "us-east-1", body)
    iam_backends[ACCOUNT]["aws"].managed_policies[made.arn] = made


def _make(iam: Any, kind: str, name: str, holder: dict[str, Any]) -> None:
    who = {f"{kind.title()}Name": name}
    if kind == "role":
        trust = {"Effect": "Allow", "Principal": holder["trust"], "Action": "sts:AssumeRole"}
        iam.create_role(**who, AssumeRolePolicyDocument=_text([trust]))
    else:
        getattr(iam, f"create_{kind}")(**who)
    for policy, statements in holder.get("inline", {}).items():
        getattr(iam, f"put_{kind}_policy")(**who, PolicyName=policy, PolicyDocument=_text(statements))
    for policy in holder.get("attached", ()):
        arn = AWS_ADMIN if policy == ADMIN else f"arn:aws:iam::{ACCOUNT}:policy/{policy}"
        getattr(iam, f"attach_{kind}_policy")(**who, PolicyArn=arn)
    for group in holder.get("groups", ()):
        iam.add_user_to_group(UserName=name, GroupName=group)
    for _ in range(holder.get("keys", 0)):
        iam.create_access_key(UserName=name)


def _credentials(url: str, kind: str) -> Credentials:
    if kind == "users":
        return _of(SETTING.client(url, "iam").create_access_key(UserName=EVE))
    role = f"arn:aws:iam::{ACCOUNT}:role/{EVE}"
    return _of(SETTING.client(url, "sts").assume_role(RoleArn=role, RoleSessionName=EVE))


def _of(answer: dict[str, Any]) -> Credentials:
    made = answer.get("AccessKey") or answer["Credentials"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made.get("SessionToken"))


class Runner:
    """Runs commands one after the other. Credentials that a command brings are used from then on.

    `known` fills the blanks which the commands leave to whoever runs them.
    """

    def __init__(self, url: str, credentials: Credentials, known: str = "") -> None:
        self.url = url
        self.credentials = credentials
        self.known = known

    def run(self, *commands: str) -> None:
        for line in commands:
            call = read(line, lambda _: self.known, {})
            operation = getattr(self.credentials.client(self.url, call.service), xform_name(call.operation))
            answer = operation(**call.parameters)
            if "AccessKey" in answer or "Credentials" in answer:
                self.credentials = _of(answer)


def a_key_of(url: str, user: str) -> str:
    """The ID of the user's first access key."""
    keys = SETTING.client(url, "iam").list_access_keys(UserName=user)["AccessKeyMetadata"]
    return str(keys[0]["AccessKeyId"])


def refused(act: Callable[[], object]) -> bool:
    """Whether the caller is told that it may not."""
    try:
        act()
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 403:
            raise
        return True
    return False


def rules(url: str, credentials: Credentials) -> bool:
    """Whether the credentials can do what none of the attackers can: see the buckets, and make an administrator."""
    iam, s3 = (credentials.client(url, service) for service in ("iam", "s3"))
    steps: tuple[Callable[[], object], ...] = (
        s3.list_buckets,
        lambda: iam.create_user(UserName="proof"),
        lambda: iam.attach_user_policy(UserName="proof", PolicyArn=AWS_ADMIN),
    )
    return not any(refused(step) for step in steps)
