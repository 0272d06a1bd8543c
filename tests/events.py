"""Builds CloudTrail records as they stand in the logs."""

from __future__ import annotations

from typing import Any

import msgspec

from leastwise.usage.event import Event

ACCOUNT = "111122223333"
REGION = "eu-west-1"
USER = f"arn:aws:iam::{ACCOUNT}:user/ann"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/teams/deploy"


def a_user(arn: str = USER) -> dict[str, Any]:
    return {"type": "IAMUser", "principalId": "AIDA", "arn": arn, "accountId": arn.split(":")[4], "userName": "ann"}


def a_session(role: str = ROLE, name: str = "ci", **more: Any) -> dict[str, Any]:
    account, last = role.split(":")[4], role.rpartition("/")[2]
    issuer = {"type": "Role", "principalId": "AROA", "arn": role, "accountId": account, "userName": last}
    return {
        "type": "AssumedRole",
        "principalId": f"AROA:{name}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{last}/{name}",
        "accountId": account,
        "accessKeyId": "ASIA",
        "sessionContext": {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}},
        **more,
    }


def a_record(what: str, parameters: Any = None, **more: Any) -> dict[str, Any]:
    """A record of `service:EventName`; what is given by name replaces what stands here."""
    service, _, name = what.partition(":")
    return {
        "eventVersion": "1.11",
        "userIdentity": a_user(),
        "eventTime": "2026-10-01T12:00:00Z",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2",
        "requestParameters": parameters,
        "responseElements": None,
        "eventID": "e",
        "readOnly": name.startswith(("Describe", "Get", "Head", "List")),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    } | more


def an_event(what: str, parameters: Any = None, **more: Any) -> Event:
    return msgspec.json.decode(msgspec.json.encode(a_record(what, parameters, **more)), type=Event)


def events(*records: dict[str, Any]) -> list[Event]:
    return msgspec.json.decode(msgspec.json.encode(records), type=list[Event])
