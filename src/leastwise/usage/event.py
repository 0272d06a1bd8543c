"""The parts of a CloudTrail record that matter here; everything else is skipped while it is read.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
Parameters and resources stay text until somebody asks, since most records are alike and one of them is enough.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Raw, Struct, field

NOTHING = Raw()


class Issuer(Struct, frozen=True, gc=False):
    """Whose session it is."""

    arn: str | None = None


class SessionContext(Struct, frozen=True, gc=False, rename="camel"):
    """How temporary credentials came about."""

    session_issuer: Issuer | None = None


class Identity(Struct, frozen=True, gc=False, rename="camel"):
    """Who called."""

    type: str | None = None
    arn: str | None = None
    account_id: str | None = None
    invoked_by: str | None = None
    session_context: SessionContext | None = None


class Event(Struct, frozen=True, gc=False, rename="camel"):
    """One call. Without source, name and time it is no event."""

    event_source: str
    event_name: str
    event_time: Annotated[datetime, Meta(tz=True)]
    user_identity: Identity | None = None
    aws_region: str | None = None
    source_ip_address: str | None = field(name="sourceIPAddress", default=None)
    error_code: str | None = None
    event_type: str | None = None
    event_category: str | None = None
    management_event: bool | None = None
    read_only: bool | None = None
    recipient_account_id: str | None = None
    request_parameters: Raw = NOTHING
    resources: Raw = NOTHING


class Resource(Struct, frozen=True, gc=False):
    """One entry of an event's `resources`."""

    arn: str | None = field(name="ARN", default=None)
