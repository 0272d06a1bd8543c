"""When principals last used what: asked of a stand-in for Access Advisor, and what becomes of it where that fails."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from collect import accounts
from collect.advisor import GENERATE, GET, Advisor, service
from collect.conftest import NOW
from leastwise.account.build import build
from leastwise.account.last_accessed import CALL
from leastwise.audit import audit
from leastwise.cli.scan import exit_code
from leastwise.collect import last_accessed
from leastwise.collect.clock import Clock
from leastwise.collect.live import collect, collect_live
from leastwise.collect.options import Options
from leastwise.collect.session import Aws
from leastwise.snapshot import dumps, loads
from servers import ACCOUNT, Fault, faulty

if TYPE_CHECKING:
    from leastwise.collect.query import Part
    from leastwise.snapshot import Snapshot

USED = "2026-01-20T10:00:00Z"


@pytest.fixture
def clock(pauses: list[float]) -> Clock:
    """A clock that only waiting moves."""
    return Clock(now=lambda: NOW + timedelta(seconds=sum(pauses)), sleep=pauses.append)


def arn(kind: str, name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"


ASKED = {arn("user", "ann"), arn("user", "bob"), arn("group", "team"), arn("role", "worker")}


def take(url: str, advisor: Advisor, clock: Clock, *more: Fault) -> Snapshot:
    """The whole snapshot of the account at the server, the stand-in before it."""
    with faulty(url, [*more, *advisor.plan]) as proxy:
        return collect(Options(endpoint_url=proxy.url, clock=clock, last_accessed=True))


def reports(url: str, advisor: Advisor, clock: Clock, *arns: str) -> Part:
    """Only the reports of these principals."""
    with faulty(url, advisor.plan) as proxy, closing(Aws(Options(endpoint_url=proxy.url, clock=clock))) as aws:
        return last_accessed.reports(aws, list(arns))


def gaps(snapshot: Snapshot) -> list[tuple[str | None, str]]:
    return [(gap.target, gap.reason) for gap in snapshot.gaps if gap.call == CALL]


@pytest.fixture
def account(url: str) -> str:
    accounts.small(accounts.Clients(url))
    return url


def test_nothing_of_it_is_asked_unless_it_is_wanted(account: str) -> None:
    with faulty(account, Advisor().plan) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    assert not {GENERATE, GET} & {*proxy.actions}
    assert CALL not in snapshot.calls
    assert gaps(snapshot) == []


def test_each_user_group_and_role_has_its_report_in_the_shape_of_aws(account: str, clock: Clock) -> None:
    pages = [[service("ec2")], [service("s3", USED, CreateBucket="", ListAllMyBuckets=USED)]]
    snapshot = take(account, Advisor(pages={"bob": pages}), clock)
    held = msgspec.json.decode(snapshot.calls[CALL])
    assert held.keys() == ASKED
    assert held[arn("user", "bob")] == {
        "JobStatus": "COMPLETED",
        "JobType": "ACTION_LEVEL",
        "JobCompletionDate": "2026-01-31T08:59:00Z",
        "ServicesLastAccessed": [
            {"ServiceName": "Amazon EC2", "ServiceNamespace": "ec2", "TotalAuthenticatedEntities": 0},
            {
                "ServiceName": "Amazon S3",
                "ServiceNamespace": "s3",
                "LastAuthenticated": USED,
                "TotalAuthenticatedEntities": 1,
                "TrackedActionsLastAccessed": [
                    {"ActionName": "CreateBucket"},
                    {"ActionName": "ListAllMyBuckets", "LastAccessedTime": USED},
                ],
            },
        ],
    }
    assert gaps(snapshot) == []


def test_same_state_gives_the_same_bytes_and_reads_back(account: str, clock: Clock, pauses: list[float]) -> None:
    advisor = Advisor(pages={"ann": [[service("s3", USED)]]})
    once = dumps(take(account, advisor, clock), compress=True)
    pauses.clear()  # at the same time again
    again = dumps(take(account, advisor, clock), compress=True)
    assert once == again
    assert b"job-" not in dumps(loads(once), compress=False)
    user = next(user for user in build(loads(once)).users if user.name == "ann")
    assert build(loads(once)).last_accessed.of(user.arn, user.created) is not None


def test_the_exempt_are_not_asked_about(url: str, clock: Clock) -> None:
    build_with = accounts.Clients(url).iam
    build_with.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")
    build_with.create_user(UserName="glass", Tags=[{"Key": "EmergencyAccess", "Value": "true"}])
    build_with.create_user(UserName="plain", Tags=[{"Key": "EmergencyAccess", "Value": "no"}])
    build_with.create_role(
        RoleName="OrganizationAccountAccessRole", AssumeRolePolicyDocument=json.dumps(accounts.TRUST)
    )
    advisor = Advisor()
    take(url, advisor, clock)
    assert advisor.begun == [arn("user", "plain")]


def test_an_account_without_principals_has_an_empty_answer(url: str, clock: Clock) -> None:
    snapshot = take(url, Advisor(), clock)
    assert msgspec.json.decode(snapshot.calls[CALL]) == {}
    assert gaps(snapshot) == []


def test_jobs_are_asked_for_until_they_are_done_with_growing_pauses(
    url: str, clock: Clock, pauses: list[float]
) -> None:
    part = reports(url, Advisor(rounds=5), clock, arn("user", "ann"))
    assert part.calls[CALL].keys() == {arn("user", "ann")}
    assert pauses == [1, 2, 4, 8, 8, 8]


def test_the_first_goes_alone_and_then_only_so_many_are_under_way(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_accessed, "AT_ONCE", 3)
    arns = [arn("user", f"u{number}") for number in range(8)]
    advisor = Advisor()
    part = reports(url, advisor, clock, *arns)
    assert list(part.calls[CALL]) == arns
    assert (advisor.most, len(advisor.begun)) == (3, 8)


@pytest.mark.parametrize(
    ("advisor", "reason"),
    [
        (Advisor(states={"bob": "FAILED"}), "InternalFailure"),
        (Advisor(states={"bob": "IN_PROGRESS"}), "Unfinished"),
        (Advisor(states={"bob": "ODD"}), "Garbled"),
        (Advisor(denied=frozenset({"bob"})), "AccessDenied"),
    ],
    ids=["failed", "never ends", "unknown state", "denied"],
)
def test_one_principal_without_a_report_is_a_gap_and_the_audit_goes_on(
    account: str, clock: Clock, pauses: list[float], advisor: Advisor, reason: str
) -> None:
    snapshot = take(account, advisor, clock)
    assert msgspec.json.decode(snapshot.calls[CALL]).keys() == ASKED - {arn("user", "bob")}
    assert gaps(snapshot) == [(arn("user", "bob"), reason)]
    assert exit_code(audit(snapshot), fail_on="critical", strict=True) == 4
    assert exit_code(audit(snapshot), fail_on="never", strict=False) == 0
    assert sum(pauses) < 200


def test_when_no_job_ends_patience_ends_and_nothing_more_is_begun(
    url: str, clock: Clock, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_accessed, "AT_ONCE", 2)
    arns = [arn("user", name) for name in "abcd"]
    advisor = Advisor(states=dict.fromkeys("abcd", "IN_PROGRESS"))
    part = reports(url, advisor, clock, *arns)
    assert part.calls == {}
    assert [(failure.target, failure.reason) for failure in part.failures] == [(None, "Unfinished")]
    assert len(advisor.begun) == 2
    assert 120 <= sum(pauses) < 120 + last_accessed.LONGEST_PAUSE


def test_patience_ends_too_where_jobs_trickle_in(
    url: str, clock: Clock, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_accessed, "AT_ONCE", 1)
    monkeypatch.setattr(last_accessed, "PATIENCE", timedelta(seconds=20))
    arns = [arn("user", name) for name in "abcdefgh"]
    part = reports(url, Advisor(rounds=3), clock, *arns)
    assert {failure.reason for failure in part.failures} == {"Unfinished"}
    assert list(part.calls[CALL]) == arns[: len(part.calls[CALL])]
    assert 28 <= sum(pauses) < 28 + last_accessed.LONGEST_PAUSE


def test_what_is_denied_for_all_is_one_gap(account: str, clock: Clock) -> None:
    snapshot = take(account, Advisor(), clock, Fault(GENERATE, "deny"))
    assert gaps(snapshot) == [(None, "AccessDenied")]
    assert next(gap for gap in snapshot.gaps if gap.call == CALL).detail.startswith(
        "none of the 4 reports could be had"
    )
    assert CALL not in snapshot.calls


@pytest.mark.parametrize("kind", ["html", "none"])
def test_an_endpoint_without_the_call_is_asked_once(account: str, clock: Clock, kind: str) -> None:
    plan = [Fault(GENERATE, kind)] if kind != "none" else []  # moto itself answers with a web page
    with faulty(account, plan) as proxy:
        snapshot = collect(Options(endpoint_url=proxy.url, clock=clock, last_accessed=True))
    assert gaps(snapshot) == [(None, "Unsupported")]
    assert proxy.actions.count(GENERATE) <= 4
    assert GET not in proxy.actions


@pytest.mark.parametrize("action", [GENERATE, GET])
@pytest.mark.parametrize("kind", ["throttle", "reset"])
def test_what_fails_in_passing_is_asked_again(account: str, clock: Clock, action: str, kind: str) -> None:
    snapshot = take(account, Advisor(), clock, Fault(action, kind, times=1))
    assert msgspec.json.decode(snapshot.calls[CALL]).keys() == ASKED
    assert gaps(snapshot) == []


def test_a_page_that_is_missing_leaves_no_half_report(url: str, clock: Clock) -> None:
    advisor = Advisor(pages={"ann": [[service("s3")], [service("ec2")]]})
    whole = advisor.plan[1].reply
    assert whole is not None
    broken = Fault(
        GET, "reply", reply=lambda request, real: real if "Marker" in request.parameters else whole(request, real)
    )
    plan = [advisor.plan[0], broken]
    with faulty(url, plan) as proxy, closing(Aws(Options(endpoint_url=proxy.url, clock=clock))) as aws:
        part = last_accessed.reports(aws, [arn("user", "bob"), arn("user", "ann")])
    assert part.calls[CALL].keys() == {arn("user", "bob")}
    assert [failure.target for failure in part.failures] == [arn("user", "ann")]


def test_without_the_principals_there_is_nobody_to_ask_about(account: str, clock: Clock) -> None:
    snapshot = take(account, Advisor(), clock, Fault("GetAccountAuthorizationDetails", "deny"))
    assert gaps(snapshot) == [(None, "NotCollected")]
