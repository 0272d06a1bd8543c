"""Resources whose policies were seen, as doors: whom each may let in, beyond what principals hold themselves.

A role's trust policy for the actions of STS that lead into it, a bucket's policy for those of S3.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
"""

from __future__ import annotations

from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from leastwise import access, catalog
from leastwise.account.model import remember
from leastwise.arn import is_account_id, parse_arn
from leastwise.policy.elements import Named
from leastwise.policy.evaluate import Layer
from leastwise.policy.naming import if_in_session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.account.model import Account, Role
    from leastwise.policy.document import Statement
    from leastwise.policy.evaluate import Bearing
    from leastwise.policy.request import Caller
    from leastwise.questions.asker import Asker

TRUSTED = frozenset(
    {
        "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:setsourceidentity",
        "sts:tagsession",
    }
)  # fmt: skip
"""Actions on a role that its trust policy decides (rule 7)."""


NOBODY = Layer(())


class Door(NamedTuple):
    """A resource of the account with its policy. `role` where it is one: then the policy must always allow."""

    arn: str
    layer: Layer
    role: Role | None = None


class Doors(NamedTuple):
    """The doors that an action may go through: by the principals they name, for everyone, and for the account's own
    principals as far as their own policies let them.

    All sessions of a role are named together, since in which of them it asks may not be known.
    """

    named: dict[str, tuple[Door, ...]]
    everyone: tuple[Door, ...]
    account: tuple[Door, ...]

    def open_to(self, asker: Asker, action: str) -> Iterator[Door]:
        """Those that may let the asker in."""
        yield from (door for name in names_of(asker.caller) for door in self.named.get(name, ()))
        yield from self.everyone
        identity = asker.layers.identity
        allows = identity.bearing(action.lower()).allows if identity else ()
        if identity and (allows or identity.unparsed):
            yield from (door for door in self.account if identity.unparsed or _reaches(asker, allows, door))


def _reaches(asker: Asker, allows: tuple[Bearing, ...], door: Door) -> bool:
    """Whether one of the asker's own statements may speak of the door; of what is behind a bucket's, any may."""
    return door.role is None or any(s.resources.match(door.arn, asker.context) is not False for _, s in allows)


class Entrances(NamedTuple):
    """The actions that some door may let do, as bits: those it names, everyone, and the account's own, as above."""

    named: dict[str, int]
    everyone: int
    account: int


def let_in(account: Account, asker: Asker) -> int:
    """The actions that policies of resources may allow the asker, as bits: an upper bound."""
    known = remember(account, "entrances", lambda: _entrances(account))
    identity = asker.layers.identity or NOBODY
    own = known.account if identity.unparsed else known.account & identity.allow_mask
    return reduce(or_, (known.named.get(name, 0) for name in names_of(asker.caller)), own | known.everyone)


def _entrances(account: Account) -> Entrances:
    universe = catalog.universe()
    named: dict[str, int] = {}
    everyone = through = 0
    for name in universe.names_of(trusted() | universe.mask("s3:*")):
        bit, found = universe.mask(name), doors(account, name)
        everyone |= bit if found.everyone else 0
        through |= bit if found.account else 0
        for principal in found.named:
            named[principal] = named.get(principal, 0) | bit
    return Entrances(named, everyone, through)


def spoken_of_buckets(account: Account) -> tuple[int, ...]:
    """The actions that take a resource and of which some statement of a bucket's policy speaks, list by list."""
    return remember(account, "spoken of buckets", lambda: _spoken_of_buckets(account))


def _spoken_of_buckets(account: Account) -> tuple[int, ...]:
    found = (statement.actions.mask for door in _buckets(account).values() for _, statement in door.layer.statements)
    reach = catalog.universe().mask("s3:*") & catalog.universe().scopable
    return tuple(dict.fromkeys(mask & reach for mask in found))


@cache  # the catalogue does not change while the program runs
def trusted() -> int:
    """The actions on roles as bits. No policy of the asker allows them by itself."""
    universe = catalog.universe()
    return reduce(or_, map(universe.mask, TRUSTED))


def door_to(account: Account, action: str, resource: str) -> Door | None:
    """The door of one resource, where its policy was seen. A role that the account does not have lets nobody in."""
    if action.lower() in TRUSTED:
        missing = Door(resource, NOBODY) if owner_of(account, resource) == account.id else None
        return _roles(account).get(resource, missing)
    bucket = bucket_of(account, action, resource)
    return _buckets(account).get(bucket) if bucket else None


def bucket_of(account: Account, action: str, resource: str) -> str:
    """The name of the bucket that an action of S3 is about, or ""."""
    start = f"arn:{account.partition}:s3:::"
    return resource.removeprefix(start).partition("/")[0] if resource.startswith(start) and _is_s3(action) else ""


def doors(account: Account, action: str) -> Doors:
    """All doors whose policies speak of the action."""
    name = action.lower()
    return remember(account, ("doors", name), lambda: _doors(account, name))


def _doors(account: Account, action: str) -> Doors:
    named: dict[str, list[Door]] = {}
    everyone: dict[str, Door] = {}
    through: dict[str, Door] = {}
    for door in _known(account, action):
        for _, statement in door.layer.bearing(action).allows:
            principals = statement.principals
            if principals and (principals.everyone or principals.negated):
                everyone[door.arn] = door
            for entry in principals.aws if principals else ():
                if is_account_id(entry) or entry.endswith(":root"):
                    through[door.arn] = door
                else:
                    role = entry.rpartition("/")[0]
                    named.setdefault(role if ":assumed-role/" in role else entry, []).append(door)
        if door.layer.unparsed:
            everyone[door.arn] = door  # whom it lets in is unknown
    return Doors({k: tuple(v) for k, v in named.items()}, tuple(everyone.values()), tuple(through.values()))


def _known(account: Account, action: str) -> Iterable[Door]:
    if action in TRUSTED:
        return _roles(account).values()
    return _buckets(account).values() if _is_s3(action) else ()


def _is_s3(action: str) -> bool:
    return action[:3].lower() == "s3:"


def _roles(account: Account) -> dict[str, Door]:
    return remember(account, "role doors", lambda: {role.arn: _into(role) for role in account.roles})


def _into(role: Role) -> Door:
    return Door(role.arn, access.trust_layer(role), role)


def _buckets(account: Account) -> dict[str, Door]:
    return remember(
        account,
        "bucket doors",
        lambda: {b.name: Door(b.arn, Layer.of((b.policy,))) for b in account.buckets if b.policy},
    )


def lets_in(door: Door, action: str, caller: Caller) -> bool:
    """Whether the policy may let the caller in by itself, whatever the caller holds."""
    bears = door.layer.bearing(action).allows
    unread = bool(door.layer.unparsed)
    return unread or any(_lets_in(statement, caller) for _, statement in bears)


def _lets_in(statement: Statement, caller: Caller) -> bool:
    principals = statement.principals
    directly = principals is not None and principals.match(caller) > Named.ACCOUNT
    return directly or if_in_session(statement, caller) is not None


def names_of(caller: Caller) -> tuple[str, ...]:
    """By what doors may name the caller: itself, and its session or all that a role may have."""
    role = parse_arn(caller.arn) if caller.is_role else None
    if role is None:
        return caller.arn, caller.session
    return caller.arn, f"arn:{role.partition}:sts::{role.account}:assumed-role/{role.name}"


def owner_of(account: Account, resource: str) -> str:
    """Whose the resource is, by its ARN; one that names no account is taken for the account's own."""
    arn = parse_arn(resource)
    return arn.account if arn and is_account_id(arn.account) else account.id
