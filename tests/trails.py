"""Builds logs that a proof can rest on: calls of principals, and enough of others to show that logs are complete."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from events import a_record
from leastwise.usage.event import Event
from leastwise.usage.reading import Teller
from leastwise.usage.tally import Tally
from world import ACCOUNT, NOW

if TYPE_CHECKING:
    from leastwise.usage.records import Evidence

HOME, FAR = "us-east-1", "eu-west-1"
DATA: dict[str, Any] = {"managementEvent": False, "eventCategory": "Data"}


def an_arn(kind: str, name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"


def a_call(who: str, what: str, parameters: Any = None, *, days: float = 1, **more: Any) -> dict[str, Any]:
    """A record: `who` is `user/ann` or `role/worker`, `what` is `service:EventName`, so many days ago."""
    kind, _, name = who.partition("/")
    arn = an_arn(kind, name)
    identity: dict[str, Any] = {"type": "IAMUser", "arn": arn, "accountId": ACCOUNT}
    if kind == "role":
        short = name.rpartition("/")[2]
        identity = {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{short}/session",
            "accountId": ACCOUNT,
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": arn, "accountId": ACCOUNT}},
        }
    at = (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        a_record(what, parameters, userIdentity=identity, eventTime=at, recipientAccountId=ACCOUNT, awsRegion=FAR)
        | more
    )


def every_day(days: int = 120, *, until: int = 0, regions: tuple[str, ...] = (HOME, FAR)) -> list[dict[str, Any]]:
    """Calls of a service for itself, on each day in each region, one that reads and one that writes.

    They show that the logs are complete.
    """
    itself = {"type": "AWSService", "invokedBy": "config.amazonaws.com"}
    return [
        a_call("user/nobody", what, days=day + 0.5, userIdentity=itself, awsRegion=region, readOnly=reads)
        for day in range(until, until + days)
        for region in regions
        for what, reads in (("ec2:DescribeInstances", True), ("ec2:CreateTags", False))
    ]


def the_logs(*records: dict[str, Any]) -> Evidence:
    """The evidence of these records."""
    tally = Tally()
    events = [msgspec.json.decode(msgspec.json.encode(record), type=Event) for record in records]
    tally.add(events, Teller())
    return tally.evidence("CloudTrail logs")
