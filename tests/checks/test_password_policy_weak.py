from __future__ import annotations

from typing import Any

import pytest

from judging import hits, is_certain, severity, the_hit
from leastwise.checks.password_policy_weak import password_policy_weak
from leastwise.results import Severity
from world import World, an_account

STRONG: dict[str, Any] = {
    "MinimumPasswordLength": 14,
    "RequireSymbols": True,
    "RequireNumbers": True,
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "AllowUsersToChangePassword": True,
    "MaxPasswordAge": 90,
    "PasswordReusePrevention": 24,
}


def world(**changes: Any) -> World:
    policy = {"PasswordPolicy": {k: v for k, v in (STRONG | changes).items() if v is not None}}
    return an_account().user("ann", password=True).call("iam:GetAccountPasswordPolicy", policy)


def test_none_set_is_one_finding_about_the_account() -> None:
    hit = the_hit(password_policy_weak, an_account().user("ann", password=True).build())
    assert (hit.subject.arn, hit.subject.name) == ("arn:aws:iam::123456789012:root", "123456789012")
    assert "AWS's default" in hit.message


def test_fires_with_medium_where_none_is_set() -> None:
    assert severity(password_policy_weak, an_account().user("ann", password=True).build()) is Severity.MEDIUM


def test_silent_on_a_strong_one() -> None:
    assert not hits(password_policy_weak, world().build())


@pytest.mark.parametrize(
    ("changes", "word", "expected"),
    [
        ({"MinimumPasswordLength": 13}, "13 characters", Severity.MEDIUM),
        ({"PasswordReusePrevention": 23}, "23 former", Severity.LOW),
        ({"PasswordReusePrevention": None}, "no former", Severity.LOW),
        ({"MaxPasswordAge": None}, "never expire", Severity.LOW),
        ({"MaxPasswordAge": 91}, "last 91 days", Severity.LOW),
        ({"RequireSymbols": False}, "no symbol", Severity.LOW),
        ({"RequireNumbers": False, "RequireUppercaseCharacters": False}, "no upper-case or digit", Severity.LOW),
        ({"RequireLowercaseCharacters": False}, "no lower-case", Severity.LOW),
        ({"AllowUsersToChangePassword": False}, "may not change", Severity.LOW),
    ],
)
def test_each_shortfall_is_named(changes: dict[str, Any], word: str, expected: Severity) -> None:
    account = world(**changes).build()
    hit = the_hit(password_policy_weak, account)
    assert word in hit.message
    assert "," not in hit.message
    assert severity(password_policy_weak, account) is expected


def test_shortfalls_share_one_finding() -> None:
    hit = the_hit(password_policy_weak, world(MinimumPasswordLength=8, MaxPasswordAge=None).build())
    assert "8 characters" in hit.message
    assert "never expire" in hit.message


def test_information_where_nobody_has_a_password() -> None:
    account = an_account().user("bot").build()
    assert severity(password_policy_weak, account) is Severity.INFO
    assert is_certain(password_policy_weak, account)


def test_conditional_where_passwords_could_not_be_seen() -> None:
    account = an_account().user("bot").gap("iam:GetCredentialReport").build()
    assert severity(password_policy_weak, account) is Severity.MEDIUM
    assert not is_certain(password_policy_weak, account)


def test_silent_where_the_policy_could_not_be_seen() -> None:
    assert not hits(password_policy_weak, an_account().gap("iam:GetAccountPasswordPolicy").build())
