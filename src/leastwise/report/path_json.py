"""Paths as the JSON files tell them, with what these have in common with findings: whom it is about, and the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, field

from leastwise.report.published import (
    ArnText,
    Fingerprint,
    KindWord,
    Percent,
    Published,
    SeverityWord,
    Text,
    Texts,
    VerdictWord,
)
from leastwise.report.words import stops

if TYPE_CHECKING:
    from leastwise.results import Edge, Evidence, Path, Subject, Used


class About(Published, frozen=True, kw_only=True):
    """Whom an entry is about, and how much it weighs."""

    principal_name: Text
    principal_arn: ArnText
    principal_type: KindWord
    risk_score: Percent


class PublishedEvidence(Published, frozen=True, kw_only=True):
    """Where in the snapshot the claim can be read again. Without a pointer the whole document is meant."""

    document: ArnText
    name: Text = ""
    pointer: Text = ""
    sid: Text = ""
    note: Text = ""
    source: Text = ""


class PublishedUse(Published, frozen=True, kw_only=True):
    """One permission that a hop uses; the resource may be but an example. None of the statements: a trust allows it."""

    permission: Text
    resource: Text
    statements: tuple[PublishedEvidence, ...] = ()


class PublishedStep(Published, frozen=True, kw_only=True):
    """One hop of a path."""

    source: ArnText = field(name="from")
    to: ArnText
    method: Text
    title: Text
    verdict: VerdictWord
    permissions: Texts
    proof: tuple[PublishedUse, ...]
    trust: tuple[PublishedEvidence, ...] = ()
    running: tuple[PublishedEvidence, ...] = ()
    evidence: tuple[PublishedEvidence, ...]
    conditions: tuple[Text, ...]
    missing: tuple[Text, ...] = ()
    attack: Text = ""
    commands: tuple[Text, ...] = ()
    what_stops_it: tuple[Text, ...] = ()
    end_of_life: bool = False


class PublishedPath(About, frozen=True, kw_only=True):
    """How a principal gains the power of another."""

    id: Text
    target_name: Text
    target_arn: ArnText
    target_type: KindWord
    verdict: VerdictWord
    severity: SeverityWord
    methods: Texts
    attack_scenario: Text
    remediation_steps: Texts
    steps: Annotated[tuple[PublishedStep, ...], Meta(min_length=1)]
    fingerprint: Fingerprint


def about(subject: Subject, risk: int) -> dict[str, Any]:
    """The fields by which both files name whom an entry is about."""
    return {
        "principal_name": subject.name,
        "principal_arn": subject.arn,
        "principal_type": subject.kind,
        "risk_score": risk,
    }


def evidence(pointers: tuple[Evidence, ...]) -> tuple[PublishedEvidence, ...]:
    """Where each claim can be read again."""
    return tuple(map(_pointer, pointers))


def _pointer(e: Evidence) -> PublishedEvidence:
    """Field by field: there are tens of thousands, and a dictionary for each is dear."""
    return PublishedEvidence(
        document=e.document, name=e.name, pointer=e.pointer, sid=e.sid, note=e.note, source=e.source
    )


def path(found: Path) -> PublishedPath:
    """One path with its proof."""
    return PublishedPath(
        **about(found.source, found.risk),
        id=f"path:{found.fingerprint}",
        target_name=found.target.name,
        target_arn=found.target.arn,
        target_type=found.target.kind,
        verdict=found.verdict,
        severity=found.severity.label,
        methods=tuple(edge.method for edge in found.edges),
        attack_scenario=" ".join(_attack(edge) for edge in found.edges),
        remediation_steps=tuple(dict.fromkeys(step for edge in found.edges for step in _remedy(edge))),
        steps=tuple(_step(edge) for edge in found.edges),
        fingerprint=found.fingerprint,
    )


def _attack(edge: Edge) -> str:
    return edge.attack or f"{edge.source} becomes {edge.target}: {edge.title}."


def _remedy(edge: Edge) -> tuple[str, ...]:
    used = ", ".join(map(str, edge.permissions))
    return edge.fix or (f"Take from {edge.source} what lets it become {edge.target}: {used}.",)


def _use(used: Used) -> PublishedUse:
    return PublishedUse(permission=used.action, resource=used.resource, statements=evidence(used.evidence))


def _step(edge: Edge) -> PublishedStep:
    return PublishedStep(
        source=edge.source,
        to=edge.target,
        method=edge.method,
        title=edge.title,
        verdict=edge.verdict,
        permissions=tuple(map(str, edge.permissions)),
        proof=tuple(_use(used) for used in edge.permissions),
        trust=evidence(edge.trust),
        running=evidence(edge.running),
        evidence=evidence(edge.evidence),
        conditions=edge.conditions,
        missing=edge.missing,
        attack=edge.attack,
        commands=edge.commands,
        what_stops_it=stops(edge),
        end_of_life=edge.end_of_life,
    )
