"""The proof that a recommendation grants nothing new, made on the documents as printed.

Each recommended Allow must lie within one Allow of the policy it replaces, condition by condition, and each Deny must
still stand. That decides it for all requests; a replay of examples on the evaluator checks the reasoning itself.
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING

import msgspec

from leastwise import catalog
from leastwise.access import can, possible_actions
from leastwise.account.model import remember
from leastwise.leastprivilege.draft import short
from leastwise.leastprivilege.packing import replaced
from leastwise.leastprivilege.shorthand import covers_entry
from leastwise.policy.document import Document, Policy, Unparsed, parse
from leastwise.policy.pattern import Glob, covered

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.leastprivilege.packing import Held
    from leastwise.policy.condition import Conditions
    from leastwise.policy.document import Statement
    from leastwise.policy.elements import Actions, Resources
    from leastwise.results import AdvisedPolicy

EXAMPLES = 3  # requests replayed for each recommendation
ADVISED = "leastwise"  # the source of documents that stand on paper only


def on_paper(
    holder: Holder, held: Iterable[Held], policies: Iterable[AdvisedPolicy], *, edited: Container[int]
) -> Holder:
    """The principal as it would be with the advised policies; itself where nothing changes."""
    gone = {h.document for h in held if h.place in edited}
    if not gone:
        return holder
    advised = tuple(
        Document(
            arn=p.replaces, name=p.name, kind=p.kind, policy=parse(msgspec.json.encode(p.document)), source=ADVISED
        )
        for p in policies
    )
    inline = (*(d for d in holder.inline if d not in gone), *advised)
    attached = tuple(d for d in holder.attached if d not in gone)
    return msgspec.structs.replace(holder, inline=inline, attached=attached, memo={})


def fault(account: Account, before: Holder, after: Holder, held: Iterable[Held]) -> str:
    """What speaks against the principal on paper having less than before; "" as it should be."""
    if after is before:
        return ""
    gained = possible_actions(account, after) & ~possible_actions(account, before)
    if gained:
        return f"it would add {short(catalog.universe().names_of(gained))}"
    advised = [d for d in after.inline if d.source == ADVISED]
    for document, _, _ in held:
        parts = tuple(d.policy for d in advised if d.arn == replaced(document))
        if parts and not _is_within(parts, document.policy):
            return f"{document.name} may not contain what replaces it"
    return _counterexample(account, before, after)


@lru_cache(maxsize=1 << 12)
def _is_within(parts: tuple[Policy | Unparsed, ...], current: Policy | Unparsed) -> bool:
    return isinstance(current, Policy) and is_within([p for p in parts if isinstance(p, Policy)], current)


def is_within(advised: Iterable[Policy], current: Policy) -> bool:
    """Whether the advised policies together allow nothing that the current one does not, and deny all that it does."""
    statements = [s for policy in advised for s in policy.statements]
    allowed = deque(s for s in current.statements if s.allows)
    kept = [s for s in statements if not s.allows]
    return all(_is_contained(allowed, s) for s in statements if s.allows) and all(
        any(_same_refusal(s, k) for k in kept) for s in current.statements if not s.allows
    )


def _is_contained(allowed: deque[Statement], part: Statement) -> bool:
    """Whether one of them covers the part. It comes first the next time: the parts mostly stand in their order."""
    for number, whole in enumerate(allowed):
        if contains(whole, part):
            allowed.rotate(-number)
            return True
    return False


def _same_refusal(one: Statement, other: Statement) -> bool:
    return one.source is other.source or one.source == other.source


def contains(whole: Statement, part: Statement) -> bool:
    """Whether the first Allow covers the second by its text: actions, resources, and no condition dropped."""
    return (
        _contains_actions(whole.actions, part.actions)
        and _demands(whole.conditions) <= _demands(part.conditions)
        and _contains_resources(whole.resources, part.resources)
    )


@lru_cache(maxsize=1 << 12)
def _demands(conditions: Conditions) -> frozenset[tuple[str, str, object]]:
    return frozenset((t.name, t.lower_key, t.values) for t in conditions.tests)


def _contains_actions(whole: Actions, part: Actions) -> bool:
    if whole is part:
        return True
    if part.mask & ~whole.mask:
        return False
    if part.negated and not whole.negated:
        return whole.is_everything
    if part.negated:
        inner = _globs(part.patterns)
        return all(covered(glob, inner) for glob in _globs(whole.patterns))
    return all(covers_entry(whole, entry) for entry in part.patterns)


@lru_cache(maxsize=1 << 12)
def _globs(entries: tuple[str, ...]) -> tuple[Glob, ...]:
    return tuple(Glob.parse(entry.lower()) for entry in entries)


def _contains_resources(whole: Resources, part: Resources) -> bool:
    if whole.is_any or (whole.patterns == part.patterns and whole.negated is part.negated):
        return True
    if whole.negated or part.negated:
        return False
    fixed = [Glob.parse(p) for p in whole.patterns if "${" not in p]
    return all(p in whole.patterns or ("${" not in p and covered(Glob.parse(p), fixed)) for p in part.patterns)


def _counterexample(account: Account, before: Holder, after: Holder) -> str:
    """A request that is allowed after and was denied before, among some examples; "" as it should be.

    What is advised for a document is replayed once, for the first who holds it.
    """
    replayed: set[Policy | Unparsed] = remember(account, "replayed", set)
    fresh = [d for d in after.inline if d.source == ADVISED and d.policy not in replayed]
    replayed.update(d.policy for d in fresh)
    for action, resource in islice(_examples(fresh), EXAMPLES):
        if (
            can(account, before, action, resource).allowed is False
            and can(account, after, action, resource).allowed is not False
        ):
            return f"{action} on {resource}"
    return ""


def _examples(documents: Iterable[Document]) -> Iterator[tuple[str, str]]:
    """One request of each Allow: its first action, on its first resource."""
    universe = catalog.universe()
    for statement in chain.from_iterable(document.statements for document in documents):
        if statement.allows and statement.actions.mask and statement.resources.patterns:
            low = (statement.actions.mask & -statement.actions.mask).bit_length() - 1
            pattern = statement.resources.patterns[0]
            yield universe.names[low], pattern.replace("*", "").replace("?", "x") or pattern
