"""What may this one do? And the quick way agrees with asking about every action."""

from __future__ import annotations

from typing import Any

import pytest

from leastwise import catalog
from leastwise.questions import ask, find, what_can
from leastwise.questions.deciding import decide
from leastwise.questions.what import BECOMES_FULL, CONDITIONAL, EVERYWHERE, SOMEWHERE
from questions.asking import ANN, GET, HOME, IF, MFA, YES, ann, bound, bucket
from world import World, allow, an_account, by_service, deny, document, trust


def reach(world: World, action: str, *, who: str = "ann") -> str:
    account = world.build()
    shares = [s for s in what_can(account, who).shares if s.actions & mask(action)]
    return " ".join(share.reach for share in shares)


def mask(action: str) -> int:
    return catalog.universe().mask(action)


@pytest.mark.parametrize(
    ("world", "action", "expect"),
    [
        (ann(allow("s3:GetObject")), "s3:GetObject", EVERYWHERE),
        (ann(allow("s3:GetObject", "arn:aws:s3:::*")), "s3:GetObject", EVERYWHERE),
        (ann(GET), "s3:GetObject", SOMEWHERE),
        (ann(allow("s3:GetObject"), deny("s3:GetObject", "arn:aws:s3:::b/*")), "s3:GetObject", SOMEWHERE),
        (ann(allow("s3:GetObject", Condition=MFA)), "s3:GetObject", CONDITIONAL),
        (ann(allow("s3:GetObject"), deny("s3:GetObject")), "s3:GetObject", ""),
        (ann(allow("s3:*", "arn:aws:s3:::b/*")), "s3:ListAllMyBuckets", ""),
        (ann(allow("s3:*", "arn:aws:s3:::b/*")), "s3:ListBucket", ""),
        (ann(allow("s3:ListAllMyBuckets")), "s3:ListAllMyBuckets", EVERYWHERE),
        (ann(allow("sts:AssumeRole")).role("r", trust(HOME)), "sts:AssumeRole", SOMEWHERE),
        (ann(allow("sts:AssumeRole")), "sts:AssumeRole", CONDITIONAL),
        (ann().bucket("b", policy=bucket("Allow", {"AWS": ANN})), "s3:GetObject", SOMEWHERE),
        (ann().bucket("b", policy=bucket("Allow", HOME)), "s3:GetObject", ""),
        (an_account().policy("b", document(GET)).user("ann", boundary="b", attached=("AdministratorAccess",)), "s3:GetObject", SOMEWHERE),
    ],
)  # fmt: skip
def test_how_far_an_action_reaches(world: World, action: str, expect: str) -> None:
    assert reach(world, action) == expect


def test_an_administrator_is_told_in_one_line() -> None:
    for who in ("ann", "root"):
        found = what_can(ann(allow("*")).build(), who)
        assert (found.administrator, found.shares) == (True, ())
    found = what_can(ann(allow("*"), deny("s3:*", "arn:aws:s3:::b/*")).build(), "ann")
    assert not found.administrator
    assert found.reaching(SOMEWHERE) & mask("s3:GetObject")
    assert not what_can(bound(ann(allow("*")), document(allow("s3:*"))), "root").administrator


def test_who_can_make_itself_an_administrator_is_told() -> None:
    assert BECOMES_FULL in what_can(an_account().user("ann", attached=("IAMFullAccess",)).build(), "ann").notes
    assert BECOMES_FULL not in what_can(ann(allow("iam:Get*")).build(), "ann").notes


def test_actions_that_the_catalogue_does_not_know_are_listed() -> None:
    found = what_can(ann(allow(["novel:Do", "novel:*", "s3:GetObject"])).build(), "ann")
    assert found.unlisted == ("novel:Do",)


def guarded(*statements: dict[str, Any], rcp: dict[str, Any]) -> World:
    full = document(allow("*"))
    return ann(*statements).organization().scp("full", full).rcp("guard", document({"Principal": "*", **rcp}))


SLEEPY = "/aws-service-role/sleepy.amazonaws.com/"


@pytest.mark.parametrize(
    ("world", "who"),
    [
        (ann(), "ann"),
        (ann().organization().scp("some", document(allow(["s3:*", "sts:*"]))), "root"),
        (ann(allow(["s3:*", "kms:*"], "arn:aws:s3:::b/*"), allow(["sts:*", "iam:*"]), deny("iam:Create*")).role("r", trust(HOME)), "ann"),
        (ann({"Effect": "Perhaps"}), "ann"),
        (an_account().user("ann", inline={"p": document(allow("*")), "q": document({"Effect": "Perhaps"})}), "ann"),
        (ann({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::b/*"}), "ann"),
        (ann(allow("*"), {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::b/*"}), "ann"),
        (an_account().policy("b", document(allow(["s3:Get*", "sts:*"]))).user("ann", boundary="b", attached=("AdministratorAccess",)), "ann"),
        (an_account().group("g", inline={"p": document(allow("*"), deny(["s3:*", "iam:*"], Condition=MFA))}), "group/g"),
        # of two actions that the same statements allow, the bucket's policy speaks of one
        (ann(allow("s3:*", "arn:aws:s3:::b/*")).bucket("b", policy=bucket("Deny", "*", "s3:GetObjectAcl")), "ann"),
        (ann(allow("s3:Put*", "arn:aws:s3:::b/*")).bucket("b", policy=bucket("Allow", {"AWS": ANN}, "s3:Get*", Condition=MFA)), "ann"),
        (ann(allow("s3:Put*", "arn:aws:s3:::b/*")).bucket("b", policy=bucket("Allow", HOME, "s3:*")), "ann"),
        (ann(allow("s3:Put*", "arn:aws:s3:::c/*")).bucket("b", policy={"Statement": 7}), "ann"),
        # RCPs reach some services only, and spare service-linked roles
        (guarded(allow("*"), deny("iam:DeleteUser"), rcp=deny("*")), "ann"),
        (guarded(allow("*"), deny("iam:DeleteUser"), rcp=deny(["s3:*", "kms:*", "sts:*"], Condition=MFA)), "ann"),
        (guarded(rcp=deny("*")).role("r", by_service("sleepy"), path=SLEEPY, inline={"p": document(allow(["s3:*", "iam:*"]))}), "role/r"),
    ],
)  # fmt: skip
def test_the_quick_way_agrees_with_asking_about_every_action(world: World, who: str) -> None:
    account = world.build()
    asker, found = find(account, who), what_can(account, who)
    sure, perhaps = found.reaching(EVERYWHERE) | found.reaching(SOMEWHERE), found.reaching(CONDITIONAL)
    universe = catalog.universe()
    for action in universe.names_of(mask("s3:*") | mask("sts:*") | mask("kms:*") | mask("iam:*")):
        outcome = decide(account, asker, ask(action)).outcome
        told = bool(mask(action) & sure), bool(mask(action) & perhaps)
        assert told == (outcome is YES, outcome is IF), action


def test_every_action_of_the_catalogue_can_be_asked_about() -> None:
    assert [name for name in catalog.universe().names if ask(name).action != name] == []


def test_what_the_rest_of_the_list_leaves_out_is_not_everything() -> None:
    spared = ann({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::b/*"}).build()
    found = what_can(spared, "ann")
    assert not found.administrator
    assert not found.reaching(EVERYWHERE) & mask("s3:GetObject")
    assert found.reaching(SOMEWHERE) & mask("s3:GetObject")
