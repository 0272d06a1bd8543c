"""Mutes: what they set aside, through which day, and what is said of those that have had their day."""

from __future__ import annotations

from datetime import date

import pytest

from leastwise.audit import Options, audit
from leastwise.errors import UsageError
from leastwise.mutes import Mute
from leastwise.results import Report, Severity
from world import World, allow, an_account, document, key

STAR = {"all": document(allow("*"))}
ADMIN, ALONE, OLD_KEY = "principal_with_admin_access", "user_without_mfa", "key_older_than_limit"
EXPIRED, UNUSED = "mute_expired", "mute_unused"
TODAY = date(2026, 1, 1)  # the world's


def mute(check: str = ADMIN, resource: str = "ann", *, expires: date | None = None, owner: str = "") -> Mute:
    return Mute(check=check, resource=resource, reason="on purpose", expires=expires, owner=owner)


def two() -> World:
    return an_account().user("ann", inline=STAR).user("anna", inline=STAR)


def seen(world: World, *mutes: Mute, options: Options | None = None) -> Report:
    chosen = options or Options()
    return audit(
        world.snapshot(),
        Options(checks=chosen.checks, exclude=chosen.exclude, min_severity=chosen.min_severity, mutes=mutes),
    )


def told(report: Report) -> set[str]:
    return {f"{finding.check} {finding.subject.name}" for finding in report.findings}


def aside(report: Report) -> set[str]:
    return {f"{one.finding.check} {one.finding.subject.name}" for one in report.suppressed if one.muted}


@pytest.mark.parametrize(
    ("check", "resource", "names"),
    [
        (ADMIN, "ann", {"ann"}),
        (ADMIN, "ann*", {"ann", "anna"}),
        (ADMIN, "an[n]", {"ann"}),
        (ADMIN, "arn:aws:iam::123456789012:user/anna", {"anna"}),
        (ADMIN, "arn:aws:iam::*:user/ann?", {"anna"}),
        ("principal_with_*", "*", {"ann", "anna"}),
        (ADMIN, "Ann", set()),
        (ADMIN, "nn", set()),
        (ALONE, "ann*", set()),
        ("user_*", "ann*", set()),
    ],
)
def test_a_mute_fits_a_check_and_an_arn_or_a_name(check: str, resource: str, names: set[str]) -> None:
    report = seen(two(), mute(check, resource))
    assert aside(report) == {f"{ADMIN} {name}" for name in names}
    assert {f"{ADMIN} {name}" for name in ("ann", "anna") if name not in names} <= told(report)
    assert not aside(report) & told(report)


def test_what_is_muted_keeps_its_reason_owner_and_last_day() -> None:
    report = seen(two(), mute(expires=date(2026, 6, 30), owner="ops"))
    (one,) = (one for one in report.suppressed if one.muted)
    assert (one.reason, one.owner, one.expires) == ("on purpose", "ops", "2026-06-30")
    assert [one.expires for one in seen(two(), mute()).suppressed] == ["never"]


@pytest.mark.parametrize(
    ("expires", "holds"), [(date(2026, 1, 2), True), (TODAY, True), (date(2025, 12, 31), False), (None, True)]
)
def test_it_holds_through_its_last_day_by_the_time_of_the_snapshot(expires: date | None, *, holds: bool) -> None:
    report = seen(two(), mute(expires=expires))
    assert (f"{ADMIN} ann" in aside(report)) is holds
    assert (f"{ADMIN} ann" in told(report)) is not holds
    assert any(finding.check == EXPIRED for finding in report.findings) is not holds
    assert not any(finding.check == UNUSED for finding in report.findings)


def test_of_two_that_fit_the_one_that_holds_mutes() -> None:
    past = mute(expires=date(2025, 1, 1))
    report = seen(two(), past, mute(resource="ann*", owner="ops"))
    assert {one.owner for one in report.suppressed} == {"ops"}
    (expired,) = (finding for finding in report.findings if finding.check == EXPIRED)
    assert expired.message == f"the mute of {ADMIN} on ann expired on 2025-01-01; findings that it fits: 1"
    assert expired.severity is Severity.LOW
    assert expired.subject.arn == "arn:aws:iam::123456789012:root"


def test_an_expired_one_that_fits_nothing_is_told_once() -> None:
    report = seen(two(), mute(resource="gone", expires=date(2025, 1, 1)))
    (finding,) = (finding for finding in report.findings if finding.check.startswith("mute_"))
    assert finding.message.endswith("it would mute nothing")


def test_one_that_fits_nothing_is_a_finding() -> None:
    report = seen(two(), mute(resource="nobody"), mute(resource="ann"))
    (finding,) = (finding for finding in report.findings if finding.check == UNUSED)
    assert finding.message == f"the mute of {ADMIN} on nobody fits no finding"
    assert finding.severity is Severity.INFO


def test_each_is_a_finding_of_its_own_between_runs() -> None:
    both = (mute(resource="nobody"), mute(resource="noone"))
    first, again = (
        {f.fingerprint for f in seen(two(), *ms).findings if f.check == UNUSED} for ms in (both, both[::-1])
    )
    assert first == again
    assert len(first) == 2


@pytest.mark.parametrize(
    ("world", "options"),
    [
        (an_account().user("ann", inline=STAR), Options(checks=("user_*", UNUSED))),
        (an_account().user("ann").gap("iam:GetCredentialReport"), None),
    ],
    ids=["not run", "denied"],
)
def test_what_was_not_judged_makes_no_mute_unused(world: World, options: Options | None) -> None:
    check = ADMIN if options else ALONE
    assert not [f for f in seen(world, mute(check, "nobody"), options=options).findings if f.check == UNUSED]


def test_who_could_not_be_judged_makes_no_mute_of_him_unused() -> None:
    world = an_account().user("ann", keys=(key(400, used=1),)).user("eve", keys=(key(400, used=1),))
    world.rows = [row for row in world.rows if row["user"] != "ann"]
    report = seen(world, mute(OLD_KEY, "ann"), mute(OLD_KEY, "bob"))
    assert [f.message for f in report.findings if f.check == UNUSED] == [
        f"the mute of {OLD_KEY} on bob fits no finding"
    ]
    unread = an_account().user("ann", inline={"p": {"Statement": 7}})
    assert not [f for f in seen(unread, mute(ADMIN, "policy")).findings if f.check == UNUSED]


def test_who_is_exempt_stays_exempt() -> None:
    world = an_account().user("ann", inline=STAR, tags={"EmergencyAccess": "true"})
    report = seen(world, mute())
    assert aside(report) == set()
    assert {one.finding.subject.name for one in report.suppressed} == {"ann"}
    assert [f.check for f in report.findings if f.check == UNUSED] == [UNUSED]


def test_paths_are_not_muted() -> None:
    own = {"p": document(allow("iam:PutUserPolicy", "arn:aws:iam::123456789012:user/ann"))}
    world = an_account().user("ann", inline=own)
    report = seen(world, mute("*", "*"))
    assert "principal_can_escalate ann" in aside(report)
    assert [path.source.name for path in report.paths] == ["ann"]


def test_the_score_is_told_with_and_without() -> None:
    plain, quiet = seen(two()), seen(two(), mute(resource="*"))
    assert plain.scores.risk_with_muted is None
    assert quiet.scores.risk_with_muted == plain.scores.risk > quiet.scores.risk
    assert quiet.scores.risk_with_suppressed == plain.scores.risk_with_suppressed
    assert any(reason.startswith("what is muted would add") for reason in quiet.scores.reasons)
    assert not any("muted" in reason for reason in plain.scores.reasons)


def test_no_mute_mutes_what_is_said_of_mutes() -> None:
    report = seen(two(), mute("mute_*", "*"), mute(resource="nobody"))
    assert aside(report) == set()
    assert len([f for f in report.findings if f.check == UNUSED]) == 2


def test_a_check_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no check 'user_without_mfs': did you mean user_without_mfa"):
        seen(two(), mute("user_without_mfs"))
