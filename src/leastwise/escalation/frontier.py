"""Where the view ends: roles of accounts that were not given, which a principal may assume as far as its own side says.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leastwise import access
from leastwise.arn import account_of, is_account_id, parse_arn
from leastwise.escalation import render
from leastwise.escalation.method import ASSUME_ROLE, of_shape
from leastwise.escalation.powers import bit, powers, statements_of
from leastwise.results import Edge, Kind, Path, Subject, Used, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.escalation.realm import Realm
    from leastwise.policy.evaluate import Answer


class Beyond(NamedTuple):
    """Roles, as a pattern of ARNs, of an account that was not given, and the engine's answer for the caller's side."""

    account: str
    roles: str
    answer: Answer


def beyond(realm: Realm, account: Account, holder: Holder) -> Iterator[Beyond]:
    """The roles of unseen accounts that the principal's own policies name and let it assume."""
    if not powers(account, holder).held & bit(ASSUME_ROLE):
        return
    for pattern in _named(account, holder):
        owner = account_of(pattern)
        if is_account_id(owner) and owner not in realm.accounts:
            answer = access.may(account, holder, ASSUME_ROLE, pattern)
            if answer.allowed is not False:
                yield Beyond(owner, pattern, answer)


def _named(account: Account, holder: Holder) -> dict[str, None]:
    mark, context = bit(ASSUME_ROLE), access.context_of(account, holder)
    spoken = (s for mask, s in statements_of(holder) if mask & mark and s.allows and not s.resources.negated)
    return dict.fromkeys(glob.text for s in spoken for glob in s.resources.globs(context))


def frontier_paths(realm: Realm) -> tuple[Path, ...]:
    """One lateral path for each principal and pattern: conditional on what the other account says, which is named."""
    return realm.once("frontier", lambda: tuple(_paths(realm)))


def _paths(realm: Realm) -> Iterator[Path]:
    for account in realm.accounts.values():
        for holder in account.principals:
            for found in beyond(realm, account, holder):
                arn = parse_arn(found.roles)
                target = Subject(found.roles, arn.name if arn else found.roles, Kind.ROLE)
                yield render.joined(holder.subject, target, (_edge(holder.subject, target, found),), lateral=True)


def _edge(source: Subject, target: Subject, found: Beyond) -> Edge:
    (method,) = of_shape("assume")
    names = {"source": source.arn, "source_name": source.name, "target": target.arn, "target_name": target.name}
    other_side = f"account {found.account} lets it in (no snapshot of it was given)"
    return Edge(
        source=source.arn,
        target=target.arn,
        method=method.id,
        title=method.title,
        verdict=Verdict.CONDITIONAL,
        permissions=(Used(ASSUME_ROLE, target.arn, access.evidence_of(found.answer, render.OWN)),),
        conditions=(*found.answer.conditions, other_side),
        attack=render.told(method.attack, names),
        commands=tuple(render.told(line, names) for line in method.commands),
        fix=tuple(render.told(line, names) for line in method.fix),
    )
