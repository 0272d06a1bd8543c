from __future__ import annotations

import pytest

from judging import hits, severity
from leastwise.checks.core import Limits
from leastwise.checks.user_with_multiple_active_keys import user_with_multiple_active_keys
from leastwise.results import Severity
from world import an_account, key


def test_fires_on_two_active_keys() -> None:
    account = an_account().user("ann", keys=(key(80, used=1), key(60, used=1))).build()
    assert severity(user_with_multiple_active_keys, account) is Severity.MEDIUM


@pytest.mark.parametrize("keys", [(key(80), key(60, active=False)), (key(80),), ()])
def test_silent_since_only_active_keys_count(keys: tuple[dict[str, object], ...]) -> None:
    assert not hits(user_with_multiple_active_keys, an_account().user("ann", keys=keys).build())


@pytest.mark.parametrize(("newer", "expected"), [(3, Severity.LOW), (14, Severity.LOW), (15, Severity.MEDIUM)])
def test_a_rotation_going_on_lowers_it(newer: float, expected: Severity) -> None:
    account = an_account().user("ann", keys=(key(80), key(newer))).build()
    assert severity(user_with_multiple_active_keys, account) is expected


def test_the_grace_is_a_limit() -> None:
    account = an_account().user("ann", keys=(key(80), key(3))).build()
    assert severity(user_with_multiple_active_keys, account, Limits(rotation_grace=2)) is Severity.MEDIUM


def test_keys_without_dates_have_no_grace() -> None:
    world = an_account().user("ann", keys=(key(1), key(1)))
    for slot in (1, 2):
        world.rows[0][f"access_key_{slot}_last_rotated"] = "N/A"
    assert severity(user_with_multiple_active_keys, world.build()) is Severity.MEDIUM
