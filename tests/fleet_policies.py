"""The documents the fleet is made of."""

from __future__ import annotations

from typing import Any

from world import allow, deny, document

ACCOUNT = "123456789012"  # moto's own
FOREIGN = "999988887777"


def arn(kind: str, name: str) -> str:
    """The ARN of an IAM entity of the fleet's account, on the path `/`."""
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"


def reading(service: str, resource: str) -> str:
    """The ARN of a regional resource of the fleet's account, in one region."""
    return f"arn:aws:{service}:eu-west-1:{ACCOUNT}:{resource}"


def assume_by(principal: str, **condition: Any) -> dict[str, Any]:
    """A trust policy for an AWS principal."""
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return document({**statement, "Condition": condition} if condition else statement)


def for_service(name: str) -> dict[str, Any]:
    """A trust policy for a service."""
    principal = {"Service": f"{name}.amazonaws.com"}
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def bucket_policy(bucket: str, principal: str, **condition: Any) -> dict[str, Any]:
    """Reading all objects, for an AWS principal."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    return document({**statement, "Condition": condition} if condition else statement)


__all__ = [
    "ACCOUNT",
    "FOREIGN",
    "allow",
    "arn",
    "assume_by",
    "bucket_policy",
    "deny",
    "document",
    "for_service",
    "reading",
]
