from __future__ import annotations

import pytest

from judging import hits, severity, the_hit, unjudged
from leastwise.checks.core import Limits
from leastwise.checks.role_session_too_long import role_session_too_long
from leastwise.results import Severity
from world import an_account


@pytest.mark.parametrize(("seconds", "speaks"), [(3_600, False), (43_199, False), (43_200, True), (43_201, True)])
def test_at_or_above_the_limit(seconds: int, *, speaks: bool) -> None:
    assert bool(hits(role_session_too_long, an_account().role("r", session=seconds).build())) is speaks


def test_more_than_aws_allows_is_said() -> None:
    assert (
        "more than AWS allows" in the_hit(role_session_too_long, an_account().role("r", session=86_400).build()).message
    )


def test_silent_on_roles_of_identity_center() -> None:
    world = an_account().role("AWSReservedSSO_x", session=43_200, path="/aws-reserved/sso.amazonaws.com/")
    assert not hits(role_session_too_long, world.build())


def test_low_unless_an_administrators() -> None:
    assert severity(role_session_too_long, an_account().role("r", session=43_200).build()) is Severity.LOW
    account = an_account().role("r", session=43_200, attached=("AdministratorAccess",)).build()
    assert severity(role_session_too_long, account) is Severity.MEDIUM


def test_the_limit_is_an_option() -> None:
    account = an_account().role("r", session=7_200).build()
    assert hits(role_session_too_long, account, Limits(max_session=7_200))
    assert not hits(role_session_too_long, account, Limits(max_session=7_201))


def test_a_role_missing_from_the_list_is_named_not_passed() -> None:
    (one,) = unjudged(role_session_too_long, an_account().role("r", session=None).build())
    assert one.target == "arn:aws:iam::123456789012:role/r"


def test_needs_the_one_list_that_tells() -> None:
    assert "iam:ListRoles" in role_session_too_long.needs
