"""The whole collection, against moto in process and against moto's server."""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
import pytest
from moto import mock_aws

import servers
from collect import accounts
from leastwise.collect import iam
from leastwise.collect.calls import KEPT
from leastwise.collect.live import collect, collect_live
from leastwise.collect.options import Options
from leastwise.errors import CollectError
from leastwise.snapshot import Gap, Snapshot, dumps, loads
from servers import ACCOUNT, Fault, Reply, Request, faulty

if TYPE_CHECKING:
    from leastwise.collect.clock import Clock
    from leastwise.collect.progress import Progress

LACKING = {"iam:ListServiceSpecificCredentials"}  # what moto does not know


def seen(snapshot: Snapshot, call: str) -> Any:
    return msgspec.json.decode(snapshot.calls[call])


def check_small_account(snapshot: Snapshot) -> None:
    details = seen(snapshot, "iam:GetAccountAuthorizationDetails")
    assert set(details) == {"UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"}
    assert {user["UserName"] for user in details["UserDetailList"]} == {"ann", "bob"}
    assert details["Policies"][0]["PolicyVersionList"][0]["Document"] == accounts.DOCUMENT
    assert details["RoleDetailList"][0]["AssumeRolePolicyDocument"] == accounts.TRUST
    (role,) = seen(snapshot, "iam:ListRoles")["Roles"]
    assert (role["RoleName"], role["MaxSessionDuration"]) == ("worker", 7200)
    assert "AssumeRolePolicyDocument" not in role
    report = seen(snapshot, "iam:GetCredentialReport")
    assert report["Content"].startswith("user,arn,")
    assert report["GeneratedTime"].endswith("Z")
    assert seen(snapshot, "iam:GetAccountSummary")["SummaryMap"]["Users"] == 2
    assert seen(snapshot, "iam:GetAccountPasswordPolicy") == {"PasswordPolicy": None}
    assert seen(snapshot, "iam:ListAccountAliases") == {"AccountAliases": ["acme"]}
    (device,) = seen(snapshot, "iam:ListVirtualMFADevices")["VirtualMFADevices"]
    assert set(device) == {"SerialNumber"}
    assert seen(snapshot, "iam:ListSAMLProviders") == {"SAMLProviderList": []}
    assert seen(snapshot, "iam:ListOpenIDConnectProviders") == {"OpenIDConnectProviderList": []}
    assert seen(snapshot, "iam:GetPolicyVersion") == {}
    check_buckets(snapshot)
    assert seen(snapshot, "organizations:DescribeOrganization") == {"Organization": None}
    assert seen(snapshot, "organizations:ListAccounts") == {"Accounts": []}
    assert {gap.call for gap in snapshot.gaps} == LACKING
    assert {gap.reason for gap in snapshot.gaps} == {"Unsupported"}


def check_buckets(snapshot: Snapshot) -> None:
    names = [bucket["Name"] for bucket in seen(snapshot, "s3:ListBuckets")["Buckets"]]
    assert names == ["first-bucket", "second-bucket"]
    assert seen(snapshot, "s3:GetBucketPolicy") == {
        "first-bucket": {"Policy": {**accounts.DOCUMENT, "Id": "p"}},
        "second-bucket": None,
    }
    assert set(seen(snapshot, "s3:GetBucketAcl")["first-bucket"]) == {"Owner", "Grants"}
    assert seen(snapshot, "s3:GetBucketOwnershipControls") == dict.fromkeys(names)
    blocks = seen(snapshot, "s3:GetPublicAccessBlock")
    assert blocks["first-bucket"] is None
    assert blocks["second-bucket"]["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True
    assert seen(snapshot, "s3control:GetPublicAccessBlock") == {"PublicAccessBlockConfiguration": None}


def test_moto_in_process(clean: None, clock: Clock) -> None:  # noqa: ARG001
    with mock_aws():
        accounts.small(accounts.Clients())
        snapshot = collect(Options(clock=clock))
    check_small_account(snapshot)
    assert (snapshot.account, snapshot.partition, snapshot.origin) == (ACCOUNT, "aws", "live")
    assert snapshot.taken_at == "2026-01-31T09:00:00Z"
    assert snapshot.caller.endswith(":user/moto")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_moto_server_named_by_the_environment(url: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url.replace("127.0.0.1", host))
    accounts.small(accounts.Clients())
    snapshot = collect_live()
    check_small_account(snapshot)
    assert loads(dumps(snapshot, compress=True)) == snapshot


def test_every_call_has_an_answer_or_a_gap(url: str) -> None:
    snapshot = collect_live(endpoint_url=url)
    assert set(KEPT) == set(snapshot.calls) | {gap.call for gap in snapshot.gaps}


def test_same_state_gives_the_same_bytes(url: str, clock: Clock) -> None:
    accounts.small(accounts.Clients(url))
    once, again = (dumps(collect(Options(endpoint_url=url, clock=clock)), compress=False) for _ in range(2))
    assert once == again


def test_no_call_per_user_or_role(url: str) -> None:
    clients = accounts.Clients(url)
    counts = []
    for batch in range(2):
        for number in range(10):
            clients.iam.create_user(UserName=f"user-{batch}-{number}")
            clients.iam.create_role(
                RoleName=f"role-{batch}-{number}", AssumeRolePolicyDocument=json.dumps(accounts.TRUST)
            )
        with faulty(url, []) as proxy:
            collect_live(endpoint_url=proxy.url)
        counts.append(len(proxy.seen))
    assert counts[0] <= 19
    assert counts[1] <= counts[0]  # the first time, the credential report had to be generated


def test_account_block_of_s3_control(url: str) -> None:
    block = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
    with mock_aws():  # the server and mock_aws share this process's backends; its client cannot reach the server
        boto3.client("s3control", region_name="us-east-1").put_public_access_block(
            AccountId=ACCOUNT, PublicAccessBlockConfiguration=block
        )
        snapshot = collect_live()
    assert seen(snapshot, "s3control:GetPublicAccessBlock") == {"PublicAccessBlockConfiguration": block}
    with faulty(url, []) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    assert "s3control:GetPublicAccessBlock" in snapshot.calls
    assert {request.host for request in proxy.seen} == {proxy.url.removeprefix("http://")}


def test_organization_and_its_accounts(url: str) -> None:
    organizations = accounts.Clients(url).organizations
    organizations.create_organization(FeatureSet="ALL")
    organizations.create_account(AccountName="prod", Email="prod@example.com")
    snapshot = collect_live(endpoint_url=url)
    assert seen(snapshot, "organizations:DescribeOrganization")["Organization"]["MasterAccountId"] == ACCOUNT
    assert len(seen(snapshot, "organizations:ListAccounts")["Accounts"]) == 2


def test_partition_comes_from_the_callers_arn(url: str) -> None:
    accounts.small(accounts.Clients(url, "cn-north-1"))
    snapshot = collect_live("cn-north-1", endpoint_url=url)
    assert snapshot.partition == "aws-cn"
    assert snapshot.caller.startswith("arn:aws-cn:")
    (role,) = seen(snapshot, "iam:ListRoles")["Roles"]
    assert role["Arn"] == f"arn:aws-cn:iam::{ACCOUNT}:role/worker"


def test_progress_is_told_step_by_step(url: str) -> None:
    accounts.small(accounts.Clients(url))
    events: list[Progress] = []
    busy = threading.Lock()

    def listen(event: Progress) -> None:
        assert busy.acquire(blocking=False)
        events.append(event)
        busy.release()

    collect_live(endpoint_url=url, progress=listen)
    assert [event.done for event in events if event.stage == "buckets"] == list(range(1, 9))
    assert {event.total for event in events if event.stage == "buckets"} == {8}
    assert [event.done for event in events if event.stage == "authorization details"] == [1]
    questions = [event for event in events if event.stage == "questions"]
    assert questions[-1].done == questions[-1].total


def two_pages(request: Request, real: Reply) -> Reply:
    """Moto answers in one page; AWS would send the users first, then the rest."""
    first, second = real.body.split(b"</UserDetailList>")
    opening = first.index(b"<UserDetailList>")
    empty = b"<GroupDetailList/><RoleDetailList/><Policies/><Marker>p2</Marker>"
    tail = second[second.index(b"</GetAccountAuthorizationDetailsResult>") :]
    if "Marker" not in request.parameters:
        flag = b"<IsTruncated>true</IsTruncated>"
        return real._replace(body=first + b"</UserDetailList>" + empty + flag + tail)
    assert request.parameters["Marker"] == "p2"
    return real._replace(body=first[:opening] + b"<UserDetailList>" + b"</UserDetailList>" + second)


def test_pages_are_joined(url: str, clock: Clock) -> None:
    accounts.small(accounts.Clients(url))
    plan = [Fault("GetAccountAuthorizationDetails", "reply", reply=two_pages)]
    with faulty(url, plan) as proxy:
        paged = collect(Options(endpoint_url=proxy.url, clock=clock))
    whole = collect(Options(endpoint_url=url, clock=clock))
    assert proxy.actions.count("GetAccountAuthorizationDetails") == 2
    assert seen(paged, iam.DETAILS.call) == seen(whole, iam.DETAILS.call)


def test_a_page_that_names_itself_again_ends_the_loop(url: str) -> None:
    def forever(_: Request, real: Reply) -> Reply:
        more = b"<IsTruncated>true</IsTruncated><Marker>0</Marker>"
        return real._replace(body=real.body.replace(b"<IsTruncated>false</IsTruncated>", more))

    with faulty(url, [Fault("ListRoles", "reply", reply=forever)]) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    gap = next(gap for gap in snapshot.gaps if gap.call == "iam:ListRoles")
    assert (gap.reason, gap.detail) == ("Garbled", "AWS named the same page twice")


def without_documents(_: Request, real: Reply) -> Reply:
    """As an emulator that lists users and roles, and no policies."""
    before, _tag, rest = real.body.partition(b"<Policies>")
    return real._replace(body=before + b"<Policies>" + rest[rest.index(b"</Policies>") :])


def test_missing_document_is_fetched_once(url: str) -> None:
    clients = accounts.Clients(url)
    accounts.small(clients)
    arn = f"arn:aws:iam::{ACCOUNT}:policy/reader"
    clients.iam.attach_user_policy(UserName="bob", PolicyArn=arn)
    with faulty(url, [Fault("GetAccountAuthorizationDetails", "reply", reply=without_documents)]) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    assert proxy.actions.count("GetPolicy") == proxy.actions.count("GetPolicyVersion") == 1
    versions = seen(snapshot, "iam:GetPolicyVersion")
    assert list(versions) == [arn]
    assert versions[arn]["PolicyVersion"]["Document"] == accounts.DOCUMENT
    assert versions[arn]["PolicyVersion"]["IsDefaultVersion"] is True


@pytest.mark.parametrize("action", ["GetPolicy", "GetPolicyVersion"])
def test_missing_document_that_may_not_be_read_is_a_gap(url: str, action: str) -> None:
    accounts.small(accounts.Clients(url))
    plan = [Fault("GetAccountAuthorizationDetails", "reply", reply=without_documents), Fault(action, "deny")]
    with faulty(url, plan) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    arn = f"arn:aws:iam::{ACCOUNT}:policy/reader"
    (gap,) = [gap for gap in snapshot.gaps if gap.call == "iam:GetPolicyVersion"]
    assert (gap.target, gap.reason) == (arn, "AccessDenied")


def test_missing_document_of_a_boundary_is_fetched_too(url: str) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/fence"

    def bound(_: Request, real: Reply) -> Reply:
        kind = "<PermissionsBoundaryType>Policy</PermissionsBoundaryType>"
        boundary = f"{kind}<PermissionsBoundaryArn>{arn}</PermissionsBoundaryArn>"
        filled = f"<PermissionsBoundary>{boundary}</PermissionsBoundary><Path>".encode()
        return real._replace(body=real.body.replace(b"<Path>", filled, 1))

    def versionless(_: Request, __: Reply) -> Reply:
        return Reply(200, b"<GetPolicyResponse><GetPolicyResult><Policy/></GetPolicyResult></GetPolicyResponse>")

    accounts.small(accounts.Clients(url))
    asked = Fault("GetAccountAuthorizationDetails", "reply", reply=bound)
    with faulty(url, [asked]) as proxy:
        (gap,) = [gap for gap in collect_live(endpoint_url=proxy.url).gaps if gap.target == arn]
    assert gap.reason == "NoSuchEntity"
    with faulty(url, [asked, Fault("GetPolicy", "reply", reply=versionless)]) as proxy:
        (gap,) = [gap for gap in collect_live(endpoint_url=proxy.url).gaps if gap.target == arn]
    assert gap.reason == "Garbled"


def test_missing_document_of_the_bundled_table_is_no_gap(url: str) -> None:
    def attached(_: Request, real: Reply) -> Reply:
        arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
        policy = f"<member><PolicyName>ReadOnlyAccess</PolicyName><PolicyArn>{arn}</PolicyArn></member>"
        filled = f"<AttachedManagedPolicies>{policy}</AttachedManagedPolicies>".encode()
        return real._replace(
            body=re.sub(rb"<AttachedManagedPolicies ?(/>|></AttachedManagedPolicies>)", filled, real.body)
        )

    accounts.small(accounts.Clients(url))
    plan = [Fault("GetAccountAuthorizationDetails", "reply", reply=attached), Fault("GetPolicy", "deny")]
    with faulty(url, plan) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    assert "GetPolicy" in proxy.actions
    assert {gap.call for gap in snapshot.gaps} == LACKING


def test_aws_managed_policies_that_nobody_uses_are_left_out(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    servers.reset(url)
    clients = accounts.Clients(url)
    clients.iam.create_user(UserName="ann")
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    clients.iam.attach_user_policy(UserName="ann", PolicyArn=arn)
    clients.iam.create_policy(PolicyName="idle", PolicyDocument=json.dumps(accounts.DOCUMENT))
    snapshot = collect_live(endpoint_url=url)
    policies = seen(snapshot, iam.DETAILS.call)["Policies"]
    assert {policy["Arn"] for policy in policies} == {arn, f"arn:aws:iam::{ACCOUNT}:policy/idle"}


def test_a_callers_own_session_is_used_and_left_alone(url: str) -> None:
    own = boto3.Session("key", "secret", region_name="eu-west-1")
    snapshot = collect_live(endpoint_url=url, session=own)
    assert snapshot.account == ACCOUNT
    own.client("iam", endpoint_url=url).create_user(UserName="still-allowed")


def test_account_is_learned_from_the_details_without_sts(url: str) -> None:
    accounts.small(accounts.Clients(url))
    with faulty(url, [Fault("GetCallerIdentity", "deny")]) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    assert (snapshot.account, snapshot.partition, snapshot.caller) == (ACCOUNT, "aws", "")
    assert snapshot.gaps[0] == Gap(
        call="sts:GetCallerIdentity", reason="AccessDenied", detail="User is not authorized to perform this"
    )


def test_account_is_learned_from_the_report_without_sts_and_details(url: str) -> None:
    accounts.small(accounts.Clients(url))
    denied = ("GetCallerIdentity", "GetAccountAuthorizationDetails", "ListRoles")
    with faulty(url, [Fault(action, "deny") for action in denied]) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    assert snapshot.account == ACCOUNT


def test_an_account_without_a_name_is_an_error(url: str) -> None:
    with (
        faulty(url, [Fault("GetCallerIdentity", "deny")]) as proxy,
        pytest.raises(CollectError, match="no answer says which account this is: allow sts:GetCallerIdentity"),
    ):
        collect_live(endpoint_url=proxy.url)
