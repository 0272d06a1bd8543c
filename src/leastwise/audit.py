"""The pipeline: a snapshot in, a report out.

This module holds the only broad `except`: a check that raises is recorded as unassessed with its traceback, and shown.
"""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise import catalog, escalation, remedy, risk
from leastwise._version import __version__
from leastwise.access import unreadable
from leastwise.account.build import build
from leastwise.account.model import remember
from leastwise.backdrop import backdrop
from leastwise.checks import all_checks, find
from leastwise.checks.core import Check, Hit, Limits
from leastwise.evidence import Knowledge
from leastwise.leastprivilege import Adviser
from leastwise.mutes import Mute, settle
from leastwise.principals import pick
from leastwise.results import (
    Finding,
    Path,
    PrincipalScore,
    Report,
    Scores,
    Severity,
    Suppressed,
)
from leastwise.scope import exemption
from leastwise.unseen import MissingView, Unassessed
from leastwise.usage.records import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.leastprivilege import Advice
    from leastwise.results import Recommendation
    from leastwise.snapshot import Gap, Snapshot

PERMISSION_CHECKS = ("principal_", "policy_")  # a check's first word is its subject; these are about what it may do

AGAIN = 10  # principals for each of whom the account is judged again, when no more are named
MUTE_CHECKS = "mute_"
NEVER_SEEN = ("session policies", "VPC endpoint policies")  # no call shows them: they come with the request


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What to judge and what to show. `checks` and `exclude` are ids or shell patterns of them.

    `principals` are to be advised, by names or shell patterns; all are where none is named. None advises the riskiest
    that have findings about permissions. `evidence` is of their use of permissions; an `aggressive` recommendation
    also removes what no source could see the use of. With `backdrop` the report also carries the documents that it
    points into, and portraits of those it names. What the `mutes` fit is set aside.
    """

    limits: Limits = Limits()
    checks: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    min_severity: Severity = Severity.INFO
    principals: tuple[str, ...] | None = None
    evidence: tuple[Evidence, ...] = ()
    aggressive: bool = False
    backdrop: bool = False
    mutes: tuple[Mute, ...] = ()


class Judgement(NamedTuple):
    """What the checks said."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    unassessed: tuple[Unassessed, ...]


def audit(snapshot: Snapshot, options: Options | None = None) -> Report:
    """Judge one snapshot.

    Raises UsageError when the options name a check or a principal that does not exist, SnapshotError when the
    snapshot's time is unreadable. Whatever else goes wrong stands in the report.
    """
    wanted = options or Options()
    chosen = select(wanted)
    account = build(snapshot)
    snapshot = msgspec.structs.replace(snapshot, calls={})  # a whole file's text: the account holds what it needs of it
    report = _report(account, snapshot, wanted, chosen)
    return msgspec.structs.replace(report, backdrop=backdrop(account, report)) if wanted.backdrop else report


def _report(account: Account, snapshot: Snapshot, wanted: Options, chosen: tuple[Check, ...]) -> Report:
    paths = tuple(risk.score_path(path) for path in escalation.find_paths(account))
    judged = judge(account, chosen, wanted.limits, mutes=wanted.mutes)
    scores = risk.score_account(judged.findings, suppressed=judged.suppressed, tiers=_tiers(account))
    advice = _advise(account, wanted, paths=paths, findings=judged.findings, scores=scores)
    return Report(
        tool=f"leastwise {__version__}",
        catalogue=catalog.version(),
        account=account.id,
        partition=account.partition,
        aliases=account.aliases,
        caller=snapshot.caller,
        taken_at=snapshot.taken_at,
        origin=snapshot.origin,
        credential_report_at=account.report_generated.isoformat() if account.report_generated else "",
        inventory=_inventory(account),
        layers_considered=tuple(name for name, seen in _layers(account) if seen),
        layers_not_considered=tuple(name for name, seen in _layers(account) if not seen),
        notes=(*snapshot.notes, *account.workloads.remarks, *account.last_accessed.remarks),
        gaps=(*map(_view, account.gaps), *_unread(wanted.evidence)),
        unassessed=judged.unassessed,
        checks=tuple(check.id for check in chosen),
        limits={name: limit for name, limit in msgspec.structs.asdict(wanted.limits).items() if name != "mutes"},
        min_severity=wanted.min_severity,
        findings=tuple(f for f in judged.findings if f.severity >= wanted.min_severity),
        suppressed=judged.suppressed,
        paths=tuple(sorted(paths, key=_path_order)),
        external=tuple(sorted(map(risk.score_path, escalation.external_paths(account)), key=_path_order)),
        recommendations=advice.recommendations,
        recommendations_left_out=advice.left_out,
        scores=scores,
        fixes=remedy.fix_first(account, judged.findings, paths),
    )


def select(options: Options) -> tuple[Check, ...]:
    """The checks that the options ask for. Raises UsageError for a name or pattern that fits none, in a mute too."""
    every = all_checks()
    _matching((mute.check for mute in options.mutes), every)
    wanted = _matching(options.checks, every) if options.checks else {check.id for check in every}
    unwanted = _matching(options.exclude, every)
    return tuple(check for check in every if check.id in wanted - unwanted)


def _matching(patterns: Iterable[str], every: tuple[Check, ...]) -> set[str]:
    out: set[str] = set()
    for pattern in patterns:
        fitting = fnmatch.filter([check.id for check in every], pattern)
        out.update(fitting or [find(pattern).id])
    return out


def judge(account: Account, checks: Sequence[Check], limits: Limits, *, mutes: tuple[Mute, ...] = ()) -> Judgement:
    """Run the checks; set aside what is muted; then run those that are about the mutes."""
    last = tuple(check for check in checks if check.id.startswith(MUTE_CHECKS))
    judged = _judge(account, [check for check in checks if check not in last], limits)
    unassessed = (*_unreadable(account), *judged.unassessed)
    ids = {check.id for check in checks}
    settled = settle(judged.findings, unassessed, mutes, today=account.now.date(), checks=ids)
    about = _judge(account, last, msgspec.structs.replace(limits, mutes=settled.standings))
    return Judgement(
        tuple(sorted((*settled.findings, *about.findings), key=_order)),
        tuple(sorted((*judged.suppressed, *settled.muted), key=lambda s: _order(s.finding))),
        tuple(sorted((*unassessed, *about.unassessed))),
    )


def _judge(account: Account, checks: Iterable[Check], limits: Limits) -> Judgement:
    """Run the checks; sort what they say, worst first; set aside what exempt subjects raised."""
    reasons = {h.arn: reason for h in account.holders if (reason := exemption(h))}
    findings: list[Finding] = []
    suppressed: list[Suppressed] = []
    unassessed: list[Unassessed] = []
    for check in checks:
        for said in run(check, account, limits):
            if not isinstance(said, Finding):
                unassessed.append(said)
            elif check.spares_exempt and said.subject.arn in reasons:
                suppressed.append(Suppressed(finding=said, reason=reasons[said.subject.arn]))
            else:
                findings.append(said)
    return Judgement(
        tuple(sorted(findings, key=_order)),
        tuple(sorted(suppressed, key=lambda s: _order(s.finding))),
        tuple(sorted(unassessed)),
    )


def run(check: Check, account: Account, limits: Limits) -> Iterator[Finding | Unassessed]:
    """All that one check has to say, or why it could not."""
    unseen = sorted(call for call in check.needs if account.has_gap(call))
    if unseen:
        yield Unassessed(check=check.id, reason=f"could not see {', '.join(unseen)}")
        return
    try:
        said = list(check.hits(account, limits))
    except Exception as error:  # noqa: BLE001 - the one place where a bug in a check becomes data
        import traceback  # noqa: PLC0415  seldom needed

        yield Unassessed(
            check=check.id,
            reason=f"the check failed ({type(error).__name__}): please report it",
            traceback=traceback.format_exc(),
        )
        return
    tiers = _tiers(account)
    for hit in said:
        if isinstance(hit, Hit):
            yield check.finding(hit, tiers.get(hit.subject.arn, "other"))
        else:
            yield Unassessed(check=check.id, reason=hit.reason, target=hit.target)


def _tiers(account: Account) -> dict[str, str]:
    """The tier of each user, role and group by ARN."""
    return remember(account, "tiers", lambda: {h.arn: escalation.tier(account, h) for h in account.holders})


def _unreadable(account: Account) -> Iterator[Unassessed]:
    """A principal with a policy that cannot be read is named, never taken for powerless."""
    for holder in account.holders:
        for document in unreadable(holder):
            fault = document.policy
            reason = f"{document.name} of {document.arn} cannot be read: {getattr(fault, 'reason', '')}"
            yield Unassessed(check="policy_documents", reason=reason, target=holder.arn)


def _about_permissions(findings: Iterable[Finding], scores: Scores) -> tuple[PrincipalScore, ...]:
    """The scored principals that have a finding about what they may do, the worst first."""
    named = {f.subject.arn for f in findings if f.check.startswith(PERMISSION_CHECKS)}
    return tuple(score for score in scores.principals if score.subject.arn in named)


def _advise(
    account: Account, wanted: Options, *, paths: Iterable[Path], findings: Iterable[Finding], scores: Scores
) -> Advice:
    """The recommendations for those whom the options name; by their use, where that is asked for or was looked up."""
    told = wanted.principals is not None or wanted.evidence or account.last_accessed.reports
    knowledge = Knowledge.of(account, wanted.evidence) if told else None
    adviser = Adviser(account, paths, knowledge=knowledge, aggressive=wanted.aggressive)
    if wanted.principals is None:
        return adviser.advise(_about_permissions(findings, scores))
    named = pick(account, wanted.principals) if wanted.principals else account.holders
    advice = adviser.advise(_scored(named, scores), limit=len(named))
    return advice if len(named) > AGAIN else advice._replace(recommendations=tuple(_again(account, advice)))


def _again(account: Account, advice: Advice) -> Iterator[Recommendation]:
    """The recommendations, the paths of each as the account has them once it is followed."""
    for each in advice.recommendations:
        has_paths = each.proof.paths_closed or each.proof.paths_remaining
        yield remedy.judged_again(account, each) if has_paths else each


def _scored(holders: Iterable[Holder], scores: Scores) -> Iterator[PrincipalScore]:
    """Their scores; who has no finding has no risk."""
    known = {score.subject.arn: score for score in scores.principals}
    for holder in holders:
        none = PrincipalScore(subject=holder.subject, score=0, tier="other", findings=0)
        yield known.get(holder.arn, none)


def _layers(account: Account) -> tuple[tuple[str, bool], ...]:
    """The layers beyond the principals' own policies, and whether each was seen."""
    above = (("SCPs", account.scps is not None), ("RCPs", account.rcps is not None))
    return (*above, *((name, False) for name in NEVER_SEEN))


def _inventory(account: Account) -> dict[str, int]:
    return {
        "users": len(account.users),
        "groups": len(account.groups),
        "roles": len(account.roles),
        "customer_managed_policies": sum(not p.is_aws_managed for p in account.policies.values()),
        "buckets": len(account.buckets),
        **({"running_resources": account.workloads.count} if account.workloads.asked else {}),
    }


def _view(gap: Gap) -> MissingView:
    return MissingView(call=gap.call, reason=gap.reason, target=gap.target or "", detail=gap.detail)


def _unread(evidence: Iterable[Evidence]) -> Iterator[MissingView]:
    """What could not be read of the evidence of use; the rest of it is used."""
    for seen in (each.coverage for each in evidence):
        for fault in seen.faults:
            yield MissingView(call=seen.source, reason=fault.reason, target=fault.path)
        if seen.faults_unlisted:
            yield MissingView(call=seen.source, reason=f"and {seen.faults_unlisted:,} further faults")


def _order(finding: Finding) -> tuple[int, int, str, str, str]:
    return (-finding.risk, -finding.severity, finding.check, finding.subject.arn, finding.fingerprint)


def _path_order(path: Path) -> tuple[int, int, str, str, str]:
    return (-path.risk, len(path.edges), path.source.arn, path.target.arn, path.fingerprint)
