"""Trust policies, narrowed: each kind of risky trust, and the near miss that stays as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from leastprivilege.adopt import advice
from leastwise.advised import Tri
from leastwise.evidence import Knowledge
from leastwise.leastprivilege.trusting import EXTERNAL_ID, SUBJECT, advise_trust
from remedy.aws_cli import in_world
from trails import a_call, every_day, the_logs
from world import ACCOUNT, World, by_service, document, trust

if TYPE_CHECKING:
    from leastwise.results import AdvisedTrust

FOREIGN = "999988887777"
ROOT = f"arn:aws:iam::{FOREIGN}:root"
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
SUB = "token.actions.githubusercontent.com:sub"
WEB = "sts:AssumeRoleWithWebIdentity"


def advised(trusted: dict[str, Any], **more: Any) -> AdvisedTrust | None:
    world = more.pop("world", None) or World()
    account = world.role("worker", trusted, **more).build()
    return advise_trust(account, next(role for role in account.roles if role.name == "worker"))


def statements(found: AdvisedTrust | None) -> list[dict[str, Any]]:
    assert found
    assert found.proof.subset_of_current is Tri.YES, found.proof
    assert found.proof.covers_observed is Tri.UNKNOWN
    assert not found.proof.is_safe
    assert found.size <= found.quota == 2048
    listed = found.document["Statement"]
    assert isinstance(listed, list)
    return listed


@pytest.mark.parametrize(
    ("trusted", "condition"),
    [
        (trust({"AWS": ROOT}), {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}),
        (trust({"AWS": FOREIGN}), {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}),
        (trust({"AWS": f"arn:aws:iam::{FOREIGN}:role/x"}), {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}),
        (
            trust({"AWS": ROOT}, StringLike={"sts:ExternalId": "*"}),
            {"StringLike": {"sts:ExternalId": "*"}, "StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
        ),
        (trust("*"), {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}),
        (trust({"AWS": "*"}), {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}),
        (by_service("states"), {"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
        (trust({"Federated": GITHUB}, WEB), {"StringEquals": {SUB: SUBJECT}}),
        (
            trust({"Federated": GITHUB}, WEB, StringEquals={f"{SUB[:-3]}aud": "sts.amazonaws.com"}),
            {"StringEquals": {f"{SUB[:-3]}aud": "sts.amazonaws.com", SUB: SUBJECT}},
        ),
    ],
)
def test_a_risky_trust_gets_one_condition_more(trusted: dict[str, Any], condition: dict[str, Any]) -> None:
    found = advised(trusted)
    (body,) = statements(found)
    assert body["Condition"] == condition
    assert {**body, "Condition": 0} == {**trusted["Statement"][0], "Condition": 0}
    placeholders = EXTERNAL_ID in json.dumps(body) or SUBJECT in json.dumps(body)
    assert found
    assert bool(found.choices) is placeholders


@pytest.mark.parametrize(
    "trusted",
    [
        trust({"AWS": ROOT}, StringEquals={"sts:ExternalId": "x-42"}),
        trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        trust({"AWS": "*"}, StringEquals={"aws:PrincipalAccount": ACCOUNT}),
        by_service("lambda"),
        by_service("ec2"),
        trust({"Service": "states.amazonaws.com"}, ArnLike={"aws:SourceArn": f"arn:aws:states:*:{ACCOUNT}:*"}),
        trust({"Service": "states.amazonaws.com"}, StringEquals={"aws:SourceOrgID": "o-1"}),
        trust({"Federated": GITHUB}, WEB, StringLike={SUB: "repo:o/r:*"}),
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}]},
        {"Statement": 7},
    ],
)
def test_a_trust_that_is_narrow_stays(trusted: dict[str, Any]) -> None:
    assert advised(trusted) is None


def test_in_an_organization_anyone_becomes_anyone_of_it() -> None:
    (body,) = statements(advised(trust("*"), world=World().organization()))
    assert list(body["Condition"]["StringEquals"]) == ["aws:PrincipalOrgID"]


@pytest.mark.parametrize("path", ["/aws-service-role/x.amazonaws.com/", "/aws-reserved/sso.amazonaws.com/"])
def test_roles_of_aws_are_never_touched(path: str) -> None:
    assert advised(trust({"AWS": ROOT}), path=path) is None
    assert advised(trust({"AWS": ROOT}), tags={"EmergencyAccess": "true"}) is None


def test_each_kind_of_principal_gets_its_own_condition_and_the_others_none() -> None:
    principal = {
        "AWS": [ROOT, f"arn:aws:iam::{ACCOUNT}:root"],
        "Service": ["states.amazonaws.com", "ec2.amazonaws.com"],
    }
    trusted = trust(principal, ["sts:AssumeRole", "sts:TagSession"])
    trusted["Statement"][0]["Sid"] = "In"
    rest, stranger, tagging, service = statements(advised(trusted))
    assert rest["Principal"] == {"AWS": [f"arn:aws:iam::{ACCOUNT}:root"], "Service": ["ec2.amazonaws.com"]}
    assert "Condition" not in rest
    assert (stranger["Action"], tagging["Action"]) == ("sts:AssumeRole", ["sts:TagSession"])
    assert stranger["Condition"] == {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
    assert service["Principal"] == {"Service": ["states.amazonaws.com"]}
    sids = [body["Sid"] for body in (rest, stranger, service)]
    assert len(set(sids)) == 3


def test_what_would_not_fit_is_not_advised() -> None:
    many = [f"arn:aws:iam::{FOREIGN}:role/a-role-with-a-long-name-{number}" for number in range(33)]
    assert statements(advised(trust({"AWS": many[:30]})))
    assert advised(trust({"AWS": many})) is None


def test_own_principals_that_never_assumed_a_role_are_left_out() -> None:
    world = World().user("ann", age=500).user("bob", age=500)
    named = [world.arn("user", name) for name in ("ann", "bob")]
    account = world.role("worker", trust({"AWS": named})).build()
    role = account.roles[0]
    used = a_call("user/ann", "sts:AssumeRole", {"roleArn": role.arn, "roleSessionName": "s"})
    other = a_call("user/bob", "sts:GetCallerIdentity")
    logs = the_logs(*every_day(), used, other)
    found = advise_trust(account, role, Knowledge.of(account, [logs]))
    (body,) = statements(found)
    assert body["Principal"] == {"AWS": [named[0]]}
    assert advise_trust(account, role, Knowledge.of(account, [the_logs(*every_day(30), used, other)])) is None
    assert advise_trust(account, role, Knowledge.of(account, [the_logs(*every_day(), other)])) is None, "all of them"


def test_its_plan_is_done_and_taken_back_once_the_value_is_chosen() -> None:
    world = World().role("worker", trust({"AWS": ROOT}), inline={"p": document()})
    before = json.dumps(world.roles)
    account = world.build()
    found = advice(account, account.roles[0]).trust
    assert found
    choose, put, watch = found.plan
    assert choose.text.startswith(f"choose, and write in place of {EXTERNAL_ID}: a random value")
    assert not choose.command
    assert "denied" in watch.text
    in_world(world, [put.command.replace(EXTERNAL_ID, "x-42")])
    assert advise_trust(world.build(), world.build().roles[0]) is None
    in_world(world, [put.rollback])
    assert json.dumps(world.roles) == before
