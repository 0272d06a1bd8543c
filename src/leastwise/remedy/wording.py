"""Fixes in words: an order for people, and the id by which a fix is asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.arn import parse_arn
from leastwise.remedy.amendment import Kind
from leastwise.remedy.sites import Place
from leastwise.results import fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leastwise.remedy.plan import Fix
    from leastwise.remedy.sites import Site
    from leastwise.results import Evidence

SHOWN = 3  # names in a sentence


def id_of(site: Site) -> str:
    """Stable between runs: of the document, whatever becomes of it."""
    return f"fix:{fingerprint('fix', *site)}"


def sentence(fix: Fix) -> str:
    """The change, as an order."""
    site = fix.amendment.site
    if site.place is Place.TRUST:
        return f"Leave {_callers(fix)} out of the trust policy of {named(site.holder)}"
    actions = _some(sorted({d.permission.action for d in fix.demands}))
    if site.place is Place.ADDED:
        return f"Deny {named(site.holder)} {actions}, in a new inline policy"
    if site.place is Place.ATTACHED:
        name = site.policy.rpartition("/")[2]
        return f"Replace the AWS-managed policy {name} on {named(site.holder)} by one without {actions}"
    return f"{_verb(fix.amendment.kind)} {actions} in {_statements(fix.statements)} of {_document(site)}"


def _verb(kind: Kind) -> str:
    return {Kind.REMOVE: "Remove", Kind.SCOPE: "Scope", Kind.CONDITION: "Set a condition on"}.get(kind, "Deny")


def _callers(fix: Fix) -> str:
    callers = sorted({d.caller for d in fix.demands})
    return _some([named(c) if c.startswith("arn:") else c for c in callers])


def _some(words: Sequence[str]) -> str:
    more = len(words) - SHOWN
    shown = words if more <= 1 else words[:SHOWN]
    return ", ".join(shown) + (f" and {more} more" if more > 1 else "")


def _statements(statements: Sequence[Evidence]) -> str:
    names = list(dict.fromkeys(s.sid or _number(s.pointer) for s in statements))
    return f"statement{'s' if len(names) > 1 else ''} {_some(names)}"


def _document(site: Site) -> str:
    if site.place is Place.MANAGED:
        return f"managed policy {site.policy.rpartition('/')[2]}"
    return f"{named(site.holder)}, inline policy {site.policy}"


def _number(pointer: str) -> str:
    """`…/Statement/2` → `3`, as people count; a lone statement is the first."""
    last = pointer.rpartition("/")[2]
    return str(int(last) + 1) if last.isdigit() else "1"


def named(arn: str) -> str:
    """`role deploy` for a role's ARN."""
    parsed = parse_arn(arn)
    return f"{parsed.resource.partition('/')[0]} {parsed.name}" if parsed else arn
