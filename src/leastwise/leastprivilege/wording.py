"""What is said with a recommendation: its changes, how sure they are, what to mind, and whom they meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise import catalog
from leastwise.account.model import Group
from leastwise.escalation import standing
from leastwise.leastprivilege.closing import still_open
from leastwise.leastprivilege.draft import Move, short
from leastwise.leastprivilege.ground import members, sharers
from leastwise.policy.document import Policy
from leastwise.policy.entries import is_wild
from leastwise.results import Change, Confidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.advised import Proof
    from leastwise.leastprivilege.draft import Draft
    from leastwise.leastprivilege.packing import Held
    from leastwise.results import Edge

SHOWN = 20  # others named as affected
REMOVED = "policy removed"
NO_EVIDENCE = "no usage evidence was seen: nothing is removed for being unused"
ADMINISTRATOR = (
    "a full administrator: without evidence of use no narrower policy can be justified; decide what it is for, and "
    "replace its policies by those of that job"
)


def withheld(proof: Proof) -> str:
    """Why a recommendation is not given: it would allow something new."""
    example = proof.counterexamples[0]
    return f"withheld, since it would add {example.action} on {example.resource}"


def is_aws(arn: str) -> bool:
    """Whether AWS owns the policy."""
    return ":iam::aws:" in arn


def changes(draft: Draft, held: Iterable[Held]) -> Iterator[Change]:
    """The edits as changes of the principal's documents, document by document."""
    for each in held:
        document = each.document
        page = draft.pages[each.place]
        for edit in page.edits:
            yield Change(
                kind=edit.move.value,
                document=document.arn,
                pointer=document.at + edit.pointer,
                reason=edit.reason,
                confidence=edit.confidence,
                before=edit.before,
                after=edit.after,
            )
        if page.edits and page.is_empty:
            yield Change(
                kind=REMOVED,
                document=document.arn,
                pointer=document.at,
                reason="nothing is left of it",
                confidence=_weakest(e.confidence for e in page.edits),
                before=document.name,
            )


def _weakest(confidences: Iterable[Confidence]) -> Confidence:
    return Confidence.CERTAIN if all(c is Confidence.CERTAIN for c in confidences) else Confidence.CONDITIONAL


def confidence(draft: Draft, holder: Holder) -> Confidence:
    """Certain where every change is, and all was read; a recommendation that changes nothing claims nothing."""
    readable = all(isinstance(d.policy, Policy) for d in (*holder.inline, *holder.attached))
    return _weakest(e.confidence for e in draft.edits) if readable and draft.edited() else Confidence.CONDITIONAL


def reasons(draft: Draft) -> Iterator[str]:
    """Why the recommendation is no surer."""
    yield NO_EVIDENCE
    moves = {e.move for e in draft.edits if e.confidence is Confidence.CONDITIONAL}
    if Move.SCOPED in moves:
        yield "use of resources outside what the snapshot shows would be refused"
    if Move.CLOSED in moves:
        yield "a permission that closes an escalation may be in use"
    if Move.DEAD in moves:
        yield f"what an action can act on is the catalogue's word, of {catalog.version()}"


def warnings(account: Account, before: Holder, after: Holder, hops: tuple[Edge, ...]) -> Iterator[str]:
    """What to mind."""
    for document in (*before.inline, *before.attached):
        if not isinstance(document.policy, Policy):
            yield f"{document.name} could not be read and is left as it is"
    unknown = sorted(set(_unknown(before)))
    if unknown:
        yield f"{short(unknown)}: not in the catalogue of {catalog.version()}; kept, since it may be newer, or mistyped"
    if any(s.allows and s.actions.negated for d in (*after.inline, *after.attached) for s in d.statements):
        yield "NotAction allows whatever AWS adds next; listing what is needed takes evidence of use"
    if hops:
        left = [f"{e.title} ({e.target.rpartition(':')[2]})" for e in still_open(account, before, after, hops)]
        if left:
            yield f"not ended by changing its own policies: {short(left)}; see its groups and the trust policies"
        yield "only the escalations that were found are closed: audit again after the change"
    if standing(account, before).is_administrator and standing(account, after).is_administrator:
        yield "it stays the equal of an administrator: what its job needs takes evidence of use, or a decision"


def _unknown(holder: Holder) -> Iterator[str]:
    """Action names that no catalogue knows, in the policies this account wrote."""
    universe = catalog.universe()
    for document in (*holder.inline, *holder.attached):
        for statement in () if is_aws(document.arn) else document.statements:
            for entry in statement.actions.patterns:
                if not universe.mask(entry) and not (is_wild(entry) and not entry.strip("*:")):
                    yield entry


def affected(account: Account, holder: Holder, draft: Draft, held: Iterable[Held]) -> tuple[str, ...]:
    """Who shares what changes: a group's members, and whoever else holds a replaced policy of this account."""
    edited = set(draft.edited())
    found = set(members(account, holder)) if isinstance(holder, Group) and edited else set()
    for each in held:
        if each.place in edited and each.document.is_managed and not is_aws(each.document.arn):
            found |= set(sharers(account, each.document.arn))
    names = sorted(found - {holder.arn})
    more = (f"and {len(names) - SHOWN} more",) if len(names) > SHOWN else ()
    return (*names[:SHOWN], *more)
