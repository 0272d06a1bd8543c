"""Trust policies narrowed: who comes in by them on a path is left out, everybody else stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leastwise.arn import is_account_id
from leastwise.leastprivilege.permission import ASSUME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leastwise.account.model import Account, Role
    from leastwise.policy.document import Statement

Body = dict[str, Any]
WHO = "aws:PrincipalArn"
VERSION = "2012-10-17"
# AWS wants a statement in every policy; this one lets nobody in until somebody is named.
NOBODY: Body = {"Sid": "NobodyYet", "Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}


def narrowed_trust(account: Account, role: Role, callers: Iterable[str]) -> Body:
    """The role's trust policy without the callers, which are ARNs of principals or names of services."""
    gone = frozenset(callers)
    kept = [s for statement in role.trust.statements if (s := _narrowed(statement, gone, account.arn))]
    version = getattr(role.trust.policy, "version", VERSION)
    return {"Version": version, "Statement": kept or [NOBODY]}


def _narrowed(statement: Statement, gone: frozenset[str], root: str) -> Body | None:
    """One statement; None where nobody is left in it."""
    principals = statement.principals
    if not statement.allows or principals is None or not statement.actions.match(ASSUME):
        return statement.source
    people = sorted(c for c in gone if c.startswith("arn:"))
    if principals.negated:
        return with_condition(statement.source, "ArnNotEquals", WHO, people) if people else statement.source
    named = {
        "AWS": _without(principals.aws, gone, root if principals.everyone else ""),
        "Service": [s for s in principals.services if s not in gone],
        "Federated": list(principals.federated),
    }
    left = {kind: names[0] if len(names) == 1 else names for kind, names in named.items() if names}
    if not left:
        return None
    body = {**statement.source, "Principal": left}
    whole = any(_is_root(name, root) for name in named["AWS"])
    unnamed = [p for p in people if p not in principals.aws]
    return with_condition(body, "ArnNotEquals", WHO, unnamed) if whole and unnamed else body


def _without(names: Sequence[str], gone: frozenset[str], root: str) -> list[str]:
    """The names but those that are gone. Everyone becomes everyone of this account."""
    kept = [name for name in names if name not in gone and name != "*"]
    return [*kept, root] if root and root not in kept else kept


def _is_root(name: str, root: str) -> bool:
    return name == root or (is_account_id(name) and f"::{name}:" in root)


def with_condition(statement: Body, operator: str, key: str, values: Sequence[str]) -> Body:
    """The statement under one condition more. Of a negated operator further values only demand more."""
    block = {name: dict(keys) for name, keys in statement.get("Condition", {}).items()}
    same = next((known for known in block.get(operator, {}) if known.lower() == key.lower()), key)
    known = block.get(operator, {}).get(same, [])
    every = list(dict.fromkeys((*([known] if isinstance(known, str) else known), *values)))
    block.setdefault(operator, {})[same] = every[0] if len(every) == 1 else every
    return {**statement, "Condition": block}
