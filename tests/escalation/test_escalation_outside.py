"""Ways in from outside: each kind of source fires, and its near miss stays silent."""

from __future__ import annotations

from typing import Any

import pytest

from leastwise.escalation import external_paths
from leastwise.escalation.outside import all_external_paths, external_paths_to
from leastwise.escalation.realm import Realm, alone
from leastwise.results import Kind, Path, Verdict
from world import ACCOUNT, FOREIGN, World, allow, an_account, by_service, deny, document, trust

VENDOR = f"arn:aws:iam::{FOREIGN}:role/scanner"
ROOT = f"arn:aws:iam::{FOREIGN}:root"
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/okta"
SUB = "token.actions.githubusercontent.com:sub"
AUDIENCE = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
MAIN = "repo:acme/app:ref:refs/heads/main"
ADMIN = ("AdministratorAccess",)
WITH_TOKEN = "sts:AssumeRoleWithWebIdentity"


def ways(trusted: dict[str, Any], world: World | None = None) -> tuple[Path, ...]:
    """The ways in to an administrator's role that trusts so."""
    return external_paths((world or an_account()).role("boss", trusted, attached=ADMIN).build())


@pytest.mark.parametrize(
    ("trusted", "kind", "name", "verdict"),
    [
        (trust({"AWS": ROOT}), Kind.ACCOUNT, FOREIGN, Verdict.CONDITIONAL),
        (trust({"AWS": FOREIGN}), Kind.ACCOUNT, FOREIGN, Verdict.CONDITIONAL),
        (trust({"AWS": VENDOR}), Kind.ROLE, "scanner", Verdict.CONDITIONAL),
        (trust({"AWS": f"arn:aws:iam::{FOREIGN}:user/bob"}), Kind.USER, "bob", Verdict.CONDITIONAL),
        (
            trust({"AWS": f"arn:aws:sts::{FOREIGN}:assumed-role/scanner/run"}),
            Kind.ROLE,
            "scanner/run",
            Verdict.CONDITIONAL,
        ),
        (trust("*"), Kind.ANYONE, "anyone", Verdict.PROVEN),
        (trust({"AWS": "*"}, "sts:*"), Kind.ANYONE, "anyone", Verdict.PROVEN),
        (trust("*", StringEquals={"aws:PrincipalAccount": FOREIGN}), Kind.ACCOUNT, FOREIGN, Verdict.CONDITIONAL),
        (trust("*", ArnLike={"aws:PrincipalArn": f"{ROOT[:-4]}role/x-*"}), Kind.ACCOUNT, FOREIGN, Verdict.CONDITIONAL),
        (trust("*", StringEquals={"aws:PrincipalOrgID": "o-2"}), Kind.ORGANIZATION, "o-2", Verdict.CONDITIONAL),
        (
            trust({"Federated": GITHUB}, WITH_TOKEN, StringEquals={SUB: MAIN, **AUDIENCE}),
            Kind.PROVIDER,
            f"token.actions.githubusercontent.com, {MAIN}",
            Verdict.PROVEN,
        ),
        (
            trust({"Federated": GITHUB}, WITH_TOKEN, StringEquals=AUDIENCE),
            Kind.PROVIDER,
            "token.actions.githubusercontent.com, any subject",
            Verdict.PROVEN,
        ),
        (
            trust({"Federated": GITHUB}, WITH_TOKEN, StringLike={SUB: "*"}),
            Kind.PROVIDER,
            "token.actions.githubusercontent.com, any subject",
            Verdict.PROVEN,
        ),
        (
            trust({"Federated": "cognito-identity.amazonaws.com"}, WITH_TOKEN, StringEquals={"cognito-identity.amazonaws.com:amr": "unauthenticated"}),
            Kind.PROVIDER,
            "cognito-identity.amazonaws.com, amr unauthenticated",
            Verdict.PROVEN,
        ),
        (
            trust({"Federated": SAML}, "sts:AssumeRoleWithSAML", StringEquals={"SAML:aud": "https://signin.aws.amazon.com/saml"}),
            Kind.PROVIDER,
            "okta, any subject",
            Verdict.PROVEN,
        ),
        (
            trust({"Federated": SAML}, "sts:AssumeRoleWithSAML", StringEquals={"SAML:sub": "ann@acme.com"}),
            Kind.PROVIDER,
            "okta, ann@acme.com",
            Verdict.PROVEN,
        ),
    ],
)  # fmt: skip
def test_each_kind_of_source_is_let_in(trusted: dict[str, Any], kind: Kind, name: str, verdict: Verdict) -> None:
    (path,) = ways(trusted)
    assert (path.source.kind, path.source.name, path.verdict) == (kind, name, verdict)
    assert path.target.name == "boss"
    (edge,) = path.edges
    assert edge.source == path.source.arn
    assert edge.commands[0].startswith("aws sts assume-role")
    assert [e.pointer for e in edge.trust] == ["/RoleDetailList/0/AssumeRolePolicyDocument/Statement/0"]


@pytest.mark.parametrize(
    "trusted",
    [
        by_service("ec2"),
        trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        trust({"AWS": ACCOUNT}),
        trust({"AWS": "AROA1234567890"}),
        trust({"AWS": ROOT}, "sts:TagSession"),
        trust("*", "sts:TagSession"),
        trust({"AWS": ROOT}, Bool={"aws:PrincipalIsAWSService": "true"}),
        trust({"AWS": VENDOR}, StringEquals={"aws:PrincipalArn": "arn:aws:iam::999988887777:role/other"}),
        trust("*", StringEquals={"aws:PrincipalAccount": ACCOUNT}),
        trust("*", ArnEquals={"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/x"}),
        trust({"Federated": GITHUB}, "sts:AssumeRole", StringEquals={SUB: MAIN}),
        trust({"Federated": GITHUB}, WITH_TOKEN, StringEquals={SUB: MAIN}, StringLike={SUB: "repo:other/*"}),
        trust({"Federated": GITHUB}, WITH_TOKEN, Bool={"aws:PrincipalIsAWSService": "true"}),
        trust({"Federated": SAML}, WITH_TOKEN),
        document(
            {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"},
            {"Effect": "Deny", "Principal": "*", "Action": "sts:*", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}},
        ),
    ],
    ids=[
        "service", "own root", "own id", "deleted principal", "only tags", "only tags of anyone", "services alone", "another name",
        "own account", "own role", "wrong action", "no such subject", "services with a token", "SAML by token", "denied",
    ],
)  # fmt: skip
def test_a_near_miss_is_let_in_by_nobody(trusted: dict[str, Any]) -> None:
    assert ways(trusted) == ()


def test_an_external_id_leaves_it_open_and_is_named_and_so_is_the_account() -> None:
    (path,) = ways(trust({"AWS": ROOT}, StringEquals={"sts:ExternalId": "x-42"}))
    assert path.edges[0].conditions == (
        "StringEquals sts:ExternalId = x-42",
        f"account {FOREIGN} lets it assume arn:aws:iam::{ACCOUNT}:role/boss (no snapshot of it was given)",
    )
    (anyone,) = ways(trust("*", StringEquals={"sts:ExternalId": "x-42"}))
    assert (anyone.source.kind, anyone.verdict) == (Kind.ANYONE, Verdict.CONDITIONAL)


def test_each_pinned_subject_is_a_source_of_its_own() -> None:
    found = ways(trust({"Federated": GITHUB}, WITH_TOKEN, StringLike={SUB: [MAIN, "repo:acme/*"]}))
    assert [path.source.arn for path in found] == [f"{GITHUB}#repo:acme/*", f"{GITHUB}#{MAIN}"]


@pytest.mark.parametrize(("member", "lets_in"), [(FOREIGN, True), ("111122223333", False)])
def test_a_demand_for_the_own_organization_lets_in_its_own_accounts_only(member: str, lets_in: bool) -> None:
    world = an_account().organization().call("organizations:ListAccounts", {"Accounts": [{"Id": member}]})
    assert bool(ways(trust({"AWS": ROOT}, StringEquals={"aws:PrincipalOrgID": "o-own"}), world)) is lets_in


def test_an_account_of_which_nothing_is_known_may_be_of_the_own_organization() -> None:
    world = an_account().organization().gap("organizations:ListAccounts")
    (path,) = ways(trust({"AWS": ROOT}, StringEquals={"aws:PrincipalOrgID": "o-own"}), world)
    assert path.edges[0].conditions[0] == "StringEquals aws:PrincipalOrgID = o-own"


def test_of_which_other_organization_a_stranger_is_nobody_knows() -> None:
    world = an_account().organization().call("organizations:ListAccounts", {"Accounts": [{"Id": "111122223333"}]})
    (path,) = ways(trust({"AWS": ROOT}, StringEquals={"aws:PrincipalOrgID": "o-other"}), world)
    assert path.edges[0].conditions[0] == "StringEquals aws:PrincipalOrgID = o-other"


def test_an_rcp_shuts_strangers_out() -> None:
    world = an_account().organization()
    guard = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-own"}}
    world.rcp("own", document({**deny("sts:AssumeRole"), "Principal": "*", "Condition": guard}))
    assert not ways(trust("*"), world)


def test_a_way_in_goes_on_to_an_administrator() -> None:
    world = an_account().role("door", trust("*"), inline={"p": document(allow("sts:AssumeRole"))})
    own = trust({"AWS": f"arn:aws:iam::{ACCOUNT}:role/door"})
    (path,) = ways(own, world)
    assert [edge.target.rpartition("/")[2] for edge in path.edges] == ["door", "boss"]
    assert path.verdict is Verdict.PROVEN


def test_a_way_in_that_leads_to_no_administrator_is_lateral_and_is_reported_when_anybody_has_it() -> None:
    named = an_account().role("reader", trust({"AWS": ROOT}), attached=("ReadOnlyAccess",)).build()
    assert external_paths(named) == ()
    assert [path.verdict for path in all_external_paths(alone(named))] == [Verdict.LATERAL]
    world = an_account().role("reader", trust({"Federated": GITHUB}, WITH_TOKEN), attached=("ReadOnlyAccess",))
    assert [path.verdict for path in external_paths(world.build())] == [Verdict.LATERAL]
    own_directory = trust({"Federated": SAML}, "sts:AssumeRoleWithSAML")
    assert external_paths(an_account().role("reader", own_directory, attached=("ReadOnlyAccess",)).build()) == ()


def test_an_account_that_is_given_is_a_source_as_far_as_its_scps_let_it() -> None:
    boss = an_account().role("boss", trust({"AWS": [ROOT, VENDOR]}), attached=ADMIN).build()
    foreign = an_account(FOREIGN).role("scanner")
    (path,) = all_external_paths(Realm((boss, foreign.build())))
    assert (path.source.name, path.verdict, path.edges[0].conditions) == (FOREIGN, Verdict.PROVEN, ())
    forbidden = an_account(FOREIGN).scp("no", document(allow("*"), deny("sts:AssumeRole"))).build()
    assert not all_external_paths(Realm((boss, forbidden)))


def test_a_principal_that_the_given_account_does_not_have_is_nobody() -> None:
    boss = an_account().role("boss", trust({"AWS": VENDOR}), attached=ADMIN).build()
    assert all_external_paths(Realm((boss, an_account(FOREIGN).role("scanner").build())))
    assert not all_external_paths(Realm((boss, an_account(FOREIGN).role("other").build())))


def test_the_organization_of_a_given_account_counts() -> None:
    demand = trust({"AWS": ROOT}, StringEquals={"aws:PrincipalOrgID": "o-own"})
    boss = an_account().role("boss", demand, attached=ADMIN).build()
    assert all_external_paths(Realm((boss, an_account(FOREIGN).organization().build())))
    assert not all_external_paths(Realm((boss, an_account(FOREIGN).build())))


def test_ways_in_to_one_principal_only() -> None:
    world = an_account().role("boss", trust({"AWS": ROOT}), attached=ADMIN).role("other", trust({"AWS": VENDOR}))
    realm = alone(world.build())
    boss, other = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("boss", "other"))
    assert [(path.source.arn, path.edges[-1].target) for path in external_paths_to(realm, boss)] == [(ROOT, boss)]
    assert realm.holder(other) is not None
    assert realm.holder(VENDOR) is None
    assert realm.home_of(boss) is realm.accounts[ACCOUNT]
    assert realm.home_of(VENDOR) is None


def test_anyone_of_an_organization_that_nobody_names() -> None:
    world = an_account().organization().call("organizations:ListAccounts", {"Accounts": [{"Id": "111122223333"}]})
    demand = trust({"Federated": GITHUB}, WITH_TOKEN, StringEquals={"aws:PrincipalOrgID": "o-other"})
    (path,) = ways(demand, world)
    assert path.verdict is Verdict.CONDITIONAL
