from __future__ import annotations

import pytest

from judging import hits, names, severity, the_hit, unjudged
from leastwise.checks.core import Limits
from leastwise.checks.role_inactive import role_inactive
from leastwise.results import Severity
from world import FOREIGN, an_account, trust


@pytest.mark.parametrize(
    ("age", "used", "speaks"),
    [
        (200, 100, True),
        (200, 91, True),
        (200, 90, False),
        (200, 1, False),
        (91, None, True),
        (90, None, False),
        (10, None, False),
    ],
)
def test_made_and_used_longer_ago_than_the_limit(age: float, used: float | None, *, speaks: bool) -> None:
    assert bool(hits(role_inactive, an_account().role("r", age=age, used=used).build())) is speaks


def test_no_use_recorded_is_not_never() -> None:
    assert (
        "no use on record, which goes back 400 days"
        in the_hit(role_inactive, an_account().role("r", used=None).build()).message
    )


@pytest.mark.parametrize(
    ("trusted", "attached", "expected"),
    [
        (None, (), Severity.MEDIUM),
        (None, ("AdministratorAccess",), Severity.HIGH),
        (trust({"AWS": FOREIGN}), (), Severity.HIGH),
        (trust({"AWS": FOREIGN}, StringEquals={"sts:ExternalId": "x-42"}), (), Severity.MEDIUM),
    ],
    ids=["plain", "administrator", "outsiders", "outsiders with ExternalId"],
)
def test_power_and_outsiders_raise_it(
    trusted: dict[str, object] | None, attached: tuple[str, ...], expected: Severity
) -> None:
    assert severity(role_inactive, an_account().role("r", trusted, attached=attached, used=None).build()) is expected


def test_reserved_and_service_linked_roles_are_left_to_the_framework() -> None:
    world = an_account().role("s", used=None, path="/aws-service-role/x.amazonaws.com/")
    assert names(role_inactive, world.role("r", used=None, path="/aws-reserved/sso.amazonaws.com/").build()) == [
        "r",
        "s",
    ]


def test_a_role_without_a_date_is_named_not_passed() -> None:
    world = an_account().role("r", used=None)
    world.roles[0]["CreateDate"] = ""
    assert [u.target for u in unjudged(role_inactive, world.build())] == ["arn:aws:iam::123456789012:role/r"]


def test_the_limit_is_an_option() -> None:
    account = an_account().role("r", used=45).build()
    assert hits(role_inactive, account, Limits(inactive_after=44))
    assert not hits(role_inactive, account, Limits(inactive_after=45))
