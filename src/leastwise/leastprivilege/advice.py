"""For each principal, the narrowed policies that can be justified, from the snapshot and from evidence of use if given.

The order matters: escalations are closed first, then what was not used goes, then resources are scoped, then what has
no effect is tidied away, so that a line that names its resource is never dropped for the sake of a wildcard that is
about to shrink.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from leastwise.access import context_of, full_administrator, possible_actions
from leastwise.account.model import Group, Role, User
from leastwise.advised import Tri, UseCounts
from leastwise.evidence.grace import young
from leastwise.leastprivilege import wording
from leastwise.leastprivilege.closing import close, cuts_of, first_hops, starting_at
from leastwise.leastprivilege.draft import CLEANING, Draft, Page
from leastwise.leastprivilege.fitting import fits, fitted, number
from leastwise.leastprivilege.ground import ground_of, sharers
from leastwise.leastprivilege.measure import measured
from leastwise.leastprivilege.naming import policy_names
from leastwise.leastprivilege.narrowing import keeps, narrow
from leastwise.leastprivilege.need import counts, need_of
from leastwise.leastprivilege.packing import MANAGED_QUOTA, Held, pack, size_as_is, size_on
from leastwise.leastprivilege.proof import UNCHANGED, on_paper, prove, with_paths
from leastwise.leastprivilege.pruning import tidy
from leastwise.leastprivilege.scoping import leaves_open, scope
from leastwise.leastprivilege.steps import steps
from leastwise.leastprivilege.telling import Told, told
from leastwise.leastprivilege.trusting import advise_trust
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
    from leastwise.leastprivilege.need import Need
    from leastwise.results import AdvisedPolicy, Path, PrincipalScore

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
    """Advise the riskiest of the scored principals, without evidence of their use."""
    return Adviser(account, paths).advise(scores, limit=limit)


class Adviser:
    """Recommendations for one account; identical policies in identical circumstances are worked out once."""

    def __init__(
        self,
        account: Account,
        paths: Iterable[Path] = (),
        *,
        knowledge: Knowledge | None = None,
        aggressive: bool = False,
    ) -> None:
        """`paths` are the account's; only escalations count.

        `knowledge` is what is known of use, if policies shall follow it; `aggressive` removes besides what no source
        could have seen in use.
        """
        self.account = account
        self._knowledge = knowledge
        self._aggressive = aggressive
        self._paths: dict[str, list[Path]] = {}
        for path in paths:
            if path.escalates:
                self._paths.setdefault(path.source.arn, []).append(path)
        self._drafts: dict[object, Draft] = {}

    def advise(self, scores: Iterable[PrincipalScore], *, limit: int = LIMIT) -> Advice:
        """The riskiest of the scored principals.

        Subjects that can hold no policies, exempt principals and those whose policies AWS owns are passed over.
        """
        named = {s.subject.arn: s for s in scores}
        holders = {h.arn: h for h in self.account.holders if h.arn in named and not spared(h)}
        scored = sorted((named[arn] for arn in holders), key=lambda s: (-s.score, s.subject.arn))
        chosen = tuple(self.recommend(holders[s.subject.arn], s.score) for s in scored[:limit])
        return Advice(chosen, max(0, len(scored) - limit))

    def recommend(self, holder: Holder, risk: int) -> Recommendation:
        """The recommendation for one principal."""
        need = self._need(holder)
        if full_administrator(self.account, holder) and not (need and need.tells):
            return self._nothing(holder, risk, wording.ADMINISTRATOR)
        paths = starting_at(self.account, holder, self._paths)
        hops = first_hops(paths)
        held = tuple(self._held(holder))
        cuts = cuts_of(holder, hops, need.used if need else 0)
        draft, policies = self._fitting(holder, held, cuts, need)
        after = on_paper(holder, held, policies, edited=draft.edited())
        if need and need.may_pass and after is not holder:  # what might have passed a role may be gone
            again = need.once_more(need_of(self._knowledge, after, boldly=False)) if self._knowledge else need
            if again != need:
                draft, policies = self._fitting(holder, held, cuts, need := again)
                after = on_paper(holder, held, policies, edited=draft.edited())
        cleaned = all(edit.move in CLEANING for edit in draft.edits)
        proof = prove(self.account, holder, after, knowledge=self._knowledge, cleaned=cleaned)
        if proof.subset_of_current is Tri.NO:
            proof = with_paths(proof, self.account, holder, holder, paths)
            return replace(self._nothing(holder, risk, wording.withheld(proof)), proof=proof)
        found = Recommendation(
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
            proof=with_paths(proof, self.account, holder, after, paths),
            plan=steps(self.account, holder, held, policies, draft.edited()),
        )
        if self._knowledge and need:
            found = told(found, self._knowledge, holder, Told(draft, held, need))
        return self._completed(found, holder, after)

    def _completed(self, found: Recommendation, holder: Holder, after: Holder) -> Recommendation:
        """With what the evidence is worth, and the trust policy of a role."""
        if self._knowledge:
            found = measured(found, self.account, self._knowledge, holder, after)
        trust = advise_trust(self.account, holder, self._knowledge) if isinstance(holder, Role) else None
        return replace(found, trust=trust) if trust else found

    def _need(self, holder: Holder) -> Need | None:
        """What is known of the principal's use, if anything is asked of it."""
        return need_of(self._knowledge, holder, boldly=self._aggressive) if self._knowledge else None

    def _nothing(self, holder: Holder, risk: int, warning: str) -> Recommendation:
        """No policy, and why: none is invented where none can be justified."""
        count = possible_actions(self.account, holder).bit_count()
        known = self._knowledge
        found = Recommendation(
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
            evidence=known.sources(holder) if known else (),
            use=counts(known, holder, possible_actions(self.account, holder)) if known else UseCounts(),
        )
        return self._completed(found, holder, holder)

    def _fitting(
        self, holder: Holder, held: tuple[Held, ...], cuts: tuple[Cut, ...], need: Need | None
    ) -> tuple[Draft, tuple[AdvisedPolicy, ...]]:
        """The narrowest draft that AWS takes, and its policies; by use where that is known and fits into the quotas."""
        found = self._following(holder, held, cuts, need) if need else None
        if found:
            return found
        draft = self._draft(holder, held, cuts, None)
        return draft, self._packed(holder, draft, held)

    def _following(
        self, holder: Holder, held: tuple[Held, ...], cuts: tuple[Cut, ...], need: Need
    ) -> tuple[Draft, tuple[AdvisedPolicy, ...]] | None:
        """The draft that follows use, its policies scoped where that makes no more of them than it would be without."""
        whole = self._tried(holder, held, cuts, need, frozenset(range(len(held))))
        if whole and number(whole[1]) <= number([h.document for h in held if h.place in whole[0].edited()]):
            return whole
        chosen: frozenset[int] = frozenset()
        found = self._tried(holder, held, cuts, need, chosen)
        for place in range(len(held)) if found else ():
            more = self._tried(holder, held, cuts, need, chosen | {place})
            if found and more and number(more[1]) <= number(found[1]):
                chosen, found = chosen | {place}, more
        return found or whole

    def _tried(
        self, holder: Holder, held: tuple[Held, ...], cuts: tuple[Cut, ...], need: Need, scoped: frozenset[int]
    ) -> tuple[Draft, tuple[AdvisedPolicy, ...]] | None:
        """A draft and its policies, if AWS takes them."""
        draft = fitted(self._draft(holder, held, cuts, need, scoped=scoped), holder, held)
        policies = self._packed(holder, draft, held)
        gone = (h for h in held if h.place in draft.edited())
        return (draft, policies) if fits(holder, gone, policies) else None

    def _packed(self, holder: Holder, draft: Draft, held: tuple[Held, ...]) -> tuple[AdvisedPolicy, ...]:
        return pack(holder, draft, held, taken=policy_names(self.account))

    def _held(self, holder: Holder) -> Iterator[Held]:
        """The principal's own policies that can be read, with their places."""
        own = (d for d in (*holder.inline, *holder.attached) if isinstance(d.policy, Policy))
        for place, document in enumerate(own):
            shared = document.is_managed and (
                wording.is_aws(document.arn) or sharers(self.account, document.arn) != (holder.arn,)
            )
            yield Held(document, place, alone=not shared)

    def _draft(
        self,
        holder: Holder,
        held: tuple[Held, ...],
        cuts: tuple[Cut, ...],
        need: Need | None,
        *,
        scoped: frozenset[int] | None = None,
    ) -> Draft:
        """The narrowed policies; shared by all whose policies, circumstances and use are the same."""
        policies = tuple(h.document.policy for h in held if isinstance(h.document.policy, Policy))
        shared = tuple(not h.alone for h in held)
        groups = tuple(d.policy for g in holder.groups for d in g.documents) if isinstance(holder, User) else ()
        boundary = None if isinstance(holder, Group) or holder.boundary is None else holder.boundary.policy
        context = context_of(self.account, holder)
        asked = any(map(_asks, (*policies, *groups, boundary)))
        fresh = self._fresh(held) if need else ()
        key = (policies, shared, groups, boundary, cuts, context if asked else None, need, fresh, scoped)
        if key not in self._drafts:
            ground = ground_of(self.account, holder, context)
            draft = Draft(map(Page.of, policies, shared))
            close(draft, cuts, ground)
            if need:
                draft.pages[:] = [narrow(page, need, late) for page, late in zip(draft.pages, fresh, strict=True)]
            for place in range(len(held)) if scoped is None else scoped:
                draft.pages[place] = _narrowed(draft.pages[place], ground, need)
            tidy(draft, ground, [s for p in groups if isinstance(p, Policy) for s in p.statements])
            self._drafts[key] = draft
        return self._drafts[key]

    def _fresh(self, held: tuple[Held, ...]) -> tuple[int, ...]:
        """For each policy the actions that it has granted for too short a time, as bits."""
        days = self._knowledge.least_days if self._knowledge else 0
        return tuple(young(self.account, each.document, days) for each in held)


@lru_cache(maxsize=4096)
def _asks(policy: Policy | Unparsed | None) -> bool:
    """Whether what the policy means hangs on who asks."""
    statements = policy.statements if isinstance(policy, Policy) else ()
    return any(s.conditions.tests or any("${" in p for p in s.resources.patterns) for s in statements)


def _narrowed(page: Page, ground: Ground, need: Need | None) -> Page:
    """The policy scoped. A copy of a shared one must earn its keep, since it no longer follows its original.

    It closes an escalation, follows use, or leaves nothing open that can change things and fits into one managed
    policy. Else the policy stays; where it is too long already, scoping would make it longer still. So does one that
    would lose what was seen in use.
    """
    dear = page.shared and not (page.closes or page.follows_use)
    if dear and size_as_is(page.policy) > MANAGED_QUOTA:
        return page
    scoped = scope(page, ground)
    if need and not keeps(page, scoped, need, ground.account):
        return page
    wasted = dear and scoped.is_narrowed and (leaves_open(scoped) or size_on(scoped) > MANAGED_QUOTA)
    return replace(page, given_up=True) if wasted else scoped
