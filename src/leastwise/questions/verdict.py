"""May this one do that? The answer in words that can be checked: each statement with its place, each condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise import access
from leastwise.policy.evaluate import Outcome
from leastwise.policy.ways import verb_of
from leastwise.questions.asked import Asked
from leastwise.questions.asker import NOTHING_SAID, find
from leastwise.questions.deciding import decide
from leastwise.questions.doors import TRUSTED, bucket_of, door_to
from leastwise.results import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.account.model import Account
    from leastwise.policy.evaluate import Reason
    from leastwise.questions.asker import Asker, Circumstances
    from leastwise.questions.deciding import Decided

ALWAYS_UNSEEN = ("session policies", "VPC endpoint policies")
"""No call shows them: they come with the request."""
WITHOUT_POLICIES = frozenset({"iam"})
"""Services whose resources bear no policy of their own, or only such as is seen."""


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that had a say. `layer` is the kind of policy; `applies` is None where it is not decided.

    `evidence` points into the snapshot, `statement` into the document.
    `conditions` are what an undecided statement hangs on, `but_for` what stood against one that would have allowed.
    """

    layer: str
    allows: bool
    applies: bool | None
    evidence: Evidence
    statement: str = ""
    conditions: tuple[str, ...] = ()
    but_for: tuple[str, ...] = ()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one question about one principal.

    `example` is the resource that the answer was found for. `reasons` had a say; `near` would have allowed it. `unseen`
    are policies that may bear on it and were not seen.
    """

    principal: str
    arn: str
    asked: Asked
    example: str
    outcome: Outcome
    conditions: tuple[str, ...]
    reasons: tuple[Why, ...]
    near: tuple[Why, ...]
    notes: tuple[str, ...]
    unseen: tuple[str, ...]


def can(account: Account, principal: str, asked: Asked, given: Circumstances = NOTHING_SAID) -> Verdict:
    """May the principal, as people call it, do what is asked? Raises UsageError when there is none of that name."""
    asker = find(account, principal, given)
    return verdict(account, asker, asked, decide(account, asker, asked))


def verdict(account: Account, asker: Asker, asked: Asked, decided: Decided) -> Verdict:
    """The decision with all that explains it."""
    answer = decided.answer
    return Verdict(
        principal=asker.name,
        arn=asker.caller.session or asker.arn,
        asked=asked,
        example=decided.resource,
        outcome=decided.outcome,
        conditions=decided.conditions,
        reasons=_whys(asker, answer.reasons),
        near=_whys(asker, answer.near if answer.allowed is False else ()),
        notes=(*asker.notes, *asked.notes),
        unseen=unseen(account, asked, decided.resource),
    )


def _whys(asker: Asker, reasons: Iterable[Reason]) -> tuple[Why, ...]:
    return tuple(dict.fromkeys(_why(asker, reason) for reason in reasons))


def _why(asker: Asker, reason: Reason) -> Why:
    return Why(
        layer=reason.layer,
        allows=reason.statement.allows,
        applies=reason.applies,
        evidence=access.cite_held(asker.holder, reason.document, reason.statement),
        statement=reason.statement.pointer,
        conditions=reason.undecided,
        but_for=reason.blocked_by,
    )


def unseen(account: Account, asked: Asked, resource: str) -> tuple[str, ...]:
    """The policies that may bear on the question and were not considered."""
    return tuple(_unseen(account, asked, resource))


def _unseen(account: Account, asked: Asked, resource: str) -> Iterator[str]:
    if account.scps is None:
        yield "SCPs"
    if account.rcps is None and verb_of(asked.action).meets_rcps:
        yield "RCPs"
    if resource != "*" and door_to(account, asked.action, resource) is None:
        yield from _of_resource(account, asked, resource)
    yield from ALWAYS_UNSEEN


def _of_resource(account: Account, asked: Asked, resource: str) -> Iterator[str]:
    """What the resource itself may say. A bucket that was seen to have no policy says nothing."""
    bucket = bucket_of(account, asked.action, resource)
    if any(b.name == bucket and "s3:GetBucketPolicy" not in b.unseen for b in account.buckets):
        return
    if asked.action.lower() not in TRUSTED and asked.service not in WITHOUT_POLICIES:
        yield f"the policy of bucket {bucket}" if bucket and asked.resource else "policies of the resources"
