"""What AWS itself fills in for every request of a caller: the keys of the principal, the organization, the clock.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable

Each key is known, known to be absent, or left out: then it is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from leastwise.arn import parse_arn
from leastwise.policy.condition import Context

if TYPE_CHECKING:
    from leastwise.policy.request import Caller

_Keys = dict[str, str | None]
"""Keys and their values; None: the key is absent."""
_TAG = "aws:PrincipalTag/"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a caller besides its name. None or "": not known.

    `id` is the unique id (`AIDA…`, `AROA…`). `session_tags` came with the session, and beat the principal's own.
    `organization` and `resource_organization` are ids, or "" where it is known that there is none.
    """

    id: str = ""
    tags: Mapping[str, str] | None = None
    session_tags: Mapping[str, str] | None = None
    organization: str | None = None
    now: datetime | None = None
    resource_account: str = ""
    resource_organization: str | None = None


def derived_context(caller: Caller, about: About) -> Context:
    """The context of every request of the caller, as far as it is known."""
    keys = _moment(about) | _who(caller, about) | _whose(about)
    known = {key: value for key, value in keys.items() if value is not None}
    return Context(known, absent=[key for key, value in keys.items() if value is None])


def _moment(about: About) -> _Keys:
    if about.now is None:
        return {}
    return {"aws:CurrentTime": _written(about.now), "aws:EpochTime": str(int(about.now.timestamp()))}


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


def _whose(about: About) -> _Keys:
    """Whose the resource is."""
    keys: _Keys = {"aws:ResourceAccount": about.resource_account} if about.resource_account else {}
    if about.resource_organization is None:
        return keys
    return keys | {"aws:ResourceOrgID": about.resource_organization or None}


def _name(arn: str) -> str:
    parsed = parse_arn(arn)
    return parsed.name if parsed else ""
