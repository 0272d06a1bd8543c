"""What a path hangs on: the statements without which one of its hops cannot be made.

A hop needs all of its permissions, so it hangs on each statement that alone grants one of them; where two statements
grant the same, taking one away ends nothing, and neither counts. The same holds for the target's trust policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leastwise.access import cite
from leastwise.account.model import Role, User, remember
from leastwise.leastprivilege.permission import Permission

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.policy.document import Document
    from leastwise.policy.evaluate import Bearing
    from leastwise.results import Edge, Evidence, Path

TRUST = "trust"


class Cause(NamedTuple):
    """One statement that can be changed. `on` is the holder from which an AWS-managed policy would be taken."""

    evidence: Evidence
    kind: str
    on: str = ""


def causes(account: Account, path: Path) -> dict[Cause, Permission]:
    """The statements that the path hangs on, each with the least missed of the permissions that it alone grants."""
    found: dict[Cause, Permission] = {}
    for edge in path.edges:
        for cause, permission in (*_granted(account, edge), *_trusted(account, edge)):
            found[cause] = min(found.get(cause, permission), permission, key=lambda p: p.missed)
    return found


def _holders(account: Account) -> dict[str, Holder]:
    return remember(account, "holders by arn", lambda: {h.arn: h for h in account.holders})


def _granted(account: Account, edge: Edge) -> Iterator[tuple[Cause, Permission]]:
    """The sole grants of the hop's permissions among the source's own policies."""
    source = _holders(account).get(edge.source)
    for permission in map(Permission.of, edge.permissions if source else ()):
        grants = _grants(account, source, permission) if source else ()
        pointer = cite(grants[0].document, grants[0].statement) if len(grants) == 1 else None
        if source and pointer and _is_cited(edge, pointer):
            where = _attached_to(source, grants[0].document)
            if where:
                yield Cause(pointer, grants[0].document.kind, where), permission


def _grants(account: Account, source: Holder, permission: Permission) -> tuple[Bearing, ...]:
    return remember(source, ("grants", permission), lambda: permission.grants(account, source))


def _is_cited(edge: Edge, pointer: Evidence) -> bool:
    return any((e.document, e.pointer) == (pointer.document, pointer.pointer) for e in edge.evidence)


def _attached_to(source: Holder, document: Document) -> str:
    """Where the policy would have to change: itself, or, being AWS's, the one holder it is attached to; else ""."""
    if ":iam::aws:" not in document.arn:
        return document.arn
    groups = source.groups if isinstance(source, User) else ()
    holders = [h for h in (source, *groups) if document in h.attached]
    return holders[0].arn if len(holders) == 1 else ""


def _trusted(account: Account, edge: Edge) -> Iterator[tuple[Cause, Permission]]:
    """The one statement of the target's trust policy that the hop goes through."""
    target = _holders(account).get(edge.target)
    if not isinstance(target, Role):
        return
    known = {cite(target.trust, s).pointer: s for s in target.trust.statements if s.allows}
    through = {e.pointer for e in edge.evidence if e.document == target.arn and e.pointer in known}
    if len(through) == 1:
        yield (
            Cause(cite(target.trust, known[through.pop()]), TRUST, target.arn),
            Permission("sts:AssumeRole", target.arn),
        )


def is_reserved(account: Account, arn: str) -> bool:
    """Whether AWS owns the role, so that nobody here can mend it."""
    holder = _holders(account).get(arn)
    return isinstance(holder, Role) and (holder.is_reserved or holder.is_service_linked)
