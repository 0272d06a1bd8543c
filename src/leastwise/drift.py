"""How two audits of one account differ: what is new, fixed, changed, set aside, and what was not looked at again.

A finding is the same while its fingerprint is, a path while its own is. What is not found again is fixed only where the
newer audit has judged it: all that it did not see, or was not asked for, is *not assessed*. Reports are all that this
knows.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec.structs import replace

from leastwise.compared import Baseline, Status
from leastwise.results import ESCALATION, Finding, Path, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.results import Evidence, Report
    from leastwise.unseen import Unassessed

EVERYTHING = "iam:GetAccountAuthorizationDetails"  # without it no path can be found
MUTED, EXEMPT, AS_BEFORE = "muted", "exempt", "set aside as before"
NEW, CHANGED, KNOWN = (status.value for status in (Status.NEW, Status.CHANGED, Status.KNOWN))


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that two audits tell differently, as the newer has it, or the older where the newer has it not.

    `before` is how the older had it where that is not obvious (`muted`, `exempt`, `not assessed: …`), `changes` what is
    different, `worse` whether its severity rose, `reason` why it is set aside or not assessed. `owner` and `expires`
    are its mute's.
    """

    finding: Finding
    before: str = ""
    changes: tuple[str, ...] = ()
    worse: bool = False
    reason: str = ""
    owner: str = ""
    expires: str = ""


class MovedPath(msgspec.Struct, frozen=True, kw_only=True):
    """A path that two audits tell differently. `first` tells that the older has no way up from its source."""

    path: Path
    changes: tuple[str, ...] = ()
    first: bool = False
    reason: str = ""


class PathDrift(msgspec.Struct, frozen=True, kw_only=True):
    """The paths that differ, those from outside too."""

    new: tuple[MovedPath, ...] = ()
    changed: tuple[MovedPath, ...] = ()
    fixed: tuple[MovedPath, ...] = ()
    not_assessed: tuple[MovedPath, ...] = ()


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """The differences, each list in the order of the report that it comes from.

    `muted` and `exempt` were not so before. `known` counts the findings that both have alike, and `remarks` tell
    what else differs between the audits and may be the cause.
    """

    account: str
    old_taken_at: str
    new_taken_at: str
    old_risk: int
    new_risk: int
    known: int
    paths: PathDrift
    remarks: tuple[str, ...]
    new: tuple[Moved, ...] = ()
    changed: tuple[Moved, ...] = ()
    fixed: tuple[Moved, ...] = ()
    muted: tuple[Moved, ...] = ()
    exempt: tuple[Moved, ...] = ()
    not_assessed: tuple[Moved, ...] = ()

    def failing(self, least: Severity) -> tuple[Moved, ...]:
        """The findings at or above this severity that are new, or have become that bad."""
        worse = (*self.new, *(moved for moved in self.changed if moved.worse))
        return tuple(moved for moved in worse if moved.finding.severity >= least)

    @property
    def assessed(self) -> bool:
        """Whether the newer audit has judged all that the older told of."""
        return not (self.not_assessed or self.paths.not_assessed)

    @property
    def statuses(self) -> dict[str, Status]:
        """By fingerprint, which findings of the newer audit are new or changed. All others are known."""
        changed = {m.finding.fingerprint: Status.WORSE if m.worse else Status.CHANGED for m in self.changed}
        return changed | {moved.finding.fingerprint: Status.NEW for moved in self.new}

    @property
    def baseline(self) -> Baseline:
        """The older audit, in numbers."""
        return Baseline(
            taken_at=self.old_taken_at,
            new=len(self.new),
            changed=len(self.changed),
            fixed=len(self.fixed),
            muted=len(self.muted),
            exempt=len(self.exempt),
            not_assessed=len(self.not_assessed),
            remarks=self.remarks,
        )


def drift(old: Report, new: Report) -> Drift:
    """What differs between two audits of one account, of which `old` is the earlier."""
    groups = _findings(old, new)
    groups.pop(AS_BEFORE, None)
    return Drift(
        account=new.account,
        old_taken_at=old.taken_at,
        new_taken_at=new.taken_at,
        old_risk=old.scores.risk,
        new_risk=new.scores.risk,
        known=len(groups.pop(KNOWN, ())),
        paths=_paths(old, new),
        remarks=tuple(_remarks(old, new)),
        **{name: tuple(moved) for name, moved in groups.items()},
    )


def since(old: Report, new: Report) -> Report:
    """The newer report, which tells of each finding what it is beside the older."""
    found = drift(old, new)
    statuses = found.statuses
    findings = tuple(replace(f, status=statuses.get(f.fingerprint, Status.KNOWN)) for f in new.findings)
    return replace(new, findings=findings, baseline=found.baseline)


class _Kept(NamedTuple):
    """A finding with how one audit has it."""

    finding: Finding
    state: str = ""
    reason: str = ""
    owner: str = ""
    expires: str = ""


def _findings(old: Report, new: Report) -> dict[str, list[Moved]]:
    """What became of each finding, by the names of the lists."""
    before, after = ({one.finding.fingerprint: one for one in _kept(report)} for report in (old, new))
    earlier, later = _Sight(old), _Sight(new)
    groups: dict[str, list[Moved]] = defaultdict(list)
    for mark, one in after.items():
        group, moved = _told(before.get(mark), one, earlier)
        groups[group].append(moved)
    for mark, gone in before.items():
        if mark not in after:
            reason = later.blind_to(gone.finding)
            moved = Moved(finding=gone.finding, before=gone.state, reason=reason)
            groups["not_assessed" if reason else "fixed"].append(moved)
    return groups


def _told(was: _Kept | None, now: _Kept, earlier: _Sight) -> tuple[str, Moved]:
    """The list that a finding of the newer audit belongs to, and how it stands there."""
    finding = now.finding
    if now.state:
        aside = Moved(finding=finding, reason=now.reason, owner=now.owner, expires=now.expires)
        return (AS_BEFORE if was and was.state == now.state else now.state), aside
    if was is None or was.state:
        return NEW, Moved(finding=finding, before=was.state if was else earlier.unjudged(finding))
    changes = tuple(_changes(was.finding, finding))
    worse = finding.severity > was.finding.severity
    return (CHANGED if changes else KNOWN), Moved(finding=finding, changes=changes, worse=worse)


def _kept(report: Report) -> Iterator[_Kept]:
    """All findings of a report, those that are set aside too."""
    yield from (_Kept(finding) for finding in report.findings)
    for one in report.suppressed:
        yield _Kept(one.finding, MUTED if one.muted else EXEMPT, one.reason, one.owner, one.expires)


def states(report: Report) -> Iterator[tuple[Finding, str]]:
    """All findings of a report, each with "", `muted` or `exempt`."""
    return ((one.finding, one.state) for one in _kept(report))


def _changes(old: Finding, new: Finding) -> Iterator[str]:
    """What of a finding is different. Its words are not looked at: they count days."""
    if old.severity != new.severity:
        yield f"severity {old.severity.label} -> {new.severity.label}"
    if old.confidence != new.confidence:
        yield f"confidence {old.confidence.value} -> {new.confidence.value}"
    if _places(old.evidence) != _places(new.evidence):
        yield "rests on other evidence"


def _places(evidence: Iterable[Evidence]) -> frozenset[tuple[str, ...]]:
    """Where the statements stand; what names nothing but its subject says nothing."""
    return frozenset((e.document, e.name, e.pointer, e.sid) for e in evidence if e.name or e.pointer or e.sid)


class _Sight:
    """What one audit could not judge."""

    def __init__(self, report: Report) -> None:
        self.checks = frozenset(report.checks)
        self.least = report.min_severity
        self.of_checks: dict[str, list[Unassessed]] = defaultdict(list)
        self.of_anybody: list[Unassessed] = []  # what no check can judge: policies that cannot be read
        for each in report.unassessed:
            (self.of_checks[each.check] if each.check in self.checks else self.of_anybody).append(each)
        self.blind = [gap.reason for gap in report.gaps if gap.call == EVERYTHING and not gap.target]
        self.targets = {each.target: each.reason for each in report.unassessed if each.target}
        self.exempt = {one.finding.subject.arn: one.reason for one in report.suppressed if not one.muted}

    def unjudged(self, finding: Finding) -> str:
        """`not assessed: …` where this audit could not have told of the finding, else ""."""
        reason = self.blind_to(finding)
        return f"not assessed: {reason}" if reason else ""

    def blind_to(self, finding: Finding) -> str:
        """Why this audit cannot tell of the finding, or "" where it judged it."""
        if finding.check not in self.checks:
            return "its check was not run"
        if finding.severity < self.least:
            return f"findings below {self.least.label} were left out"
        named = {"", finding.subject.arn, *(e.document for e in finding.evidence)}
        silent = (*self.of_checks[finding.check], *self.of_anybody)
        return next((each.reason for each in silent if each.target in named), "")

    def blind_on(self, path: Path) -> str:
        """Why this audit cannot tell of the path, or "": no path begins at who is exempt, or leads over the unseen."""
        if path.source.arn in self.exempt:
            return self.exempt[path.source.arn]
        silent = [*self.blind, *(each.reason for each in self.of_checks[ESCALATION] if not each.target)]
        on_it = {path.source.arn, *(arn for edge in path.edges for arn in (edge.source, edge.target))}
        return next(iter((*silent, *(self.targets[arn] for arn in sorted(on_it & self.targets.keys())))), "")


def _paths(old: Report, new: Report) -> PathDrift:
    before, after = ({path.fingerprint: path for path in (*one.paths, *one.external)} for one in (old, new))
    climbers = {path.source.arn for path in before.values() if path.escalates}
    later = _Sight(new)
    both = ((path, tuple(_path_changes(before[mark], path))) for mark, path in after.items() if mark in before)
    gone = [(path, later.blind_on(path)) for mark, path in before.items() if mark not in after]
    return PathDrift(
        new=tuple(
            MovedPath(path=path, first=path.escalates and path.source.arn not in climbers)
            for mark, path in after.items()
            if mark not in before
        ),
        changed=tuple(
            MovedPath(path=path, changes=changes, first=path.escalates and path.source.arn not in climbers)
            for path, changes in both
            if changes
        ),
        fixed=tuple(MovedPath(path=path) for path, reason in gone if not reason),
        not_assessed=tuple(MovedPath(path=path, reason=reason) for path, reason in gone if reason),
    )


def _path_changes(old: Path, new: Path) -> Iterator[str]:
    if old.verdict != new.verdict:
        yield f"{old.verdict.value} -> {new.verdict.value}"
    if old.severity != new.severity:
        yield f"severity {old.severity.label} -> {new.severity.label}"


def _remarks(old: Report, new: Report) -> Iterator[str]:
    """What differs between the audits themselves."""
    if old.tool != new.tool:
        yield f"the older was made by {old.tool}, the newer by {new.tool}"
    for name in sorted(old.limits.keys() & new.limits.keys()):
        if old.limits[name] != new.limits[name]:
            yield f"{name.replace('_', ' ')} was {old.limits[name]}, and is {new.limits[name]}"
    if new.min_severity:
        yield f"the newer leaves out findings below {new.min_severity.label}: what is fixed may only weigh less"
    yield from (f"{layer} were considered, and no more are" for layer in _less(old, new))
    yield from (f"{layer} are considered, and were not before" for layer in _less(new, old))


def _less(one: Report, other: Report) -> list[str]:
    return [layer for layer in one.layers_considered if layer not in other.layers_considered]
