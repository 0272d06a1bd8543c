"""What is proven of a recommendation, made on the documents as printed.

The engine's algebra decides whether the principal as advised, with all its policies and its boundary, is allowed
anything that it is not allowed today.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise.access import own_layers
from leastwise.advised import Counterexample, Proof, Tri
from leastwise.policy.algebra import Verdict, contains
from leastwise.policy.document import Document, parse

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from leastwise.access import Holder
    from leastwise.leastprivilege.packing import Held
    from leastwise.policy.layers import Layers
    from leastwise.policy.request import Request
    from leastwise.results import AdvisedPolicy

ADVISED = "leastwise"  # the source of documents that stand on paper only
SUBSET, COVERS = "subset_of_current", "covers_observed"
UNCHANGED = Proof(subset_of_current=Tri.YES, covers_observed=Tri.YES, method="nothing changes")
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


def narrower(before: Layers, after: Layers) -> Proof:
    """Whether all that is allowed after is allowed before: proved, disproved by a request, or unknown and why."""
    found = contains(before, after)
    return Proof(
        subset_of_current=_ANSWERS[found.verdict],
        method=found.method,
        reasons=(found.reason,) if found.reason else (),
        counterexamples=(counterexample(SUBSET, found.witness),) if found.witness else (),
    )


def prove(before: Holder, after: Holder) -> Proof:
    """What is proven of the principal as advised."""
    return UNCHANGED if after is before else narrower(own_layers(before), own_layers(after))


def counterexample(against: str, request: Request, note: str = "") -> Counterexample:
    """A request on which a proof failed, as it is told. Who asks is told where the policies tell callers apart."""
    caller = request.caller
    return Counterexample(
        against=against,
        action=request.action,
        resource=request.resource,
        principal=caller.session or caller.arn or caller.service or caller.provider,
        context=dict(request.context.known),
        note=note,
    )
