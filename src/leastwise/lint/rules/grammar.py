"""What AWS would not accept, or would read otherwise than it is meant.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from leastwise.lint.places import Kind
from leastwise.lint.rule import Say, rule
from leastwise.lint.subject import ELEMENTS, OPEN, Subject
from leastwise.policy.document import Unparsed
from leastwise.results import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.lint.tree import Node

_ELEMENTS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html"
_TOP = ("Version", "Id", "Statement")
_SID = re.compile(r"[A-Za-z0-9]*", re.ASCII)
_GUARDS = frozenset({Kind.SCP, Kind.RCP})


def nearest(name: str, known: Iterable[str], hint: str = "") -> str:
    """What was meant, in words; `hint` where nothing is near."""
    by_lower = {one.lower(): one for one in known}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.75)
    return f"Did you mean {by_lower[near[0]]}?" if near else hint


@rule(
    title="Not a policy",
    severity=Severity.HIGH,
    fix="Write it as the grammar of policies has it.",
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
)
def grammar(subject: Subject) -> Iterator[Say]:
    """The JSON is well-formed and is no policy: an unknown version, an effect that is neither, a wrong kind of list.

    What a statement does is not judged then.
    """
    policy = subject.policy
    if isinstance(policy, Unparsed):
        node = subject.node.at(policy.pointer)
        hint = 'The file holds a statement alone: put it into {"Version": …, "Statement": […]}.'
        alone = subject.node.sort == "object" and subject.node.get("Statement") is None and subject.node.get("Effect")
        yield Say(node, policy.reason.replace(OPEN, "…"), hint if alone else "")


@rule(
    title="Key given twice",
    severity=Severity.MEDIUM,
    fix="Join the two into one, for example as a list.",
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
)
def duplicate_key(subject: Subject) -> Iterator[Say]:
    """An object has a key twice. Only one of the two counts, and readers differ on which."""
    waiting = [subject.node]
    while waiting:
        node = waiting.pop()
        for key in node.repeated:
            yield Say(key, f"the key {key.value} stands twice in this object: only one of the two counts")
        waiting += node.items
        waiting += [member.value for member in node.members.values()]


@rule(
    title="Unknown element",
    severity=Severity.HIGH,
    fix="Take it away, or write its name as AWS has it.",
    docs=_ELEMENTS,
)
def unknown_element(subject: Subject) -> Iterator[Say]:
    """A key that policies do not have. AWS refuses such a policy."""
    if subject.node.sort == "object":
        yield from _unknown(subject.node, _TOP, "policy")
    for node in subject.statements:
        yield from _unknown(node, ELEMENTS, "statement")


def _unknown(node: Node, known: tuple[str, ...], what: str) -> Iterator[Say]:
    lower = {name.lower() for name in known}
    for name, member in node.members.items():
        if name.lower() not in lower:
            yield Say(member.key, f"a {what} has no element {name}", nearest(name, known))


@rule(
    title="Missing element",
    severity=Severity.HIGH,
    fix="Add the element.",
    docs=_ELEMENTS,
)
def missing_element(subject: Subject) -> Iterator[Say]:
    """A statement lacks what AWS demands of it where it is attached: an action, a resource or a principal."""
    for node in subject.statements:
        if node.sort == "object":
            lacking = [names for names in _demanded(subject.kind) if not any(node.get(name) for name in names)]
            for names in lacking:
                yield Say(_head(node), f"a statement of this {_WORDS[subject.kind]} needs {' or '.join(names)}")


_WORDS = {
    Kind.IDENTITY: "identity-based policy",
    Kind.RESOURCE: "resource-based policy",
    Kind.TRUST: "trust policy",
    Kind.SCP: "SCP",
    Kind.RCP: "RCP",
}


def _demanded(kind: Kind) -> Iterator[tuple[str, ...]]:
    yield "Action", "NotAction"
    if kind in {Kind.IDENTITY, Kind.SCP, Kind.RCP}:
        yield "Resource", "NotResource"
    if kind in {Kind.RESOURCE, Kind.TRUST, Kind.RCP}:
        yield "Principal", "NotPrincipal"


def _head(node: Node) -> Node:
    """A statement, shown by its first key."""
    return next((member.key for member in node.members.values()), node)


@rule(
    title="Element that does not belong here",
    severity=Severity.HIGH,
    fix="Take the element away: what the policy is attached to says it already.",
    docs=_ELEMENTS,
)
def misplaced_element(subject: Subject) -> Iterator[Say]:
    """Policies of identities and SCPs name no principal, and trust policies no resource. AWS refuses such a policy."""
    unwanted = {
        Kind.IDENTITY: ("Principal", "NotPrincipal"),
        Kind.SCP: ("Principal", "NotPrincipal"),
        Kind.TRUST: ("Resource", "NotResource"),
    }
    for node in subject.statements:
        for name, member in node.members.items():
            if name in unwanted.get(subject.kind, ()):
                yield Say(member.key, f"{name} has no place in this {_WORDS[subject.kind]}")


@rule(
    title="Old version of the language",
    severity=Severity.LOW,
    fix='Write "Version": "2012-10-17".',
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html",
)
def old_version(subject: Subject) -> Iterator[Say]:
    """The policy has no version, or that of 2008, in which `${…}` is no variable but a text.

    Where it has variables nevertheless, the statement means another thing than it seems to: the severity is high then.
    """
    if isinstance(subject.policy, Unparsed) or subject.policy.version == "2012-10-17":
        return
    written = subject.node.get("Version")
    said = f"version {subject.policy.version}" if written else "no Version, so that of 2008 counts"
    node = written or _head(subject.node)
    variables = [text for text in subject.texts() if "${" in text]
    if variables:
        message = f"the policy has {said}, in which {variables[0]} is a text and no variable"
        yield Say(node, message, severity=Severity.HIGH)
    else:
        yield Say(node, f"the policy has {said}")


@rule(
    title="Sid that AWS refuses",
    severity=Severity.HIGH,
    fix="Give each statement a Sid of its own, of letters and digits only, or none.",
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html",
)
def bad_sid(subject: Subject) -> Iterator[Say]:
    """Within one policy each Sid stands once; in policies of IAM it has letters and digits only."""
    seen: set[str] = set()
    for node in subject.statements:
        sid = node.get("Sid") if node.sort == "object" else None
        if sid is None or sid.sort != "text" or not sid.value:
            continue
        text = str(sid.value)
        if text in seen:
            yield Say(sid, f"two statements have the Sid {text}")
        elif subject.kind in {Kind.IDENTITY, Kind.TRUST} and not _SID.fullmatch(text):
            yield Say(sid, f"the Sid {text!r} has characters other than letters and digits")
        seen.add(text)
