"""Second checks that hide behind one call: passing a role, tagging a session, setting its source identity.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html

Actions which a call may need besides for some of its uses stand in the catalogue: `dependent_actions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise.arn import account_of, parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.policy.request import Request

BEGIN_SESSION = frozenset(
    {"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:getfederationtoken"}
)
SAID_OF_SESSION = {  # the beginning of a context key that the call brings → what it needs too
    "aws:requesttag/": "sts:TagSession",
    "aws:tagkeys": "sts:TagSession",
    "sts:transitivetagkeys": "sts:TagSession",
    "sts:sourceidentity": "sts:SetSourceIdentity",
}


class Passed(NamedTuple):
    """A role handed to a service, such as `lambda.amazonaws.com`."""

    role: str
    service: str


def needed_too(request: Request, passed: Iterable[Passed] = ()) -> tuple[Request, ...]:
    """The further requests that must be allowed for this one to succeed.

    Those about the session are decided under the layers of the request itself, with the role's trust policy; those
    about passing a role under the caller's alone.
    """
    return (*_about_session(request), *(_passing(request, one) for one in passed))


def _about_session(request: Request) -> Iterator[Request]:
    if request.action.lower() not in BEGIN_SESSION:
        return
    brought = {
        action for start, action in SAID_OF_SESSION.items() for key in request.context.known if key.startswith(start)
    }
    for action in sorted(brought):
        yield msgspec.structs.replace(request, action=action)


def _passing(request: Request, passed: Passed) -> Request:
    known = {"iam:PassedToService": passed.service}
    if parse_arn(request.resource):
        known["iam:AssociatedResourceArn"] = request.resource
    return msgspec.structs.replace(
        request,
        action="iam:PassRole",
        resource=passed.role,
        context=request.context.with_(known),
        resource_account=account_of(passed.role),
    )
