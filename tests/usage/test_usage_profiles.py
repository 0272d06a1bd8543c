"""Roles behind instance profiles."""

from __future__ import annotations

import pytest

from events import ACCOUNT, a_record, events
from leastwise.evidence import Knowledge
from leastwise.usage.profiles import with_roles
from leastwise.usage.reading import Teller
from leastwise.usage.records import Evidence, Known
from leastwise.usage.tally import Tally
from trails import a_call, the_logs
from world import World

PROFILE = f"arn:aws:iam::{ACCOUNT}:instance-profile/servers/web"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/web-role"


def started(profile: dict[str, str]) -> Evidence:
    tally = Tally()
    tally.add(events(a_record("ec2:RunInstances", {"iamInstanceProfile": profile})), Teller())
    return tally.evidence("logs")


def passed(profile: dict[str, str], roles: dict[str, str]) -> tuple[str, Known]:
    found = with_roles(started(profile).observations, roles)
    (one,) = [one for one in found if one.action == "iam:PassRole"]
    assert one.circumstance.passed_to == "ec2.amazonaws.com"
    return one.resource, one.known


@pytest.mark.parametrize("profile", [{"arn": PROFILE}, {"name": "web"}])
def test_a_profile_of_the_account_tells_its_role(profile: dict[str, str]) -> None:
    assert passed(profile, {PROFILE: ROLE}) == (ROLE, Known.EXACT)


@pytest.mark.parametrize(
    "roles",
    [
        {},
        {PROFILE.replace("/web", "/other-web"): ROLE},
        {PROFILE.replace(ACCOUNT, "999999999999"): ROLE},
    ],
)
def test_any_other_profile_tells_nothing(roles: dict[str, str]) -> None:
    assert passed({"name": "web"}, roles) == ("*", Known.UNKNOWN)


def test_other_observations_stay_as_they_are() -> None:
    found = started({"name": "web"}).observations
    assert [one for one in with_roles(found, {PROFILE: ROLE}) if one.action != "iam:PassRole"] == [
        one for one in found if one.action != "iam:PassRole"
    ]


def test_knowledge_of_an_account_looks_them_up() -> None:
    account = World().user("ann").role("web-role", profile=True).build()
    logs = the_logs(a_call("user/ann", "ec2:RunInstances", {"iamInstanceProfile": {"name": "web-role"}}))
    observed = Knowledge.of(account, [logs]).observed(account.users[0])
    assert [one.resource for one in observed if one.action == "iam:PassRole"] == [account.roles[0].arn]
