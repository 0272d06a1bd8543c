"""Policies made to fit: wildcards where exact lists are too long for AWS's quotas, and nowhere else.

A wildcard ends at a word of the action's name and matches, in the catalogue, nothing but what is kept. It grants what
AWS may add under that name later, as far as the policy did before, so an exact list is better while it fits.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from leastwise import catalog
from leastwise.leastprivilege.draft import Draft, listed
from leastwise.leastprivilege.packing import INLINE_QUOTA, MANAGED_QUOTA, size_as_is, size_on
from leastwise.leastprivilege.shorthand import widest
from leastwise.policy.document import Policy
from leastwise.policy.entries import covers_entry, is_wild

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.access import Holder
    from leastwise.leastprivilege.draft import Clause, Page
    from leastwise.leastprivilege.packing import Held
    from leastwise.policy.document import Document
    from leastwise.policy.elements import Actions
    from leastwise.results import AdvisedPolicy

ATTACHMENTS = 10
"""Managed policies that one principal may have attached, unless AWS was asked for more."""
WHOLE_SERVICE = (0,)
"""Characters of the action's name that may stand before the wildcard, besides whole words."""


def fitted(draft: Draft, holder: Holder, held: tuple[Held, ...]) -> Draft:
    """The draft with wildcards in those policies that follow use and are too long without."""
    edited = {h.place: h for h in held if draft.pages[h.place].edits}
    inline = [h for h in held if h.document.kind == "inline"]
    total = sum(size_on(draft.pages[h.place]) if h.place in edited else _as_is(h) for h in inline)
    crowded = total > INLINE_QUOTA[holder.kind]
    pages = list(draft.pages)
    for place, each in edited.items():
        page = pages[place]
        small = each.document.kind == "inline" and not crowded
        if page.follows_use and not small and (crowded or size_on(page) > MANAGED_QUOTA):
            pages[place] = shortened(page)
    return Draft(pages)


def _as_is(held: Held) -> int:
    return size_as_is(held.document.policy) if isinstance(held.document.policy, Policy) else 0


def attached(holder: Holder, gone: Iterable[Held], policies: Iterable[AdvisedPolicy]) -> int:
    """How many managed policies would be attached."""
    left = {d.arn for d in holder.attached} - {h.document.arn for h in gone if h.document.is_managed}
    return len(left) + sum(1 for p in policies if p.kind == "managed")


def fits(holder: Holder, gone: Iterable[Held], policies: tuple[AdvisedPolicy, ...]) -> bool:
    """Whether AWS takes them: each within its quota, and no more attached than may be, or than are."""
    few = attached(holder, gone, policies) <= max(ATTACHMENTS, len(holder.attached))
    return few and all(policy.size <= policy.quota for policy in policies)


def number(policies: Iterable[AdvisedPolicy | Document]) -> tuple[int, int]:
    """How many managed policies, and how many in all."""
    kinds = [policy.kind for policy in policies]
    return kinds.count("managed"), len(kinds)


@lru_cache(maxsize=1 << 12)
def shortened(page: Page) -> Page:
    """The policy with wildcards for lists of actions, where they mean no more."""
    return replace(page, clauses=tuple(map(_short, page.clauses)))


def _short(clause: Clause) -> Clause:
    if clause.actions.negated or clause.actions is clause.origin.actions:
        return clause
    return replace(clause, actions=wildcards(clause.actions, clause.origin.actions))


@lru_cache(maxsize=1 << 12)
def wildcards(actions: Actions, within: Actions) -> Actions:
    """The list with a wildcard for each run of names that share their first words, if all that it can mean was meant.

    That is, all that it matches in the catalogue, and all that the list `within` matches of what is in none.
    """
    universe = catalog.universe()
    kept = [p for p in actions.patterns if is_wild(p) or not universe.mask(p)]
    left = actions.mask & ~universe.union(kept)
    for name in universe.names_of(left):
        bit = universe.mask(name)
        if left & bit:
            entry, run = widest(name, actions.mask, lambda wild: covers_entry(within, wild), ends=WHOLE_SERVICE)
            kept.append(entry)
            left &= ~(run | bit)
    return listed(kept)
