"""Hops from one account into another: both sides must say yes, each within what its organization leaves."""

from __future__ import annotations

from typing import Any

import pytest

from leastwise.escalation.frontier import frontier_paths
from leastwise.escalation.paths import paths_of, paths_to
from leastwise.escalation.realm import Realm
from leastwise.results import Path, Verdict
from world import ACCOUNT, FOREIGN, World, allow, an_account, deny, document, trust

BOSS = f"arn:aws:iam::{FOREIGN}:role/boss"
EVE = f"arn:aws:iam::{ACCOUNT}:user/eve"
WALK = allow("sts:AssumeRole", BOSS)
EVERYTHING = document(allow("*"))
OWN_ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-own"}}


def home(*statements: dict[str, Any]) -> World:
    return an_account().user("eve", inline={"p": document(*statements)})


def abroad(principal: Any, **condition: Any) -> World:
    return an_account(FOREIGN).role("boss", trust(principal, **condition), attached=("AdministratorAccess",))


def eves(*worlds: World) -> list[Path]:
    found = paths_of(Realm([world.build() for world in worlds]))
    return [path for path in found if path.source.arn == EVE and path.escalates]


@pytest.mark.parametrize("principal", [EVE, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", "*"])
def test_both_sides_say_yes(principal: str) -> None:
    (path,) = eves(home(WALK), abroad({"AWS": principal}))
    assert path.verdict is Verdict.PROVEN
    assert path.target.arn == BOSS
    (edge,) = path.edges
    assert [str(used) for used in edge.permissions] == [f"sts:AssumeRole on {BOSS}"]
    assert [e.document for used in edge.permissions for e in used.evidence] == [EVE]
    assert [e.document for e in edge.trust] == [BOSS]


@pytest.mark.parametrize(
    ("own", "trusted"),
    [
        ((allow("s3:*"),), EVE),
        ((allow("sts:AssumeRole", BOSS + "-2"),), EVE),
        ((WALK, deny("sts:*")), EVE),
        ((WALK,), EVE + "-2"),
        ((WALK,), "arn:aws:iam::111122223333:root"),
    ],
    ids=["no permission", "on another role", "denied", "trusts another user", "trusts another account"],
)
def test_one_side_is_not_enough(own: tuple[dict[str, Any], ...], trusted: str) -> None:
    assert not eves(home(*own), abroad({"AWS": trusted}))


def test_in_one_account_a_trust_that_names_the_user_is_enough_and_abroad_it_is_not() -> None:
    at_home = home(allow("s3:*")).role("boss", trust({"AWS": EVE}), attached=("AdministratorAccess",))
    assert eves(at_home)
    assert not eves(home(allow("s3:*")), abroad({"AWS": EVE}))


def test_without_the_other_account_there_is_no_path() -> None:
    assert not eves(home(WALK))


def test_the_scps_of_the_caller_count_and_those_of_the_role_do_not() -> None:
    forbids = document(allow("*"), deny("sts:AssumeRole"))
    assert not eves(home(WALK).scp("no", forbids), abroad({"AWS": EVE}))
    assert eves(home(WALK), abroad({"AWS": EVE}).scp("no", forbids))


def test_the_rcps_of_the_role_count_and_those_of_the_caller_do_not() -> None:
    guards = document({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"})
    assert not eves(home(WALK), abroad({"AWS": EVE}).rcp("no", guards))
    assert eves(home(WALK).rcp("no", guards), abroad({"AWS": EVE}))


def test_the_organization_of_the_caller_settles_a_condition_on_it() -> None:
    unseen = home(WALK).gap("organizations:DescribeOrganization")
    (open_one,) = eves(unseen, abroad({"AWS": "*"}, **OWN_ORGANIZATION))
    assert open_one.verdict is Verdict.CONDITIONAL
    (path,) = eves(home(WALK).organization(), abroad({"AWS": "*"}, **OWN_ORGANIZATION))
    assert path.verdict is Verdict.PROVEN
    assert not eves(home(WALK), abroad({"AWS": "*"}, **OWN_ORGANIZATION))


def test_the_organization_of_the_role_tells_that_of_a_caller_who_does_not_know_it() -> None:
    unseen = home(WALK).gap("organizations:DescribeOrganization")
    knows = abroad({"AWS": "*"}, **OWN_ORGANIZATION).organization()
    members = {"Accounts": [{"Id": ACCOUNT}, {"Id": FOREIGN}]}
    (path,) = eves(unseen, knows.call("organizations:ListAccounts", members))
    assert path.verdict is Verdict.PROVEN


def test_a_condition_that_no_snapshot_shows_leaves_it_open() -> None:
    (path,) = eves(home(WALK), abroad({"AWS": EVE}, StringEquals={"sts:ExternalId": "x-42"}))
    assert path.verdict is Verdict.CONDITIONAL
    assert "sts:ExternalId" in " ".join(path.edges[0].conditions)


def test_a_path_goes_on_in_the_other_account() -> None:
    door = trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    there = an_account(FOREIGN).role("door", door, inline={"p": document(allow("sts:AssumeRole", BOSS))})
    there.role("boss", trust({"AWS": f"arn:aws:iam::{FOREIGN}:root"}), inline={"p": EVERYTHING})
    (path,) = eves(home(allow("sts:AssumeRole", f"arn:aws:iam::{FOREIGN}:role/*")), there)
    assert path.verdict is Verdict.PROVEN
    assert [edge.target.rpartition("/")[2] for edge in path.edges] == ["door", "boss"]


# where the view ends


def laterals(*worlds: World) -> list[Path]:
    found = paths_of(Realm([world.build() for world in worlds]))
    return [path for path in found if path.source.arn == EVE and path.verdict is Verdict.LATERAL]


def test_a_role_of_another_account_that_is_no_administrator_is_lateral() -> None:
    reader = an_account(FOREIGN).role("boss", trust({"AWS": EVE}), attached=("ReadOnlyAccess",))
    (path,) = laterals(home(WALK), reader)
    assert (path.target.arn, path.edges[0].verdict) == (BOSS, Verdict.PROVEN)
    assert not laterals(home(allow("s3:*")), reader)


def test_an_account_that_was_not_given_is_a_frontier_and_is_named() -> None:
    (path,) = frontier_paths(Realm([home(WALK).build()]))
    assert (path.source.arn, path.target.arn, path.verdict) == (EVE, BOSS, Verdict.LATERAL)
    (edge,) = path.edges
    assert edge.verdict is Verdict.CONDITIONAL
    assert edge.conditions == (f"account {FOREIGN} lets it in (no snapshot of it was given)",)
    assert [e.document for used in edge.permissions for e in used.evidence] == [EVE]


@pytest.mark.parametrize(
    "own",
    [
        (allow("sts:AssumeRole"),),
        (allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/x"),),
        (allow("sts:GetSessionToken", BOSS),),
        (WALK, deny("sts:*")),
    ],
    ids=["any role", "own role", "another action", "denied"],
)
def test_where_no_other_account_is_named_or_it_is_denied_there_is_no_frontier(own: tuple[dict[str, Any], ...]) -> None:
    assert frontier_paths(Realm([home(*own).build()])) == ()


def test_an_account_that_was_given_is_no_frontier() -> None:
    assert frontier_paths(Realm([home(WALK).build(), an_account(FOREIGN).build()])) == ()


# to somebody in particular


def test_paths_lead_to_a_principal_of_another_account() -> None:
    there = abroad({"AWS": f"arn:aws:iam::{ACCOUNT}:role/middle"})
    here = home(allow("iam:UpdateAssumeRolePolicy"), allow("sts:AssumeRole"))
    here.role("middle", trust({"AWS": f"arn:aws:iam::{ACCOUNT}:user/bob"}), inline={"p": document(WALK)})
    realm = Realm([here.build(), there.build()])
    (path,) = [path for path in paths_to(realm, BOSS) if path.source.arn == EVE]
    assert [edge.method for edge in path.edges] == ["iam-012", "sts-001"]
    assert path.verdict is Verdict.PROVEN
    assert not paths_to(realm, f"arn:aws:iam::{FOREIGN}:role/none")


def test_whoever_can_only_perhaps_become_administrator_of_an_account_has_a_conditional_path() -> None:
    perhaps = document(allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    there = an_account(FOREIGN).role("boss", trust({"AWS": EVE}), inline={"p": perhaps})
    realm = Realm([home(WALK).build(), there.build()])
    (path,) = [path for path in paths_to(realm, f"arn:aws:iam::{FOREIGN}:root") if path.source.arn == EVE]
    assert path.verdict is Verdict.CONDITIONAL
    assert "aws:MultiFactorAuthPresent" in " ".join(path.edges[-1].conditions)
