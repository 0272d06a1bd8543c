"""A recommendation put in place on paper, and the account judged again: which escalations of the principal end.

`leastprivilege` reasons about first hops alone; here other ways come to light, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from leastwise.account.model import Group
from leastwise.leastprivilege.packing import replaced
from leastwise.leastprivilege.wording import REMOVED
from leastwise.policy.document import Policy
from leastwise.remedy.amendment import Amendment, Kind
from leastwise.remedy.consequence import what_if
from leastwise.remedy.sites import Place, Site, holders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.leastprivilege.packing import Body
    from leastwise.policy.document import Document
    from leastwise.results import AdvisedPolicy, Path, Recommendation

METHOD = "the account was judged again with the change"
OTHER = "other ways of escalation come to light: {}"


def judged_again(account: Account, advice: Recommendation) -> Recommendation:
    """The recommendation with the paths that end and that stay, as the account on paper has them."""
    holder = holders(account)[advice.subject.arn]
    amendments = tuple(_amendments(account, holder, advice))
    if not amendments:
        return advice
    starts = {u.arn for u in account.members(holder)} if isinstance(holder, Group) else {holder.arn}

    def own(paths: tuple[Path, ...]) -> tuple[str, ...]:
        return tuple(sorted(path.fingerprint for path in paths if path.source.arn in starts))

    found = what_if(account, amendments)
    others = [path for path in (*found.uncovered, *found.new) if path.source.arn in starts]
    titles = sorted({path.edges[0].title for path in others})
    proof = replace(
        advice.proof,
        method=f"{advice.proof.method}; {METHOD}" if advice.proof.method else METHOD,
        paths_closed=own(found.gone),
        paths_remaining=own((*found.remaining, *others)),
    )
    warnings = (*advice.warnings, OTHER.format(", ".join(titles))) if others else advice.warnings
    return replace(advice, proof=proof, warnings=warnings)


def _amendments(account: Account, holder: Holder, advice: Recommendation) -> Iterator[Amendment]:
    """The changes of the principal's documents, each before and after."""
    gone = {(change.document, change.pointer) for change in advice.changes if change.kind == REMOVED}
    for document in (*holder.inline, *holder.attached):
        parts = [policy for policy in advice.policies if policy.replaces == replaced(document)]
        if parts or (document.arn, document.at) in gone:
            yield from _changed(account, holder, document, parts)


def _changed(account: Account, holder: Holder, document: Document, parts: list[AdvisedPolicy]) -> Iterator[Amendment]:
    """One document replaced by these policies, which on paper are one."""
    after, first = _joined(parts), parts[0] if parts else None
    known = account.policies.get(document.arn)
    fresh = first.name if first else ""
    if document.is_managed and known and fresh == known.name:
        yield _amendment(Site(Place.MANAGED, "", document.arn), document, after, "")
    elif document.is_managed:
        yield _amendment(Site(Place.ATTACHED, holder.arn, document.arn), document, after, fresh)
    else:
        stays = first is None or first.kind == "inline"
        site = Site(Place.INLINE, holder.arn, document.name)
        yield _amendment(site, document, after if stays else None, document.name)
        if not stays:
            yield _amendment(Site(Place.ATTACHED, holder.arn), document, after, fresh)


def _amendment(site: Site, document: Document, after: Body | None, name: str) -> Amendment:
    before = document.policy.source if isinstance(document.policy, Policy) else None
    managed = site.place is Place.ATTACHED and after is not None
    return Amendment(site=site, kind=Kind.REMOVE, before=before, after=after, name=name, managed=managed)


def _joined(parts: list[AdvisedPolicy]) -> Body | None:
    """The documents as one; None where there is none."""
    statements = [s for part in parts if isinstance(found := part.document["Statement"], list) for s in found]
    return {**parts[0].document, "Statement": statements} if parts else None
