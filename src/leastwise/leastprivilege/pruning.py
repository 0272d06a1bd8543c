"""What can never take effect, and what is granted twice. Taking it away changes nothing that works.

Only the principal's own inline policies are tidied, and those that are replaced anyway: nobody replaces a shared
policy for the sake of an idle line. Action names that no catalogue knows stay, since they may be newer than it.
"""

from __future__ import annotations

from functools import lru_cache, reduce
from itertools import chain, takewhile
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.arn import parse_arn
from leastwise.leastprivilege.draft import Clause, Draft, Move, edit, on, short
from leastwise.leastprivilege.kinds import model
from leastwise.leastprivilege.shorthand import covers_entry, is_wild, meets_entry
from leastwise.policy.condition import Conditions
from leastwise.policy.pattern import Glob, covered, overlaps

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from leastwise.leastprivilege.ground import Ground
    from leastwise.policy.document import Document, Statement
    from leastwise.policy.elements import Actions, Resources
    from leastwise.policy.evaluate import Layer

CLOCK = frozenset({"aws:currenttime", "aws:epochtime", "aws:tokenissuetime"})
EXPIRING = frozenset({"DateLessThan", "DateLessThanEquals", "NumericLessThan", "NumericLessThanEquals"})


class Idle(NamedTuple):
    """Why something has no effect, and whether that is sure rather than the catalogue's word."""

    reason: str
    sure: bool = True


def tidy(draft: Draft, ground: Ground, groups: Sequence[Statement]) -> None:
    """Remove what is idle and what is granted twice, until nothing is: each can bring the other to light.

    `groups` are the statements that the principal has through groups.
    """
    pruned: frozenset[Clause] | None = None
    while True:
        before, clauses = len(draft.edits), frozenset(draft.clauses)
        _prune(draft, ground, pruned or ())
        left = clauses.intersection(draft.clauses)
        if pruned is not None and left == clauses:
            return  # nothing has shrunk since it was looked for what is granted twice
        pruned = left
        _dedupe_all(draft, ground, groups)
        if before == len(draft.edits):
            return


def _prune(draft: Draft, ground: Ground, pruned: Container[Clause]) -> None:
    """Remove what cannot take effect under the conditions, the boundary, the denies and the kinds of resource.

    That hangs on nothing but the clause itself and the ground: those that were `pruned` in vain are passed over.
    """
    for clause in [c for c in draft.clauses if c not in pruned and draft.is_open(c.place)]:
        idle = _never_holds(clause.origin, ground)
        if idle:
            draft.swap(clause, (), edit(clause, Move.DEAD, idle.reason, sure=idle.sure))
        elif not clause.actions.negated:
            _prune_actions(draft, clause, ground)
    for clause in [c for c in draft.clauses if c not in pruned and draft.is_open(c.place)]:
        _prune_resources(draft, clause)


def _prune_actions(draft: Draft, clause: Clause, ground: Ground) -> None:
    idle = _idle(clause, ground)
    if not idle:
        return
    reasons: dict[Idle, list[str]] = {}
    for entry in clause.actions.patterns:
        if entry in idle:
            reasons.setdefault(idle[entry], []).append(entry)
    left = [entry for entry in clause.actions.patterns if entry not in idle]
    edits = [edit(clause.listing(entries), Move.DEAD, why.reason, sure=why.sure) for why, entries in reasons.items()]
    draft.swap(clause, (clause.listing(left),) if left else (), *edits)


def _prune_resources(draft: Draft, clause: Clause) -> None:
    """Remove resources that none of the actions can act on."""
    resources = clause.resources.patterns
    if clause.actions.negated or clause.resources.negated or len(resources) < 2:
        return
    gone, sure = _strays(clause.actions, clause.resources)
    if gone and len(gone) < len(resources):
        reason = "none of its actions acts on such a resource"
        left = clause.within(r for r in resources if r not in gone)
        written = [r for r in gone if r in clause.origin.resources.patterns]  # the rest is scoping's, and needs no word
        edits = [edit(clause.within(written), Move.DEAD, reason, sure=sure)] if written else []
        draft.swap(clause, (left,), *edits)


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
    idle = _misdirected_of(clause.actions, clause.resources)
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
    if outer.negated or inner.negated or any("${" in p for p in outer.patterns):
        return False
    by = outer.globs(ground.context)
    return all(covered(glob, by) for glob in inner.globs(ground.context))


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
    twice = _twice_named((*draft.clauses, *others))
    for place in reversed(range(len(draft.policies))):
        if draft.is_open(place):
            for clause in [c for c in draft.of(place) if _may_be_covered(c.actions, twice)][::-1]:
                _dedupe(draft, clause, others, ground)
        elif not any(c.actions.mask & ~twice for c in draft.of(place)):
            _detach(draft, place, others, ground)


def _twice_named(all_that_allow: Iterable[Clause | Statement]) -> int:
    """The actions that more than one of them lists, as bits: nothing else can be granted twice."""
    once = twice = 0
    for each in all_that_allow:
        mask = each.actions.mask
        twice |= once & mask
        once |= mask
    return twice


def _may_be_covered(actions: Actions, twice: int) -> bool:
    """Whether one of the entries stands for nothing but what is named twice, or for what no catalogue knows."""
    if actions.negated or not actions.mask & twice:
        return False
    mask, once = catalog.universe().mask, ~twice
    return any(not mask(entry) & once for entry in actions.patterns)


def _dedupe(draft: Draft, clause: Clause, others: list[Statement], ground: Ground) -> None:
    twice = _twice(clause, [c for c in draft.clauses if c is not clause], others, ground)
    if twice:
        left = [entry for entry in clause.actions.patterns if entry not in twice]
        by = (clause.listing(left),) if left else ()
        reason = "another statement of this principal allows it, under no further conditions"
        draft.swap(clause, by, edit(clause.listing(twice), Move.DUPLICATE, reason, sure=True))


def _twice(clause: Clause, clauses: Iterable[Clause], others: Iterable[Statement], ground: Ground) -> frozenset[str]:
    """The entries of the clause that one of the others covers."""
    if clause.actions.negated:
        return frozenset()
    actions = clause.actions
    lists = [(c.actions, c.resources) for c in clauses if _meet(c.actions, actions) and _is_looser(c, clause)]
    lists += [(s.actions, s.resources) for s in others if _meet(s.actions, actions)]
    wide = tuple([one for one, resources in lists if _holds_all(resources, clause.resources, ground)])
    return _covered_by(actions, wide)


@lru_cache(maxsize=1 << 14)
def _covered_by(actions: Actions, wide: tuple[Actions, ...]) -> frozenset[str]:
    """The entries that one of the wide lists covers."""
    mask, union = catalog.universe().mask, reduce(or_, (one.mask for one in wide), 0)
    near = [entry for entry in actions.patterns if not mask(entry) & ~union]
    return frozenset(entry for entry in near if any(covers_entry(one, entry) for one in wide))


@lru_cache(maxsize=1 << 17)
def _meet(one: Actions, other: Actions) -> bool:
    """Whether the lists have an action of the catalogue in common; a few lists meet again and again."""
    return bool(one.mask & other.mask)


def _is_looser(one: Clause, other: Clause) -> bool:
    """Whether the first asks for no condition that the second does not ask for, too."""
    tests = one.origin.conditions.tests
    return (not tests or one.origin.conditions == other.origin.conditions) and set(one.bounds) <= set(other.bounds)


def _detach(draft: Draft, place: int, others: list[Statement], ground: Ground) -> None:
    """Let go of a shared policy all of which is granted elsewhere."""
    clauses = tuple(draft.of(place))
    kept = [c for c in draft.clauses if c.place != place]
    if not all(s.allows for s in draft.policies[place].statements):
        return
    if all(_twice(c, kept, others, ground) == frozenset(c.actions.patterns) for c in clauses):
        reason = "the other policies of this principal allow all of it: the policy can be detached"
        for clause in clauses:
            draft.swap(clause, (), edit(clause, Move.DUPLICATE, reason, sure=True))
