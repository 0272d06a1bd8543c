"""Statements that say nothing: they never match, another one says it already, or a Deny takes it all away.

Each is claimed on a proof over all requests only; what the engine cannot settle is not reported.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from leastwise import catalog
from leastwise.lint.places import Kind
from leastwise.lint.rule import Say, rule
from leastwise.policy.circumstances import START, Circumstances
from leastwise.policy.entries import is_wild
from leastwise.policy.pattern import Glob, covers, overlaps
from leastwise.policy.within import covers as covers_statement
from leastwise.results import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.lint.subject import Part, Subject
    from leastwise.lint.tree import Node
    from leastwise.policy.document import Statement

_LOGIC = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"
_CASES = 256  # cases of the conditions that are looked at
_MOST = 3  # actions named
_MANY = 500  # statements compared with each other; the largest policy that AWS takes has fewer


@rule(
    title="Conditions that exclude each other",
    severity=Severity.HIGH,
    fix="Alternatives of one key are a list of values, those of several keys are several statements; a value is one "
    "that the key can have.",
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html",
)
def contradicting_conditions(subject: Subject) -> Iterator[Say]:
    """No request meets all conditions of the statement at once, so that it never applies. For a Deny that is a hole."""
    for part in subject.parts:
        tests = part.statement.conditions.tests
        if not part.is_open and len(tests) > 1 and _never_holds(part.statement):
            node = part.node.get("Condition") or part.node
            keys = " and ".join(dict.fromkeys(test.key for test in tests))
            yield Say(node, f"no request meets these conditions together ({keys}): the statement never applies")


def _never_holds(statement: Statement) -> bool:
    """Whether each case of the conditions is false. Undecided ones, or too many, prove nothing."""
    circumstances = Circumstances((statement,))
    waiting = [START]
    for _ in range(_CASES):
        if not waiting:
            return True
        case = waiting.pop()
        truth = circumstances.applies(statement, case)
        if truth:
            return False
        if truth is None:
            finer = circumstances.split((statement,), case)
            if not finer:
                return False
            waiting += finer
    return False


@rule(
    title="Actions that do not meet the resources",
    severity=Severity.MEDIUM,
    fix="Name a resource of the kind that the action takes; `*` for actions that take none.",
    docs="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
)
def action_without_resource(subject: Subject) -> Iterator[Say]:
    """An action that is named takes no resource of the kinds that the statement names, so it does nothing here.

    Often `s3:GetObject` on a bucket's ARN without `/*`. Of an action for which AWS lists no resource at all it is of
    low severity and conditional: some take one nevertheless.
    """
    for part in subject.parts:
        statement = part.statement
        entries = part.node.get("Action")
        if part.is_open or statement.spares or statement.everywhere or entries is None or not part.node.get("Resource"):
            continue
        if subject.kind is not Kind.TRUST:
            idle = [entry for entry in entries.each() if entry.sort == "text" and _is_idle(str(entry.value), statement)]
            if idle:
                yield _idle(idle, len(entries.each()), statement.patterns[0])


def _idle(idle: list[Node], of: int, resource: str) -> Say:
    names = [str(entry.value) for entry in idle]
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    takes = [kind.replace("arn:*:", "arn:aws:", 1) for kind in catalog.universe().resource_patterns(names[0])]
    nearest = max(takes, key=lambda kind: _alike(kind, resource), default="")
    what = f"takes {nearest}" if takes else "takes no resource but *"
    whole = ": the statement does nothing" if len(idle) == of else ""
    return Say(
        idle[0],
        f"{', '.join(names[:_MOST])}{more} never meets these resources{whole}",
        f"{names[0]} {what}.",
        severity=None if takes else Severity.LOW,
        confidence=None if takes else Confidence.CONDITIONAL,
    )


def _alike(one: str, other: str) -> int:
    """How many letters they share from the start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _is_idle(action: str, statement: Statement) -> bool:
    universe = catalog.universe()
    if is_wild(action) or universe.index(action) is None:
        return False
    kinds = universe.resource_patterns(action)
    entries = [Glob.parse(entry) for entry in _opened(statement)]
    if not kinds:  # it takes `*` alone
        return not any(entry.matches("*") for entry in entries)
    return not any(overlaps(entry, Glob.parse(kind)) for entry in entries for kind in kinds)


def _opened(statement: Statement) -> tuple[str, ...]:
    """The resources with `*` for each variable."""
    return tuple(_without_variables(entry) for entry in statement.resources.entries)


def _without_variables(entry: str) -> str:
    head, opening, rest = entry.partition("${")
    return f"{head}*{_without_variables(rest.partition('}')[2])}" if opening else head


@rule(
    title="Allow that a Deny takes away",
    severity=Severity.MEDIUM,
    fix="Take the Allow away, or narrow the Deny.",
    docs=_LOGIC,
)
def denied_anyway(subject: Subject) -> Iterator[Say]:
    """All that the statement allows is denied by another statement of the same policy."""
    denies = [part for part in subject.parts if not part.statement.allows and not part.is_open]
    for part in subject.parts if len(denies) <= _MANY else ():
        if part.statement.allows and not part.is_open and part.statement.actions.patterns:
            by = next((deny for deny in denies if covers_statement(deny.statement, part.statement)), None)
            if by:
                yield Say(_head(part), f"all that this allows is denied by the statement {_called(subject, by)}")


@rule(
    title="Statement that adds nothing",
    severity=Severity.LOW,
    fix="Take the statement away.",
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html",
)
def redundant_statement(subject: Subject) -> Iterator[Say]:
    """Another statement of the same effect says all that this one says."""
    parts = [part for part in subject.parts if not part.is_open]
    for number, part in enumerate(parts if len(parts) <= _MANY else ()):
        for place, other in enumerate(parts):
            if place != number and _adds_nothing(part.statement, other.statement, is_later=number > place):
                yield Say(_head(part), f"the statement {_called(subject, other)} says all of this already")
                break


def _adds_nothing(one: Statement, other: Statement, *, is_later: bool) -> bool:
    """Of two that say the same, the later one is too much."""
    if one.allows is not other.allows or not one.actions.patterns or not covers_statement(other, one):
        return False
    return is_later or not covers_statement(one, other)


@rule(
    title="Entry that adds nothing",
    severity=Severity.LOW,
    fix="Take the entry away.",
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html",
)
def redundant_entry(subject: Subject) -> Iterator[Say]:
    """An entry of a list of actions or resources is covered by another one of the same list."""
    for node in subject.statements:
        for name in ("Action", "NotAction", "Resource", "NotResource"):
            listed = node.get(name) if node.sort == "object" else None
            texts = [item for item in listed.items if item.sort == "text"] if listed else []
            found = list(_covered(texts, actions=name.endswith("Action")))
            if found:
                item, by = found[0]
                more = f" (and {len(found) - 1} more of this list)" if len(found) > 1 else ""
                how = "stands twice in this list" if item.value == by.value else f"is covered by {by.value}"
                yield Say(item, f"{item.value} {how}{more}")


def _covered(items: list[Node], *, actions: bool) -> Iterator[tuple[Node, Node]]:
    texts = [str(item.value).lower() if actions else str(item.value) for item in items]
    first: dict[str, int] = {}
    wild = [(place, Glob.parse(text)) for place, text in enumerate(texts) if is_wild(text) and "${" not in text]
    for place, text in enumerate(texts):
        by = first.setdefault(text, place)
        if by == place:
            near = (n for n, glob in wild if text.startswith(_head_of(glob)) and texts[n] != text)
            by = next((n for n in near if covers(Glob.parse(texts[n]), Glob.parse(text))), place)
        if by != place:
            yield items[place], items[by]


def _head_of(glob: Glob) -> str:
    """The letters with which all texts of the glob begin."""
    return glob.prefix if isinstance(glob.pieces[0], str) else ""


def _head(part: Part) -> Node:
    return part.node.get("Sid") or part.node.get("Action") or part.node.get("NotAction") or part.node


def _called(subject: Subject, part: Part) -> str:
    line = subject.source.position(part.node.start).line
    return f"{part.statement.sid} of line {line}" if part.statement.sid else f"of line {line}"
