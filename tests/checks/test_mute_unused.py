from __future__ import annotations

from judging import hits, severity, the_hit
from leastwise.checks.core import Limits
from leastwise.checks.mute_unused import mute_unused
from leastwise.mutes import Mute, Standing
from leastwise.results import Severity
from world import an_account

MUTE = Mute(check="user_without_mfa", resource="ann", reason="keys are ordered", expires=None)


def standing(*, fits: int = 0, expired: bool = False, judged: bool = True) -> Limits:
    return Limits(mutes=(Standing(mute=MUTE, fits=fits, expired=expired, judged=judged),))


def test_fires_about_the_account_when_it_fits_nothing() -> None:
    hit = the_hit(mute_unused, an_account().build(), standing())
    assert (hit.subject.name, hit.message) == ("123456789012", "the mute of user_without_mfa on ann fits no finding")
    assert severity(mute_unused, an_account().build(), standing()) is Severity.INFO


def test_silent_when_it_fits_or_has_expired_or_nobody_could_judge() -> None:
    account = an_account().build()
    assert not hits(mute_unused, account, standing(fits=1))
    assert not hits(mute_unused, account, standing(expired=True))
    assert not hits(mute_unused, account, standing(judged=False))
    assert not hits(mute_unused, account)
