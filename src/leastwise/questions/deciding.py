"""One asker, one question, decided: by the engine, with the resource's policy where it was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise.access import settled
from leastwise.account.owners import on_resource
from leastwise.arn import is_account_id, parse_arn
from leastwise.policy.evaluate import Answer, Layer, Layers, Outcome
from leastwise.policy.examples import examples
from leastwise.policy.pattern import Glob, overlaps
from leastwise.policy.request import Request
from leastwise.questions.doors import Door, door_to, doors, owner_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.account.model import Account
    from leastwise.questions.asked import Asked
    from leastwise.questions.asker import Asker

STRANGER = "000000000000"
"""Stands for the accounts that no policy of the asker names."""
UNSIGNED = frozenset({"sts:assumerolewithsaml", "sts:assumerolewithwebidentity"})
"""Requests of those who hold no policies, since they are not yet anybody."""
_BEST = (Outcome.DENIED, Outcome.EXPLICITLY_DENIED, Outcome.CONDITIONAL, Outcome.ALLOWED)


class Decided(NamedTuple):
    """The engine's answer, and what it rests on that could not be seen.

    `supposes` must come true for a yes to be one; `unread` are policies that might turn any answer but a sure deny.
    """

    answer: Answer
    supposes: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The answer's, or *conditional* where it rests on what could not be seen."""
        said = self.answer.outcome
        open_no = self.unread and said is not Outcome.EXPLICITLY_DENIED
        open_yes = self.supposes and said is Outcome.ALLOWED
        return Outcome.CONDITIONAL if open_no or open_yes else said

    @property
    def conditions(self) -> tuple[str, ...]:
        """What a conditional answer hangs on, in words."""
        if self.outcome is not Outcome.CONDITIONAL:
            return ()
        return tuple(dict.fromkeys((*self.answer.conditions, *self.unread, *self.supposes)))

    @property
    def resource(self) -> str:
        """What it was decided for; "" where that is only made up."""
        resource = self.answer.request.resource
        return "" if f":{STRANGER}:" in resource else resource


def decide(account: Account, asker: Asker, asked: Asked) -> Decided:
    """The answer, for the resource or for the best that lies within the patterns."""
    if asked.resource:
        return at(account, asker, asked.action, asked.resource)
    if asked.together:
        return _together(asked, [within(account, asker, asked, pattern) for pattern in asked.within])
    return within(account, asker, asked, *asked.within)


def _together(asked: Asked, found: list[Decided]) -> Decided:
    """All kinds must be allowed. Some rows of the catalogue fold alternatives together, so one no is not all."""
    if all(one.outcome is Outcome.ALLOWED for one in found):
        return found[0]
    missing = [kind for kind, one in zip(asked.within, found, strict=True) if one.answer.allowed is False]
    if len(missing) == len(found):
        return best(found)
    open_ones = [one for one in found if one.outcome is Outcome.CONDITIONAL]
    chosen = (open_ones or [one for one in found if one.outcome is Outcome.ALLOWED])[0]
    needed = tuple(f"it needs {kind} too, and nothing there is allowed" for kind in missing)
    return chosen._replace(supposes=(*chosen.supposes, *needed))


def best(found: Iterable[Decided]) -> Decided:
    """The most that is allowed, of at least one; the first ALLOWED ends the search."""
    tried: list[Decided] = []
    for one in found:
        tried.append(one)
        if one.outcome is Outcome.ALLOWED:
            break
    return max(tried, key=lambda one: _BEST.index(one.outcome))


def at(account: Account, asker: Asker, action: str, resource: str) -> Decided:
    """The answer for one resource."""
    request, layers = _asked(account, asker, action, resource=resource, door=door_to(account, action, resource))
    return _decided(account, settled(request, layers))


def within(account: Account, asker: Asker, asked: Asked, *patterns: str) -> Decided:
    """The best answer within the patterns: abroad, where a yes is never sure, only if there is none at home."""
    found = best(one for pattern in patterns for one in _at_home(account, asker, asked, pattern))
    if found.outcome in {Outcome.ALLOWED, Outcome.CONDITIONAL}:
        return found
    return best((found, *(one for pattern in patterns for one in _abroad(account, asker, asked, pattern))))


def _at_home(account: Account, asker: Asker, asked: Asked, pattern: str) -> Iterator[Decided]:
    """Answers for examples among the account's own resources, and behind each door."""
    home = pinned(account, pattern, account.id)
    yield from _answers(account, asker, asked, within=home, layers=asker.layers)
    for door in doors(account, asked.action).open_to(asker, asked.action):
        part = _behind(door, home)
        if part is not None:
            layers = msgspec.structs.replace(asker.layers, resource=door.layer)
            yield from _answers(account, asker, asked, within=part, layers=layers)


def _abroad(account: Account, asker: Asker, asked: Asked, pattern: str) -> Iterator[Decided]:
    """Answers for examples in other accounts."""
    arn = parse_arn(pattern)
    if arn and arn.account == "*":
        for owner in _owners(account, asker, asked.action):
            part = pinned(account, pattern, owner)
            yield from _answers(account, asker, asked, within=part, layers=asker.layers)


def _answers(account: Account, asker: Asker, asked: Asked, *, within: str, layers: Layers) -> Iterator[Decided]:
    request = _request(account, asker, asked.action, within)
    for example in examples(request, layers, within, asked.without):
        yield at(account, asker, asked.action, example)


def _behind(door: Door, pattern: str) -> str | None:
    """The part of the pattern that is behind the door: the role or bucket itself, or what is in the bucket."""
    if Glob.parse(pattern).matches(door.arn):
        return door.arn
    inside = f"{door.arn}/*"
    if door.role is None and overlaps(Glob.parse(inside), Glob.parse(pattern)):
        return inside
    return None


def pinned(account: Account, pattern: str, owner: str) -> str:
    """The pattern with the account and the partition filled in, where it leaves them open."""
    arn = parse_arn(pattern)
    if arn is None:
        return pattern
    partition = account.partition if arn.partition == "*" else arn.partition
    return ":".join(("arn", *arn._replace(partition=partition, account=owner if arn.account == "*" else arn.account)))


def _owners(account: Account, asker: Asker, action: str) -> Iterator[str]:
    """The other accounts that the asker's policies name; and where they leave it open, one that they do not."""
    identity = asker.layers.identity
    bears = identity.bearing(action.lower()).allows if identity and action.lower() not in UNSIGNED else ()
    owners = {arn.account if arn else "*" for _, s in bears for arn in map(parse_arn, s.resources.patterns)}
    yield from sorted(owner for owner in owners if is_account_id(owner) and owner != account.id)
    if any(owner and not is_account_id(owner) for owner in owners) or any(s.resources.negated for _, s in bears):
        yield STRANGER


def _asked(account: Account, asker: Asker, action: str, *, resource: str, door: Door | None) -> tuple[Request, Layers]:
    """The request, and the layers with what guards the resource: its own policy and its own account's RCPs."""
    request = _request(account, asker, action, resource)
    if request.resource_account != account.id:
        return request, msgspec.structs.replace(asker.layers, rcps=())
    if door is None:
        return request, asker.layers
    guarded = door.role is None or not door.role.is_service_linked
    layers = msgspec.structs.replace(
        asker.layers,
        rcps=tuple(map(Layer.of, account.guards)) if guarded else (),
        resource=door.layer,
    )
    return request, layers


def _request(account: Account, asker: Asker, action: str, resource: str) -> Request:
    return Request(
        action=action,
        resource=resource,
        context=on_resource(account, asker.context, action, resource),
        caller=asker.caller,
        resource_account=owner_of(account, resource),
    )


def _decided(account: Account, answer: Answer) -> Decided:
    owner = owner_of(account, answer.request.resource)
    whose = "another account, whose the resource is," if owner == STRANGER else f"account {owner}"
    supposes = () if owner == account.id else (f"{whose} allows it too, by a policy of the resource",)
    own = (answer.layers.identity, answer.layers.resource)
    unread = tuple(
        f"{document.name} of {document.arn} could not be read" for layer in own if layer for document in layer.unparsed
    )
    return Decided(answer, supposes, unread)
