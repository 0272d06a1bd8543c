"""Wildcard resources scoped to what exists: roles, buckets, else the account.

What an action can act on is the catalogue's word (Service Authorization Reference). Where the snapshot lists all
resources of a kind and they are few, they are named; else the account is filled into the ARN patterns of the action's
resource types, and S3, whose ARNs have no account, gets a condition on it:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount
Actions that take no resource keep `*`, in a statement of their own.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from leastwise import catalog
from leastwise.account.model import remember
from leastwise.arn import parse_arn
from leastwise.leastprivilege.draft import Bound, Move, describe, edit
from leastwise.leastprivilege.ground import FEW, OWNER, buckets, number_passable, passable, usable
from leastwise.leastprivilege.kinds import has_account, in_account, looking, makers, model, taken, whole_service
from leastwise.leastprivilege.permission import PASS
from leastwise.leastprivilege.shorthand import spell
from leastwise.policy.pattern import Glob, covers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.leastprivilege.draft import Clause, Edit, Page
    from leastwise.leastprivilege.ground import Ground

SIMPLE = 8  # resource entries; beyond that a statement is easier read with whole services
ACCOUNT_SCOPE = "limited to this account; resources of others, or of AWS, are not seen in a snapshot"

Instead = dict[str, tuple[str, ...]]  # each kind of resource, and what is to stand in its place


class Place(NamedTuple):
    """Where actions shall act: under which further conditions, and why."""

    reason: str
    bounds: tuple[Bound, ...] = ()


IN_ACCOUNT = Place(ACCOUNT_SCOPE)


class Split(NamedTuple):
    """A clause taken apart: the scoped parts, what stays where it was, and the edits that say so."""

    clauses: tuple[Clause, ...] = ()
    edits: tuple[Edit, ...] = ()


NOTHING = Split()


def scope(page: Page, ground: Ground) -> Page:
    """Scope every clause that lists actions on open resources; once for all who hold the policy."""
    passes = any(c.actions.mask & catalog.universe().mask(PASS) for c in page.clauses)
    key = ("scoped", page, usable(ground) if passes else None)
    return remember(ground.account, key, lambda: _scope(page, ground))


def _scope(page: Page, ground: Ground) -> Page:
    clauses: list[Clause] = []
    edits: list[Edit] = []
    for clause in page.clauses:
        split = _split_once(clause, ground) if _is_open(clause) else NOTHING
        clauses.extend([replace(part, origin=clause.origin) for part in split.clauses] or [clause])
        edits.extend([replace(each, pointer=clause.origin.pointer) for each in split.edits])
    return replace(page, clauses=tuple(clauses), edits=(*page.edits, *edits)) if edits else page


def _split_once(clause: Clause, ground: Ground) -> Split:
    """The clause taken apart; once for all alike, in whichever policy."""
    done: dict[object, Split] = remember(ground.account, "scoped clauses", dict)
    services = usable(ground) if clause.actions.mask & catalog.universe().mask(PASS) else None
    key = (clause.actions, clause.resources, clause.bounds, _names_owner(clause), services)
    if key not in done:
        done[key] = _split(clause, ground)
    return done[key]


def leaves_open(page: Page) -> bool:
    """Whether a policy still allows to change any resource of some kind, anywhere."""
    changing = _changing()
    return any(c.resources.is_any and not c.bounds and c.actions.mask & changing for c in page.clauses)


@cache
def _changing() -> int:
    """The actions that change a resource which exists, as bits."""
    return catalog.universe().scopable & ~looking() & ~makers()


def _is_open(clause: Clause) -> bool:
    lists = not clause.actions.negated and not clause.resources.negated
    return lists and any(p.endswith("*") for p in clause.resources.patterns)


def _split(clause: Clause, ground: Ground) -> Split:
    """Sort the entries by where they shall act; each place makes one part, what cannot be scoped is the rest."""
    aims: dict[Place, tuple[list[str], Instead]] = {}
    rest: list[str] = []
    parts: list[Clause] = []
    edits: list[Edit] = []
    for entry in clause.actions.patterns:
        place, instead = _aim(entry, clause, ground)
        if place is None:
            rest.append(entry)
        else:
            entries, kinds = aims.setdefault(place, ([], {}))
            entries.append(entry)
            kinds.update(instead)
    for place, (entries, instead) in aims.items():
        part = _part(clause.listing(entries), place, instead)
        if part is None:
            rest.extend(entries)
        else:
            parts.append(part)
            before = clause.listing(part.actions.patterns)
            edits.append(edit(before, Move.SCOPED, place.reason, after=describe(part)))
            rest.extend(_loose(entries, clause, ground))
    return Split((*parts, *_staying(clause, rest)), tuple(edits)) if parts else NOTHING


def _staying(clause: Clause, entries: list[str]) -> tuple[Clause, ...]:
    """The clause with the entries that cannot be scoped, if any, where it was."""
    stay = clause.within(("*",)) if clause.resources.is_any else clause
    return (stay.listing(entries),) if entries else ()


def _loose(entries: Iterable[str], clause: Clause, ground: Ground) -> Iterable[str]:
    """The actions without a resource that the entries gave on `*`."""
    if clause.resources.is_any:
        for entry in entries:
            found = taken(entry, ground.account.partition, ground.account.id)
            yield from spell(found.loose, entry) if found else ()


def _part(clause: Clause, place: Place, instead: Instead) -> Clause | None:
    """The clause at its place; None where nothing gets narrower."""
    wide = {entry: _opened(entry, instead) for entry in clause.resources.patterns}
    if place.bounds:
        return clause.within(clause.resources.patterns, place.bounds) if any(wide.values()) else None
    out = {found for entry, kinds in wide.items() for found in (kinds or (entry,))}
    if out == set(clause.resources.patterns):
        return None
    part = clause.within(out if len(out) <= SIMPLE else map(whole_service, out))
    return replace(part, aimed=part.actions) if clause.resources.is_any and all(wide.values()) else part


def _opened(entry: str, instead: Instead) -> tuple[str, ...]:
    """What is to stand in place of an entry that holds whole kinds of resources; nothing where it is no such entry.

    One that names the account keeps to it already: only where the kind's resources are known is there more to say.
    """
    glob, named = Glob.parse(entry), (arn := parse_arn(entry)) is not None and arn.account.isdigit()
    return tuple(
        found
        for kind, known in instead.items()
        if (glob.is_any or ("${" not in entry and covers(glob, Glob.parse(kind)))) and not (named and known == (kind,))
        for found in known
    )


def _aim(entry: str, clause: Clause, ground: Ground) -> tuple[Place | None, Instead]:
    """Where one entry shall act."""
    account, mask = ground.account, catalog.universe().mask
    passes = mask(entry) == mask(PASS)
    if not passes and not entry.lower().startswith("s3:"):
        same = in_account(model(entry), account.partition, account.id)
        return (IN_ACCOUNT, same) if same else (None, {})
    found = taken(entry, account.partition, account.id)
    if found is None:
        return None, {}
    return _roles(found.kinds, ground) if passes else _buckets(found.kinds, clause, ground)


def _roles(kinds: tuple[str, ...], ground: Ground) -> tuple[Place | None, Instead]:
    """The existing roles that trust a service which the principal can use."""
    number = number_passable(ground)
    if 0 < number <= FEW:
        reason = f"only {number} of the account's roles trust a service that this principal can use"
        return Place(reason), dict.fromkeys(kinds, passable(ground))
    reason = (
        f"limited to roles of this account, of which {number or 'none'} trust a service that this principal can use"
    )
    return Place(reason), {kind: (kind,) for kind in kinds}


def _buckets(kinds: tuple[str, ...], clause: Clause, ground: Ground) -> tuple[Place | None, Instead]:
    """The existing buckets and what is in them, or whatever is owned by this account."""
    known = buckets(ground.account)
    same: Instead = {kind: (kind,) for kind in kinds}
    if known and len(known) <= FEW:
        own = {kind: tuple(b + _tail(kind) for b in known) for kind in kinds if not has_account(kind)}
        return Place(f"the account has these {len(known)} buckets; those of others are not seen"), same | own
    if _names_owner(clause):
        return None, {}
    return Place(ACCOUNT_SCOPE, (Bound("StringEquals", OWNER, ground.account.id),)), same


def _names_owner(clause: Clause) -> bool:
    """Whether its own conditions say whose the resource is."""
    return any(t.lower_key.endswith(":resourceaccount") for t in clause.origin.conditions.tests)


def _tail(kind: str) -> str:
    """What follows the bucket's name in an ARN of the kind."""
    return "/*" if kind.endswith("/*") else ""
