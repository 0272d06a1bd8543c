"""Two audits of one account: each finding and path is told as what it became, and nothing unseen as fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from leastwise.audit import Options, audit
from leastwise.checks.core import Limits
from leastwise.compared import Status
from leastwise.drift import Drift, drift, since
from leastwise.results import Confidence, Report, Severity, Suppressed, Verdict
from world import World, allow, an_account, by_service, document, key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.drift import Moved, MovedPath

STAR = {"all": document(allow("*"))}
LIST = {"list": document(allow("s3:ListAllMyBuckets"))}
SELF = {"p": document(allow("iam:PutUserPolicy", "arn:aws:iam::123456789012:user/ann"))}
ADMIN, ALONE, OLD_KEY = "principal_with_admin_access", "user_without_mfa", "key_older_than_limit"


def seen(world: World, options: Options | None = None) -> Report:
    return audit(world.snapshot(), options)


def told(group: Iterable[Moved]) -> list[str]:
    return [f"{moved.finding.check} {moved.finding.subject.name}" for moved in group]


def ways(group: Iterable[MovedPath]) -> list[str]:
    return [f"{moved.path.source.name} {moved.path.verdict.value}" for moved in group]


def muted(report: Report, check: str) -> Report:
    """The report with the findings of a check muted."""
    aside = (
        Suppressed(finding=f, reason="on purpose", owner="ops", expires="2026-12-31")
        for f in report.findings
        if f.check == check
    )
    left = tuple(f for f in report.findings if f.check != check)
    return msgspec.structs.replace(report, findings=left, suppressed=(*report.suppressed, *aside))


def nothing(found: Drift) -> bool:
    empty = msgspec.structs.asdict(drift(seen(an_account()), seen(an_account())))
    alike = {"known", "old_risk", "new_risk", "remarks", "old_taken_at", "new_taken_at"}
    return all(value == empty[name] for name, value in msgspec.structs.asdict(found).items() if name not in alike)


def test_the_same_audit_twice_differs_in_nothing() -> None:
    report = seen(an_account().user("ann", inline=STAR, password=True).user("eve", inline=SELF))
    found = drift(report, report)
    assert nothing(found)
    assert found.known == len(report.findings) > 2
    assert found.remarks == ()
    assert found.statuses == {}


def test_a_finding_comes_and_another_goes() -> None:
    old = seen(an_account().user("ann", inline=STAR).user("eve", password=True, mfa=True, password_used=1))
    new = seen(an_account().user("ann", inline=LIST).user("eve", password=True, password_used=1))
    found = drift(old, new)
    assert told(found.new) == [f"{ALONE} eve"]
    assert told(found.fixed) == [f"{ADMIN} ann"]
    assert (found.changed, found.muted, found.exempt, found.not_assessed) == ((), (), (), ())
    assert found.statuses == {found.new[0].finding.fingerprint: "new"}


def test_a_finding_whose_words_count_days_stays_the_same() -> None:
    audits = [seen(an_account().user("ann", keys=(key(age, used=1),))) for age in (120, 127)]
    young, older = (next(f for f in report.findings if f.check == OLD_KEY) for report in audits)
    assert young.message != older.message
    assert nothing(drift(*audits))


@pytest.mark.parametrize(
    ("before", "after", "fails"), [(Severity.LOW, Severity.HIGH, True), (Severity.CRITICAL, Severity.HIGH, False)]
)
def test_a_severity_that_moves_is_a_change_and_fails_only_when_it_rises(
    before: Severity, after: Severity, *, fails: bool
) -> None:
    report = seen(an_account().user("ann", inline=STAR), Options(checks=(ADMIN,)))
    old, new = (
        msgspec.structs.replace(
            report, findings=tuple(msgspec.structs.replace(f, severity=severity) for f in report.findings)
        )
        for severity in (before, after)
    )
    found = drift(old, new)
    assert [moved.changes for moved in found.changed] == [(f"severity {before.label} -> {after.label}",)]
    assert bool(found.failing(Severity.HIGH)) is fails
    assert not found.failing(Severity.CRITICAL)
    assert set(found.statuses.values()) == {Status.WORSE if fails else Status.CHANGED}


def test_other_evidence_and_confidence_are_changes() -> None:
    old = seen(an_account().user("ann", inline=STAR))
    new = seen(an_account().user("ann", inline={"other": document(allow("*"))}))
    assert [moved.changes for moved in drift(old, new).changed] == [("rests on other evidence",)]
    unsure = tuple(msgspec.structs.replace(f, confidence=Confidence.CONDITIONAL) for f in old.findings)
    found = drift(old, msgspec.structs.replace(old, findings=unsure))
    assert {moved.changes for moved in found.changed} == {("confidence certain -> conditional",)}
    assert found.failing(Severity.INFO) == ()


def test_what_a_gap_hides_is_not_fixed() -> None:
    world = an_account().user("ann", password=True, password_used=1, inline=STAR)
    blind = an_account().user("ann", password=True, password_used=1).gap("iam:GetCredentialReport")
    found = drift(seen(world), seen(blind))
    assert f"{ALONE} ann" in told(found.not_assessed)
    assert {moved.reason for moved in found.not_assessed} == {"could not see iam:GetCredentialReport"}
    assert told(found.fixed) == [f"{ADMIN} ann"]
    back = drift(seen(blind), seen(world))
    assert {moved.finding.check: moved.before for moved in back.new} == {
        ADMIN: "",
        **{m.finding.check: f"not assessed: {m.reason}" for m in found.not_assessed},
    }


def test_what_was_not_asked_for_is_not_fixed() -> None:
    world = an_account().user("ann", password=True, password_used=1, inline=STAR)
    fewer = seen(world, Options(checks=(ADMIN,)))
    found = drift(seen(world), fewer)
    assert found.fixed == ()
    assert {moved.reason for moved in found.not_assessed} == {"its check was not run"}
    worse = seen(world, Options(min_severity=Severity.CRITICAL))
    assert drift(seen(world), worse).fixed == ()
    assert drift(seen(world), worse).remarks == (
        "the newer leaves out findings below critical: what is fixed may only weigh less",
    )
    unseen = {moved.before for moved in drift(worse, seen(world)).new}
    assert unseen == {"not assessed: findings below critical were left out"}


def test_a_policy_that_can_no_longer_be_read_hides_what_it_did() -> None:
    old = seen(an_account().user("ann", inline=STAR).user("eve", inline=STAR))
    new = seen(an_account().user("ann", inline={"all": {"Statement": 7}}).user("eve", inline=LIST))
    found = drift(old, new)
    assert told(found.not_assessed) == [f"{ADMIN} ann"]
    assert told(found.fixed) == [f"{ADMIN} eve"]


def test_a_check_that_could_not_judge_one_subject_hides_that_one() -> None:
    def bucket(name: str) -> World:
        return an_account().user("ann", keys=(key(400, used=1),)).user(name, keys=(key(400, used=1),))

    old, new = seen(bucket("eve")), bucket("eve")
    new.rows = [row for row in new.rows if row["user"] != "ann"]
    rotated = next(row for row in new.rows if row["user"] == "eve")
    rotated["access_key_1_active"] = "false"
    found = drift(old, seen(new))
    assert f"{OLD_KEY} ann" in told(found.not_assessed)
    assert f"{OLD_KEY} eve" in told(found.fixed)
    assert not [name for name in told(found.fixed) if name.endswith("ann")]


def test_who_becomes_exempt_has_mended_nothing() -> None:
    world = an_account().user("ann", inline=SELF)
    hidden = an_account().user("ann", inline=SELF, tags={"EmergencyAccess": "true"})
    found = drift(seen(world), seen(hidden))
    assert "principal_can_escalate ann" in told(found.exempt)
    assert (found.fixed, found.paths.fixed) == ((), ())
    assert ways(found.paths.not_assessed) == ["ann proven"]
    assert "EmergencyAccess" in found.paths.not_assessed[0].reason
    back = drift(seen(hidden), seen(world))
    assert {moved.before for moved in back.new} == {"exempt"}
    assert nothing(drift(seen(hidden), seen(hidden)))


def test_a_mute_is_told_once_and_its_end_is_new() -> None:
    report = seen(an_account().user("ann", inline=STAR, password=True, password_used=1))
    quiet = muted(report, ADMIN)
    (aside,) = drift(report, quiet).muted
    assert (aside.reason, aside.owner, aside.expires) == ("on purpose", "ops", "2026-12-31")
    assert drift(report, quiet).fixed == ()
    assert nothing(drift(quiet, quiet))
    (again,) = drift(quiet, report).new
    assert (again.finding.check, again.before) == (ADMIN, "muted")
    gone = drift(quiet, seen(an_account().user("ann", inline=LIST, password=True, password_used=1)))
    assert [(moved.finding.check, moved.before) for moved in gone.fixed] == [(ADMIN, "muted")]


def test_paths_come_change_and_go() -> None:
    def account(service: str, inline: dict[str, Any]) -> Report:
        world = an_account().role("admin", by_service(service), attached=("AdministratorAccess",))
        return seen(
            world.user("it", inline={"p": document(allow("lambda:UpdateFunctionCode"))}).user("ann", inline=inline)
        )

    with_lambda, with_ec2 = account("lambda", LIST), account("ec2", SELF)
    found = drift(with_lambda, with_ec2).paths
    assert ("ann proven", True) in zip(ways(found.new), [moved.first for moved in found.new], strict=True)
    assert "it conditional" in ways(found.fixed)
    assert found.not_assessed == ()
    back = drift(with_ec2, with_lambda).paths
    assert "ann proven" in ways(back.fixed)
    assert "it conditional" in ways(back.new)


def test_a_path_whose_verdict_moves_has_changed() -> None:
    report = seen(an_account().user("ann", inline=SELF))
    (path,) = report.paths
    weaker = (msgspec.structs.replace(path, verdict=Verdict.LATENT, severity=Severity.LOW),)
    (moved,) = drift(msgspec.structs.replace(report, paths=weaker), report).paths.changed
    assert moved.changes[0] == "latent -> proven"
    assert moved.first
    (fallen,) = drift(report, msgspec.structs.replace(report, paths=weaker)).paths.changed
    assert not fallen.first


def test_a_path_over_what_cannot_be_seen_is_not_gone() -> None:
    old = seen(an_account().user("ann", inline=SELF))
    blind = msgspec.structs.replace(
        seen(an_account().user("ann").gap("iam:GetAccountAuthorizationDetails")), paths=(), external=()
    )
    found = drift(old, blind)
    assert ways(found.paths.not_assessed) == ["ann proven"]
    assert found.paths.fixed == ()
    unread = drift(old, seen(an_account().user("ann", inline={"p": {"Statement": 7}})))
    assert ways(unread.paths.not_assessed) == ["ann proven"]


def test_it_says_what_differs_between_the_audits_themselves() -> None:
    report = seen(an_account())
    other = seen(an_account(), Options(limits=Limits(max_key_age=365)))
    assert drift(report, other).remarks == ("max key age was 90, and is 365",)
    newer = msgspec.structs.replace(report, tool="leastwise 9.9", layers_considered=(*report.layers_considered, "more"))
    assert drift(report, newer).remarks == (
        f"the older was made by {report.tool}, the newer by leastwise 9.9",
        "more are considered, and were not before",
    )
    assert drift(newer, report).remarks[1:] == ("more were considered, and no more are",)


def test_the_newer_report_tells_of_each_finding_what_it_is() -> None:
    old = seen(an_account().user("ann", inline=STAR, keys=(key(120, used=1),)))
    changed = tuple(msgspec.structs.replace(f, severity=Severity.LOW) if f.check == ADMIN else f for f in old.findings)
    new = seen(an_account().user("ann", inline=STAR, keys=(key(120, used=1),)).user("eve", inline=STAR))
    report = since(msgspec.structs.replace(old, findings=changed), new)
    of_ann, of_eve = (
        {finding.check: finding.status for finding in report.findings if finding.subject.name == name}
        for name in ("ann", "eve")
    )
    assert (of_ann[ADMIN], of_ann[OLD_KEY]) == (Status.WORSE, Status.KNOWN)
    assert set(of_eve.values()) == {Status.NEW}
    assert str(report.baseline) == f"{len(of_eve)} new, 1 changed"


def test_only_what_is_new_or_worse_counts() -> None:
    counts = {status: status.counts for status in Status}
    assert [status for status in Status if counts[status]] == [Status.UNCOMPARED, Status.NEW, Status.WORSE]
    assert {finding.status for finding in seen(an_account().user("ann", inline=STAR)).findings} == {Status.UNCOMPARED}
