"""The way to the credentials with which an account is asked: through MFA, and into a role."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import pytest

from leastwise.collect.assume import assumed
from leastwise.collect.failure import Failure, Kind
from leastwise.collect.live import collect_live
from leastwise.collect.options import Options, Way
from leastwise.collect.session import Aws
from leastwise.errors import CollectError, UsageError
from servers import ACCOUNT, Fault, Reply, Request, faulty

if TYPE_CHECKING:
    from collections.abc import Callable

ROLE = f"arn:aws:iam::{ACCOUNT}:role/auditor"
PHONE = f"arn:aws:iam::{ACCOUNT}:mfa/phone"
SESSION, ASSUME, WHO = "GetSessionToken", "AssumeRole", "GetCallerIdentity"


@pytest.fixture
def role(url: str) -> str:
    trust = {
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:*"}]
    }
    iam = boto3.client("iam", endpoint_url=url, region_name="us-east-1")
    iam.create_role(RoleName="auditor", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", **trust}))
    return ROLE


def aging(seconds: float) -> Callable[[Request, Reply], Reply]:
    """Credentials that end so soon."""
    ends = datetime.now(UTC) + timedelta(seconds=seconds)  # noqa: TID251  botocore compares with the real clock

    def reply(_: Request, real: Reply) -> Reply:
        before, mark, rest = real.body.decode().partition("<Expiration>")
        text = f"{before}{mark}{ends:%Y-%m-%dT%H:%M:%SZ}<{rest.partition('<')[2]}"
        return real._replace(body=text.encode())

    return reply


def test_without_a_role_or_a_device_the_session_is_the_profiles(url: str) -> None:
    with faulty(url, []) as proxy:
        session = assumed(Way(endpoint_url=proxy.url))
        assert session.get_credentials().access_key == "testing"
        assert proxy.actions == []


def test_a_role_is_assumed_with_what_its_trust_policy_asks_for(url: str, role: str) -> None:
    with faulty(url, []) as proxy:
        session = assumed(Way(endpoint_url=proxy.url, region="eu-west-1", role_arn=role, external_id="x-42"))
        snapshot = collect_live("eu-west-1", endpoint_url=proxy.url, session=session)
    asked = next(request for request in proxy.seen if request.action == ASSUME)
    assert asked.region == "eu-west-1"
    told = {key: asked.parameters[key] for key in ("RoleArn", "RoleSessionName", "ExternalId")}
    assert told == {"RoleArn": role, "RoleSessionName": "leastwise", "ExternalId": "x-42"}
    assert not asked.parameters.keys() & {"SerialNumber", "TokenCode"}
    assert snapshot.caller == f"arn:aws:sts::{ACCOUNT}:assumed-role/auditor/leastwise"
    assert proxy.actions.count(ASSUME) == 1
    assert SESSION not in proxy.actions


def test_the_sessions_name_is_that_of_the_sdks(url: str, role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ROLE_SESSION_NAME", "ann@corp")
    with faulty(url, []) as proxy:
        assumed(Way(endpoint_url=proxy.url, role_arn=role))
    assert proxy.seen[0].parameters["RoleSessionName"] == "ann@corp"
    assert "ExternalId" not in proxy.seen[0].parameters


def test_the_token_is_used_once_and_the_role_assumed_from_there(url: str, role: str) -> None:
    with faulty(url, []) as proxy:
        session = assumed(Way(endpoint_url=proxy.url, mfa_serial=PHONE, mfa_token="123456", role_arn=role))
        aws = Aws(Options(endpoint_url=proxy.url, session=session))
        assert isinstance(aws.ask("sts:GetCallerIdentity"), dict)
        aws.close()
    assert proxy.actions == [SESSION, ASSUME, WHO]
    first, second, _ = proxy.seen
    assert (first.parameters["SerialNumber"], first.parameters["TokenCode"]) == (PHONE, "123456")
    assert "TokenCode" not in second.parameters


def test_a_device_alone_is_enough(url: str) -> None:
    with faulty(url, []) as proxy:
        session = assumed(Way(endpoint_url=proxy.url, mfa_serial=PHONE, mfa_token="123456"))
    assert proxy.actions == [SESSION]
    assert session.get_credentials().token


def test_credentials_of_a_role_are_renewed_in_the_middle_of_a_run(url: str, role: str) -> None:
    plan = [Fault(ASSUME, "reply", times=1, reply=aging(5))]
    with faulty(url, plan) as proxy:
        session = assumed(Way(endpoint_url=proxy.url, role_arn=role))
        first = session.get_credentials().get_frozen_credentials()
        second = session.get_credentials().get_frozen_credentials()
    assert proxy.actions == [ASSUME, ASSUME]
    assert first == second  # the first five seconds were too short to be used at all


def test_credentials_that_last_are_not_renewed(url: str, role: str) -> None:
    with faulty(url, [Fault(ASSUME, "reply", reply=aging(3600))]) as proxy:
        session = assumed(Way(endpoint_url=proxy.url, role_arn=role))
        session.get_credentials().get_frozen_credentials()
    assert proxy.actions == [ASSUME]


def test_what_cannot_be_renewed_is_a_gap_and_no_end(url: str, role: str) -> None:
    plan = [Fault(ASSUME, "reply", times=1, reply=aging(5)), Fault(ASSUME, "deny")]
    with faulty(url, plan) as proxy:
        session = assumed(Way(endpoint_url=proxy.url, role_arn=role))
        aws = Aws(Options(endpoint_url=proxy.url, session=session))
        seen = aws.ask("iam:GetAccountSummary")
        aws.close()
    assert isinstance(seen, Failure)
    assert (seen.kind, seen.reason) == (Kind.CREDENTIALS, "AccessDenied")


@pytest.mark.parametrize(
    ("kind", "way", "says"),
    [
        ("deny", {"role_arn": ROLE}, "the role cannot be assumed (AccessDenied: "),
        ("deny", {"mfa_serial": PHONE, "mfa_token": "123456"}, "AWS gave no session for the MFA token (AccessDenied: "),
        ("expired", {"role_arn": ROLE}, "the AWS credentials have expired (ExpiredToken"),
    ],
)
def test_a_refusal_says_what_to_do(url: str, kind: str, way: dict[str, str], says: str) -> None:
    with faulty(url, [Fault("*", kind)]) as proxy, pytest.raises(CollectError) as raised:
        assumed(Way(endpoint_url=proxy.url, **way))
    assert str(raised.value).startswith(says)
    assert "123456" not in str(raised.value)


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ({"profile": "nobody"}, "could not be found"),
        ({"endpoint_url": "nonsense"}, "the endpoint is unusable"),
        ({"endpoint_url": "http://127.0.0.1:9"}, "AWS did not answer"),
    ],
)
def test_a_way_that_cannot_be_gone_says_why(clean: None, way: dict[str, str], says: str) -> None:  # noqa: ARG001
    with pytest.raises(CollectError, match=says):
        assumed(Way(role_arn=ROLE, **way))


def test_without_credentials_no_role_is_assumed(clean: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(CollectError, match="no AWS credentials were found"):
        assumed(Way(role_arn=ROLE))


@pytest.mark.parametrize("words", [{"mfa_serial": "d", "mfa_token": "123456"}, {"role_arn": ROLE, "external_id": "x"}])
def test_words_too_short_for_aws_are_told_before_it_is_asked(url: str, words: dict[str, str]) -> None:
    with faulty(url, []) as proxy, pytest.raises(UsageError, match="Invalid length") as raised:
        assumed(Way(endpoint_url=proxy.url, **words))
    assert "123456" not in str(raised.value)
    assert proxy.actions == []
