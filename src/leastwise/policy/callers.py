"""Callers that stand for all callers, as far as the Principal elements of some layers can tell.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html

Policies without such elements say nothing of who asks; with these alone one nameless principal is enough.
Service-linked roles are left out: what bears on them is AWS's own.
"""

from __future__ import annotations

from itertools import count, product
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise.arn import is_account_id, parse_arn
from leastwise.policy.form import Who, by_principal
from leastwise.policy.request import Caller, Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from leastwise.policy.elements import Principals
    from leastwise.policy.layers import Layers
    from leastwise.policy.search import Example

_SOMEBODY = "somebody"
_HOME, _ABROAD = "111122223333", "444455556666"
_IAM = "arn:aws:iam::{}:{}"
_STS = "arn:aws:sts::{}:{}"


ANYBODY = Who(Caller(), is_nameless=True)
"""Whatever user or role the policies are attached to."""


def everyone(*several: Layers) -> tuple[Who, ...]:
    """One caller for each kind that the layers can tell apart, at home and abroad."""
    layers = tuple(layer for one in several for layer in by_principal(one))
    named = tuple(s.principals for layer in layers for _, s in layer.statements if s.principals)
    if not layers:
        return (ANYBODY,)
    callers = dict.fromkeys((*_identified(named), *_others(named)))
    return tuple(who for caller in callers for who in _places(caller))


def _places(caller: Caller) -> Iterator[Who]:
    home = caller.account or _HOME
    yield Who(caller, home)
    if caller.has_identity:
        yield Who(caller, _HOME if home == _ABROAD else _ABROAD)


def _others(named: Iterable[Principals]) -> Iterator[Caller]:
    """The anonymous, AWS services and identity providers: those that are named, and one that is not."""
    yield Caller()
    services = dict.fromkeys(service for one in named for service in one.services)
    yield from (Caller(service=service) for service in (*services, f"{_SOMEBODY}.amazonaws.com"))
    providers = dict.fromkeys(provider for one in named for provider in one.federated)
    other = _IAM.format(_HOME, f"oidc-provider/{_SOMEBODY}")
    yield from (Caller(provider=provider) for provider in (*providers, other))


class _Name(NamedTuple):
    """A principal that a policy names by its ARN, taken apart: its kind (user, role, …) and its name without path."""

    arn: str
    account: str
    kind: str
    name: str


def _named(entry: str) -> _Name | None:
    arn = parse_arn(entry)
    if arn is None:
        return None
    kind, _, rest = arn.resource.partition("/")
    return _Name(entry, arn.account, kind, rest.partition("/")[0] if arn.service == "sts" else arn.name)


def _identified(named: Iterable[Principals]) -> Iterator[Caller]:
    """Users, roles, their sessions and root, of accounts that are named and of one that is not."""
    entries = dict.fromkeys(entry for one in named for entry in one.aws)
    names = tuple(filter(None, map(_named, entries)))
    accounts = {name.account for name in names} | {entry for entry in entries if is_account_id(entry)}
    stranger = next(account for account in map(str, count(int(_HOME))) if account not in accounts)
    canonical = ("", *dict.fromkeys(entry for one in named for entry in one.canonical if entry))
    for account in (stranger, *sorted(accounts)):
        own = [name for name in names if name.account == account]
        for (arn, session), owner in product(_principals(account, own), canonical):
            yield Caller(arn=arn, account=account, session=session, is_role=":role/" in arn, canonical=owner)


def _principals(account: str, own: list[_Name]) -> Iterator[tuple[str, str]]:
    """ARN and session of each that the names of an account tell apart; beside the named there is one unnamed."""
    fresh = _fresh([name.arn for name in own])
    yield _IAM.format(account, "root"), ""
    users = [name.arn for name in own if name.kind == "user"]
    federated = [name.arn for name in own if name.kind == "federated-user"]
    yield from product(
        (*users, _IAM.format(account, f"user/{fresh}")),
        ("", *federated, _STS.format(account, f"federated-user/{fresh}")),
    )
    for role in (fresh, *dict.fromkeys(name.name for name in own if name.kind in {"role", "assumed-role"})):
        roles = [name.arn for name in own if name.kind == "role" and name.name == role]
        sessions = [name.arn for name in own if name.kind == "assumed-role" and name.name == role]
        yield from product(
            (*roles, _IAM.format(account, f"role/{fresh}/{role}")),
            ("", *sessions, _STS.format(account, f"assumed-role/{role}/{fresh}")),
        )


def _fresh(taken: Sequence[str]) -> str:
    """A name that no policy has."""
    name = _SOMEBODY
    while any(name in entry for entry in taken):
        name += "-else"
    return name


def request_by(who: Who, action: str, example: Example) -> Request | None:
    """The request, asked by the caller under the name that the context gives it; None where it gives it a wrong one.

    AWS itself fills in what the context says of a caller (rule 17).
    """
    known = example.context.known
    caller = who.caller if who.is_nameless else _renamed(who.caller, known)
    told = {"aws:principalarn": caller.arn, "aws:principalaccount": caller.account}
    if not who.is_nameless and any(known[key] != (true,) for key, true in told.items() if key in known):
        return None
    return Request(
        action=action, resource=example.resource, context=example.context, caller=caller, resource_account=who.owner
    )


def _renamed(caller: Caller, known: Mapping[str, tuple[str, ...]]) -> Caller:
    if not caller.arn:
        return caller
    account = known.get("aws:principalaccount", (caller.account,))[0]
    name = known.get("aws:principalarn", (caller.arn.replace(caller.account, account),))[0]
    arn = parse_arn(name)
    return msgspec.structs.replace(caller, arn=name, account=arn.account) if arn else caller
