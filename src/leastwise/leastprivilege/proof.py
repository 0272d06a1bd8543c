"""What is proven of a recommendation, made on the documents as printed.

The engine's algebra decides whether the principal as advised, with all its policies and its boundary, is allowed
anything that it is not allowed today.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise.access import layers_of, own_layers, possible_actions
from leastwise.advised import Counterexample, Proof, Tri
from leastwise.leastprivilege.closing import first_hops, still_open
from leastwise.leastprivilege.covering import rulings
from leastwise.leastprivilege.draft import short
from leastwise.policy.algebra import Verdict, contains
from leastwise.policy.document import Document, parse

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.evidence import Knowledge
    from leastwise.leastprivilege.covering import Ruling
    from leastwise.leastprivilege.packing import Held
    from leastwise.policy.layers import Layers
    from leastwise.policy.request import Request
    from leastwise.results import AdvisedPolicy, Path

ADVISED = "leastwise"  # the source of documents that stand on paper only
SUBSET, COVERS = "subset_of_current", "covers_observed"
UNCHANGED = Proof(subset_of_current=Tri.YES, covers_observed=Tri.YES, method="nothing changes")
UNSEEN = "nothing is known of its use, so that what was used may be lost"
NOTHING_LOST = "all that is allowed today is allowed then, whatever was used"
UNDECIDED = "seen in use, but not on which resource or under which conditions, and some of these are lost"
APART = (
    "seen in use, but not allowed by the current policies: they changed since, or a resource's own policy allowed it"
)
SHOWN = 10  # counterexamples
_ANSWERS = {Verdict.CONTAINED: Tri.YES, Verdict.NOT_CONTAINED: Tri.NO, Verdict.UNKNOWN: Tri.UNKNOWN}


def on_paper(
    holder: Holder, held: Iterable[Held], policies: Iterable[AdvisedPolicy], *, edited: Container[int]
) -> Holder:
    """The principal as it would be with the advised policies; itself where nothing changes."""
    gone = {h.document for h in held if h.place in edited}
    if not gone:
        return holder
    advised = tuple(
        Document(
            arn=p.replaces, name=p.name, kind=p.kind, policy=parse(msgspec.json.encode(p.document)), source=ADVISED
        )
        for p in policies
    )
    inline = (*(d for d in holder.inline if d not in gone), *advised)
    attached = tuple(d for d in holder.attached if d not in gone)
    return msgspec.structs.replace(holder, inline=inline, attached=attached, memo={})


def prove(
    account: Account, before: Holder, after: Holder, *, knowledge: Knowledge | None = None, cleaned: bool = False
) -> Proof:
    """What is proven of the principal as advised: that it gains nothing, and that it loses nothing seen in use.

    Where it was only `cleaned` of what had no effect, it may be shown to lose nothing at all.
    """
    if after is before:
        return UNCHANGED
    proof = narrower(own_layers(before), own_layers(after))
    if knowledge is None:
        return msgspec.structs.replace(proof, reasons=(*proof.reasons, UNSEEN))
    if cleaned and contains(layers_of(account, after), layers_of(account, before)).verdict is Verdict.CONTAINED:
        return msgspec.structs.replace(proof, covers_observed=Tri.YES, method=f"{proof.method}; {NOTHING_LOST}")
    found = tuple(rulings(account, knowledge, before, after))
    asked = [ruling for ruling in found if ruling.kept]
    if not asked and possible_actions(account, before) & ~knowledge.unused(before):
        return msgspec.structs.replace(
            proof, reasons=(*proof.reasons, UNSEEN, *_why(list(found), APART)), set_apart=len(found)
        )
    return _covering(proof, found)


def with_paths(proof: Proof, account: Account, before: Holder, after: Holder, paths: Iterable[Path]) -> Proof:
    """The proof with the escalations that end, each because its first hop needs what is taken away, and the others."""
    each = tuple(paths)
    left = set(still_open(account, before, after, first_hops(each)))
    return msgspec.structs.replace(
        proof,
        paths_closed=tuple(sorted(path.fingerprint for path in each if path.edges[0] not in left)),
        paths_remaining=tuple(sorted(path.fingerprint for path in each if path.edges[0] in left)),
    )


def narrower(before: Layers, after: Layers) -> Proof:
    """Whether all that is allowed after is allowed before: proved, disproved by a request, or unknown and why."""
    found = contains(before, after)
    return Proof(
        subset_of_current=_ANSWERS[found.verdict],
        method=found.method,
        reasons=(found.reason,) if found.reason else (),
        counterexamples=(counterexample(SUBSET, found.witness),) if found.witness else (),
    )


def _covering(proof: Proof, found: tuple[Ruling, ...]) -> Proof:
    """The proof with the answer about what was seen in use."""
    apart, lost, unsure = ([r for r in found if r.kept is kept] for kept in (None, Tri.NO, Tri.UNKNOWN))
    asked = len(found) - len(apart)
    method = f"{asked} permissions seen in use were asked of the evaluator"
    return msgspec.structs.replace(
        proof,
        covers_observed=Tri.NO if lost else Tri.UNKNOWN if unsure else Tri.YES,
        method=f"{proof.method}; {method}" if proof.method else method,
        reasons=(*proof.reasons, *_why(unsure, UNDECIDED), *_why(apart, APART)),
        counterexamples=(
            *proof.counterexamples,
            *(counterexample(COVERS, r.asked, by=r.asked.caller.arn) for r in lost[:SHOWN]),
        ),
        observed=asked,
        set_apart=len(apart),
    )


def _why(found: list[Ruling], why: str) -> tuple[str, ...]:
    return (f"{short(dict.fromkeys(r.seen.action for r in found))}: {why}",) if found else ()


def counterexample(against: str, request: Request, by: str = "") -> Counterexample:
    """A request on which a proof failed, as it is told."""
    caller = request.caller
    return Counterexample(
        against=against,
        action=request.action,
        resource=request.resource,
        principal=by or caller.session or caller.arn or caller.service or caller.provider,
        context=dict(request.context.known),
    )
