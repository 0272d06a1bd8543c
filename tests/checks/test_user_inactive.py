from __future__ import annotations

import pytest

from judging import hits, is_certain, names, severity, the_hit
from leastwise.checks.core import Limits
from leastwise.checks.user_inactive import user_inactive
from leastwise.results import Severity
from world import World, an_account, key


@pytest.mark.parametrize(
    "world",
    [
        an_account().user("ann", password=True, password_used=91),
        an_account().user("ann", password=True),
        an_account().user("ann", keys=(key(100, used=91),)),
        an_account().user("ann", keys=(key(100),)),
        an_account().user("ann", password=True, password_used=100, keys=(key(200, used=95), key(1, active=False))),
    ],
    ids=["password", "password never used", "key", "key never used", "all of them"],
)
def test_fires_where_every_enabled_credential_is_unused(world: World) -> None:
    assert severity(user_inactive, world.build()) is Severity.MEDIUM
    assert is_certain(user_inactive, world.build())


@pytest.mark.parametrize(
    "world",
    [
        an_account().user("ann", password=True, password_used=90),
        an_account().user("ann", password=True, password_used=100, keys=(key(200, used=90),)),
        an_account().user("ann", password=True, password_used=100, keys=(key(30),)),
        an_account().user("ann", password=True, age=90),
        an_account().user("ann"),
        an_account().user("ann", keys=(key(300, active=False),)),
    ],
    ids=["used", "one is used", "a young key", "a young user", "no credential", "nothing enabled"],
)
def test_silent(world: World) -> None:
    assert not hits(user_inactive, world.build())


def test_a_last_use_that_outlived_its_password_is_no_use() -> None:
    world = an_account().user("ann", keys=(key(200, used=100),))
    world.rows[0]["password_last_used"] = world.rows[0]["access_key_1_last_rotated"].replace("2025", "2026")
    assert names(user_inactive, world.build()) == ["ann"]


def test_a_password_set_lately_is_given_time() -> None:
    world = an_account().user("ann", password=True)
    world.rows[0]["password_last_changed"] = "2025-12-20T00:00:00+00:00"
    assert not hits(user_inactive, world.build())


def test_an_administrator_weighs_more() -> None:
    account = an_account().user("ann", password=True, attached=("AdministratorAccess",)).build()
    assert severity(user_inactive, account) is Severity.HIGH


def test_beside_a_service_credential_it_is_conditional() -> None:
    account = an_account().user("ann", password=True).service_credential("ann").build()
    assert not is_certain(user_inactive, account)
    assert "bedrock.amazonaws.com" in the_hit(user_inactive, account).assumes[0]


def test_with_a_service_credential_alone_it_is_low() -> None:
    account = an_account().user("ann").service_credential("ann").build()
    assert severity(user_inactive, account) is Severity.LOW
    assert not is_certain(user_inactive, account)
    assert the_hit(user_inactive, account).evidence


def test_unlisted_service_credentials_qualify_the_findings_they_touch() -> None:
    world = an_account().user("ann", password=True).user("bob", password=True, password_used=1)
    account = world.gap("iam:ListServiceSpecificCredentials").build()
    assert names(user_inactive, account) == ["ann"]
    assert not is_certain(user_inactive, account)


def test_inactive_service_credentials_change_nothing() -> None:
    account = an_account().user("ann", password=True).service_credential("ann", active=False).build()
    assert is_certain(user_inactive, account)


def test_the_limit_is_an_option() -> None:
    account = an_account().user("ann", password=True, password_used=45).build()
    assert hits(user_inactive, account, Limits(inactive_after=44))
    assert not hits(user_inactive, account, Limits(inactive_after=45))
