"""A small account with something for every call to find."""

from __future__ import annotations

import json
from typing import Any

import boto3

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


class Clients:
    """boto3 clients by service name, for building an account."""

    def __init__(self, url: str | None = None, region: str = "us-east-1") -> None:
        self._keywords = {"region_name": region, **({"endpoint_url": url} if url else {})}

    def __getattr__(self, service: str) -> Any:
        return boto3.client(service, **self._keywords)
