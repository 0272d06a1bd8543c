"""What breaks on the way is mended by asking again, or stands in the snapshot as a gap."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import servers
from collect import accounts
from leastwise.collect.credential_report import LONGEST_WAIT
from leastwise.collect.live import collect, collect_live
from leastwise.collect.options import Options
from leastwise.collect.session import GARBLED_DELAYS
from leastwise.snapshot import Gap, Snapshot, dumps
from servers import Fault, Reply, Request, faulty

if TYPE_CHECKING:
    from leastwise.collect.clock import Clock


def gaps_of(snapshot: Snapshot, call: str) -> list[Gap]:
    return [gap for gap in snapshot.gaps if gap.call == call]


RECOVERED = [
    Fault("GetAccountAuthorizationDetails", "cut", 1),
    Fault("ListRoles", "truncate", 2),
    Fault("GetCredentialReport", "garble", 1),
    Fault("GetAccountSummary", "empty", 1),
    Fault("GetAccountPasswordPolicy", "html", 1),
    Fault("ListVirtualMFADevices", "reset", 1),
    Fault("ListAccountAliases", "throttle", 1),
    Fault("ListSAMLProviders", "error", 1),
    Fault("ListBuckets", "truncate", 1),
    Fault("GetBucketPolicy", "truncate", 1),
    Fault("GetBucketAcl", "cut", 1),
    Fault("GetPublicAccessBlock", "reset", 1),
    Fault("DescribeOrganization", "truncate", 1),
    Fault("GetCallerIdentity", "garble", 1),
]


def test_a_bad_line_changes_nothing(url: str, clock: Clock) -> None:
    accounts.small(accounts.Clients(url))
    good = collect(Options(endpoint_url=url, clock=clock))
    with faulty(url, RECOVERED) as proxy:
        bad = collect(Options(endpoint_url=proxy.url, clock=clock))
    assert dumps(bad, compress=False) == dumps(good, compress=False)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("deny", "AccessDenied"),
        ("html", "Unsupported"),
        ("truncate", "Garbled"),
        ("empty", "Garbled"),
        ("error", "Garbled"),
    ],
)
def test_what_never_answers_is_a_gap(url: str, clock: Clock, kind: str, reason: str) -> None:
    accounts.small(accounts.Clients(url))
    with faulty(url, [Fault("ListRoles", kind), Fault("GetBucketPolicy", kind)]) as proxy:
        snapshot = collect(Options(endpoint_url=proxy.url, clock=clock))
    assert "iam:ListRoles" not in snapshot.calls
    (gap,) = gaps_of(snapshot, "iam:ListRoles")
    assert gap.reason == reason
    assert gap.target is None
    assert gap.detail
    assert "\n" not in gap.detail
    assert bytes(snapshot.calls["s3:GetBucketPolicy"]) == b"{}"
    targets = [gap.target for gap in gaps_of(snapshot, "s3:GetBucketPolicy")]
    assert targets == ["first-bucket", "second-bucket"]


def test_asking_again_is_bounded(url: str, clock: Clock, pauses: list[float]) -> None:
    with faulty(url, [Fault("ListRoles", "html"), Fault("DescribeOrganization", "error")]) as proxy:
        collect(Options(endpoint_url=proxy.url, clock=clock))
    assert proxy.actions.count("ListRoles") == 1 + len(GARBLED_DELAYS)
    assert proxy.actions.count("DescribeOrganization") == 3
    assert sum(pauses) < 3


def test_details_denied_still_gives_a_snapshot(url: str) -> None:
    accounts.small(accounts.Clients(url))
    with faulty(url, [Fault("GetAccountAuthorizationDetails", "deny")]) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    assert gaps_of(snapshot, "iam:GetAccountAuthorizationDetails")[0].reason == "AccessDenied"
    assert gaps_of(snapshot, "iam:GetPolicyVersion")[0].reason == "NotCollected"
    assert "s3:GetBucketPolicy" in snapshot.calls


def test_without_the_list_of_buckets_every_bucket_call_is_a_gap(url: str) -> None:
    with faulty(url, [Fault("ListBuckets", "deny")]) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    reasons = {gap.call: gap.reason for gap in snapshot.gaps if gap.call.startswith("s3:")}
    assert reasons == {
        "s3:ListBuckets": "AccessDenied",
        "s3:GetBucketPolicy": "NotCollected",
        "s3:GetBucketAcl": "NotCollected",
        "s3:GetBucketOwnershipControls": "NotCollected",
        "s3:GetPublicAccessBlock": "NotCollected",
    }


def test_a_member_account_may_not_list_accounts(url: str) -> None:
    accounts.Clients(url).organizations.create_organization(FeatureSet="ALL")
    with faulty(url, [Fault("ListAccounts", "deny")]) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    assert "organizations:DescribeOrganization" in snapshot.calls
    assert gaps_of(snapshot, "organizations:ListAccounts")[0].reason == "AccessDenied"


def test_permissions_as_moto_judges_them(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON services answer moto's refusal with the code "403" alone."""
    clients = accounts.Clients(url)
    accounts.small(clients)
    allowed = ["iam:Get*", "iam:GenerateCredentialReport", "iam:ListRoles", "s3:ListAllMyBuckets", "sts:*"]
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": allowed, "Resource": "*"}]}
    clients.iam.put_user_policy(UserName="ann", PolicyName="audit", PolicyDocument=json.dumps(document))
    key = clients.iam.create_access_key(UserName="ann")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    servers.require_permissions(url)
    snapshot = collect_live(endpoint_url=url)
    servers.require_permissions(url, after=None)
    assert snapshot.caller.endswith(":user/ann")
    reasons = {(gap.call, gap.reason) for gap in snapshot.gaps}
    assert ("organizations:DescribeOrganization", "AccessDenied") in reasons
    assert ("iam:ListVirtualMFADevices", "AccessDenied") in reasons
    assert ("s3:GetBucketOwnershipControls", "AccessDenied") in reasons
    assert "iam:ListRoles" in snapshot.calls
    assert "<" not in gaps_of(snapshot, "organizations:DescribeOrganization")[0].detail


def test_bucket_in_another_partition_of_the_world_is_its_own_gap(url: str) -> None:
    def moved(request: Request, real: Reply) -> Reply:
        if "second-bucket" not in request.parameters["Path"]:
            return real
        error = b"<Error><Code>IllegalLocationConstraintException</Code><Message>elsewhere</Message></Error>"
        return Reply(400, error)

    accounts.small(accounts.Clients(url))
    with faulty(url, [Fault("GetBucketAcl", "reply", reply=moved)]) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    (gap,) = gaps_of(snapshot, "s3:GetBucketAcl")
    assert (gap.target, gap.reason) == ("second-bucket", "IllegalLocationConstraintException")


def test_each_bucket_is_asked_in_its_own_region(url: str) -> None:
    def with_region(_: Request, real: Reply) -> Reply:
        named = b"<Name>second-bucket</Name><BucketRegion>eu-central-1</BucketRegion>"
        return real._replace(body=real.body.replace(b"<Name>second-bucket</Name>", named))

    accounts.small(accounts.Clients(url))
    with faulty(url, [Fault("ListBuckets", "reply", reply=with_region)]) as proxy:
        collect_live(endpoint_url=proxy.url)
    regions = {
        request.parameters["Path"]: request.region
        for request in proxy.seen
        if request.action in {"GetBucketPolicy", "GetBucketAcl"}
    }
    assert regions == {"/first-bucket": "us-east-1", "/second-bucket": "eu-central-1"}


def states(*answers: str) -> Fault:
    """GenerateCredentialReport says these states, one after the other, the last for ever."""
    left = list(answers)

    def say(_: Request, real: Reply) -> Reply:
        state = left.pop(0) if len(left) > 1 else left[0]
        start, _tag, rest = real.body.partition(b"<State>")
        return real._replace(body=start + b"<State>" + state.encode() + rest[rest.index(b"</State>") :])

    return Fault("GenerateCredentialReport", "reply", reply=say)


def refused(code: str, times: int | None = None) -> Fault:
    def say(_: Request, __: Reply) -> Reply:
        error = f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
        return Reply(410, error.encode())

    return Fault("GetCredentialReport", "reply", times, say)


def report_of(url: str, clock: Clock, *plan: Fault) -> Snapshot:
    with faulty(url, list(plan)) as proxy:
        return collect(Options(endpoint_url=proxy.url, clock=clock))


def test_the_report_is_waited_for(url: str, clock: Clock, pauses: list[float]) -> None:
    snapshot = report_of(url, clock, states("STARTED", "INPROGRESS", "INPROGRESS", "COMPLETE"))
    assert "iam:GetCredentialReport" in snapshot.calls
    assert [pause for pause in pauses if pause not in GARBLED_DELAYS] == [0.1, 0.2, 0.4]


@pytest.mark.parametrize("code", ["ReportInProgress", "ReportNotPresent", "ReportExpired"])
def test_a_report_that_is_not_there_yet_is_asked_for_again(url: str, clock: Clock, code: str) -> None:
    snapshot = report_of(url, clock, states("COMPLETE"), refused(code, 2))
    assert "iam:GetCredentialReport" in snapshot.calls


def test_waiting_for_the_report_has_an_end(url: str, clock: Clock, pauses: list[float]) -> None:
    snapshot = report_of(url, clock, states("INPROGRESS"))
    (gap,) = gaps_of(snapshot, "iam:GetCredentialReport")
    assert gap.reason == "ReportInProgress"
    assert LONGEST_WAIT <= sum(pauses) < LONGEST_WAIT + 20


def test_another_refusal_of_the_report_is_not_waited_out(url: str, clock: Clock) -> None:
    snapshot = report_of(url, clock, states("COMPLETE"), refused("ServiceFailure"))
    assert gaps_of(snapshot, "iam:GetCredentialReport")[0].reason == "ServiceFailure"


def test_somebody_elses_report_will_do(url: str, clock: Clock) -> None:
    accounts.Clients(url).iam.generate_credential_report()
    snapshot = report_of(url, clock, Fault("GenerateCredentialReport", "deny"))
    assert "iam:GetCredentialReport" in snapshot.calls


def test_no_report_and_none_may_be_made(url: str, clock: Clock) -> None:
    snapshot = report_of(url, clock, Fault("GenerateCredentialReport", "deny"), refused("ReportNotPresent"))
    assert gaps_of(snapshot, "iam:GetCredentialReport")[0].reason == "AccessDenied"


def test_a_report_without_its_heading_is_garbled(url: str, clock: Clock) -> None:
    def headless(_: Request, real: Reply) -> Reply:
        start, _tag, rest = real.body.partition(b"<Content>")
        return real._replace(body=start + b"<Content>aGVsbG8=" + rest[rest.index(b"</Content>") :])

    snapshot = report_of(url, clock, Fault("GetCredentialReport", "reply", reply=headless))
    assert gaps_of(snapshot, "iam:GetCredentialReport")[0].reason == "Garbled"


def test_an_answer_of_another_service_is_garbled(url: str, clock: Clock) -> None:
    def other(_: Request, __: Reply) -> Reply:
        return Reply(200, b"<Hello/>")

    plan = [Fault("ListBuckets", "reply", reply=other), Fault("ListRoles", "reply", reply=other)]
    snapshot = report_of(url, clock, *plan)
    assert gaps_of(snapshot, "s3:ListBuckets")[0].reason == "Garbled"
    assert gaps_of(snapshot, "iam:ListRoles")[0].reason == "Garbled"


def test_secrets_are_never_kept(url: str, clock: Clock) -> None:
    def careless(_: Request, real: Reply) -> Reply:
        seed = b"</SerialNumber><Base32StringSeed>c2VlZA==</Base32StringSeed><QRCodePNG>cGljdHVyZQ==</QRCodePNG>"
        return real._replace(body=real.body.replace(b"</SerialNumber>", seed))

    accounts.small(accounts.Clients(url))
    text = dumps(report_of(url, clock, Fault("ListVirtualMFADevices", "reply", reply=careless)), compress=False)
    assert b"Base32StringSeed" not in text
    assert b"QRCodePNG" not in text
