"""Shorthands of the tests of lint."""

from __future__ import annotations

import json
from typing import Any

from leastwise.lint import Chosen, Kind, Linted, all_rules, lint


def linted(policy: object, *, name: str = "policy.json", kind: Kind | None = None) -> Linted:
    """The file with this policy, or with this text."""
    data = (
        policy
        if isinstance(policy, bytes)
        else policy.encode()
        if isinstance(policy, str)
        else json.dumps(policy).encode()
    )
    return lint(name, data, Chosen(rules=all_rules(), kind=kind))


def rules(policy: object, *, kind: Kind | None = None) -> set[str]:
    """The rules that have something to say."""
    return {notice.rule for notice in linted(policy, kind=kind).notices}


def one(statement: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A policy of one statement, an Allow unless it says otherwise."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}], **more}


def several(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in statements]}
