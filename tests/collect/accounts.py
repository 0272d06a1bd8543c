"""A small account with something for every call to find."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import boto3
from moto.organizations.models import organizations_backends

MANAGEMENT = "111111111111"

DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def small(build: Clients) -> None:
    """Two users, a group, a role, a policy, two buckets, an alias."""
    iam, s3 = build.iam, build.s3
    for name in ("ann", "bob"):
        iam.create_user(UserName=name)
    iam.create_login_profile(UserName="ann", Password="Correct-Horse-9")
    iam.create_access_key(UserName="bob")
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName="ann")
    arn = iam.create_policy(PolicyName="reader", PolicyDocument=json.dumps(DOCUMENT))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="team", PolicyArn=arn)
    iam.put_user_policy(UserName="bob", PolicyName="inline", PolicyDocument=json.dumps(DOCUMENT))
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST), MaxSessionDuration=7200)
    iam.create_account_alias(AccountAlias="acme")
    iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")
    region = iam.meta.region_name
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    for name in ("first-bucket", "second-bucket"):
        s3.create_bucket(Bucket=name, **where)
    s3.put_bucket_policy(Bucket="first-bucket", Policy=json.dumps({**DOCUMENT, "Id": "p"}))
    s3.put_public_access_block(
        Bucket="second-bucket", PublicAccessBlockConfiguration={"BlockPublicAcls": True, "BlockPublicPolicy": True}
    )


class Organization(NamedTuple):
    """An organization as its management account sees it: the client, and the levels above the member."""

    client: Any
    root: str
    unit: str

    def attach(self, name: str, kind: str, content: dict[str, Any], target: str) -> str:
        """A new policy, attached. Its id."""
        made = self.client.create_policy(Content=json.dumps(content), Description="", Name=name, Type=kind)
        id_: str = made["Policy"]["PolicySummary"]["Id"]
        self.client.attach_policy(PolicyId=id_, TargetId=target)
        return id_


def joined(url: str, member: str) -> Organization:
    """An organization in which the account is a member, two levels down, who may see all of it.

    moto chooses the ids of members and lets none of them list policies: so this goes through its own tables.
    """
    role = f"arn:aws:iam::{MANAGEMENT}:role/boss"
    found = Clients(url).sts.assume_role(RoleArn=role, RoleSessionName="boss")["Credentials"]
    session = boto3.Session(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    client = session.client("organizations", region_name="us-east-1", endpoint_url=url)
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    unit = client.create_organizational_unit(ParentId=root, Name="workloads")["OrganizationalUnit"]["Id"]
    made = client.create_account(AccountName="prod", Email="prod@example.com")["CreateAccountStatus"]["AccountId"]
    client.move_account(AccountId=made, SourceParentId=root, DestinationParentId=unit)
    theirs, own = (organizations_backends[account]["aws"] for account in (MANAGEMENT, member))
    next(account for account in theirs.accounts if account.id == made).id = member
    organizations_backends.master_accounts = {member: (MANAGEMENT, "aws")}
    own.accounts, own.ou, own.policies = theirs.accounts, theirs.ou, theirs.policies
    for target in (unit, member):
        client.attach_policy(PolicyId="p-FullAWSAccess", TargetId=target)
        client.attach_policy(PolicyId="p-RCPFullAWSAccess", TargetId=target)
    return Organization(client, root, unit)


class Clients:
    """boto3 clients by service name, for building an account."""

    def __init__(self, url: str | None = None, region: str = "us-east-1") -> None:
        self._keywords = {"region_name": region, **({"endpoint_url": url} if url else {})}

    def __getattr__(self, service: str) -> Any:
        return self(service)

    def __call__(self, service: str) -> Any:
        return boto3.client(service, **self._keywords)
