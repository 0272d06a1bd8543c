"""Whose policies were asked: the user or role to credit, or why there is nobody.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from leastwise.usage.event import Identity

_NOT_CALLS = {
    "AwsServiceEvent": "an event of a service, not a call",
    "AwsConsoleSignIn": "a sign-in to the console",
    "AwsCloudTrailInsight": "an insight, not a call",
    "AwsVpceEvent": "an event of a VPC endpoint; the call has its own",
    "AwsVpceEvents": "an event of a VPC endpoint; the call has its own",
}
_NOBODY = {
    "AWSService": "a service for itself",
    "AWSAccount": "another account, whose principal is not named",
    "SAMLUser": "a federated sign-in, which the trust policy decides",
    "WebIdentityUser": "a federated sign-in, which the trust policy decides",
    "Directory": "a user of a directory",
    "IdentityCenterUser": "a user of IAM Identity Center, outside any role",
}
_UNNAMED = "a caller that the event does not name"
_LONGEST = 4096  # no ARN of AWS comes near
_PRINCIPAL = re.compile(r"arn:[\w-]+:iam::\d{12}:(?:user/.+|role/.+|root)", re.DOTALL)
_SESSION = re.compile(r"arn:([\w-]+):sts::(\d{12}):assumed-role/([^/]+)/.*", re.DOTALL)


class Credit(NamedTuple):
    """The principal, or "" and the reason."""

    principal: str
    reason: str = ""


def credit(identity: Identity | None, event_type: str | None) -> Credit:
    """Who is credited with an event.

    A session counts for its role, a federated user for the user who made the session. A principal of another account
    is credited as everybody else: his own account's policies were asked, too. Root needs no policy, and is named.
    """
    if event_type in _NOT_CALLS:
        return Credit("", _NOT_CALLS[event_type])
    if identity is None:
        return Credit("", _UNNAMED)
    context = identity.session_context
    issuer = (context.session_issuer.arn if context and context.session_issuer else None) or ""
    arn = identity.arn or ""
    if len(issuer) + len(arn) > _LONGEST:
        return Credit("", _UNNAMED)
    return _credit(identity.type or "", issuer, arn)


@lru_cache(maxsize=1 << 14)
def _credit(kind: str, issuer: str, arn: str) -> Credit:
    if kind in _NOBODY:
        return Credit("", _NOBODY[kind])
    for candidate in (issuer, arn):
        if _PRINCIPAL.fullmatch(candidate):
            return Credit(candidate)
    session = _SESSION.fullmatch(arn)
    if session:
        return Credit(f"arn:{session[1]}:iam::{session[2]}:role/{session[3]}")
    return Credit("", _UNNAMED)
