"""The difference of two audits as JSON, with a schema of its own: `schema/leastwise_diff.schema.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leastwise._version import __version__
from leastwise.report.published import (
    AccountId,
    ArnText,
    ConfidenceWord,
    Count,
    Fingerprint,
    KindWord,
    Percent,
    Published,
    SeverityWord,
    Stamp,
    Text,
    Texts,
    VerdictWord,
    Version,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.drift import Drift, Moved, MovedPath, PathDrift
    from leastwise.results import Subject

SCHEMA_VERSION = "1.0"


class Whose(Published, frozen=True, kw_only=True):
    """Whom an entry is about."""

    principal_name: Text
    principal_arn: ArnText
    principal_type: KindWord


class MovedFinding(Whose, frozen=True, kw_only=True):
    """A finding that the audits tell differently, as the newer has it, or the older where the newer has it not.

    `before` tells how the older had it, where it was muted, exempt or not assessed; `reason` why it is set aside, or
    why the newer could not judge it; `expires` the last day of its mute, or `never`.
    """

    id: Text
    check: Text
    title: Text
    severity: SeverityWord
    confidence: ConfidenceWord
    issue_description: Text
    fingerprint: Fingerprint
    before: Text = ""
    changes: tuple[Text, ...] = ()
    worse: bool = False
    reason: Text = ""
    owner: Text = ""
    expires: Text = ""


class MovedWay(Whose, frozen=True, kw_only=True):
    """A path that the audits tell differently. `first` tells that its principal had no way to administrator before."""

    id: Text
    target_name: Text
    target_arn: ArnText
    target_type: KindWord
    verdict: VerdictWord
    severity: SeverityWord
    methods: Texts
    fingerprint: Fingerprint
    first: bool = False
    changes: tuple[Text, ...] = ()
    reason: Text = ""


class MovedWays(Published, frozen=True, kw_only=True):
    """The paths, those from outside too."""

    new: tuple[MovedWay, ...]
    changed: tuple[MovedWay, ...]
    fixed: tuple[MovedWay, ...]
    not_assessed: tuple[MovedWay, ...]


class Audited(Published, frozen=True, kw_only=True):
    """One of the audits."""

    taken_at: Stamp
    risk: Percent


class DiffFile(Published, frozen=True, kw_only=True):
    """What differs between two audits of one account."""

    schema_version: Version
    tool: Text
    account: AccountId
    older: Audited
    newer: Audited
    remarks: tuple[Text, ...]
    known: Count
    new: tuple[MovedFinding, ...]
    changed: tuple[MovedFinding, ...]
    fixed: tuple[MovedFinding, ...]
    muted: tuple[MovedFinding, ...]
    exempt: tuple[MovedFinding, ...]
    not_assessed: tuple[MovedFinding, ...]
    paths: MovedWays


def render(drift: Drift) -> Iterator[bytes]:
    """The text, in pieces."""
    return write(
        DiffFile(
            schema_version=SCHEMA_VERSION,
            tool=f"leastwise {__version__}",
            account=drift.account,
            older=Audited(taken_at=drift.old_taken_at, risk=drift.old_risk),
            newer=Audited(taken_at=drift.new_taken_at, risk=drift.new_risk),
            remarks=drift.remarks,
            known=drift.known,
            new=_findings(drift.new),
            changed=_findings(drift.changed),
            fixed=_findings(drift.fixed),
            muted=_findings(drift.muted),
            exempt=_findings(drift.exempt),
            not_assessed=_findings(drift.not_assessed),
            paths=_paths(drift.paths),
        )
    )


def _whose(subject: Subject) -> dict[str, Any]:
    return {"principal_name": subject.name, "principal_arn": subject.arn, "principal_type": subject.kind}


def _findings(group: Iterable[Moved]) -> tuple[MovedFinding, ...]:
    return tuple(map(_finding, group))


def _finding(moved: Moved) -> MovedFinding:
    finding = moved.finding
    return MovedFinding(
        **_whose(finding.subject),
        id=f"{finding.check}:{finding.fingerprint}",
        check=finding.check,
        title=finding.title,
        severity=finding.severity.label,
        confidence=finding.confidence,
        issue_description=finding.message,
        fingerprint=finding.fingerprint,
        before=moved.before,
        changes=moved.changes,
        worse=moved.worse,
        reason=moved.reason,
        owner=moved.owner,
        expires=moved.expires,
    )


def _paths(paths: PathDrift) -> MovedWays:
    groups = (paths.new, paths.changed, paths.fixed, paths.not_assessed)
    new, changed, fixed, not_assessed = (tuple(map(_path, group)) for group in groups)
    return MovedWays(new=new, changed=changed, fixed=fixed, not_assessed=not_assessed)


def _path(moved: MovedPath) -> MovedWay:
    path = moved.path
    return MovedWay(
        **_whose(path.source),
        id=f"path:{path.fingerprint}",
        target_name=path.target.name,
        target_arn=path.target.arn,
        target_type=path.target.kind,
        verdict=path.verdict,
        severity=path.severity.label,
        methods=tuple(edge.method for edge in path.edges),
        fingerprint=path.fingerprint,
        first=moved.first,
        changes=moved.changes,
        reason=moved.reason,
    )
