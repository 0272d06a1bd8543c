"""Who asks: a principal found by what people call it, with the policies that bear on it and what is known of it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise import access, catalog
from leastwise.account.model import Group, remember
from leastwise.arn import parse_arn
from leastwise.errors import UsageError
from leastwise.policy.condition import Context
from leastwise.policy.derived import About, derived_context
from leastwise.policy.document import Document, parse_value
from leastwise.policy.evaluate import Layer, Layers
from leastwise.policy.request import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.access import Holder
    from leastwise.account.model import Account

ROOT = "root"
_ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
ALL = Layer((Document(arn="", name="all of one's own", kind="inline", policy=parse_value(_ALL)),))
"""What no policy says of root, and what a caller may hold where only the policy of a resource is asked."""
NO_MEMBER = "a group cannot ask: this is what a member may do that has nothing else"
SHOWN = 5  # of the principals that may be meant


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of the request: keys with their values, keys that are absent; `strict`: all others are absent."""

    known: dict[str, tuple[str, ...]] = {}
    absent: tuple[str, ...] = ()
    strict: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        """The keys that no service is known to send: perhaps a slip of the pen."""
        strange = (key for key in (*self.known, *self.absent) if catalog.universe().condition_key_type(key) is None)
        return tuple(f"the catalogue of {catalog.version()} knows no condition key {key}" for key in strange)

    def over(self, context: Context) -> Context:
        """The context with what is said put over it."""
        wider = context.with_(self.known, self.absent) if self.known or self.absent else context
        return Context(wider.known, strict=True) if self.strict else wider


NOTHING_SAID = Circumstances()


class Asker(NamedTuple):
    """A principal in its circumstances. `holder` is None for the root user, who holds no policies."""

    name: str
    caller: Caller
    layers: Layers
    context: Context
    holder: Holder | None
    notes: tuple[str, ...] = ()

    @property
    def arn(self) -> str:
        """Whose policies are asked."""
        return self.caller.arn


def of_holder(account: Account, holder: Holder, given: Circumstances = NOTHING_SAID, *, session: str = "") -> Asker:
    """A user, role or group as one who asks; a role perhaps in a session of a known name."""
    caller = access.caller_of(account, holder)
    context = access.context_of(account, holder)
    if session:
        caller = msgspec.structs.replace(caller, session=session)
        context = context.with_({"aws:userid": f"{holder.id}:{session.rpartition('/')[2]}"})
    return Asker(
        name=name_of(holder),
        caller=caller,
        layers=access.layers_of(account, holder),
        context=given.over(context),
        holder=holder,
        notes=(*((NO_MEMBER,) if isinstance(holder, Group) else ()), *given.notes),
    )


def root(account: Account, given: Circumstances = NOTHING_SAID) -> Asker:
    """The root user: no policy of the account binds it, SCPs do, except in the management account (rule 9).

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    caller = Caller(arn=account.arn, account=account.id)
    outside = "" if account.in_organization is False else None
    about = About(organization=account.organization.id if account.organization else outside, now=account.now)
    return Asker(
        name=ROOT,
        caller=caller,
        layers=Layers(
            identity=ALL, scps=tuple(map(Layer.of, account.limits)), rcps=tuple(map(Layer.of, account.guards))
        ),
        context=given.over(derived_context(caller, about)),
        holder=None,
        notes=given.notes,
    )


def name_of(holder: Holder) -> str:
    """`user/ann`, without the path: names are unique among the users, the roles or the groups of an account."""
    return f"{holder.kind.value}/{holder.name}"


def find(account: Account, text: str, given: Circumstances = NOTHING_SAID) -> Asker:
    """Whom the text names: an ARN, also that of a role's session; `user/ann`; a name that only one has; `root`.

    Raises UsageError when it names nobody, or several.
    """
    arn = parse_arn(text)
    if arn and arn.account != account.id:
        raise UsageError(f"{text} is of account {arn.account or 'none'}, and this is {account.id}")
    session = text if is_session(text) else ""
    found = named(account, text)
    roots = [text] if text in {ROOT, account.arn} else []
    if len(found) + len(roots) > 1:
        names = sorted((name_of(holder) for holder in found), key=len)[:SHOWN]
        raise UsageError(f"{text!r} may be {' or '.join([*(account.arn for _ in roots), *names])}: name one of them")
    if found:
        return of_holder(account, found[0], given, session=session)
    if roots:
        return root(account, given)
    raise nobody(account, text)


def is_session(text: str) -> bool:
    """Whether it is the ARN of a role's session."""
    arn = parse_arn(text)
    return arn is not None and arn.service == "sts" and arn.resource.startswith("assumed-role/")


def named(account: Account, text: str) -> list[Holder]:
    """The users, roles and groups that people call so; a session is its role's."""
    wanted = f"role/{text.split('/')[1]}" if is_session(text) else text
    return _called(account).get(wanted, [])


def _called(account: Account) -> dict[str, list[Holder]]:
    """All holders, by each of the names that people call them."""
    return remember(account, "called", lambda: _by_name(account))


def _by_name(account: Account) -> dict[str, list[Holder]]:
    found: dict[str, list[Holder]] = {}
    for holder in account.holders:
        for name in dict.fromkeys(_names(holder)):
            found.setdefault(name, []).append(holder)
    return found


def _names(holder: Holder) -> tuple[str, ...]:
    resource = holder.arn.split(":", 5)[-1]
    return holder.arn, resource, name_of(holder), holder.name


def nobody(account: Account, text: str) -> UsageError:
    """The error for a name that the account does not have, with the nearest that it has."""
    tail = text.rpartition("/")[2].lower()
    near = dict(_near(account, tail))
    hint = f"did you mean {', '.join(near.values())}?" if near else "name it as in user/ann, role/x, group/g, or root"
    return UsageError(f"the account has no principal {text!r}: {hint}")


def _near(account: Account, tail: str) -> Iterator[tuple[str, str]]:
    names = {holder.name.lower(): name_of(holder) for holder in account.holders}
    yield from ((name, names[name]) for name in difflib.get_close_matches(tail, names, n=3))
