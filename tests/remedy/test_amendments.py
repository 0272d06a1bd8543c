"""Each kind of change ends a path for good, by the commands that are shown; and each has a case where it is not made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from leastwise.remedy import commands_of, line, sentence, today
from leastwise.remedy.amendment import Kind
from leastwise.remedy.sites import Place
from remedy.changing import ADMIN, EMERGENCY, IAM, MAKE, applied, fits, fleet, in_force, planned, sources
from world import ACCOUNT, FOREIGN, World, allow, an_account, by_service, deny, document, trust

if TYPE_CHECKING:
    from leastwise.remedy import Plan

PASS_ANY = allow("iam:PassRole")


def other_roles(world: World, number: int, service: str = "lambda") -> World:
    for n in range(number):
        world.role(f"job-{n}", by_service(service), inline={"p": document(allow("s3:GetObject", "arn:aws:s3:::x/*"))})
    return world


def spared_fleet() -> World:
    """The administrator is exempt, so that its trust is nobody's to change."""
    return fleet(tags=EMERGENCY)


def ends(world: World, kind: Kind, place: Place) -> Plan:
    """The plan has one change of that kind, ends everything, and does so by its commands, which can be taken back."""
    account = world.build()
    before = in_force(world)
    assert today(account)
    made = planned(account)
    assert [(f.amendment.kind, f.amendment.site.place) for f in made.fixes] == [(kind, place)]
    assert not made.left
    assert not made.consequence.new
    assert fits(account, made.fixes[0].amendment)
    assert not today(applied(world, made).build()), "judged from a new snapshot"
    assert in_force(applied(world, made, back=True)) == before == in_force(world)
    return made


def after_of(made: Plan) -> Any:
    (fix,) = made.fixes
    return fix.amendment.after


def test_a_permission_is_removed_and_the_rest_stays() -> None:
    world = spared_fleet().user("ann", inline={"p": document(allow("iam:PassRole", ADMIN), MAKE)})
    made = ends(world, Kind.REMOVE, Place.INLINE)
    assert after_of(made)["Statement"] == [MAKE]


def test_a_policy_of_which_nothing_is_left_is_deleted() -> None:
    world = an_account().user("ann", inline={"p": document(allow("iam:PutUserPolicy", f"{IAM}:user/ann"))})
    made = ends(world, Kind.REMOVE, Place.INLINE)
    assert after_of(made) is None
    (fix,) = made.fixes
    assert [c[2] for c in commands_of(world.build(), fix.amendment).apply] == ["delete-user-policy"]


def test_roles_that_may_be_passed_are_listed_without_the_administrators() -> None:
    world = other_roles(spared_fleet(), 2).user("ann", inline={"p": document(PASS_ANY, MAKE)})
    made = ends(world, Kind.SCOPE, Place.INLINE)
    passed = [s for s in after_of(made)["Statement"] if s["Action"] == "iam:PassRole"]
    assert passed == [
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": [f"{IAM}:role/job-0", f"{IAM}:role/job-1"]}
    ]


def test_where_the_roles_are_too_many_to_list_the_one_is_denied() -> None:
    world = other_roles(spared_fleet(), 21).user("ann", inline={"p": document(PASS_ANY, MAKE)})
    made = ends(world, Kind.DENY, Place.INLINE)
    assert {"Effect": "Deny", "Action": "iam:PassRole", "Resource": ADMIN} in after_of(made)["Statement"]


def test_where_even_those_to_be_denied_are_too_many_the_service_is_ruled_out() -> None:
    world = an_account()
    for n in range(80):
        name = f"administrator-of-everything-that-there-is-and-will-ever-be-{n:04d}"
        world.role(name, by_service("lambda"), attached=("AdministratorAccess",), tags=EMERGENCY)
    other_roles(world, 21).policy("pass", document(PASS_ANY, MAKE)).user("ann", attached=("pass",))
    made = planned(world.build())
    assert [fix.amendment.kind for fix in made.fixes] == [Kind.CONDITION]
    assert after_of(made)["Statement"][0]["Condition"] == {
        "StringNotEquals": {"iam:PassedToService": "lambda.amazonaws.com"}
    }
    assert not made.left
    assert not today(applied(world, made).build())


def test_a_version_is_made_and_the_old_one_comes_back() -> None:
    world = spared_fleet().policy("p", document(allow("iam:PassRole", ADMIN), MAKE)).user("ann", attached=("p",))
    made = ends(world, Kind.REMOVE, Place.MANAGED)
    (fix,) = made.fixes
    commands = commands_of(world.build(), fix.amendment)
    assert [c[2] for c in commands.apply] == ["create-policy-version"]
    assert [c[2] for c in commands.rollback] == ["set-default-policy-version"]


def test_of_five_versions_the_oldest_that_is_not_in_force_makes_room() -> None:
    old = tuple(document(allow("s3:GetObject", f"arn:aws:s3:::{n}/*")) for n in range(4))
    world = spared_fleet().policy("p", document(allow("iam:PassRole", ADMIN), MAKE), older=old)
    made = ends(world.user("ann", attached=("p",)), Kind.REMOVE, Place.MANAGED)
    (fix,) = made.fixes
    commands = commands_of(world.build(), fix.amendment)
    assert [c[2] for c in commands.apply] == ["delete-policy-version", "create-policy-version"]
    assert commands.apply[0][-1] == "--version-id=v1"
    assert any("v1" in note and "for good" in note for note in commands.notes)


def test_an_old_version_that_can_be_set_again_is_another_way_that_is_closed_too() -> None:
    """The narrower version leaves the old one behind, which whoever may set the default can have back."""
    again = allow(["iam:SetDefaultPolicyVersion", "iam:CreatePolicyVersion"], f"{IAM}:policy/p")
    world = an_account().policy("p", document(again, allow("s3:GetObject"))).user("ann", attached=("p",))
    made = planned(world.build())
    assert not made.left
    assert not today(applied(world, made).build())


def test_a_policy_of_which_nothing_is_left_is_detached_from_all() -> None:
    world = spared_fleet().policy("p", document(allow("iam:PassRole", ADMIN)))
    for name in ("ann", "bob"):
        world.user(name, attached=("p",), inline={"make": document(MAKE)})
    made = ends(world, Kind.REMOVE, Place.MANAGED)
    (fix,) = made.fixes
    assert [c[2] for c in commands_of(world.build(), fix.amendment).apply] == ["detach-user-policy"] * 2


def test_a_policy_of_aws_makes_way_for_a_copy() -> None:
    world = an_account().user("ann", attached=("IAMFullAccess",))
    made = ends(world, Kind.REMOVE, Place.ATTACHED)
    (fix,) = made.fixes
    verbs = [c[2] for c in commands_of(world.build(), fix.amendment).apply]
    assert verbs in (
        ["put-user-policy", "detach-user-policy"],
        ["create-policy", "attach-user-policy", "detach-user-policy"],
    )


def test_a_copy_too_long_beside_the_others_becomes_a_managed_policy() -> None:
    filler = document(*(allow("s3:GetObject", f"arn:aws:s3:::a-bucket-with-a-long-name-{n:03d}/*") for n in range(14)))
    world = an_account().user("ann", attached=("IAMFullAccess",), inline={"filler": filler})
    made = planned(world.build())
    (fix,) = made.fixes
    assert fix.amendment.managed
    verbs = [c[2] for c in commands_of(world.build(), fix.amendment).apply]
    assert verbs == ["create-policy", "attach-user-policy", "detach-user-policy"]
    assert not today(applied(world, made).build())
    assert in_force(applied(world, made, back=True)) == in_force(world)


def test_a_service_is_left_out_of_a_trust_and_the_others_stay() -> None:
    world = an_account().role(
        "admin", trust({"Service": ["lambda.amazonaws.com", "ssm.amazonaws.com"]}), attached=("AdministratorAccess",)
    )
    for name in ("ann", "bob"):
        world.user(name, inline={"p": document(allow("iam:PassRole", ADMIN), MAKE)})
    made = ends(world, Kind.TRUST, Place.TRUST)
    assert after_of(made)["Statement"][0]["Principal"] == {"Service": "ssm.amazonaws.com"}


def test_a_user_is_left_out_of_a_trust_that_names_it() -> None:
    ann, bob = f"{IAM}:user/ann", f"arn:aws:iam::{FOREIGN}:user/bob"
    world = an_account().role("admin", trust({"AWS": [ann, bob]}), attached=("AdministratorAccess",)).user("ann")
    made = ends(world, Kind.TRUST, Place.TRUST)
    assert after_of(made)["Statement"][0]["Principal"] == {"AWS": bob}


def test_a_trust_of_the_account_gets_a_condition_for_those_on_paths_only() -> None:
    world = an_account().role("admin", trust({"AWS": ACCOUNT}), attached=("AdministratorAccess",))
    for name in ("ann", "bob"):
        world.user(name, inline={"p": document(allow("sts:AssumeRole", ADMIN))})
    made = ends(world, Kind.TRUST, Place.TRUST)
    condition = {"ArnNotEquals": {"aws:PrincipalArn": [f"{IAM}:user/ann", f"{IAM}:user/bob"]}}
    assert after_of(made)["Statement"][0]["Condition"] == condition


def test_a_trust_of_everyone_becomes_one_of_the_account() -> None:
    world = an_account().role("admin", trust("*"), attached=("AdministratorAccess",)).user("ann").user("bob")
    made = planned(world.build())
    statement = after_of(made)["Statement"][0]
    assert statement["Principal"] == {"AWS": f"{IAM}:root"}
    assert not today(applied(world, made).build())


def test_a_trust_in_which_nobody_is_left_lets_nobody_in() -> None:
    world = an_account().role("admin", trust({"AWS": f"{IAM}:user/ann"}), attached=("AdministratorAccess",)).user("ann")
    made = ends(world, Kind.TRUST, Place.TRUST)
    assert [s["Effect"] for s in after_of(made)["Statement"]] == ["Deny"]


def test_what_two_documents_grant_is_denied() -> None:
    both = document(allow("iam:PassRole", ADMIN), MAKE)
    world = spared_fleet().user("ann", inline={"p": both, "q": both})
    made = ends(world, Kind.DENY, Place.ADDED)
    assert after_of(made)["Statement"] == [deny("iam:PassRole", ADMIN)]


def test_a_deny_that_could_be_taken_away_again_is_not_enough() -> None:
    """Who may delete its own inline policies is not stopped by one of them."""
    both = document(allow("iam:PassRole", ADMIN), MAKE, allow("iam:DeleteUserPolicy", f"{IAM}:user/ann"))
    world = spared_fleet().user("ann", inline={"p": both, "q": both})
    made = planned(world.build())
    assert sources(applied(world, made).build()) == {p.source.name for p in made.left}


@pytest.mark.parametrize("spared", [{"tags": EMERGENCY}, {"path": "/aws-reserved/sso.amazonaws.com/"}])
def test_nothing_that_meets_the_exempt_or_what_aws_owns_is_changed(spared: dict[str, Any]) -> None:
    """Neither its own policies nor one that it shares: there the others get a Deny of their own."""
    shared = spared_fleet().policy("p", document(allow("iam:PassRole", ADMIN), MAKE))
    shared.role("kept", trust({"AWS": FOREIGN}), attached=("p",), **spared).user("ann", attached=("p",))
    made = planned(shared.build())
    assert [(f.amendment.site.place, f.amendment.site.holder) for f in made.fixes] == [(Place.ADDED, f"{IAM}:user/ann")]
    assert {path.source.name for path in made.left} <= {"kept"}


def test_a_group_with_an_exempt_member_is_not_changed() -> None:
    world = spared_fleet().group("team", inline={"g": document(allow("iam:PassRole", ADMIN), MAKE)})
    world.user("ann", groups=("team",)).user("glass", groups=("team",), tags=EMERGENCY)
    assert [f.amendment.site.place for f in planned(world.build()).fixes] == [Place.ADDED]


def test_a_policy_that_also_bounds_somebody_is_never_taken_away() -> None:
    world = spared_fleet().policy("p", document(allow("iam:PassRole", ADMIN)))
    world.user("ann", attached=("p",), inline={"make": document(MAKE)})
    world.user("bob", boundary="p", inline={"all": document(allow("*"))})
    account = world.build()
    made = planned(account)
    assert all(fix.amendment.after is not None for fix in made.fixes)
    assert not made.consequence.new
    assert not today(applied(world, made).build())


def test_a_document_that_cannot_be_read_is_not_changed() -> None:
    world = spared_fleet().user(
        "ann", inline={"p": document(allow("iam:PassRole", ADMIN), MAKE), "odd": {"Statement": 1}}
    )
    made = planned(world.build())
    assert all(fix.amendment.name != "odd" for fix in made.fixes)


def test_a_new_name_is_one_that_is_free() -> None:
    both = document(allow("iam:PassRole", ADMIN), MAKE)
    mine = {"p": both, "q": both, "leastwise-fix": document(allow("s3:GetObject", "arn:aws:s3:::x/*"))}
    made = ends(spared_fleet().user("ann", inline=mine), Kind.DENY, Place.ADDED)
    assert made.fixes[0].amendment.name == "leastwise-fix-2"


@pytest.mark.parametrize("name", ["-x", "a=b", "a,b@c.d", "--policy-name"])
def test_names_that_look_like_options_stay_names(name: str) -> None:
    world = an_account().user(name, inline={name: document(allow("iam:PutUserPolicy", f"{IAM}:user/{name}"), MAKE)})
    ends(world, Kind.REMOVE, Place.INLINE)


@pytest.mark.parametrize(
    "name", ["file:///etc/passwd", "a b", "'; rm -rf ~; '", "$(id)", "`id`", "a\nb", "e\u202eve", ""]
)
def test_a_name_that_iam_would_not_take_gets_no_command(name: str) -> None:
    world = an_account().user("ann", inline={name: document(allow("iam:PutUserPolicy", f"{IAM}:user/ann"), MAKE)})
    account = world.build()
    for fix in planned(account).fixes:
        commands = commands_of(account, fix.amendment)
        assert (commands.apply, commands.rollback) == ((), ())
        assert "none that IAM accepts" in commands.notes[0]
        assert sentence(fix)


def test_documents_are_quoted_whatever_they_say() -> None:
    nasty = "arn:aws:s3:::'$(id)`id`\"\\\n\u202e/*"
    world = an_account().user(
        "ann", inline={"p": document(allow("iam:PutUserPolicy", f"{IAM}:user/ann"), allow("s3:Get*", nasty))}
    )
    made = ends(world, Kind.REMOVE, Place.INLINE)
    (fix,) = made.fixes
    (command,) = commands_of(world.build(), fix.amendment).apply
    assert line(command).isascii()
    assert line(command).isprintable()
