"""Who asks: a principal found by what people call it, with the policies that bear on it and what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise import access, catalog
from leastwise.account.model import Group
from leastwise.arn import parse_arn
from leastwise.errors import UsageError
from leastwise.policy.condition import Context
from leastwise.policy.derived import About, derived_context
from leastwise.policy.document import Document, parse_value
from leastwise.policy.evaluate import Layer, Layers
from leastwise.policy.request import Caller
from leastwise.principals import is_session, name_of, named, nobody, several

if TYPE_CHECKING:
    from leastwise.access import Holder
    from leastwise.account.model import Account

ROOT = "root"
_ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
ALL = Layer((Document(arn="", name="all of one's own", kind="inline", policy=parse_value(_ALL)),))
"""What no policy says of root, and what a caller may hold where only the policy of a resource is asked."""
NO_MEMBER = "a group cannot ask: this is what a member may do that has nothing else"


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
        raise several(text, [*(account.arn for _ in roots), *sorted(map(name_of, found), key=len)])
    if found:
        return of_holder(account, found[0], given, session=session)
    if roots:
        return root(account, given)
    raise nobody(account, text)
