"""Hops as the records of a report: the proof is fetched from the engine here, and only for what is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.access import evidence_of
from leastwise.account.kinds import KINDS
from leastwise.arn import parse_arn
from leastwise.escalation.paper import PAPER
from leastwise.escalation.prose import DOCUMENTS, filled
from leastwise.results import STRENGTH, Edge, Evidence, Path, Severity, Used, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leastwise.account.workloads import Workload
    from leastwise.escalation.claims import Proof
    from leastwise.escalation.graph import Hop
    from leastwise.policy.evaluate import Answer
    from leastwise.results import Subject

SEVERITY = {
    Verdict.PROVEN: Severity.CRITICAL,
    Verdict.CONDITIONAL: Severity.HIGH,
    Verdict.LATERAL: Severity.MEDIUM,
    Verdict.LATENT: Severity.LOW,
}
WORDS = frozenset(
    {
        "source", "source_name", "target", "target_name", "policy", "version", "group", "group_name", "profile",
        "profile_name", "helper", "helper_name", "device", "device_name", "tag", "tags",
        *(kind.word for kind in KINDS), *DOCUMENTS,
    }
)  # fmt: skip
OWN, TRUST = "identity", "resource"  # the layers that grant


def path(hops: list[Hop], *, lateral: bool = False, supposes: tuple[str, ...] = ()) -> Path:
    """The path of these hops; `supposes` are open conditions of the administrator at its end."""
    return joined(hops[0].source.holder.subject, hops[-1].subject, edges_of(hops, supposes), lateral=lateral)


def edges_of(hops: list[Hop], supposes: tuple[str, ...] = ()) -> tuple[Edge, ...]:
    """The hops of a path."""
    return tuple(edge(hop, supposes if hop is hops[-1] else ()) for hop in hops)


def joined(source: Subject, target: Subject, edges: tuple[Edge, ...], *, lateral: bool = False) -> Path:
    """The path is as strong as its weakest hop."""
    weakest = min((e.verdict for e in edges), key=STRENGTH.__getitem__)
    verdict = Verdict.LATERAL if lateral else weakest
    return Path(source=source, target=target, verdict=verdict, edges=edges, severity=SEVERITY[verdict])


def edge(hop: Hop, supposes: tuple[str, ...] = ()) -> Edge:
    """The hop with its permissions, statements, conditions and commands."""
    if supposes not in hop.told:
        hop.told[supposes] = _edge(hop, supposes)
    return hop.told[supposes]


def _edge(hop: Hop, supposes: tuple[str, ...]) -> Edge:
    proof = _proof(hop)
    answers = [answer for answer, _ in proof]
    conditions = dict.fromkeys((*(c for a in answers for c in a.conditions), *hop.supposes, *supposes))
    method, names = hop.method, _names(hop)
    return Edge(
        source=hop.source.arn,
        target=hop.subject.arn,
        method=method.id,
        title=method.title,
        verdict=Verdict.CONDITIONAL if supposes and hop.verdict is Verdict.PROVEN else hop.verdict,
        permissions=tuple(dict.fromkeys(_used(answer) for answer, is_own in proof if is_own)),
        trust=tuple(dict.fromkeys(evidence for a in answers if a.layers.resource for evidence in _cited(a, TRUST))),
        running=tuple(_shown(one) for one in hop.at),
        conditions=tuple(conditions),
        missing=hop.missing,
        attack=told(method.attack, names),
        commands=tuple(told(line, names) for line in method.commands),
        fix=tuple(told(line, names) for line in method.fix),
        end_of_life=method.end_of_life,
    )


def _proof(hop: Hop) -> list[Proof]:
    return [proof for claim in hop.claims for proof in claim.answers(hop.source.account, hop.source.holder)]


def _used(answer: Answer) -> Used:
    asked = answer.request
    return Used(asked.action, asked.resource, _cited(answer, OWN))


def _shown(one: Workload) -> Evidence:
    """Where in the inventory the resource stands."""
    note = f"bears {one.role}" if one.role else "exists"
    return Evidence(document=one.arn, pointer=one.pointer, source=one.call, name=one.kind, note=note)


def _cited(answer: Answer, layer: str) -> tuple[Evidence, ...]:
    """What was thought up on paper is no evidence."""
    return tuple(e for e in evidence_of(answer, layer) if e.source != PAPER)


def _names(hop: Hop) -> dict[str, str]:
    names = {
        "source": hop.source.arn,
        "source_name": hop.source.holder.name,
        "target": hop.subject.arn,
        "target_name": hop.subject.name,
        **hop.on,
    }
    for word in ("group", "profile", "helper", "device"):
        if names.get(word):
            parsed = parse_arn(names[word])
            names[f"{word}_name"] = parsed.name if parsed else ""
    return names


def told(text: str, names: Mapping[str, str]) -> str:
    """The row's prose with the names filled in; a word that this hop has no name for stands as <word>."""
    return filled(text, lambda word: names.get(word) or f"<{word}>")
