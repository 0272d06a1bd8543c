from __future__ import annotations

from typing import Any

import pytest

from judging import hits, severity, the_hit, unjudged
from leastwise.checks.organization_role_trusts_stranger import organization_role_trusts_stranger
from leastwise.results import Severity
from world import FOREIGN, World, an_account, by_service, document, trust

MANAGEMENT = "111122223333"
NAME = "OrganizationAccountAccessRole"


def member() -> World:
    found = {"Organization": {"Id": "o-own", "MasterAccountId": MANAGEMENT}}
    return an_account().call("organizations:DescribeOrganization", found)


@pytest.mark.parametrize(
    "trusted",
    [
        trust({"AWS": f"arn:aws:iam::{FOREIGN}:root"}),
        trust({"AWS": [MANAGEMENT, FOREIGN]}),
        trust({"AWS": "*"}),
        trust("*"),
        trust({"AWS": FOREIGN}, StringEquals={"sts:ExternalId": "x-42"}),
        by_service("ec2"),
    ],
    ids=["another account", "also another", "anyone", "everyone", "even with a condition", "a service"],
)
def test_fires_where_it_trusts_more_than_the_management_account(trusted: dict[str, Any]) -> None:
    account = member().role(NAME, trusted).build()
    assert severity(organization_role_trusts_stranger, account) is Severity.CRITICAL
    assert the_hit(organization_role_trusts_stranger, account).evidence


@pytest.mark.parametrize(
    "trusted",
    [
        trust({"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}),
        trust({"AWS": MANAGEMENT}),
        trust({"AWS": [MANAGEMENT, "AROA0123456789EXAMPLE"]}),
        document(*trust({"AWS": MANAGEMENT})["Statement"], {"Effect": "Deny", "Principal": "*", "Action": "*"}),
    ],
    ids=["root", "id", "and somebody deleted", "and denies others"],
)
def test_silent_where_it_trusts_the_management_account_alone(trusted: dict[str, Any]) -> None:
    assert not hits(organization_role_trusts_stranger, member().role(NAME, trusted).build())


def test_silent_on_other_names() -> None:
    assert not hits(organization_role_trusts_stranger, member().role(NAME.lower(), trust({"AWS": FOREIGN})).build())


def test_silent_outside_organizations() -> None:
    assert not hits(organization_role_trusts_stranger, an_account().role(NAME, trust({"AWS": FOREIGN})).build())


def test_an_organization_that_could_not_be_seen_leaves_the_role_unassessed() -> None:
    account = an_account().role(NAME, trust({"AWS": FOREIGN})).gap("organizations:DescribeOrganization").build()
    assert not hits(organization_role_trusts_stranger, account)
    assert [one.target for one in unjudged(organization_role_trusts_stranger, account)] == [
        f"arn:aws:iam::123456789012:role/{NAME}"
    ]


def test_exemption_does_not_spare_it() -> None:
    assert not organization_role_trusts_stranger.spares_exempt
