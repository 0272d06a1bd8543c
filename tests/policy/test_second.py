"""Rule 18: the requests that hide behind one call, and how they are decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leastwise.policy.condition import Context
from leastwise.policy.evaluate import Layers, Outcome, evaluate
from leastwise.policy.request import Request
from leastwise.policy.second import Passed, needed_too
from policy.rules import CALLERS, OWN, layer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROLE = f"arn:aws:iam::{OWN}:role/target"
TAGGED: Mapping[str, str | Sequence[str]] = {"aws:RequestTag/team": "a", "aws:TagKeys": ["team"]}


def assuming(context: Mapping[str, str | Sequence[str]], action: str = "sts:AssumeRole") -> Request:
    return Request(action=action, resource=ROLE, context=Context(context), caller=CALLERS["user"], resource_account=OWN)


@pytest.mark.parametrize(
    ("request_", "needs"),
    [
        (assuming({}), []),
        (assuming(TAGGED), ["sts:TagSession"]),
        (assuming({"sts:TransitiveTagKeys": ["team"]}), ["sts:TagSession"]),
        (assuming({"sts:SourceIdentity": "ann"}), ["sts:SetSourceIdentity"]),
        (assuming({**TAGGED, "sts:SourceIdentity": "ann"}), ["sts:SetSourceIdentity", "sts:TagSession"]),
        (assuming(TAGGED, "sts:AssumeRoleWithSAML"), ["sts:TagSession"]),
        (assuming(TAGGED, "STS:assumerolewithwebidentity"), ["sts:TagSession"]),
        (assuming(TAGGED, "sts:GetFederationToken"), ["sts:TagSession"]),
        (assuming(TAGGED, "ec2:RunInstances"), []),
    ],
)
def test_what_a_session_brings_needs_a_permission_of_its_own(request_: Request, needs: list[str]) -> None:
    found = needed_too(request_)
    assert [one.action for one in found] == needs
    assert all((one.resource, one.context, one.caller) == (ROLE, request_.context, request_.caller) for one in found)


def test_a_passed_role_is_bound_to_the_service_and_to_what_bears_it() -> None:
    function = f"arn:aws:lambda:eu-west-1:{OWN}:function:f"
    create = Request(action="lambda:CreateFunction", resource=function, caller=CALLERS["user"], resource_account=OWN)
    (pass_role,) = needed_too(create, [Passed(ROLE, "lambda.amazonaws.com")])
    assert (pass_role.action, pass_role.resource, pass_role.resource_account) == ("iam:PassRole", ROLE, OWN)
    assert pass_role.context.lookup("iam:PassedToService") == ("lambda.amazonaws.com",)
    assert pass_role.context.lookup("iam:AssociatedResourceArn") == (function,)


def test_what_bears_the_role_is_unknown_where_the_call_names_no_resource() -> None:
    create = Request(action="ec2:RunInstances", caller=CALLERS["user"], resource_account=OWN)
    (pass_role,) = needed_too(create, [Passed(ROLE, "ec2.amazonaws.com")])
    assert "iam:associatedresourcearn" not in pass_role.context.known


def test_all_of_them_are_decided_under_the_same_layers() -> None:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": CALLERS["user"].arn}}
    layers = Layers(identity=layer([[]]), resource=layer([[statement]], "trust"))
    request = assuming(TAGGED)
    outcomes = [evaluate(one, layers).outcome for one in (request, *needed_too(request))]
    assert outcomes == [Outcome.ALLOWED, Outcome.DENIED]
