"""SCPs and RCPs as a live account tells them: level by level, in few calls, with gaps where it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from collect import accounts
from leastwise.account.build import build
from leastwise.account.guardrails import ATTACHED, POLICY, RCP, SCP
from leastwise.audit import audit
from leastwise.cli.scan import exit_code
from leastwise.collect.live import collect_live
from leastwise.collect.organizations import PARENTS
from servers import ACCOUNT, Fault, Reply, Request, faulty

if TYPE_CHECKING:
    from leastwise.snapshot import Snapshot

DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}
GUARD = {"Version": "2012-10-17", "Statement": [{**DENY["Statement"][0], "Action": "s3:*", "Principal": "*"}]}  # type: ignore[dict-item]
OURS = {PARENTS.call, ATTACHED, POLICY}


def seen(snapshot: Snapshot, call: str) -> Any:
    return msgspec.json.decode(snapshot.calls[call])


def gaps(snapshot: Snapshot) -> list[tuple[str, str | None, str]]:
    return [(gap.call, gap.target, gap.reason) for gap in snapshot.gaps if gap.call in OURS]


def names(levels: Any) -> list[list[str]]:
    return [[document.name for document in level] for level in levels]


def test_each_level_from_the_root_to_the_account(url: str) -> None:
    organization = accounts.joined(url, ACCOUNT)
    deny = organization.attach("no-iam", SCP, DENY, organization.unit)
    organization.attach("guard", RCP, GUARD, ACCOUNT)
    with faulty(url, []) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    root, unit = organization.root, organization.unit
    assert seen(snapshot, PARENTS.call) == {
        ACCOUNT: {"Parents": [{"Id": unit, "Type": "ORGANIZATIONAL_UNIT"}]},
        unit: {"Parents": [{"Id": root, "Type": "ROOT"}]},
    }
    assert list(seen(snapshot, ATTACHED)) == [
        f"{level}/{kind}" for kind in (SCP, RCP) for level in (root, unit, ACCOUNT)
    ]
    assert seen(snapshot, POLICY)[deny]["Policy"]["Content"] == DENY
    assert gaps(snapshot) == []
    counts = [proxy.actions.count(call.partition(":")[2]) for call in (PARENTS.call, ATTACHED, POLICY)]
    assert counts == [2, 6, 4]
    account = build(snapshot)
    assert names(account.scps) == [["FullAWSAccess"], ["FullAWSAccess", "no-iam"], ["FullAWSAccess"]]
    assert names(account.rcps) == [["RCPFullAWSAccess"], ["RCPFullAWSAccess"], ["RCPFullAWSAccess", "guard"]]
    assert account.scps is not None
    assert (account.scps[1][1].source, account.scps[1][1].at) == (POLICY, f"/{deny}/Policy/Content")


@pytest.mark.parametrize("managing", [True, False])
def test_no_call_is_made_where_none_are_in_force(url: str, managing: bool) -> None:
    if managing:
        accounts.Clients(url).organizations.create_organization(FeatureSet="ALL")
    with faulty(url, []) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    assert not {call.partition(":")[2] for call in OURS} & set(proxy.actions)
    assert [seen(snapshot, call) for call in sorted(OURS)] == [{}, {}, {}]
    account = build(snapshot)
    assert (account.scps, account.rcps, account.is_management) == ((), (), managing)


def test_a_member_that_may_not_ask_is_audited_without_them(url: str) -> None:
    accounts.joined(url, ACCOUNT)
    with faulty(url, [Fault("ListParents", "deny")]) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    assert sorted(gaps(snapshot)) == [
        (POLICY, None, "NotCollected"),
        (PARENTS.call, None, "AccessDenied"),
        (ATTACHED, None, "NotCollected"),
    ]
    account = build(snapshot)
    assert (account.scps, account.rcps) == (None, None)
    report = audit(snapshot)
    assert exit_code(report, fail_on="high", strict=False) == 0
    assert report.layers_considered == ()
    assert report.layers_not_considered[:2] == ("SCPs", "RCPs")


def test_a_line_that_breaks_off_still_gives_the_levels_below(url: str) -> None:
    def denied_above(request: Request, real: Reply) -> Reply:
        if request.parameters["ChildId"] == ACCOUNT:
            return real
        return Reply(400, b'{"__type": "AccessDeniedException"}', "application/x-amz-json-1.1")

    organization = accounts.joined(url, ACCOUNT)
    with faulty(url, [Fault("ListParents", "reply", reply=denied_above)]) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    assert gaps(snapshot) == [(PARENTS.call, organization.unit, "AccessDeniedException")]
    assert names(build(snapshot).scps) == [["FullAWSAccess"], ["FullAWSAccess"]]


@pytest.mark.parametrize("of", [SCP, RCP])
def test_a_type_that_may_not_be_listed_leaves_the_other(url: str, of: str) -> None:
    def refused(request: Request, real: Reply) -> Reply:
        if request.parameters["Filter"] != of:
            return real
        return Reply(400, b'{"__type": "InvalidInputException"}', "application/x-amz-json-1.1")

    organization = accounts.joined(url, ACCOUNT)
    with faulty(url, [Fault("ListPoliciesForTarget", "reply", reply=refused)]) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    levels = sorted((organization.root, organization.unit, ACCOUNT))
    assert gaps(snapshot) == [(ATTACHED, f"{level}/{of}", "InvalidInputException") for level in levels]
    account = build(snapshot)
    assert (account.scps is None, account.rcps is None) == (of == SCP, of == RCP)


def test_a_type_that_is_not_enabled_is_an_answer(url: str) -> None:
    def off(_: Request, __: Reply) -> Reply:
        return Reply(400, b'{"__type": "PolicyTypeNotEnabledException"}', "application/x-amz-json-1.1")

    accounts.joined(url, ACCOUNT)
    with faulty(url, [Fault("ListPoliciesForTarget", "reply", reply=off)]) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    account = build(snapshot)
    assert gaps(snapshot) == []
    assert (account.scps, account.rcps) == ((), ())


def test_policies_that_may_not_be_described_are_gaps_and_not_considered(url: str) -> None:
    accounts.joined(url, ACCOUNT)
    with faulty(url, [Fault("DescribePolicy", "deny")]) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    assert gaps(snapshot) == [
        (POLICY, "p-FullAWSAccess", "AccessDenied"),
        (POLICY, "p-RCPFullAWSAccess", "AccessDenied"),
    ]
    account = build(snapshot)
    assert (account.scps, account.rcps) == (None, None)


def test_content_that_is_no_json_is_a_gap_of_its_policy(url: str) -> None:
    def broken(_: Request, real: Reply) -> Reply:
        return real._replace(body=real.body.replace(b'"Content": "{', b'"Content": "'))

    accounts.joined(url, ACCOUNT)
    with faulty(url, [Fault("DescribePolicy", "reply", reply=broken)]) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    assert {(target, reason) for _, target, reason in gaps(snapshot)} == {
        ("p-FullAWSAccess", "Garbled"),
        ("p-RCPFullAWSAccess", "Garbled"),
    }


def test_outside_organizations_nothing_is_above_the_account(url: str) -> None:
    """DescribeOrganization may be denied where ListParents answers that there is none."""
    with faulty(
        url, [Fault("DescribeOrganization", "deny"), Fault("ListParents", "reply", reply=_no_organization)]
    ) as proxy:
        snapshot = collect_live(endpoint_url=proxy.url)
    assert seen(snapshot, PARENTS.call) == {ACCOUNT: {"Parents": []}}
    assert seen(snapshot, ATTACHED) == {}
    assert gaps(snapshot) == []


def _no_organization(_: Request, __: Reply) -> Reply:
    return Reply(400, b'{"__type": "AWSOrganizationsNotInUseException"}', "application/x-amz-json-1.1")
