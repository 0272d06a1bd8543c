"""Statements that name a caller only on a condition which no Condition element spells out.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html

A role asks in a session. Where the name of that is not known, the principal `assumed-role/deploy/ops` is the role on
the condition that its session is called so, which `aws:userid` tells. And a NotPrincipal list that has a principal but
not its account spares it, AWS says, unless the service looks at the account first: then it might be hit.
"""

from __future__ import annotations

from copy import copy
from functools import lru_cache
from typing import TYPE_CHECKING

from leastwise.arn import parse_arn
from leastwise.policy.condition import Test

if TYPE_CHECKING:
    from leastwise.policy.document import Statement
    from leastwise.policy.elements import Principals
    from leastwise.policy.request import Caller


def if_in_session(statement: Statement, caller: Caller) -> Statement | None:
    """The statement on condition that the caller's session is one it names; None where it names none of the role's."""
    principals = statement.principals
    if principals is None or principals.negated or not caller.is_role or caller.session:
        return None
    names = _sessions(principals, caller)
    return _only_if(statement, "StringLike", "aws:userid", tuple(f"*:{name}" for name in names)) if names else None


def if_account_first(statement: Statement, caller: Caller) -> Statement:
    """The statement on condition, which is never known, that a list with the caller but not its account hits it."""
    return _only_if(statement, "NotPrincipal", "hits all of account", (caller.account,))


def _sessions(principals: Principals, caller: Caller) -> tuple[str, ...]:
    role = parse_arn(caller.arn)
    found = (parse_arn(entry) for entry in principals.aws)
    start = f"assumed-role/{role.name}/" if role else ":"
    return tuple(
        arn.resource.removeprefix(start)
        for arn in found
        if arn and arn.account == caller.account and arn.resource.startswith(start)
    )


@lru_cache(maxsize=1 << 12)
def _only_if(statement: Statement, operator: str, key: str, values: tuple[str, ...]) -> Statement:
    test = Test(
        operator=operator,
        quantifier="",
        if_exists=False,
        key=key,
        lower_key=key,
        values=values,
        variables=False,
        index=len(statement.conditions.tests),
        pointer=f"/{operator}/{key}",
    )
    narrowed = copy(statement)
    narrowed.conditions = statement.conditions.and_(test)
    return narrowed
