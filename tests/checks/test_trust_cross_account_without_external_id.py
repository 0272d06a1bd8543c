from __future__ import annotations

from typing import Any

import pytest

from judging import hits, is_certain, severity, the_hit, unjudged
from leastwise.checks.trust_cross_account_without_external_id import trust_cross_account_without_external_id
from leastwise.results import Severity
from world import ACCOUNT, FOREIGN, World, allow, an_account, deny, document, trust

CHECK = trust_cross_account_without_external_id
SIBLING = "111122223333"
ID = {"sts:ExternalId": "x-42"}


def role(trusted: Any, **more: Any) -> World:
    return an_account().role("r", trusted, **more)


def member(trusted: Any) -> World:
    """A role in an account of the organization o-own, which has one sibling."""
    world = role(trusted).call("organizations:ListAccounts", {"Accounts": [{"Id": ACCOUNT}, {"Id": SIBLING}]})
    found = {"Organization": {"Id": "o-own", "MasterAccountId": SIBLING}}
    return world.call("organizations:DescribeOrganization", found)


def open_to(trusted: Any) -> list[str]:
    return [hit.discriminator for hit in hits(CHECK, role(trusted).build())]


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ({"AWS": FOREIGN}, [FOREIGN]),
        ({"AWS": [FOREIGN]}, [FOREIGN]),
        ({"AWS": f"arn:aws:iam::{FOREIGN}:root"}, [FOREIGN]),
        ({"AWS": [FOREIGN, f"arn:aws:iam::{FOREIGN}:root"]}, [FOREIGN]),
        ({"AWS": f"arn:aws:iam::{FOREIGN}:user/eve"}, [f"arn:aws:iam::{FOREIGN}:user/eve"]),
        ({"AWS": f"arn:aws:iam::{FOREIGN}:role/deploy"}, [f"arn:aws:iam::{FOREIGN}:role/deploy"]),
        ({"AWS": f"arn:aws:sts::{FOREIGN}:assumed-role/a/s"}, [f"arn:aws:sts::{FOREIGN}:assumed-role/a/s"]),
        ({"AWS": "*"}, ["*"]),
        ("*", ["*"]),
        ({"AWS": [ACCOUNT, FOREIGN, "*"], "Service": "ec2.amazonaws.com"}, ["*", FOREIGN]),
    ],
)
def test_fires_on_each_outsider_alone(principal: Any, expected: list[str]) -> None:
    assert open_to(trust(principal)) == expected


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": ACCOUNT},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:user/ann"},
        {"AWS": "AROA0123456789EXAMPLE"},
        {"AWS": "AIDA0123456789EXAMPLE"},
        {"Service": "ec2.amazonaws.com"},
        {"Federated": "arn:aws:iam::123456789012:saml-provider/idp"},
    ],
)
def test_silent_on_who_is_no_outsider(principal: Any) -> None:
    assert open_to(trust(principal)) == []


def test_not_principal_lets_in_everybody_else() -> None:
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    assert open_to(document(statement)) == ["*"]


def test_a_statement_may_stand_alone_without_a_list() -> None:
    assert open_to({"Version": "2012-10-17", "Statement": trust({"AWS": FOREIGN})["Statement"][0]}) == [FOREIGN]


def test_silent_where_the_statement_does_not_let_assume() -> None:
    assert open_to(trust({"AWS": FOREIGN}, action="sts:TagSession")) == []
    assert open_to(trust({"AWS": FOREIGN}, action="sts:*")) == [FOREIGN]


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"sts:ExternalId": "x-42"}},
        {"StringEquals": {"STS:externalid": ["x-42", "y-43"]}},
        {"StringLike": {"sts:ExternalId": "x-42"}},
        {"StringEquals": {"sts:ExternalId": "x-42"}, "Bool": {"aws:SecureTransport": "true"}},
        {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
    ],
)
def test_silent_under_a_fixed_external_id_or_own_account(condition: dict[str, Any]) -> None:
    assert open_to(trust({"AWS": FOREIGN}, **condition)) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"StringLike": {"sts:ExternalId": "*"}},
        {"StringLike": {"sts:ExternalId": "x-*"}},
        {"StringLike": {"sts:ExternalId": ["x-42", "*"]}},
        {"StringNotEquals": {"sts:ExternalId": "x-42"}},
        {"StringEqualsIfExists": {"sts:ExternalId": "x-42"}},
        {"ForAllValues:StringEquals": {"sts:ExternalId": "x-42"}},
        {"Null": {"sts:ExternalId": "false"}},
        {"StringEquals": {"sts:ExternalId": ""}},
        {"StringEquals": {"aws:PrincipalAccount": FOREIGN}},
        {"StringLike": {"aws:PrincipalAccount": "*"}},
        {"StringEquals": {"aws:ResourceAccount": ACCOUNT}},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringLike": {"aws:PrincipalOrgID": "*"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-own"}},
        {"ArnLike": {"aws:PrincipalArn": "*"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
        {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
    ],
    ids=lambda c: f"{next(iter(c))} {c[next(iter(c))]}",
)
def test_conditions_that_count_for_nothing(condition: dict[str, Any]) -> None:
    account = role(trust({"AWS": FOREIGN}, **condition)).build()
    assert severity(CHECK, account) is Severity.HIGH
    assert is_certain(CHECK, account)


@pytest.mark.parametrize(
    "condition",
    [
        {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{FOREIGN}:role/deploy"}},
        {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{FOREIGN}:role/deploy-*"}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-theirs"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}},
        {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}},
    ],
    ids=lambda c: f"{next(iter(c))} {next(iter(c[next(iter(c))]))}",
)
def test_other_bounds_lower_it_but_do_not_silence(condition: dict[str, Any]) -> None:
    hit = the_hit(CHECK, role(trust({"AWS": FOREIGN}, **condition)).build())
    assert hit.severity is Severity.MEDIUM
    assert hit.because.startswith("only where ")


def test_severity_follows_who_and_what() -> None:
    admin = ("AdministratorAccess",)
    assert severity(CHECK, role(trust({"AWS": FOREIGN})).build()) is Severity.HIGH
    assert severity(CHECK, role(trust({"AWS": "*"})).build()) is Severity.CRITICAL
    assert severity(CHECK, role(trust({"AWS": FOREIGN}), attached=admin).build()) is Severity.CRITICAL


def test_anyone_under_a_fixed_bound_is_not_anyone() -> None:
    one: dict[str, Any] = {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/deploy"}}
    assert severity(CHECK, role(trust("*", **one)).build()) is Severity.MEDIUM
    assert severity(CHECK, role(trust("*", ArnLike={"aws:PrincipalArn": "*"})).build()) is Severity.CRITICAL
    assert severity(CHECK, role(trust("*", Bool={"aws:MultiFactorAuthPresent": "true"})).build()) is Severity.HIGH


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": "o-own"}},
        {"StringLike": {"aws:PrincipalOrgID": "o-own"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-own/r-1/*"}},
        {"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": ["o-own/r-1/ou-1/", "o-own/r-1/ou-2/"]}},
        {"StringEquals": {"aws:PrincipalAccount": [ACCOUNT, SIBLING]}},
    ],
)
def test_silent_within_the_own_organization(condition: dict[str, Any]) -> None:
    assert not hits(CHECK, member(trust("*", **condition)).build())


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": ["o-own", "o-theirs"]}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-*/r-1/*"}},
        {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-own/*"}},
    ],
)
def test_other_organizations_are_not_the_own(condition: dict[str, Any]) -> None:
    assert hits(CHECK, member(trust("*", **condition)).build())


def test_own_organizations_accounts_are_no_outsiders_when_known() -> None:
    assert not hits(CHECK, member(trust({"AWS": SIBLING})).build())
    assert hits(CHECK, role(trust({"AWS": SIBLING})).build())


def test_an_organization_that_could_not_be_seen_makes_it_conditional() -> None:
    trusted = trust("*", StringEquals={"aws:PrincipalOrgID": "o-own"})
    account = role(trusted).gap("organizations:DescribeOrganization").build()
    assert not is_certain(CHECK, account)
    assert "o-own" in the_hit(CHECK, account).assumes[0]


def test_a_missing_organization_qualifies_no_other_finding() -> None:
    assert is_certain(CHECK, role(trust({"AWS": FOREIGN})).gap("organizations:DescribeOrganization").build())


def denied(**more: Any) -> dict[str, Any]:
    body = trust({"AWS": FOREIGN})
    refusal = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", **more}
    return {**body, "Statement": [*body["Statement"], refusal]}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"Principal": {"AWS": FOREIGN}},
        {"Action": "sts:*"},
        {"Condition": {"StringNotEquals": {"sts:ExternalId": "x-42"}}},
        {"Condition": {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}},
        {
            "Condition": {
                "StringNotEqualsIfExists": {"aws:PrincipalAccount": ACCOUNT},
                "Bool": {"aws:PrincipalIsAWSService": "false"},
            }
        },
    ],
    ids=["everyone", "this account", "more actions", "but with ExternalId", "but own account", "but own or service"],
)
def test_silent_where_a_deny_turns_the_outsider_away(more: dict[str, Any]) -> None:
    assert open_to(denied(**more)) == []


@pytest.mark.parametrize(
    "more",
    [
        {"Principal": {"AWS": "444455556666"}},
        {"Action": "sts:TagSession"},
        {"Condition": {"StringEquals": {"sts:ExternalId": "x-42"}}},
        {"Condition": {"StringNotLike": {"sts:ExternalId": "*"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Condition": {"ForAnyValue:StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}},
    ],
    ids=[
        "another account",
        "another action",
        "the wrong way round",
        "wildcard",
        "plain HTTP",
        "who has no value passes",
    ],
)
def test_a_deny_that_spares_the_outsider_changes_nothing(more: dict[str, Any]) -> None:
    assert severity(CHECK, role(denied(**more)).build()) is Severity.HIGH


def test_a_deny_may_bound_as_well() -> None:
    no_mfa = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    assert severity(CHECK, role(denied(Condition=no_mfa)).build()) is Severity.MEDIUM


def test_not_principal_with_deny_spares_whom_it_lists() -> None:
    def refusing_all_but(*spared: str) -> dict[str, Any]:
        body = denied()
        del body["Statement"][1]["Principal"]
        body["Statement"][1]["NotPrincipal"] = {"AWS": list(spared)}
        return body

    assert open_to(refusing_all_but(ACCOUNT)) == []
    assert open_to(refusing_all_but(ACCOUNT, f"arn:aws:iam::{FOREIGN}:role/x")) == [FOREIGN]
    assert open_to(refusing_all_but("*")) == [FOREIGN]


def test_of_two_ways_in_the_easier_counts() -> None:
    bounded = trust({"AWS": FOREIGN}, Bool={"aws:MultiFactorAuthPresent": "true"})["Statement"]
    plain = trust({"AWS": FOREIGN})["Statement"]
    hit = the_hit(CHECK, role(document(*bounded, *plain)).build())
    assert hit.severity is Severity.HIGH
    assert len(hit.evidence) == 2


def test_an_unreadable_trust_is_named_not_passed() -> None:
    (one,) = unjudged(CHECK, role({"Statement": "nonsense"}).build())
    assert one.target == f"arn:aws:iam::{ACCOUNT}:role/r"


def test_exempt_roles_are_left_to_the_framework() -> None:
    assert hits(CHECK, an_account().role("OrganizationAccountAccessRole", trust({"AWS": FOREIGN})).build())


def test_the_roles_own_permissions_do_not_matter() -> None:
    assert open_to(trust({"AWS": FOREIGN})) == [FOREIGN]
    assert hits(CHECK, role(trust({"AWS": FOREIGN}), inline={"p": document(allow("*"), deny("*"))}).build())
