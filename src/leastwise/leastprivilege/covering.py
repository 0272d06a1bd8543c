"""Whether the recommended policies still allow what was seen in use.

Each use is decided by the evaluator under what the event tells of its circumstances. Where it does not tell enough (a
resource that it does not name, a condition on what no event shows), only a proof counts: that nothing was taken from
all that could have been meant.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from leastwise import catalog
from leastwise.access import own_layers, request, settled
from leastwise.account.model import Group, Role, User
from leastwise.advised import Tri
from leastwise.policy.algebra import Verdict, contains_on
from leastwise.policy.examples import examples
from leastwise.policy.pattern import Glob
from leastwise.usage.records import Circumstance, Known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.access import Facts, Holder
    from leastwise.account.model import Account
    from leastwise.evidence import Knowledge
    from leastwise.policy.layers import Layers
    from leastwise.policy.request import Request

DIRECT: Facts = {"aws:ViaAWSService": "false", "aws:CalledVia": (), "kms:ViaService": ()}
SOMEHOW = Circumstance(account="", region="")  # that it was tried is all that is known


class Seen(NamedTuple):
    """A permission that was seen in use, whenever and how often."""

    action: str
    resource: str
    known: Known
    circumstance: Circumstance


class Ruling(NamedTuple):
    """What becomes of one: kept, lost or unknown; None where the current policies do not allow it either."""

    seen: Seen
    kept: Tri | None
    asked: Request


def is_told_of(knowledge: Knowledge, holder: Holder) -> bool:
    """Whether any source saw use of the principal's permissions, or would have seen it and saw none."""
    return bool(knowledge.used(holder) or knowledge.observed(holder) or knowledge.unused(holder))


def rulings(account: Account, knowledge: Knowledge, before: Holder, after: Holder) -> Iterator[Ruling]:
    """What becomes of everything that was seen in use of the principal, or of each member of a group."""
    for now, then in _callers(account, before, after):
        for seen in seen_of(knowledge, now):
            yield _rule(account, now, then, seen)


def seen_of(knowledge: Knowledge, holder: User | Role) -> tuple[Seen, ...]:
    """What was seen of a user or role, each once."""
    events = knowledge.observed(holder)
    found = dict.fromkeys(Seen(one.action, one.resource, one.known, one.circumstance) for one in events)
    named = reduce(or_, (catalog.universe().mask(seen.action) for seen in found), 0)
    tried = catalog.universe().names_of(knowledge.used(holder) & ~named)
    return (*found, *(Seen(action, "*", Known.UNKNOWN, SOMEHOW) for action in tried))


def _callers(account: Account, before: Holder, after: Holder) -> Iterable[tuple[User | Role, User | Role]]:
    """Whose requests are asked: those of a group's policies are its members'."""
    if isinstance(before, Group):
        return [(user, _joining(user, before, after)) for user in account.members(before)]
    return () if isinstance(after, Group) else ((before, after),)


def _joining(user: User, before: Group, after: Holder) -> User:
    groups = [after if group.arn == before.arn and isinstance(after, Group) else group for group in user.groups]
    return replace(user, groups=tuple(groups), memo={})


def _rule(account: Account, now: User | Role, then: User | Role, seen: Seen) -> Ruling:
    asked = request(account, now, seen.action, seen.resource, facts=facts_of(seen))
    if not _possible(_answers(now, asked, seen)):
        return Ruling(seen, None, asked)
    answers = _answers(then, asked, seen)
    if seen.known is Known.EXACT and answers == (True,):
        return Ruling(seen, Tri.YES, asked)
    if not _possible(answers):
        return Ruling(seen, Tri.NO, asked)
    within = Glob.literal(seen.resource) if seen.known is Known.EXACT else Glob.parse(seen.resource)
    found = contains_on(own_layers(then), own_layers(now), seen.action, within)
    return Ruling(seen, Tri.YES if found.verdict is Verdict.CONTAINED else Tri.UNKNOWN, asked)


def _answers(holder: User | Role, asked: Request, seen: Seen) -> tuple[bool | None, ...]:
    """On the resource, or on some that could have been meant."""
    layers = own_layers(holder)
    meant = (seen.resource,) if seen.known is Known.EXACT else _meant(asked, layers, seen)
    return tuple(settled(replace(asked, resource=resource), layers).allowed for resource in meant)


def _meant(asked: Request, layers: Layers, seen: Seen) -> Iterator[str]:
    """Resources that the event may have been about: where it names none, of the kinds that the action acts on."""
    universe = catalog.universe()
    kinds = universe.resource_patterns(seen.action) if seen.resource == "*" else ()
    if kinds and not universe.required_resource_patterns(seen.action):
        yield "*"  # it may have been asked of no resource
    for kind in kinds or (seen.resource,):
        yield from examples(asked, layers, kind)


def _possible(answers: tuple[bool | None, ...]) -> bool:
    return any(answer is not False for answer in answers)


def facts_of(seen: Seen) -> Facts:
    """The condition keys that the event tells."""
    what = seen.circumstance
    if what == SOMEHOW:
        return {}
    facts: dict[str, str | tuple[str, ...]] = {"aws:RequestedRegion": what.region} if what.region else {}
    if what.passed_to:
        facts["iam:PassedToService"] = what.passed_to
    if not what.via:
        return {**facts, **DIRECT}
    facts |= {"aws:ViaAWSService": "true", "aws:CalledVia": (what.via,)}
    service = what.via.removesuffix(".amazonaws.com")
    return {**facts, "kms:ViaService": f"{service}.{what.region}.amazonaws.com"} if what.region else facts
