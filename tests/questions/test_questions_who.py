"""Who may do that?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leastwise.questions import Circumstances, ask, can, find, who_can
from questions.asking import ANN, ASSUME, GET, HOME, IF, MFA, NO, OBJECT, ROLE, YES, ann, asked, bound, bucket
from world import ACCOUNT, World, allow, an_account, by_service, deny, document, trust

if TYPE_CHECKING:
    from leastwise.questions import Who


def names(who: Who) -> tuple[set[str], set[str]]:
    return {v.principal for v in who.allowed}, {v.principal for v in who.conditional}


def a_crowd() -> World:
    return (
        an_account()
        .group("g", inline={"p": document(GET)})
        .user("ann", groups=("g",))
        .user("bob", inline={"p": document(GET, deny("s3:GetObject"))})
        .user("cat", inline={"p": document({**GET, "Condition": MFA})})
        .user("dan", inline={"p": document(allow("s3:PutObject"))})
        .user("eve", inline={"p": document({"Effect": "Perhaps"})})
        .role("guest", by_service("ec2"))
    )


def test_who_may_read() -> None:
    who = who_can(a_crowd().build(), ask("s3:GetObject", OBJECT))
    assert (*names(who), who.others) == ({"user/ann"}, {"user/cat", "user/eve"}, 3)
    assert who.conditional[0].conditions == ("Bool aws:MultiFactorAuthPresent = true",)


def test_who_may_read_with_a_second_factor() -> None:
    given = Circumstances(known={"aws:MultiFactorAuthPresent": ("true",)})
    assert names(who_can(a_crowd().build(), ask("s3:GetObject"), given))[0] == {"user/ann", "user/cat"}


@pytest.mark.parametrize("resource", [OBJECT, None])
def test_the_policy_of_a_bucket_counts(resource: str | None) -> None:
    world = a_crowd().bucket("b", policy=bucket("Allow", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/guest"}))
    assert names(who_can(world.build(), ask("s3:GetObject", resource)))[0] == {"user/ann", "role/guest"}
    world = a_crowd().bucket("b", policy=bucket("Allow", "*"))
    assert names(who_can(world.build(), ask("s3:GetObject", resource)))[0] == {
        "user/ann", "user/cat", "user/dan", "role/guest",
    }  # fmt: skip


@pytest.mark.parametrize("resource", [ROLE, f"arn:aws:iam::{ACCOUNT}:role/*"])
def test_trust_counts(resource: str) -> None:
    world = an_account().user("ann").user("bob", inline={"p": document(ASSUME)}).user("cat")
    assert names(who_can(world.role("r", trust({"AWS": ANN})).build(), ask("sts:AssumeRole", resource)))[0] == {
        "user/ann"
    }
    world = an_account().user("ann").user("bob", inline={"p": document(ASSUME)}).role("r", trust(HOME))
    assert names(who_can(world.build(), ask("sts:AssumeRole", resource)))[0] == {"user/bob"}


def test_an_scp_counts_for_all() -> None:
    account = bound(a_crowd(), document(allow("*"), deny("s3:GetObject")))
    assert names(who_can(account, ask("s3:GetObject"))) == (set(), set())


def test_everybody_may_ask_who_it_is() -> None:
    assert who_can(a_crowd().build(), ask("sts:GetCallerIdentity")).others == 0


OF_STS = ("sts:AssumeRole", "sts:GetCallerIdentity", "sts:GetFederationToken", "sts:GetSessionToken", "sts:TagSession")


def test_who_agrees_with_can() -> None:
    account = a_crowd().bucket("b", policy=bucket("Allow", HOME)).role("r", trust(HOME)).build()
    for action in (*OF_STS, "s3:GetObject", "s3:PutObject", "s3:PutBucketPolicy", "iam:CreateUser", "novel:Do"):
        sure, perhaps = names(who_can(account, ask(action)))
        for holder in account.principals:
            name = find(account, holder.arn).name
            outcome = can(account, holder.arn, ask(action)).outcome
            assert (outcome is YES, outcome is IF) == (name in sure, name in perhaps), (action, name)


def test_a_bucket_policy_that_cannot_be_read_leaves_it_open_for_all() -> None:
    world = ann().bucket("b", policy={"Statement": 7})
    for resource in (OBJECT, None):
        assert asked(world, "s3:GetObject", resource).outcome is IF
        assert names(who_can(world.build(), ask("s3:GetObject", resource))) == (set(), {"user/ann"})
    assert asked(world, "s3:GetObject", "arn:aws:s3:::c/key").outcome is NO
