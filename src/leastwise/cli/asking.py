"""What the commands that answer questions share: the account they look at, the circumstances, how an answer is said."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from leastwise import catalog
from leastwise._version import __version__
from leastwise.account.build import build
from leastwise.cli.screen import width
from leastwise.errors import UsageError
from leastwise.policy.evaluate import Outcome
from leastwise.questions import Circumstances
from leastwise.report.words import place, safe, shorten, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from leastwise.account.model import Account
    from leastwise.cli.source import Source
    from leastwise.questions import Asked, Verdict, Why
    from leastwise.results import Evidence

SCHEMA_VERSION = "1.0"
OTHERWISE = 1  # the exit code of an answer that is not the expected one
WIDEST = 100  # longer lines are hard to read
LABEL = 20  # a longer one has a line of its own
WORDS = {
    Outcome.ALLOWED: "allowed",
    Outcome.CONDITIONAL: "conditional",
    Outcome.DENIED: "denied",
    Outcome.EXPLICITLY_DENIED: "denied",
}


def look(source: Source) -> Account:
    """The account as the source shows it."""
    source.agree()
    return build(source.look())


def circumstances(context: Iterable[str], absent: Iterable[str], *, strict: bool) -> Circumstances:
    """From the flags. Raises UsageError for what is no KEY=VALUE, and for a key both given and absent."""
    known: dict[str, tuple[str, ...]] = {}
    for text in context:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise UsageError(f"--context {text!r} is not KEY=VALUE")
        known[key.lower()] = (*known.get(key.lower(), ()), value)
    gone = tuple(key.lower() for key in absent)
    both = [key for key in gone if key in known]
    if both:
        raise UsageError(f"{both[0]} is given by --context and called --absent: it is one of them")
    return Circumstances(known=known, absent=gone, strict=strict)


def expected(word: str, expect: str | None) -> int:
    """The exit code of an answer; what was expected instead is said on standard error."""
    if expect in {None, word}:
        return 0
    print(f"leastwise: expected {expect}, and the answer is {word}", file=sys.stderr)
    return OTHERWISE


# for people


class Line(NamedTuple):
    """One labelled statement below an answer."""

    label: str
    text: str


def say(headline: str, lines: Sequence[Line]) -> None:
    """Print the answer first, then what stands behind it, in the width of the terminal."""
    columns = min(width(), WIDEST)
    print("\n".join(wrap(headline, columns)))
    label_width = min(max((len(line.label) for line in lines), default=0), LABEL)
    for line in lines:
        label = shorten(safe(line.label), columns - 2)
        if len(label) > label_width:
            print(f"  {label}")
            label = ""
        for part in wrap(line.text, columns - label_width - 4):
            print(f"  {label:{label_width}}  {part}".rstrip())
            label = ""


def what(asked: Asked) -> str:
    """What the question is about, in words."""
    if asked.resource == "*":
        return f"{asked.action} (it takes no resource)"
    if asked.resource:
        return f"{asked.action} on {asked.resource}"
    return f"{asked.action} on anything" + (f" within {asked.within[0]}" if asked.named else " that it takes")


def statement(why: Why) -> str:
    """The kind of policy, and where in it the statement stands."""
    return f"{why.layer}: {spot(why)}"


def spot(why: Why) -> str:
    """Where in which document the statement stands. Where in the snapshot, the JSON form tells."""
    return place(msgspec.structs.replace(why.evidence, pointer=why.statement))


def remarks(notes: Iterable[str], unseen: Sequence[str]) -> Iterator[Line]:
    """What else must be known of the answer."""
    yield from (Line("note", note) for note in notes)
    yield Line("not seen", f"{', '.join(unseen)}: the answer does not consider them")


# for programs


def publish(**parts: Any) -> None:
    """Print an answer as JSON."""
    print(json.dumps({**_head(), **parts}, indent=2))


def publish_about(account: Account, **parts: Any) -> None:
    """Print an answer about an account as JSON."""
    taken_at = account.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    publish(account=account.id, taken_at=taken_at, **parts)


def _head() -> dict[str, str]:
    return {"schema_version": SCHEMA_VERSION, "tool": f"leastwise {__version__}", "catalogue": catalog.version()}


def question_record(asked: Asked, given: Circumstances) -> dict[str, Any]:
    """What was asked."""
    about = {"action": asked.action, "resource": asked.resource, "within": list(asked.within)}
    return about | circumstances_record(given)


def circumstances_record(given: Circumstances) -> dict[str, Any]:
    """The circumstances, as they were given."""
    known = {key: list(values) for key, values in given.known.items()}
    return {"context": known, "absent": list(given.absent), "strict_context": given.strict}


def why_record(why: Why) -> dict[str, Any]:
    """A statement that had a say."""
    return {
        "layer": why.layer,
        "effect": "Allow" if why.allows else "Deny",
        "applies": why.applies,
        **evidence_record(why.evidence),
        "statement": why.statement,
        "conditions": list(why.conditions),
        "but_for": list(why.but_for),
    }


def evidence_record(evidence: Evidence) -> dict[str, str]:
    """Where a statement stands."""
    return {
        "document": evidence.document,
        "name": evidence.name,
        "pointer": evidence.pointer,
        "sid": evidence.sid,
        "source": evidence.source,
        "note": evidence.note,
    }


def verdict_record(verdict: Verdict) -> dict[str, Any]:
    """The answer about one principal."""
    return {
        "principal": verdict.principal,
        "principal_arn": verdict.arn,
        "answer": WORDS[verdict.outcome],
        "explicit": verdict.outcome is Outcome.EXPLICITLY_DENIED,
        "resource": verdict.example,
        "conditions": list(verdict.conditions),
        "reasons": [why_record(why) for why in verdict.reasons],
        "near": [why_record(why) for why in verdict.near],
    }
