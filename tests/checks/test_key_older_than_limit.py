from __future__ import annotations

import pytest

from judging import hits, severity, unjudged
from leastwise.checks.core import Limits
from leastwise.checks.key_older_than_limit import key_older_than_limit
from leastwise.results import Severity
from world import an_account, key


@pytest.mark.parametrize(("age", "speaks"), [(89, False), (90, False), (90.9, False), (91, True), (120, True)])
def test_whole_days_strictly_above_the_limit(age: float, *, speaks: bool) -> None:
    assert bool(hits(key_older_than_limit, an_account().user("ann", keys=(key(age, used=1),)).build())) is speaks


def test_silent_on_inactive_keys() -> None:
    account = an_account().user("ann", keys=(key(400, active=False), key(10, used=1))).build()
    assert not hits(key_older_than_limit, account)


def test_each_key_has_its_finding() -> None:
    account = an_account().user("ann", keys=(key(100, used=1), key(200, used=1))).build()
    found = [key_older_than_limit.finding(hit) for hit in hits(key_older_than_limit, account)]
    assert [f.evidence[0].pointer for f in found] == ["access_key_1_last_rotated", "access_key_2_last_rotated"]
    assert len({f.fingerprint for f in found}) == 2
    assert {f.subject.name for f in found} == {"ann"}


@pytest.mark.parametrize(
    ("made", "policy", "expected"),
    [
        (key(120, used=1), (), Severity.MEDIUM),
        (key(365, used=1), (), Severity.MEDIUM),
        (key(366, used=1), (), Severity.HIGH),
        (key(120), (), Severity.HIGH),
        (key(120, used=1), ("AdministratorAccess",), Severity.HIGH),
        (key(366), ("AdministratorAccess",), Severity.HIGH),
    ],
)
def test_age_disuse_and_power_raise_it(made: dict[str, object], policy: tuple[str, ...], expected: Severity) -> None:
    assert severity(key_older_than_limit, an_account().user("ann", keys=(made,), attached=policy).build()) is expected


def test_the_limit_is_an_option() -> None:
    account = an_account().user("ann", keys=(key(31, used=1),)).build()
    assert hits(key_older_than_limit, account, Limits(max_key_age=30))
    assert not hits(key_older_than_limit, account, Limits(max_key_age=31))


def test_a_key_without_a_date_is_named_not_passed() -> None:
    world = an_account().user("ann", keys=(key(1),))
    world.rows[0]["access_key_1_last_rotated"] = "N/A"
    assert [u.target for u in unjudged(key_older_than_limit, world.build())] == ["arn:aws:iam::123456789012:user/ann"]
