"""What a rule is. A rule says something about places of a policy; the framework signs that into notices."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise.lint.subject import Subject
from leastwise.results import Confidence, Severity, fingerprint

if TYPE_CHECKING:
    from leastwise.lint.tree import Node, Position, Source


class Say(NamedTuple):
    """What is wrong, and where. `fix`, `severity` and `confidence` stand in for the rule's own."""

    node: Node
    message: str
    fix: str = ""
    severity: Severity | None = None
    confidence: Confidence | None = None


Judge = Callable[[Subject], Iterator[Say]]


class Rule(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A rule with its name, weight and advice. `docs` is the page of AWS that it rests on.

    `judge` is None for the rules of the reader, which raises them itself.
    """

    id: str
    title: str
    severity: Severity
    confidence: Confidence
    fix: str
    docs: str
    about: str
    judge: Judge | None = None


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong in one file. Lines and columns count from 1; the end is exclusive.

    `where` names the resource of a template or plan, "" in a file that is a policy itself. `text` is the line at
    fault, or what surrounds the fault where the line is long; `caret` is where in it, and how wide, the fault stands.
    """

    rule: str
    severity: Severity
    confidence: Confidence
    message: str
    fix: str
    docs: str
    file: str
    where: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    caret: tuple[int, int]
    fingerprint: str


LONGEST = 76  # characters of a line that are shown
BEFORE = 24  # of them before the fault


def rule(
    *,
    title: str,
    severity: Severity,
    fix: str,
    docs: str,
    confidence: Confidence = Confidence.CERTAIN,
) -> Callable[[Judge], Rule]:
    """Turn a function into a rule of its name; its docstring is what people are told about it."""

    def sign(judge: Judge) -> Rule:
        return Rule(
            id=judge.__name__,
            title=title,
            severity=severity,
            confidence=confidence,
            fix=fix,
            docs=docs,
            about=inspect.getdoc(judge) or "",
            judge=judge,
        )

    return sign


def notice(rule: Rule, say: Say, source: Source, where: str) -> Notice:
    """What a rule says of a place in a file, signed. The fingerprint does not hang on lines."""
    node = say.node
    start, end = source.position(node.start), source.position(max(node.end, node.start + 1))
    text, caret = _frame(source.line(start.line), start, end)
    words = source.text[node.start : node.end]
    return Notice(
        rule=rule.id,
        severity=rule.severity if say.severity is None else say.severity,
        confidence=rule.confidence if say.confidence is None else say.confidence,
        message=say.message,
        fix=say.fix or rule.fix,
        docs=rule.docs,
        file=source.name,
        where=where,
        line=start.line,
        column=start.column,
        end_line=end.line,
        end_column=end.column,
        text=text,
        caret=caret,
        fingerprint=fingerprint("lint", rule.id, source.name, where, words),
    )


def _frame(line: str, start: Position, end: Position) -> tuple[str, tuple[int, int]]:
    """The line, or the part of it around the fault, and where in it and how wide the fault stands."""
    first = start.column - 1
    last = end.column - 1 if end.line == start.line else len(line)
    cut = max(0, first - BEFORE) if len(line) > LONGEST else 0
    shown = line[cut : cut + LONGEST]
    return shown, (first - cut, max(1, min(last - first, len(shown) - (first - cut))))
