"""Who used no credential has used no permission; and the near misses."""

from __future__ import annotations

import pytest

from leastwise.evidence import Knowledge, Verdict
from trails import a_call, the_logs
from world import World, key

UNUSED, UNKNOWN = Verdict.UNUSED, Verdict.UNKNOWN


def said(world: World, least_days: int = 90) -> tuple[Verdict, str]:
    account = world.build()
    use = Knowledge.of(account, least_days=least_days).use(account.holders[0], "iam:PassRole")
    return use.verdict, use.reason


@pytest.mark.parametrize(
    ("age", "used", "expected", "reason"),
    [
        (300, None, UNUSED, "RoleLastUsed: nothing of it was used in 300 days"),
        (900, None, UNUSED, "nothing of it was used in 400 days"),
        (300, 90, UNUSED, "nothing of it was used in 90 days"),
        (300, 89, UNKNOWN, "last used on 2025-10-04, and for what is not told"),
        (89, None, UNKNOWN, "never used, but it is only 89 days old, not 90"),
    ],
)
def test_a_role(age: float, used: float | None, expected: Verdict, reason: str) -> None:
    verdict, why = said(World().role("worker", age=age, used=used))
    assert (verdict, reason in why) == (expected, True), why


@pytest.mark.parametrize(
    ("world", "expected", "reason"),
    [
        (World().user("ann", password=True), UNUSED, "password and keys last used: nothing of it was used in 300 days"),
        (World().user("ann", password=True, password_used=100), UNUSED, "in 100 days"),
        (World().user("ann", keys=(key(200, used=120),)), UNUSED, "in 120 days"),
        (World().user("ann", keys=(key(200, used=120, active=False),)), UNUSED, "in 120 days"),
        (World().user("ann", password=True, password_used=5), UNKNOWN, "last used on 2025-12-27"),
        (World().user("ann", password=True, keys=(key(200, used=5),)), UNKNOWN, "last used on 2025-12-27"),
        (World().user("ann", keys=(key(20),)), UNKNOWN, "a key is younger than the window"),
        (World().user("ann", keys=(key(20, active=False),)), UNKNOWN, "a key is younger than the window"),
        (World().user("ann"), UNKNOWN, "it has neither password nor key"),
        (World().user("ann", password=True, age=20), UNKNOWN, "it is only 20 days old"),
        (World().user("ann", password=True).service_credential("ann"), UNKNOWN, "service-specific credentials"),
        (World().user("ann", password=True).gap("iam:ListServiceSpecificCredentials"), UNKNOWN, "service-specific"),
        (World().user("ann", password=True).gap("iam:GetCredentialReport"), UNKNOWN, "was not asked for"),
    ],
)
def test_a_user(world: World, expected: Verdict, reason: str) -> None:
    verdict, why = said(world)
    assert (verdict, reason in why) == (expected, True), why


def test_the_window_can_be_chosen() -> None:
    assert said(World().role("worker", used=89), least_days=30)[0] is UNUSED
    assert said(World().role("worker", used=200), least_days=365)[0] is UNKNOWN


def test_what_was_seen_longer_ago_still_counts_as_used() -> None:
    account = World().role("worker", used=200).build()
    known = Knowledge.of(account, [the_logs(a_call("role/worker", "ec2:StopInstances", days=200))])
    assert known.use(account.roles[0], "ec2:StopInstances").verdict is Verdict.USED
    assert known.use(account.roles[0], "ec2:StartInstances").verdict is UNUSED


def test_a_group_has_no_credentials() -> None:
    account = World().group("team").build()
    assert Knowledge.of(account).sources(account.groups[0]) == ()
