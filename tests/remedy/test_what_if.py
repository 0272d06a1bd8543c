"""Accounts changed on paper and judged again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise.escalation import find_paths
from leastwise.leastprivilege.permission import Permission
from leastwise.remedy import Amendment, amend, amended, plan, today, what_if
from leastwise.remedy.amendment import Kind
from leastwise.remedy.causes import Demand
from leastwise.remedy.consequence import NO_EVIDENCE
from leastwise.remedy.sites import Place, Site
from remedy.changing import ADMIN, IAM, MAKE, applied, fleet, planned, sources
from world import allow, an_account, by_service, deny, document, user_of

if TYPE_CHECKING:
    from leastwise.account.model import Account

ANN = f"{IAM}:user/ann"


def taken(account: Account, name: str, action: str, resource: str = "*") -> Amendment:
    """Ann's inline policy of that name without the permission."""
    made = amend(account, Site(Place.INLINE, ANN, name), [Demand(Permission(action, resource))])
    assert made
    return made


def test_the_path_is_gone_and_its_principal_freed() -> None:
    account = fleet().user("ann", inline={"p": document(allow("iam:PassRole", ADMIN), MAKE)}).build()
    found = what_if(account, [taken(account, "p", "iam:PassRole", ADMIN)])
    assert found.gone == found.ended == today(account)
    assert (found.remaining, found.uncovered, found.new, found.after) == ((), (), (), ())
    assert found.freed == (ANN,)
    assert (found.lost, found.evidence) == ((), NO_EVIDENCE)


def test_another_way_that_comes_to_light_is_no_end() -> None:
    """An audit lists a principal's shortest ways; the longer one was there all the time."""
    world = fleet().role(
        "hop", by_service("lambda"), inline={"p": document(allow("iam:PutRolePolicy", f"{IAM}:role/hop"))}
    )
    own = {
        "p": document(allow("iam:PutUserPolicy", ANN)),
        "q": document(allow("iam:PassRole", f"{IAM}:role/hop"), MAKE),
    }
    account = world.user("ann", inline=own).build()
    found = what_if(account, [taken(account, "p", "iam:PutUserPolicy", ANN)])
    assert [path.source.name for path in found.gone] == ["ann"]
    assert [len(path.edges) for path in found.uncovered] == [2] * len(found.uncovered) != []
    assert found.ended == ()
    assert ANN not in found.freed
    assert found.new == ()


def test_paths_of_others_remain() -> None:
    world = fleet().user("ann", inline={"p": document(allow("iam:PassRole", ADMIN), MAKE)})
    account = world.user("bob", inline={"p": document(allow("iam:PutUserPolicy", f"{IAM}:user/bob"))}).build()
    found = what_if(account, [taken(account, "p", "iam:PassRole", ADMIN)])
    assert {path.source.name for path in found.remaining} == {"bob"}


def test_a_change_that_opened_a_way_would_be_told() -> None:
    """No change that is offered widens; this one is made by hand."""
    account = an_account().user("ann", inline={"p": document(deny("iam:*"), allow("iam:PutUserPolicy", ANN))}).build()
    assert today(account) == ()
    wide = document(allow("iam:PutUserPolicy", ANN))
    by_hand = Amendment(site=Site(Place.INLINE, ANN, "p"), kind=Kind.REMOVE, before={}, after=wide, name="p")
    found = what_if(account, [by_hand])
    assert [path.source.name for path in found.new] == ["ann"]


def test_the_account_itself_stays_as_it_is_and_nothing_leaks_into_the_paper() -> None:
    account = fleet().user("ann", inline={"p": document(allow("iam:PassRole", ADMIN), MAKE)}).build()
    before = find_paths(account)
    paper = amended(account, [taken(account, "p", "iam:PassRole", ADMIN)])
    assert [path.escalates for path in find_paths(paper)] == [False] * len(find_paths(paper))
    assert find_paths(account) == before == find_paths(msgspec.structs.replace(account, memo={}))
    assert user_of(paper, "ann") is not user_of(account, "ann")


def test_who_was_no_part_of_it_keeps_what_was_worked_out_where_the_caller_says_so() -> None:
    world = fleet().user("bob").user("ann", inline={"p": document(allow("iam:PassRole", ADMIN), MAKE)})
    account = world.build()
    find_paths(account)
    paper = amended(account, [taken(account, "p", "iam:PassRole", ADMIN)], forget=())
    assert user_of(paper, "bob") is user_of(account, "bob")
    assert user_of(paper, "ann").memo == {}


def test_a_members_group_is_the_one_that_was_changed() -> None:
    world = fleet().group("team", inline={"g": document(allow("iam:PassRole", ADMIN), MAKE)})
    account = world.user("ann", groups=("team",)).user("bob").build()
    made = planned(account)
    paper = amended(account, [fix.amendment for fix in made.fixes], forget=())
    assert user_of(paper, "ann").groups == paper.groups
    assert user_of(paper, "bob") is user_of(account, "bob")


def test_a_change_of_a_boundary_policy_meets_those_it_bounds() -> None:
    world = fleet().policy("p", document(allow(["iam:PassRole", "s3:*"]), MAKE)).user("ann", attached=("p",))
    account = world.user("bob", boundary="p", inline={"all": document(allow("*"))}).build()
    made = amend(account, Site(Place.MANAGED, "", f"{IAM}:policy/p"), [Demand(Permission("iam:PassRole", ADMIN))])
    assert made
    paper = amended(account, [made])
    assert user_of(paper, "bob").boundary is paper.policies[f"{IAM}:policy/p"].document
    assert len(paper.policies[f"{IAM}:policy/p"].versions) == 2


def test_only_what_is_wanted_is_ended() -> None:
    world = fleet().user("ann", inline={"p": document(allow("iam:PassRole", ADMIN), MAKE)})
    account = world.user("bob", inline={"p": document(allow("iam:PutUserPolicy", f"{IAM}:user/bob"))}).build()
    mine = tuple(path for path in today(account) if path.source.name == "bob")
    made = plan(account, mine, lambda path: path.source.name == "bob")
    assert {fix.amendment.site.holder for fix in made.fixes} == {f"{IAM}:user/bob"}
    assert sources(applied(world, made).build()) == {"ann"}


def test_what_is_longer_goes_with_what_is_shorter() -> None:
    """Many may bear two roles, one of which becomes administrator: its own policy is the one to change."""
    world = an_account().role(
        "hop", by_service("lambda"), inline={"p": document(allow("iam:PutRolePolicy", f"{IAM}:role/hop"))}
    )
    for name in ("ann", "bob", "cy"):
        world.user(name, inline={"p": document(allow("iam:PassRole"), MAKE)})
    account = world.build()
    assert len(today(account)) > len(account.users)
    (fix,) = planned(account).fixes
    assert (fix.amendment.site.holder, len(fix.ends)) == (f"{IAM}:role/hop", len(today(account)))
