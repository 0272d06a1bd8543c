"""What stands behind a report: the documents that its evidence points into, and portraits of those it names.

Only formats that show it ask for it: a report of ten thousand principals is written without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.access import granted_to, held_through
from leastwise.account.granted import common
from leastwise.account.model import Group, User
from leastwise.behind import Backdrop, PolicyText, Portrait
from leastwise.policy.document import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.policy.document import Document
    from leastwise.results import Change, Evidence, Report

STATEMENT = "/Statement"  # what a pointer has after that of its document


def backdrop(account: Account, report: Report) -> Backdrop:
    """The documents and the portraits that the report calls for, by ARN."""
    named = frozenset(_named(report))
    pointed = frozenset((e.document, e.pointer.partition(STATEMENT)[0]) for e in _pointers(report))
    found = {(d.arn, d.at): d for d in _documents(account) if (d.arn, d.at) in pointed}
    return Backdrop(
        documents=tuple(text for key in sorted(found) for text in _text(found[key])),
        portraits=tuple(_portrait(account, holder) for holder in account.holders if holder.arn in named),
    )


def _named(report: Report) -> Iterator[str]:
    yield from (finding.subject.arn for finding in report.findings)
    yield from (one.finding.subject.arn for one in report.suppressed)
    yield from (advice.subject.arn for advice in report.recommendations)
    for path in (*report.paths, *report.external):
        yield from (end for edge in path.edges for end in (edge.source, edge.target))


def _pointers(report: Report) -> Iterator[Evidence | Change]:
    for finding in (*report.findings, *(one.finding for one in report.suppressed)):
        yield from finding.evidence
    for path in (*report.paths, *report.external):
        for edge in path.edges:
            yield from edge.evidence
    for fix in report.fixes:
        yield from fix.statements
    for advice in report.recommendations:
        yield from (*advice.changes, *(advice.trust.changes if advice.trust else ()))


def _documents(account: Account) -> Iterator[Document]:
    for holder in account.holders:
        yield from (*holder.inline, *holder.attached)
        if not isinstance(holder, Group) and holder.boundary:
            yield holder.boundary
    yield from (role.trust for role in account.roles)
    yield from (document for policy in account.policies.values() for document in policy.versions.values())
    yield from (bucket.policy for bucket in account.buckets if bucket.policy)
    yield from (document for levels in (account.scps, account.rcps) for level in levels or () for document in level)


def _text(document: Document) -> Iterator[PolicyText]:
    """A document that cannot be read has none: the report says so where it is unassessed."""
    if isinstance(document.policy, Policy):
        yield PolicyText(
            arn=document.arn,
            name=document.name,
            kind=document.kind,
            at=document.at,
            body=document.policy.source,
        )


def _portrait(account: Account, holder: Holder) -> Portrait:
    found = granted_to(account, holder)
    boundary = None if isinstance(holder, Group) else holder.boundary
    within = 1 + int(boundary is not None and isinstance(boundary.policy, Policy))
    left = [common(found[:number]).bit_count() for number in (1, within, len(found))]
    return Portrait(
        arn=holder.arn,
        created=_stamp(holder.created),
        used=tuple(_used(holder)),
        policies=tuple((d.name, d.arn, held_through(holder, d)) for d in holder.documents),
        boundary=boundary.name if boundary else "",
        granted=left[0],
        bounded=left[1] if within > 1 else None,
        limited=left[2] if len(found) > within else None,
        idle=_idle(account, holder),
    )


def _idle(account: Account, holder: Holder) -> tuple[str, ...]:
    """The services that AWS lists for it without a use."""
    known = account.last_accessed.of(holder.arn, holder.created)
    services = known.services if known else {}
    return tuple(sorted(prefix for prefix, service in services.items() if service and service.last is None))


def _used(holder: Holder) -> Iterator[tuple[str, str]]:
    """When its credentials were last used, as far as that was seen."""
    if isinstance(holder, Group):
        return
    if not isinstance(holder, User):
        yield "role", _stamp(holder.last_used)
    elif holder.login:
        if holder.login.has_password:
            yield "password", _stamp(holder.login.password_last_used)
        yield from ((f"access key {key.slot}", _stamp(key.last_used)) for key in holder.login.active_keys)


def _stamp(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
