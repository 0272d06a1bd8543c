"""For each principal, the narrowed policies that can be justified from the snapshot alone.

The order matters: escalations are closed first, then resources scoped, then what has no effect is tidied away, so that
a line that names its resource is never dropped for the sake of a wildcard that is about to shrink.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from leastwise.access import context_of, full_administrator, possible_actions
from leastwise.account.model import Group, User
from leastwise.advised import Tri
from leastwise.leastprivilege import wording
from leastwise.leastprivilege.closing import close, cuts_of, first_hops
from leastwise.leastprivilege.draft import Draft, Page
from leastwise.leastprivilege.ground import ground_of, sharers
from leastwise.leastprivilege.packing import MANAGED_QUOTA, Held, pack, size_as_is, size_on
from leastwise.leastprivilege.proof import UNCHANGED, on_paper, prove
from leastwise.leastprivilege.pruning import tidy
from leastwise.leastprivilege.scoping import leaves_open, scope
from leastwise.leastprivilege.steps import steps
from leastwise.policy.document import Policy, Unparsed
from leastwise.results import Confidence, Recommendation
from leastwise.scope import spared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.evidence import Knowledge
    from leastwise.leastprivilege.closing import Cut
    from leastwise.leastprivilege.ground import Ground
    from leastwise.results import Path, PrincipalScore

LIMIT = 200  # principals advised by an audit
LEFT = (
    "a policy that others hold, too, could be scoped in part, but not so that a copy is worth it: evidence of use "
    "would tell more"
)


class Advice(NamedTuple):
    """The recommendations, riskiest first, and how many principals were left out."""

    recommendations: tuple[Recommendation, ...]
    left_out: int


def advise(
    account: Account, scores: Iterable[PrincipalScore], paths: Iterable[Path] = (), *, limit: int = LIMIT
) -> Advice:
    """Advise the riskiest of the scored principals.

    Subjects that can hold no policies, exempt principals and those whose policies AWS owns are passed over.
    """
    named = {s.subject.arn: s for s in scores}
    holders = {h.arn: h for h in account.holders if h.arn in named and not spared(h)}
    scored = sorted((named[arn] for arn in holders), key=lambda s: (-s.score, s.subject.arn))
    adviser = Adviser(account, paths)
    chosen = tuple(adviser.recommend(holders[s.subject.arn], s.score) for s in scored[:limit])
    return Advice(chosen, max(0, len(scored) - limit))


class Adviser:
    """Recommendations for one account; identical policies in identical circumstances are worked out once."""

    def __init__(self, account: Account, paths: Iterable[Path] = (), *, knowledge: Knowledge | None = None) -> None:
        """`paths` are the account's; only escalations count. `knowledge` is what is known of use."""
        self.account = account
        self._knowledge = knowledge
        self._paths: dict[str, list[Path]] = {}
        for path in paths:
            if path.escalates:
                self._paths.setdefault(path.source.arn, []).append(path)
        self._drafts: dict[object, Draft] = {}

    def recommend(self, holder: Holder, risk: int) -> Recommendation:
        """The recommendation for one principal."""
        if full_administrator(self.account, holder):
            return self._nothing(holder, risk, wording.ADMINISTRATOR)
        hops = first_hops(self.account, holder, self._paths)
        held = tuple(self._held(holder))
        draft = self._draft(holder, held, cuts_of(holder, hops))
        policies = pack(holder, draft, held)
        after = on_paper(holder, held, policies, edited=draft.edited())
        proof = prove(self.account, holder, after, self._knowledge)
        if proof.subset_of_current is Tri.NO:
            return replace(self._nothing(holder, risk, wording.withheld(proof)), proof=proof)
        return Recommendation(
            subject=holder.subject,
            risk=risk,
            policies=policies,
            changes=tuple(wording.changes(draft, held)),
            actions_before=possible_actions(self.account, holder).bit_count(),
            actions_after=possible_actions(self.account, after).bit_count(),
            confidence=wording.confidence(draft, holder),
            confidence_reasons=tuple(wording.reasons(draft)),
            warnings=(*([LEFT] if draft.gives_up() else ()), *wording.warnings(self.account, holder, after, hops)),
            affects=wording.affected(self.account, holder, draft, held),
            proof=proof,
            plan=steps(self.account, holder, held, policies, draft.edited()),
        )

    def _nothing(self, holder: Holder, risk: int, warning: str) -> Recommendation:
        """No policy, and why: none is invented where none can be justified."""
        count = possible_actions(self.account, holder).bit_count()
        return Recommendation(
            subject=holder.subject,
            risk=risk,
            policies=(),
            changes=(),
            actions_before=count,
            actions_after=count,
            confidence=Confidence.CONDITIONAL,
            confidence_reasons=(wording.NO_EVIDENCE,),
            warnings=(warning,),
            proof=UNCHANGED,
        )

    def _held(self, holder: Holder) -> Iterator[Held]:
        """The principal's own policies that can be read, with their places."""
        own = (d for d in (*holder.inline, *holder.attached) if isinstance(d.policy, Policy))
        for place, document in enumerate(own):
            shared = document.is_managed and (
                wording.is_aws(document.arn) or sharers(self.account, document.arn) != (holder.arn,)
            )
            yield Held(document, place, alone=not shared)

    def _draft(self, holder: Holder, held: tuple[Held, ...], cuts: tuple[Cut, ...]) -> Draft:
        """The narrowed policies; shared by all whose policies and circumstances are the same."""
        policies = tuple(h.document.policy for h in held if isinstance(h.document.policy, Policy))
        shared = tuple(not h.alone for h in held)
        groups = tuple(d.policy for g in holder.groups for d in g.documents) if isinstance(holder, User) else ()
        boundary = None if isinstance(holder, Group) or holder.boundary is None else holder.boundary.policy
        context = context_of(self.account, holder)
        asked = any(map(_asks, (*policies, *groups, boundary)))
        key = (policies, shared, groups, boundary, cuts, context if asked else None)
        if key not in self._drafts:
            ground = ground_of(self.account, holder, context)
            draft = Draft(map(Page.of, policies, shared))
            close(draft, cuts, ground)
            draft.pages[:] = [_narrowed(page, ground) for page in draft.pages]
            tidy(draft, ground, [s for p in groups if isinstance(p, Policy) for s in p.statements])
            self._drafts[key] = draft
        return self._drafts[key]


@lru_cache(maxsize=4096)
def _asks(policy: Policy | Unparsed | None) -> bool:
    """Whether what the policy means hangs on who asks."""
    statements = policy.statements if isinstance(policy, Policy) else ()
    return any(s.conditions.tests or any("${" in p for p in s.resources.patterns) for s in statements)


def _narrowed(page: Page, ground: Ground) -> Page:
    """The policy scoped. A copy of a shared one must earn its keep, since it no longer follows its original.

    It closes an escalation, or leaves nothing open that can change things and fits into one managed policy. Else the
    policy stays; where it is too long already, scoping would make it longer still.
    """
    dear = page.shared and not page.closes
    if dear and size_as_is(page.policy) > MANAGED_QUOTA:
        return page
    scoped = scope(page, ground)
    wasted = dear and scoped.is_narrowed and (leaves_open(scoped) or size_on(scoped) > MANAGED_QUOTA)
    return replace(page, given_up=True) if wasted else scoped
