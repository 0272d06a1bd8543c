"""What `doctor` says of an account: credentials, identity, endpoint, clock, and which permissions are missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from collect import accounts
from leastwise.collect.calls import READ_CALLS
from leastwise.collect.clock import Clock
from leastwise.collect.diagnosis import Point, State
from leastwise.collect.doctor import OF_BUCKETS, OF_MANAGEMENT, examine
from leastwise.collect.options import Options
from servers import ACCOUNT, Fault, faulty

if TYPE_CHECKING:
    from leastwise.collect.doctor import Permissions


def told(found: Permissions) -> dict[str, Point]:
    """The last point of each name."""
    return {point.name: point for point in found.points}


def clock(off: float) -> Clock:
    return Clock(now=lambda: datetime.now(UTC) + timedelta(seconds=off))  # noqa: TID251  the server has the real one


def test_a_good_account_is_found_good(url: str) -> None:
    accounts.small(accounts.Clients(url))
    with faulty(url, []) as proxy:
        found = examine(Options(endpoint_url=proxy.url, region="eu-west-1"))
    points = told(found)
    assert found.missing == ()
    assert points["credentials"].said == "long-lived key …ting from env"
    assert points["identity"].said.startswith(f"arn:aws:sts::{ACCOUNT}:")
    assert points["endpoint"].state is State.WARN  # moto does not know one of the calls
    assert found.points[0] == Point("endpoint", State.OK, f"region eu-west-1, {proxy.url}, which is not AWS's own")
    assert points["permissions"].state is State.OK
    assert points["permissions"].said == "23 of 24 calls allowed"
    assert points["clock"].state is State.OK
    assert "buckets" not in points


def test_each_call_that_needs_a_permission_is_tried_once_and_no_other(url: str) -> None:
    accounts.small(accounts.Clients(url))
    with faulty(url, []) as proxy:
        examine(Options(endpoint_url=proxy.url))
    tried = [
        action for action in proxy.actions if action not in {"GetCallerIdentity", "ListServiceSpecificCredentials"}
    ]
    assert len(tried) == len(set(tried)) == sum(bool(call.action) for call in READ_CALLS) - 1


def test_what_is_denied_is_named_as_a_policy_names_it(url: str) -> None:
    plan = [Fault("GetAccountPasswordPolicy", "deny"), Fault("GetAccountPublicAccessBlock", "deny")]
    with faulty(url, plan) as proxy:
        found = examine(Options(endpoint_url=proxy.url))
    assert found.missing == ("iam:GetAccountPasswordPolicy", "s3:GetAccountPublicAccessBlock")
    point = told(found)["permissions"]
    assert (point.state, point.do[:23]) == (State.WARN, "add the statement below")
    assert told(found)["buckets"].state is State.OK


def test_all_denied_is_a_failure(url: str) -> None:
    calls = {call.operation for call in READ_CALLS if call.action} | {"GetAccountPublicAccessBlock"}
    with faulty(url, [Fault(call, "deny") for call in calls]) as proxy:
        found = examine(Options(endpoint_url=proxy.url))
    assert told(found)["permissions"] == Point(
        "permissions", State.FAIL, "AWS denied every call", "attach the policy that `leastwise permissions` prints"
    )
    assert "iam:GetAccountAuthorizationDetails" in found.missing


def test_a_member_account_is_told_that_no_policy_helps(url: str) -> None:
    accounts.joined(url, ACCOUNT)
    plan = [Fault(name.partition(":")[2], "deny") for name in OF_MANAGEMENT]
    with faulty(url, plan) as proxy:
        found = examine(Options(endpoint_url=proxy.url))
    assert found.missing == ()
    assert told(found)["organization"].do == "give the policies as files, with --scp and --rcp"


@pytest.mark.parametrize(
    ("off", "state"),
    [(0, State.OK), (-40, State.OK), (120, State.WARN), (-120, State.WARN), (900, State.FAIL), (-900, State.FAIL)],
)
def test_the_clock_is_compared_with_that_of_aws(url: str, off: float, state: State) -> None:
    point = told(examine(Options(endpoint_url=url, clock=clock(off))))["clock"]
    assert point.state is state
    assert bool(point.do) is (state is not State.OK)
    if state is not State.OK:
        assert ("ahead of" if off > 0 else "behind") in point.said


def test_credentials_that_are_refused_end_it(url: str) -> None:
    with faulty(url, [Fault("*", "expired")]) as proxy:
        found = examine(Options(endpoint_url=proxy.url, profile=None))
    assert told(found)["identity"].state is State.FAIL
    assert "aws sso login" in told(found)["identity"].do
    assert "clock" in told(found)  # a refusal has a date, too
    assert set(proxy.actions) == {"GetCallerIdentity"}


def test_without_credentials_nothing_is_asked(clean: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    points = told(examine(Options()))
    assert points["credentials"] == Point(
        "credentials",
        State.FAIL,
        "no AWS credentials were found",
        "set AWS_PROFILE, pass --profile, or run `aws configure`",
    )
    assert points["permissions"].state is State.WARN
    assert "identity" not in points


@pytest.mark.parametrize(
    ("options", "name", "says"),
    [
        (Options(profile="nobody"), "configuration", "nobody"),
        (Options(endpoint_url="nonsense"), "endpoint", "the endpoint is unusable"),
        (Options(endpoint_url="http://127.0.0.1:9"), "identity", "AWS did not answer"),
    ],
)
def test_what_leads_nowhere_is_a_point_and_no_exception(clean: None, options: Options, name: str, says: str) -> None:  # noqa: ARG001
    point = told(examine(options))[name]
    assert point.state is State.FAIL
    assert says in point.said
    assert point.do


def test_every_call_on_a_bucket_is_known_as_one() -> None:
    assert {name.partition(":")[2] for name in OF_BUCKETS} >= {"GetBucketPolicy", "GetBucketAcl"}
