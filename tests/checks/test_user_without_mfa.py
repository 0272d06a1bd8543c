from __future__ import annotations

import pytest

from judging import hits, names, severity, unjudged
from leastwise.checks.user_without_mfa import user_without_mfa
from leastwise.results import Severity
from world import allow, an_account, deny, document, key

NO_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
NO_MFA_PLAIN = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}


def test_fires_with_high_on_a_password_alone() -> None:
    assert severity(user_without_mfa, an_account().user("ann", password=True).build()) is Severity.HIGH


def test_keys_alone_are_medium() -> None:
    assert severity(user_without_mfa, an_account().user("ann", keys=(key(1),)).build()) is Severity.MEDIUM


def test_an_administrators_password_is_critical_and_says_why() -> None:
    account = an_account().user("ann", password=True, attached=("AdministratorAccess",)).build()
    (hit,) = hits(user_without_mfa, account)
    assert (hit.severity, hit.because) == (Severity.CRITICAL, "the user is an administrator")


def test_silent_with_mfa() -> None:
    assert not hits(user_without_mfa, an_account().user("ann", password=True, mfa=True, keys=(key(1),)).build())


def test_silent_without_enabled_credential() -> None:
    world = an_account().user("ann", keys=(key(1, active=False),)).user("bob").service_credential("bob")
    assert not hits(user_without_mfa, world.build())


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ((allow("*"), deny("*", Condition=NO_MFA)), Severity.LOW),
        ((allow("s3:*"), deny("*", Condition=NO_MFA)), Severity.LOW),
        ((allow("s3:*"), deny("*", Condition=NO_MFA_PLAIN)), Severity.MEDIUM),
        ((allow("s3:*"), deny("s3:*", Condition=NO_MFA)), Severity.MEDIUM),
    ],
    ids=["administrator", "all denied", "a key passes plain Bool", "only S3 denied"],
)
def test_a_deny_without_mfa_lowers_only_if_a_key_meets_it(
    statements: tuple[dict[str, object], ...], expected: Severity
) -> None:
    account = an_account().user("ann", keys=(key(1),), inline={"p": document(*statements)}).build()
    (hit,) = hits(user_without_mfa, account)
    raised = hit.because.startswith("the user is an administrator")
    assert hit.severity == expected + raised


def test_a_deny_that_lets_a_thief_enrol_a_device_does_not_lower() -> None:
    set_up = {"Effect": "Deny", "NotAction": ["iam:*MFA*"], "Resource": "*", "Condition": NO_MFA}
    account = an_account().user("ann", keys=(key(1),), inline={"p": document(allow(["s3:*", "iam:*MFA*"]), set_up)})
    assert severity(user_without_mfa, account.build()) is Severity.MEDIUM


def test_exempt_users_are_left_to_the_framework() -> None:
    assert names(user_without_mfa, an_account().user("ann", password=True, tags={"EmergencyAccess": "true"}).build())


def test_a_user_younger_than_the_report_is_named_not_passed() -> None:
    world = an_account().user("ann", password=True)
    world.rows.clear()
    assert [u.target for u in unjudged(user_without_mfa, world.build())] == ["arn:aws:iam::123456789012:user/ann"]
