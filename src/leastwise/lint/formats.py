"""Notices for programs: JSON, SARIF 2.1.0 for code scanning, annotations for GitHub's job log.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from leastwise import catalog
from leastwise._version import __version__
from leastwise.lint.rules import all_rules
from leastwise.report.github import COMMANDS, annotation
from leastwise.report.sarif import LEVELS, lines
from leastwise.report.words import safe
from leastwise.results import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leastwise.lint.linter import Linted
    from leastwise.lint.rule import Notice, Rule

SCHEMA_VERSION = "1.0"
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.0", Severity.LOW: "2.0"}
"""GitHub reads a number from which it makes its own four words."""


def to_json(linted: Sequence[Linted]) -> str:
    """Everything, for programs of one's own."""
    told = {
        "schema_version": SCHEMA_VERSION,
        "tool": f"leastwise {__version__}",
        "catalogue": catalog.version(),
        "files": [{"file": one.name, "policies": one.policies, "not_assessed": list(one.unknown)} for one in linted],
        "findings": [_record(notice) for one in linted for notice in one.notices],
    }
    return json.dumps(told, indent=2)


def _record(notice: Notice) -> dict[str, Any]:
    return {
        "rule": notice.rule,
        "severity": notice.severity.label,
        "confidence": notice.confidence.value,
        "message": notice.message,
        "fix": notice.fix,
        "docs": notice.docs,
        "file": notice.file,
        "where": notice.where,
        "line": notice.line,
        "column": notice.column,
        "end_line": notice.end_line,
        "end_column": notice.end_column,
        "fingerprint": notice.fingerprint,
    }


def to_sarif(linted: Sequence[Linted]) -> str:
    """For code scanning. Rules without a finding are listed, too: a reader sees what was looked for."""
    rules = all_rules()
    number = {rule.id: place for place, rule in enumerate(rules)}
    notices = [notice for one in linted for notice in one.notices]
    driver = {
        "name": "leastwise",
        "version": __version__,
        "semanticVersion": __version__,
        "properties": {"catalogue": catalog.version()},
        "rules": [_rule(rule) for rule in rules],
    }
    unknown = [f"{one.name}: {text}" for one in linted for text in one.unknown]
    invocation = {
        "executionSuccessful": True,
        "toolExecutionNotifications": [{"level": "warning", "message": lines(text)} for text in unknown],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": [_result(notice, number[notice.rule]) for notice in notices],
    }
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("_")),
        "shortDescription": lines(rule.title),
        "fullDescription": lines(rule.about),
        "help": lines(rule.fix),
        "helpUri": rule.docs,
        "defaultConfiguration": {"level": LEVELS[rule.severity][0]},
        "properties": {"security-severity": _SCORES.get(rule.severity, "0.0"), "tags": ["security", "iam"]},
    }


def _result(notice: Notice, number: int) -> dict[str, Any]:
    region = {
        "startLine": notice.line,
        "startColumn": notice.column,
        "endLine": notice.end_line,
        "endColumn": notice.end_column,
    }
    place: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(notice.file)}, "region": region},
    }
    if notice.where:
        place["logicalLocations"] = [{"fullyQualifiedName": safe(notice.where)}]
    return {
        "ruleId": notice.rule,
        "ruleIndex": number,
        "level": LEVELS[notice.severity][0],
        "message": lines(f"{notice.message}. {notice.fix}"),
        "locations": [place],
        "partialFingerprints": {"leastwise/v1": notice.fingerprint},
        "properties": {"severity": notice.severity.label, "confidence": notice.confidence.value},
    }


def _uri(name: str) -> str:
    path = PurePath(name).as_posix()
    return quote(path.encode("utf-8", "surrogateescape"), safe="/~@+,=!$&'()*;")


def to_github(notices: Iterable[Notice]) -> str:
    """One workflow command for each notice."""
    return "".join(map(_command, notices))


def _command(notice: Notice) -> str:
    place = {"file": notice.file, "line": str(notice.line), "endLine": str(notice.end_line), "col": str(notice.column)}
    if notice.end_line == notice.line:
        place["endColumn"] = str(notice.end_column)
    title = f"{notice.severity.label}: {notice.rule}"
    said = safe(f"{notice.message}. {notice.fix}")
    return annotation(COMMANDS[notice.severity], title, said, **place).decode()
