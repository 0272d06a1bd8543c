from __future__ import annotations

from datetime import date

from judging import hits, severity, the_hit
from leastwise.checks.core import Limits
from leastwise.checks.mute_expired import mute_expired
from leastwise.mutes import Mute, Standing
from leastwise.results import Severity
from world import an_account

MUTE = Mute(check="user_without_mfa", resource="ann", reason="keys are ordered", expires=date(2025, 12, 31))


def standing(*, expired: bool = True, fits: int = 1) -> Limits:
    return Limits(mutes=(Standing(mute=MUTE, fits=fits, expired=expired, judged=True),))


def test_fires_about_the_account_when_the_last_day_is_over() -> None:
    hit = the_hit(mute_expired, an_account().build(), standing())
    assert hit.subject.name == "123456789012"
    assert hit.message == ("the mute of user_without_mfa on ann expired on 2025-12-31; findings that it fits: 1")
    assert severity(mute_expired, an_account().build(), standing()) is Severity.LOW


def test_fires_also_where_it_would_mute_nothing() -> None:
    assert the_hit(mute_expired, an_account().build(), standing(fits=0)).message.endswith("it would mute nothing")


def test_silent_while_it_holds_and_without_mutes() -> None:
    assert not hits(mute_expired, an_account().build(), standing(expired=False))
    assert not hits(mute_expired, an_account().build())
