"""The published form of what stands beside a recommendation: its evidence, its proof and its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import field
from msgspec.structs import asdict

from leastwise.report.published import Count, Fingerprint, Published, Stamp, Text, TriWord

if TYPE_CHECKING:
    from leastwise.advised import Counterexample, Proof, Source, Step, UseCounts


class PublishedSource(Published, frozen=True, kw_only=True):
    """One source of evidence of use; `days` is how much of the principal's life it covers."""

    name: Text
    first: Stamp = ""
    last: Stamp = ""
    days: Count
    sees: tuple[Text, ...] = ()
    gaps: tuple[Text, ...] = ()


class PublishedUse(Published, frozen=True, kw_only=True):
    """The granted actions by what is known of their use."""

    used: Count
    unused_proven: Count
    unknown: Count


class PublishedCounterexample(Published, frozen=True, kw_only=True):
    """A request on which a proof failed. Condition keys that are not in `context` are absent."""

    against: Text
    principal: Text = ""
    action: Text
    resource: Text
    context: dict[str, tuple[str, ...]] = field(default_factory=dict)
    note: Text = ""


class PublishedProof(Published, frozen=True, kw_only=True):
    """`safe` only where both are `yes`: nothing is granted that was not, and nothing that was seen is lost."""

    safe: bool
    subset_of_current: TriWord
    covers_observed: TriWord
    method: Text = ""
    reasons: tuple[Text, ...] = ()
    counterexamples: tuple[PublishedCounterexample, ...] = ()
    observed: Count
    set_apart: Count
    paths_closed: tuple[Fingerprint, ...] = ()
    paths_remaining: tuple[Fingerprint, ...] = ()


class PublishedStep(Published, frozen=True, kw_only=True):
    """One step of the change. Without a command it is to wait or to look; without a rollback there is none."""

    text: Text
    command: Text = ""
    rollback: Text = ""


def source(one: Source) -> PublishedSource:
    """One source of evidence."""
    return PublishedSource(**asdict(one))


def use(counts: UseCounts) -> PublishedUse:
    """The counts of one principal."""
    return PublishedUse(**asdict(counts))


def proof(one: Proof) -> PublishedProof:
    """What is proven of one recommendation."""
    said = {
        "subset_of_current": one.subset_of_current.value,
        "covers_observed": one.covers_observed.value,
        "counterexamples": tuple(map(_counterexample, one.counterexamples)),
    }
    return PublishedProof(safe=one.is_safe, **asdict(one) | said)


def plan(steps: tuple[Step, ...]) -> tuple[PublishedStep, ...]:
    """The steps of one change, in order."""
    return tuple(PublishedStep(**asdict(step)) for step in steps)


def _counterexample(one: Counterexample) -> PublishedCounterexample:
    return PublishedCounterexample(**asdict(one))
