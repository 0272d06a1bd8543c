"""Regions, endpoints, and that only read calls leave."""

from __future__ import annotations

import json
from contextlib import nullcontext
from itertools import chain
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

import servers
from collect import accounts
from leastwise import catalog
from leastwise.collect.calls import (
    ALLOWED,
    EVIDENCE_CALLS,
    INVENTORY_CALLS,
    KEPT,
    LAST_ACCESSED_CALLS,
    READ_CALLS,
    READ_VERBS,
    REPORTS,
)
from leastwise.collect.evidence.spec import KINDS
from leastwise.collect.hooks import give_up, is_aws_host, strip_account_from_host
from leastwise.collect.live import collect_live
from leastwise.collect.options import Options
from leastwise.collect.permissions import required_policy
from leastwise.collect.session import Aws
from servers import faulty

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("argument", "default_region", "region", "profile", "expected"),
    [
        ("eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1", "eu-west-1"),
        (None, "eu-west-2", "eu-west-3", "eu-north-1", "eu-west-2"),
        (None, None, "eu-west-3", "eu-north-1", "eu-west-3"),
        (None, None, None, "eu-north-1", "eu-north-1"),
        (None, None, None, None, "us-east-1"),
        ("", "", "", "eu-north-1", "eu-north-1"),  # where boto3 itself sees the empty variable only
        ("", "", "eu-west-3", None, "eu-west-3"),
        ("", "", "", None, "us-east-1"),
    ],
)
def test_region(  # noqa: PLR0917
    clean: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    argument: str | None,
    default_region: str | None,
    region: str | None,
    profile: str | None,
    expected: str,
) -> None:
    for name, value in (("AWS_DEFAULT_REGION", default_region), ("AWS_REGION", region)):
        if value is not None:
            monkeypatch.setenv(name, value)
    if profile:
        (tmp_path / "config").write_text(f"[default]\nregion = {profile}\n", encoding="utf-8")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    aws = Aws(Options(region=argument))
    assert aws.region == expected
    assert aws.client("sqs").meta.region_name == expected


def test_region_built_into_the_callers_session_is_an_argument(
    clean: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    assert Aws(Options(session=boto3.Session(region_name="eu-north-1"))).region == "eu-north-1"
    assert Aws(Options(session=boto3.Session())).region == "eu-west-2"


ARGUMENT, OWN, ALL, FILE = "http://argument:1", "http://own:2", "http://all:3", "http://file:4"
DEFAULT = "https://iam.amazonaws.com"


@pytest.mark.parametrize(
    ("argument", "environment", "in_file", "expected"),
    [
        (ARGUMENT, {"AWS_ENDPOINT_URL_IAM": OWN, "AWS_ENDPOINT_URL": ALL}, True, ARGUMENT),
        (None, {"AWS_ENDPOINT_URL_IAM": OWN, "AWS_ENDPOINT_URL": ALL}, True, OWN),
        (None, {"AWS_ENDPOINT_URL": ALL}, True, ALL),
        (None, {}, True, FILE),
        (None, {}, False, DEFAULT),
        ("", {"AWS_ENDPOINT_URL": ""}, False, DEFAULT),
        (None, {"AWS_ENDPOINT_URL": ALL, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, True, DEFAULT),
        (ARGUMENT, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, True, ARGUMENT),
    ],
)
def test_endpoint(  # noqa: PLR0917
    clean: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    argument: str | None,
    environment: dict[str, str],
    in_file: bool,
    expected: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if in_file:
        (tmp_path / "config").write_text(f"[default]\nendpoint_url = {FILE}\n", encoding="utf-8")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    assert Aws(Options(endpoint_url=argument)).client("iam").meta.endpoint_url == expected


def test_clients_say_who_they_are_and_are_patient(url: str) -> None:
    config = Aws(Options()).client("iam").meta.config
    assert config.retries["mode"] == "adaptive"
    assert config.retries["total_max_attempts"] == 10
    with faulty(url, []) as proxy:
        collect_live(endpoint_url=proxy.url)
    assert all(" leastwise/" in request.user_agent for request in proxy.seen)


def test_only_read_calls_leave(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Recorded where botocore hands a call over to be sent, on an account with something for every call."""
    sent: set[str] = set()
    make = Aws.client

    def recording(self: Aws, *arguments: Any) -> Any:
        client = make(self, *arguments)
        client.meta.events.register("before-call", record, unique_id="record")
        return client

    def record(model: Any, **_: Any) -> None:
        sent.add(f"{model.service_model.service_name}:{model.name}")

    monkeypatch.setattr(Aws, "client", recording)
    clients = accounts.Clients(url)
    accounts.small(clients)
    accounts.joined(url, servers.ACCOUNT)
    collect_live(endpoint_url=url)
    assert sent <= ALLOWED
    assert sent >= set(KEPT) - {"iam:GetPolicyVersion"}


def test_the_table_holds_read_calls_only() -> None:
    assert all(call.operation.startswith(READ_VERBS) for call in (*READ_CALLS, *LAST_ACCESSED_CALLS))


def test_only_two_calls_make_aws_write_something_and_that_is_a_report() -> None:
    generating = {name for name in ALLOWED if name.partition(":")[2].startswith("Generate")}
    assert generating == {f"iam:{name}" for name in REPORTS}
    assert len(generating) == 2


def test_every_call_of_the_table_exists(clean: None) -> None:  # noqa: ARG001
    aws = Aws(Options())
    for call in (*READ_CALLS, *LAST_ACCESSED_CALLS, *chain(*EVIDENCE_CALLS.values())):
        assert call.operation in aws.client(call.service).meta.service_model.operation_names


def test_every_kind_of_evidence_has_its_calls_and_they_only_read() -> None:
    assert EVIDENCE_CALLS.keys() == KINDS.keys()
    calls = [call for calls in EVIDENCE_CALLS.values() for call in calls]
    assert all(call.operation.startswith(READ_VERBS) for call in calls)


def test_evidence_is_refused_unless_it_was_asked_for(url: str) -> None:
    with pytest.raises(PermissionError, match="leastwise only reads"):
        Aws(Options(endpoint_url=url, evidence=("trails",))).client("s3").get_object(Bucket="b", Key="k")
    asked = Aws(Options(endpoint_url=url, evidence=("cloudtrail",)))
    with pytest.raises(ClientError, match="NoSuchBucket"):
        asked.client("s3").get_object(Bucket="b", Key="k")


@pytest.mark.parametrize(
    ("service", "method", "parameters"),
    [
        ("iam", "create_user", {"UserName": "eve"}),
        ("iam", "list_users", {}),
        ("iam", "generate_organizations_access_report", {"EntityPath": "o-a1b2c3d4e5/r-f6g7"}),
        ("s3", "get_object", {"Bucket": "first-bucket", "Key": "k"}),
        ("sts", "assume_role", {"RoleArn": "arn:aws:iam::123456789012:role/x", "RoleSessionName": "session"}),
    ],
)
def test_a_client_refuses_any_other_call(url: str, service: str, method: str, parameters: dict[str, str]) -> None:
    client = Aws(Options(endpoint_url=url)).client(service)
    with pytest.raises(PermissionError, match="leastwise only reads"):
        getattr(client, method)(**parameters)


@pytest.mark.parametrize("evidence", [(), tuple(EVIDENCE_CALLS)])
@pytest.mark.parametrize("last_accessed", [False, True])
@pytest.mark.parametrize("inventory", [False, True])
def test_the_policy_names_existing_actions_only(
    inventory: bool, last_accessed: bool, evidence: tuple[str, ...]
) -> None:
    (statement,) = required_policy(inventory=inventory, last_accessed=last_accessed, evidence=evidence)["Statement"]
    actions = statement["Action"]
    assert actions == sorted(set(actions))
    assert all(catalog.universe().index(action) is not None for action in actions)
    more = chain(*(EVIDENCE_CALLS[kind] for kind in evidence))
    calls = (*READ_CALLS, *INVENTORY_CALLS * inventory, *LAST_ACCESSED_CALLS * last_accessed, *more)
    assert set(actions) == {call.action for call in calls if call.action}
    for renamed in ("s3:ListAllMyBuckets", "s3:GetBucketPublicAccessBlock", "s3:GetAccountPublicAccessBlock"):
        assert renamed in actions


def test_the_policy_is_enough(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clients = accounts.Clients(url)
    accounts.small(clients)
    policy = required_policy()
    policy["Statement"][0]["Action"].append("s3:ListBucket")  # moto wants it for the two calls its table lacks
    document = json.dumps(policy)
    clients.iam.put_user_policy(UserName="ann", PolicyName="audit", PolicyDocument=document)
    key = clients.iam.create_access_key(UserName="ann")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    servers.require_permissions(url)
    snapshot = collect_live(endpoint_url=url)
    servers.require_permissions(url, after=None)
    assert [gap.call for gap in snapshot.gaps if gap.reason == "AccessDenied"] == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("http://123456789012.127.0.0.1:5000/v2?x=1", "http://127.0.0.1:5000/v2?x=1"),
        ("http://123456789012.localhost:5000/v2", "http://localhost:5000/v2"),
        ("https://123456789012.emulator.corp.example/v2", "https://emulator.corp.example/v2"),
        ("https://127.0.0.1/v2", "https://127.0.0.1/v2"),
        ("https://123456789012.s3-control.us-east-1.amazonaws.com/v2", None),
        ("https://123456789012.s3-control.dualstack.us-east-1.api.aws/v2", None),
        ("https://123456789012.s3-control.cn-north-1.amazonaws.com.cn/v2", None),
        ("https://123456789012.control.vpce-1a-2b.s3.us-east-1.vpce.amazonaws.com/v2", None),
    ],
)
def test_account_before_the_host_of_s3_control(before: str, after: str | None) -> None:
    request = AWSRequest("GET", before)
    strip_account_from_host(request)
    assert request.url == (after or before)


def test_hosts_of_aws() -> None:
    assert is_aws_host("iam.amazonaws.com")
    assert not is_aws_host("amazonaws.com.evil.example")
    assert not is_aws_host("localhost")


@pytest.mark.parametrize(
    ("error", "attempts", "ends"),
    [
        (EndpointConnectionError(endpoint_url="u"), 2, False),
        (EndpointConnectionError(endpoint_url="u"), 3, True),
        (ReadTimeoutError(endpoint_url="u"), 3, True),
        (ConnectionClosedError(endpoint_url="u"), 9, False),
        (NotImplementedError(), 3, False),
    ],
)
def test_patience_with_the_wire(error: Exception, attempts: int, ends: bool) -> None:
    with pytest.raises(type(error)) if ends else nullcontext():
        give_up(attempts, None, caught_exception=error)


@pytest.mark.parametrize(
    ("url", "status", "code", "ends"),
    [
        ("http://127.0.0.1:5000/", 500, "500", True),
        ("http://127.0.0.1:5000/", 500, "ServiceFailure", False),
        ("http://127.0.0.1:5000/", 400, "Throttling", False),
        ("https://organizations.us-east-1.amazonaws.com/", 503, "503", False),
    ],
)
def test_patience_with_an_answer(clean: None, url: str, status: int, code: str, ends: bool) -> None:  # noqa: ARG001
    operation = Aws(Options()).client("organizations").meta.service_model.operation_model("ListAccounts")
    response = (AWSResponse(url, status, {}, None), {"Error": {"Code": code}})
    with pytest.raises(ClientError) if ends else nullcontext():
        give_up(3, operation, response)
