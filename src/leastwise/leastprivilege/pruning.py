"""What can never take effect, and what is granted twice. Taking it away changes nothing that works.

Only the principal's own inline policies are tidied, and those that are replaced anyway: nobody replaces a shared
policy for the sake of an idle line. Action names that no catalogue knows stay, since they may be newer than it.
"""

from __future__ import annotations

from functools import lru_cache, reduce
from itertools import chain, takewhile
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from leastwise import catalog
from leastwise.account.model import remember
from leastwise.arn import parse_arn
from leastwise.leastprivilege.draft import Move, edit, on, short
from leastwise.leastprivilege.kinds import model
from leastwise.policy.condition import Conditions, Context
from leastwise.policy.entries import covers_entry, is_wild, meets_entry, sorted_out
from leastwise.policy.pattern import Glob, covered, overlaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from leastwise.leastprivilege.draft import Clause, Draft, Page
    from leastwise.leastprivilege.ground import Ground
    from leastwise.policy.document import Document, Statement
    from leastwise.policy.elements import Actions, Resources
    from leastwise.policy.evaluate import Layer

CLOCK = frozenset({"aws:currenttime", "aws:epochtime", "aws:tokenissuetime"})
EXPIRING = frozenset({"DateLessThan", "DateLessThanEquals", "NumericLessThan", "NumericLessThanEquals"})

NOWHERE = Context()  # for what does not ask who the principal is


class Idle(NamedTuple):
    """Why something has no effect, and whether that is sure rather than the catalogue's word."""

    reason: str
    sure: bool = True


def tidy(draft: Draft, ground: Ground, groups: Sequence[Statement]) -> None:
    """Remove what is idle and what is granted twice, until nothing is: each can bring the other to light.

    `groups` are the statements that the principal has through groups.
    """
    before: list[Page] = []
    while draft.pages != before:
        first, before = not before, list(draft.pages)
        draft.pages[:] = [_prune(page, ground) for page in before]
        if first or draft.pages != before:  # else nothing has shrunk since it was looked for what is granted twice
            _dedupe_all(draft, ground, groups)


def _prune(page: Page, ground: Ground) -> Page:
    """Remove what cannot take effect under the conditions, the boundary, the denies and the kinds of resource."""
    if not page.is_open:
        return page
    asks = any(c.origin.conditions.tests for c in page.clauses)
    if asks or ground.boundaries or (ground.identity and _denies(ground.identity)):
        return _pruned(page, ground)
    return remember(ground.account, ("pruned", page), lambda: _pruned(page, ground))


def _pruned(page: Page, ground: Ground) -> Page:
    for clause in page.clauses:
        idle = _never_holds(clause.origin, ground)
        if idle:
            page = page.swap(clause, (), edit(clause, Move.DEAD, idle.reason, sure=idle.sure))
        elif not clause.actions.negated:
            page = _prune_actions(page, clause, ground)
    for clause in page.clauses:
        page = _prune_resources(page, clause)
    return page


def _prune_actions(page: Page, clause: Clause, ground: Ground) -> Page:
    idle = _idle(clause, ground)
    if not idle:
        return page
    reasons: dict[Idle, list[str]] = {}
    for entry in clause.actions.patterns:
        if entry in idle:
            reasons.setdefault(idle[entry], []).append(entry)
    left = [entry for entry in clause.actions.patterns if entry not in idle]
    edits = [edit(clause.listing(entries), Move.DEAD, why.reason, sure=why.sure) for why, entries in reasons.items()]
    return page.swap(clause, (clause.listing(left),) if left else (), *edits)


def _prune_resources(page: Page, clause: Clause) -> Page:
    """Remove resources that none of the actions can act on."""
    resources = clause.resources.patterns
    if clause.actions.negated or clause.resources.negated or len(resources) < 2 or clause.aimed is clause.actions:
        return page
    gone, sure = _strays(clause.actions, clause.resources)
    if not gone or len(gone) == len(resources):
        return page
    reason = "none of its actions acts on such a resource"
    left = clause.within(r for r in resources if r not in gone)
    written = [r for r in gone if r in clause.origin.resources.patterns]  # the rest is scoping's, and needs no word
    edits = [edit(clause.within(written), Move.DEAD, reason, sure=sure)] if written else []
    return page.swap(clause, (left,), *edits)


@lru_cache(maxsize=1 << 14)
def _strays(actions: Actions, resources: Resources) -> tuple[tuple[str, ...], bool]:
    """The resources that none of the actions can act on, and whether that is sure."""
    entries = actions.patterns
    gone = {}
    for resource in resources.patterns:
        if any(_acts_on(model(entry), resource) for entry in entries):
            continue
        alone = on((resource,))
        why = tuple(takewhile(bool, (_misdirected(model(entry), alone) for entry in entries)))
        if why and len(why) == len(entries):
            gone[resource] = all(idle.sure for idle in why if idle)
    return tuple(gone), all(gone.values())


def _never_holds(statement: Statement, ground: Ground) -> Idle | None:
    """Conditions that are false now and will stay so: a start date in the future is no reason."""
    tests = statement.conditions.tests
    if not tests:
        return None
    lasting = tuple(t for t in tests if t.lower_key not in CLOCK or t.operator in EXPIRING)
    if not lasting or Conditions(lasting).evaluate(ground.context) is not False:
        return None
    by_tag = any("tag/" in t.lower_key for t in lasting)
    return Idle(f"its condition never holds for this principal: {short(map(str, lasting), 2)}", sure=not by_tag)


def _idle(clause: Clause, ground: Ground) -> dict[str, Idle]:
    """The entries that have no effect. Of several reasons a deny is told before the boundary, this before the kind."""
    idle = {} if clause.aimed else _misdirected_of(clause.actions, clause.resources)
    if ground.boundaries:
        idle = idle | _out_of_bounds(clause, ground)
    refused = _refused(clause.resources, ground)
    return idle | _refused_of(clause.actions, refused) if refused else idle


def _out_of_bounds(clause: Clause, ground: Ground) -> dict[str, Idle]:
    why = Idle("the permissions boundary allows none of it")
    return {
        entry: why
        for boundary in ground.boundaries
        for entry in clause.actions.patterns
        if not _reaches(entry, clause.resources, boundary.documents, ground)
    }


@lru_cache(maxsize=1 << 14)
def _refused_of(actions: Actions, refused: tuple[Actions, ...]) -> dict[str, Idle]:
    why = Idle("a Deny without conditions covers it")
    return {entry: why for entry in actions.patterns if any(covers_entry(one, entry) for one in refused)}


def _refused(resources: Resources, ground: Ground) -> tuple[Actions, ...]:
    """The actions denied without conditions on all of the resources."""
    layers = (*filter(None, (ground.identity,)), *ground.boundaries)
    denies = (s for layer in layers for s in _denies(layer))
    return tuple([s.actions for s in denies if _holds_all(s.resources, resources, ground)])


@lru_cache(maxsize=1 << 12)
def _denies(layer: Layer) -> tuple[Statement, ...]:
    """Its denies without conditions."""
    found = (s for document in layer.documents for s in document.statements)
    return tuple([s for s in found if not s.allows and not s.conditions.tests])


def _holds_all(outer: Resources, inner: Resources, ground: Ground) -> bool:
    """Whether every resource of the inner list surely is of the outer one."""
    if outer.is_any or outer is inner:
        return True
    return _holds_in(outer, inner, ground.context if _has_variables(inner) else NOWHERE)


@lru_cache(maxsize=1 << 14)
def _holds_in(outer: Resources, inner: Resources, context: Context) -> bool:
    if outer.negated or inner.negated or _has_variables(outer):
        return False
    by = outer.globs(context)
    return all(covered(glob, by) for glob in inner.globs(context))


@lru_cache(maxsize=1 << 14)
def _has_variables(resources: Resources) -> bool:
    return any("${" in p for p in resources.patterns)


def _reaches(entry: str, resources: Resources, documents: Iterable[Document], ground: Ground) -> bool:
    """Whether some Allow of the documents can meet the entry on one of the resources."""
    return any(
        s.allows and meets_entry(s.actions, entry) and _touch(s.resources, resources, ground)
        for d in documents
        for s in d.statements
    )


def _touch(one: Resources, other: Resources, ground: Ground) -> bool:
    if one.is_any or other.is_any or one.negated or other.negated:
        return True
    mine = one.globs(ground.context)
    return any(overlaps(a, b) for b in other.globs(ground.context) for a in mine)


@lru_cache(maxsize=1 << 14)
def _misdirected_of(actions: Actions, resources: Resources) -> dict[str, Idle]:
    if resources.is_any:
        return {}
    found = ((entry, _misdirected(model(entry), resources)) for entry in actions.patterns)
    return {entry: idle for entry, idle in found if idle}


@lru_cache(maxsize=1 << 14)
def _misdirected(entry: str, resources: Resources) -> Idle | None:
    """An action on resources of which none is of a kind that it takes."""
    known = catalog.universe().mask(entry)
    if not known or resources.negated or resources.is_any or any("${" in p for p in resources.patterns):
        return None
    if any(_acts_on(entry, pattern) for pattern in resources.patterns):
        return None
    foreign = not any(_service(p) in {None, *_kinds(entry)} for p in resources.patterns)
    date = "" if foreign else f", by the catalogue of {catalog.version()}"
    return Idle(f"it acts on no resource like {short(resources.patterns, 2)}{date}", sure=foreign)


@lru_cache(maxsize=1 << 15)
def _acts_on(entry: str, pattern: str) -> bool:
    """Whether some resource that the entry's actions take matches the pattern."""
    service, kinds = _service(pattern), _kinds(entry)
    near = tuple(chain.from_iterable(kinds.values())) if service is None else kinds.get(service, ())
    example, glob = pattern.replace("*", "x").replace("?", "x"), Glob.parse(pattern)
    return any(kind.matches(example) for kind in near) or any(overlaps(glob, kind) for kind in near)


@lru_cache(maxsize=1 << 14)
def _service(pattern: str) -> str | None:
    """The service that a resource's pattern spells out."""
    arn = parse_arn(pattern)
    return arn.service if arn and not is_wild(arn.partition + arn.service) else None


@lru_cache(maxsize=1 << 14)
def _kinds(entry: str) -> dict[str, tuple[Glob, ...]]:
    """The kinds of resource that the entry's actions take, by service; the entry's own service always stands there."""
    universe = catalog.universe()
    mask, own = universe.mask(entry), entry.partition(":")[0].lower()
    services = {name.partition(":")[0] for name in universe.names_of(mask)} if is_wild(own) else {own}
    found: dict[str, list[Glob]] = {service: [] for service in services}
    for pattern in universe.resource_patterns_of(mask):
        found.setdefault(_service(pattern.replace("arn:*:", "arn:aws:", 1)) or "", []).append(Glob.parse(pattern))
    return {service: tuple(globs) for service, globs in found.items()}


def _dedupe_all(draft: Draft, ground: Ground, groups: Iterable[Statement]) -> None:
    """Remove entries that another Allow of the principal covers, the last first.

    A shared policy goes as a whole or not at all.
    """
    others = [s for s in groups if s.allows and not s.conditions.tests]
    twice = _twice_named(draft.pages, others)
    for place, page in reversed(tuple(enumerate(draft.pages))):
        if page.is_open:
            for clause in [c for mask, c in page.masked if mask & twice and _may_be_covered(c.actions, twice)][::-1]:
                _dedupe(draft, place, clause, others, ground)
        elif not page.once_and_twice[0] & ~twice:
            draft.pages[place] = _detach(draft, place, others, ground)


def _twice_named(pages: Iterable[Page], others: Iterable[Statement]) -> int:
    """The actions that more than one clause or statement lists, as bits: nothing else can be granted twice."""
    once = twice = 0
    for mask, within in (*(page.once_and_twice for page in pages), *((s.actions.mask, 0) for s in others)):
        twice |= within | once & mask
        once |= mask
    return twice


def _may_be_covered(actions: Actions, twice: int) -> bool:
    """Whether one of the entries stands for nothing but what is named twice, or for what no catalogue knows."""
    if actions.negated:
        return False
    entries, mask = sorted_out(actions.patterns), catalog.universe().mask
    return bool(entries.unknown or entries.mask & twice) or any(not mask(entry) & ~twice for entry in entries.wild)


def _dedupe(draft: Draft, place: int, clause: Clause, others: list[Statement], ground: Ground) -> None:
    here = ((mask, c) for mask, c in draft.pages[place].masked if c is not clause)
    twice = _twice(clause, (*here, *_elsewhere(draft, place, clause)), others, ground)
    if twice:
        left = [entry for entry in clause.actions.patterns if entry not in twice]
        by = (clause.listing(left),) if left else ()
        reason = "another statement of this principal allows it, under no further conditions"
        done = edit(clause.listing(twice), Move.DUPLICATE, reason, sure=True)
        draft.pages[place] = draft.pages[place].swap(clause, by, done)


def _elsewhere(draft: Draft, place: int, clause: Clause) -> Iterator[tuple[int, Clause]]:
    """The clauses of the other pages that have some action of the clause's. Two places can have the same page."""
    mask = clause.actions.mask
    for number, page in enumerate(draft.pages):
        if number != place and page.once_and_twice[0] & mask:
            yield from page.masked


def _twice(
    clause: Clause, clauses: Iterable[tuple[int, Clause]], others: Iterable[Statement], ground: Ground
) -> frozenset[str]:
    """The entries of the clause that one of the others covers."""
    if clause.actions.negated:
        return frozenset()
    actions, mask = clause.actions, clause.actions.mask
    lists = [(c.actions, c.resources) for other, c in clauses if other & mask and _is_looser(c, clause)]
    lists += [(s.actions, s.resources) for s in others if s.actions.mask & mask]
    wide = tuple([one for one, resources in lists if _holds_all(resources, clause.resources, ground)])
    return _covered_by(actions, wide)


@lru_cache(maxsize=1 << 14)
def _covered_by(actions: Actions, wide: tuple[Actions, ...]) -> frozenset[str]:
    """The entries that one of the wide lists covers."""
    entries, union = sorted_out(actions.patterns), reduce(or_, (one.mask for one in wide), 0)
    names, mask = {*catalog.universe().names_of(entries.mask & union)}, catalog.universe().mask
    near = (*entries.unknown, *(entry for entry in entries.wild if not mask(entry) & ~union))
    return frozenset([entry for name, entry in entries.plain if name in names]).union(
        entry for entry in near if any(covers_entry(one, entry) for one in wide)
    )


def _is_looser(one: Clause, other: Clause) -> bool:
    """Whether the first asks for no condition that the second does not ask for, too."""
    tests = one.origin.conditions.tests
    loose = not tests or one.origin.conditions == other.origin.conditions
    return loose and (not one.bounds or set(one.bounds) <= set(other.bounds))


def _detach(draft: Draft, place: int, others: list[Statement], ground: Ground) -> Page:
    """Let go of a shared policy all of which is granted elsewhere."""
    page = draft.pages[place]
    if not all(s.allows for s in page.policy.statements):
        return page
    twice = [_twice(clause, _elsewhere(draft, place, clause), others, ground) for clause in page.clauses]
    if twice == [frozenset(clause.actions.patterns) for clause in page.clauses]:
        reason = "the other policies of this principal allow all of it: the policy can be detached"
        edits = [edit(clause, Move.DUPLICATE, reason, sure=True) for clause in page.clauses]
        return replace(page, clauses=(), edits=(*page.edits, *edits)) if edits else page
    return page
