"""What the checks of trust and buckets do not reach by themselves."""

from __future__ import annotations

from typing import Any

from leastwise.catalog import universe
from leastwise.exposure import Exposure, by_outsider, exposures
from world import FOREIGN, an_account, document, role_of

ASSUME = {"Effect": "Allow", "Principal": {"AWS": FOREIGN}, "Action": ["sts:AssumeRole", "sts:TagSession"]}


def found(*statements: dict[str, Any], wanted: str = "sts:*", unseen: bool = False) -> list[Exposure]:
    world = an_account().role("r", document(*statements))
    account = (world.gap("organizations:DescribeOrganization") if unseen else world).build()
    return list(exposures(account, role_of(account, "r").trust, universe().mask(wanted)))


def refuse(**more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", **more}


def test_a_deny_takes_only_its_actions() -> None:
    (one,) = found(ASSUME, refuse())
    assert universe().names_of(one.actions) == ["sts:TagSession"]


def test_a_deny_that_bounds_a_part_bounds_not_the_rest() -> None:
    (one,) = found(ASSUME, refuse(Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}))
    assert one.bounds == ()
    assert universe().names_of(one.actions) == ["sts:AssumeRole", "sts:TagSession"]


def test_a_deny_for_an_unseen_organization_is_an_assumption() -> None:
    outside = refuse(Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-own"}})
    (one,) = found(ASSUME, outside, wanted="sts:AssumeRole", unseen=True)
    assert "o-own" in one.assumes[0]
    assert not one.is_public


def test_a_deny_without_principals_meets_nobody() -> None:
    nobody = refuse()
    del nobody["Principal"]
    assert found(ASSUME, nobody, wanted="sts:AssumeRole")


def test_a_deny_that_spares_some_resources_is_not_counted_on() -> None:
    elsewhere = {"Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": "arn:aws:s3:::b/*"}
    assert found(ASSUME, elsewhere, wanted="sts:AssumeRole")


def test_a_deny_never_lets_in() -> None:
    assert not found(refuse(Principal={"AWS": FOREIGN}))


def test_a_condition_that_never_holds_lets_nobody_in() -> None:
    assert not found({**ASSUME, "Condition": {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}})


def test_outsiders_in_words() -> None:
    named = f"arn:aws:iam::{FOREIGN}:role/x"
    ways = by_outsider(found({**ASSUME, "Principal": {"AWS": [FOREIGN, named, "*"]}}, ASSUME))
    assert [one.text for one in ways] == ["anyone", f"account {FOREIGN}", named]
    assert [len(each) for each in ways.values()] == [1, 2, 1]
    assert [one.is_anyone for one in ways] == [True, False, False]
