"""What AWS itself fills in for every request of a caller: the keys of the principal, the organization, the clock.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable

Each key is known, known to be absent, or left out: then it is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from leastwise.arn import parse_arn
from leastwise.policy.condition import UNKNOWN, Context

if TYPE_CHECKING:
    from leastwise.policy.request import Caller

_Keys = dict[str, str | None]
"""Keys and their values; None: the key is absent."""
_TAG = "aws:PrincipalTag/"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a caller besides its name. None or "": not known.

    `id` is the unique id (`AIDA…`, `AROA…`). `session_tags` came with the session, and beat the principal's own.
    `organization` is an id, or "" where it is known that there is none.
    """

    id: str = ""
    tags: Mapping[str, str] | None = None
    session_tags: Mapping[str, str] | None = None
    organization: str | None = None
    now: datetime | None = None


def derived_context(caller: Caller, about: About) -> Context:
    """The context of every request of the caller, as far as it is known."""
    keys = _moment(about) | _who(caller, about)
    known = {key: value for key, value in keys.items() if value is not None}
    return Context(known, absent=[key for key, value in keys.items() if value is None])


def _moment(about: About) -> _Keys:
    if about.now is None:
        return {}
    return {"aws:CurrentTime": _written(about.now), "aws:EpochTime": str(int(about.now.timestamp()))}


@lru_cache(maxsize=16)
def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _who(caller: Caller, about: About) -> _Keys:
    if caller.service:
        return {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": caller.service} | _STRANGER
    nobody = {"aws:PrincipalIsAWSService": "false"} | _NO_SERVICE
    if caller.provider:
        return nobody | {"aws:username": None}
    if not caller.arn:
        return nobody | _ANONYMOUS | _STRANGER
    return nobody | {"aws:PrincipalAccount": caller.account} | _organization(about) | _principal(caller, about)


_NO_SERVICE: _Keys = {"aws:PrincipalServiceName": None, "aws:PrincipalServiceNamesList": None}
_NO_ORGANIZATION: _Keys = {"aws:PrincipalOrgID": None, "aws:PrincipalOrgPaths": None}
_STRANGER: _Keys = {"aws:username": None, f"{_TAG}*": None, **_NO_ORGANIZATION}
_ANONYMOUS: _Keys = {
    "aws:PrincipalAccount": "anonymous",
    "aws:PrincipalArn": None,
    "aws:PrincipalType": "Anonymous",
    "aws:userid": "anonymous",
}


def _organization(about: About) -> _Keys:
    if about.organization is None:
        return {}
    return {"aws:PrincipalOrgID": about.organization} if about.organization else _NO_ORGANIZATION


def _principal(caller: Caller, about: About) -> _Keys:
    """The keys that tell root, user, federated user and role session apart; of a group's members, none."""
    name = _name(caller.arn)
    if caller.is_federated:
        keys = _called(caller.session, "FederatedUser", f"{caller.account}:{_name(caller.session)}")
    elif caller.is_root:
        return _called(caller.arn, "Account", caller.account) | {f"{_TAG}*": None}
    elif caller.is_role:
        user_id = f"{about.id}:{_name(caller.session)}" if about.id and caller.session else ""
        keys = _called(caller.arn, "AssumedRole", user_id) | _issued(about)
    elif ":user/" in caller.arn:
        keys = _called(caller.arn, "User", about.id) | {"aws:username": name}
    else:
        return {}
    return keys | _tags(caller, about)


def _called(arn: str, kind: str, user_id: str) -> _Keys:
    keys: _Keys = {"aws:PrincipalArn": arn, "aws:PrincipalType": kind, "aws:username": None}
    return keys | {"aws:userid": user_id} if user_id else keys


def _issued(about: About) -> _Keys:
    """A role's credentials are temporary, and taken to be issued of late."""
    return {"aws:TokenIssueTime": _written(about.now)} if about.now else {}


def _tags(caller: Caller, about: About) -> _Keys:
    """The principal's own tags and the session's; that there are no others is known where no session may bring any."""
    tags = {**(about.tags or {}), **(about.session_tags or {})}
    keys: _Keys = {f"{_TAG}{key}": value for key, value in tags.items()}
    has_session = caller.is_role or caller.is_federated
    complete = about.tags is not None and (not has_session or about.session_tags is not None)
    return {**keys, f"{_TAG}*": None} if complete else keys


def context_on(context: Context, action: str, owner: str, organization: str | None) -> Context:
    """The context of a request for a resource of this owner ("": not known), in this organization (as in `About`).

    What is said already stays.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount
    """
    service = action.partition(":")[0].lower()
    if not owner or service == "ebs" or action.lower() in WITHOUT_OWNER:
        return context
    return _owned(context, owner, organization, own_key=service == "s3")


@lru_cache(maxsize=1 << 14)
def _owned(context: Context, owner: str, organization: str | None, *, own_key: bool) -> Context:
    keys: _Keys = {"aws:ResourceAccount": owner, **({"s3:ResourceAccount": owner} if own_key else {})}
    if organization is not None:
        keys["aws:ResourceOrgID"] = organization or None
        keys |= {} if organization else {"aws:ResourceOrgPaths": None}
    lacking = [key for key in keys if context.strict or context.lookup(key) is UNKNOWN]
    fresh = {key: keys[key] for key in lacking if key.lower() not in context.known}
    known = {key: value for key, value in fresh.items() if value is not None}
    return context.with_(known, absent=[key for key, value in fresh.items() if value is None])


WITHOUT_OWNER = frozenset(
    {
        "auditmanager:updateassessmentframeworkshare", "detective:acceptinvitation", "ds:acceptshareddirectory",
        "ec2:accepttransitgatewaypeeringattachment", "ec2:acceptvpcendpointconnections",
        "ec2:acceptvpcpeeringconnection", "ec2:copyimage", "ec2:copysnapshot",
        "ec2:createtransitgatewaypeeringattachment", "ec2:createvolume", "ec2:createvpcendpoint",
        "ec2:createvpcpeeringconnection", "ec2:deletetransitgatewaypeeringattachment",
        "ec2:deletevpcpeeringconnection", "ec2:rejecttransitgatewaypeeringattachment",
        "ec2:rejectvpcendpointconnections", "ec2:rejectvpcpeeringconnection", "es:acceptinboundconnection",
        "events:putevents", "guardduty:acceptadministratorinvitation", "macie2:acceptinvitation",
        "route53:associatevpcwithhostedzone", "route53:createvpcassociationauthorization",
        "route53:deletevpcassociationauthorization", "route53:disassociatevpcfromhostedzone",
        "route53:listhostedzonesbyvpc", "securityhub:acceptadministratorinvitation",
    }
)  # fmt: skip
"""Actions, besides all of EBS, whose requests do not always tell whose the resource is."""


def _name(arn: str) -> str:
    parsed = parse_arn(arn)
    return parsed.name if parsed else ""
