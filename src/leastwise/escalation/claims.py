"""What a hop rests on: permissions, admissions, trust. Each claim is decided by the engine, and can prove itself.

`allowed` is quick: the bounds of `powers` answer first. `answers` asks the engine for the whole answer, with its
statements, and is meant for the hops that are reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from leastwise import access, catalog
from leastwise.account.model import Group, Role, remember
from leastwise.escalation.method import PASS_ROLE
from leastwise.escalation.powers import bit, crowd, is_by_the_way, powers, signature, statements_of
from leastwise.policy.breadth import wide_part
from leastwise.policy.truth import all_of, any_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from leastwise.access import Holder
    from leastwise.account.model import Account, User
    from leastwise.policy.evaluate import Answer

Facts = dict[str, "str | Sequence[str]"]
ANY = "any"
ALL = "all"
ATTACHING = ("iam:Attach", "iam:Detach")
REGION_OF_IAM = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""Where IAM is asked, wherever the caller sits; unknown in other partitions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
"""


class Proof(NamedTuple):
    """An answer on which a claim rests. `is_own`: it is about a permission of the caller, not about a trust alone."""

    answer: Answer
    is_own: bool = True


class Claim(Protocol):
    """Something that must be so for a hop to work."""

    def allowed(self, account: Account, source: User | Role) -> bool | None:
        """Whether it is so; None where conditions leave it open."""
        ...

    def answers(self, account: Account, source: User | Role) -> tuple[Proof, ...]:
        """What proves it: the answers about the permissions used, and about trusts."""
        ...


class Circumstances:
    """What is known of a request beyond the caller: the resource, what is attached to it, who gets the role, where."""

    __slots__ = ("about", "attached", "carries", "region", "service")

    def __init__(
        self,
        about: Holder | None = None,
        *,
        attached: str = "",
        service: str = "",
        region: str = "",
        carries: Facts | None = None,
    ) -> None:
        """`about` is the principal that the request touches, `carries` further keys; one without values is absent."""
        self.about = about
        self.carries = carries or {}
        self.attached = attached
        self.service = service
        self.region = region

    @property
    def words(self) -> tuple[object, ...]:
        """What tells these circumstances from others in which the same is asked of the same resource."""
        about = _facts_about(self.about) if self.about is not None else {}
        return self.service, self.attached, self.region, *about.items(), *self.carries.items()

    def facts(self, action: str, partition: str) -> Facts:
        """The condition keys that AWS fills in for this action, as far as they are known; () where absent.

        https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
        """
        if action == PASS_ROLE:  # asked for where the service is
            passed: Facts = {"iam:PassedToService": self.service} if self.service else {}
            return passed | self._where(self.region)
        known = (_facts_about(self.about) if self.about is not None else {}) | self.carries
        if not action.startswith("iam:"):
            return known | self._where(self.region)
        known |= self._where(REGION_OF_IAM.get(partition, ""))
        if self.attached and action.endswith("PermissionsBoundary"):
            return known | {"iam:PermissionsBoundary": self.attached}
        if self.attached and action.startswith(ATTACHING):
            return known | {"iam:PolicyARN": self.attached}
        return known

    @staticmethod
    def _where(region: str) -> Facts:
        return {"aws:RequestedRegion": region} if region else {}


NOTHING_KNOWN = Circumstances()


def _facts_about(holder: Holder) -> Facts:
    if isinstance(holder, Group):
        return {}
    known: Facts = {"iam:PermissionsBoundary": holder.boundary.arn if holder.boundary else ()}
    for prefix in ("aws:ResourceTag/", "iam:ResourceTag/"):
        known[prefix + "*"] = ()  # its tags are all seen, so any other is absent
        known |= {prefix + key: value for key, value in holder.tags.items()}
    return known


class Permit(msgspec.Struct, frozen=True, eq=False):
    """One of some actions on one resource."""

    actions: tuple[str, ...]
    resource: str
    given: Circumstances = NOTHING_KNOWN

    def allowed(self, account: Account, source: User | Role) -> bool | None:
        """Whether one of the actions is allowed."""
        return any_of(self._one(account, source, action) for action in self.actions)

    def _one(self, account: Account, source: User | Role, action: str) -> bool | None:
        bounds, mark = powers(account, source), bit(action)
        if bounds.sure & mark:
            return True
        if not bounds.held & mark:
            return False
        key = (action, self.resource, *self.given.words)
        return _shared(account, source, key, lambda: self._ask(account, source, action))

    def _ask(self, account: Account, source: User | Role, action: str) -> Answer:
        return access.can(account, source, action, self.resource, facts=self.given.facts(action, account.partition))

    def answers(self, account: Account, source: User | Role) -> tuple[Proof, ...]:
        """The best of the actions."""
        return (Proof(max((self._ask(account, source, action) for action in self.actions), key=_strength)),)


class Somewhere(msgspec.Struct, frozen=True, eq=False):
    """Several permissions on any one resource of a kind, each with the actions that would do."""

    needs: tuple[tuple[str, ...], ...]
    patterns: tuple[str, ...]
    given: Circumstances = NOTHING_KNOWN

    def allowed(self, account: Account, source: User | Role) -> bool | None:
        """Whether each is allowed; None where no single resource was found on which all are."""
        return _of_crowd(account, source, self, lambda: self._allowed(account, source))

    def _allowed(self, account: Account, source: User | Role) -> bool | None:
        found = all_of(any_of(self._anywhere(account, source, a) for a in need) for need in self.needs)
        if found and len(self.needs) > 1 and not self._on_one(account, source):
            return None
        return found

    def _on_one(self, account: Account, source: User | Role) -> bool:
        if all(any(powers(account, source).sure & bit(a) for a in need) for need in self.needs):
            return True
        examples = {proof.answer.request.resource for proof in self.answers(account, source)}
        return any(
            all(any(self._permits(account, source, a, example) for a in need) for need in self.needs)
            for example in sorted(examples)
        )

    def _permits(self, account: Account, source: User | Role, action: str, resource: str) -> bool | None:
        return access.can(account, source, action, resource, facts=self.given.facts(action, account.partition)).allowed

    def answers(self, account: Account, source: User | Role) -> tuple[Proof, ...]:
        """The best action of each need, with an example of a resource for each kind it takes."""
        best = (self._best(account, source, need) for need in self.needs)
        return tuple(Proof(answer) for action in best for answer in self._examples(account, source, action))

    def _best(self, account: Account, source: User | Role, need: tuple[str, ...]) -> str:
        if len(need) == 1:
            return need[0]
        return max(need, key=lambda action: _rank(self._anywhere(account, source, action)))

    def _examples(self, account: Account, source: User | Role, action: str) -> list[Answer]:
        if powers(account, source).sure & bit(action):
            facts = self.given.facts(action, account.partition)
            return [access.can(account, source, action, facts=facts)]
        return [self._may(account, source, action, pattern) for pattern in self.patterns]

    def _anywhere(self, account: Account, source: User | Role, action: str) -> bool | None:
        bounds, mark = powers(account, source), bit(action)
        if bounds.sure & mark:
            return True
        if not bounds.held & mark:
            return False
        return all_of(self._truth(account, source, action, pattern) for pattern in self.patterns)

    def _truth(self, account: Account, source: User | Role, action: str, pattern: str) -> bool | None:
        key = (action, pattern, self.given.service, self.given.region, "somewhere")
        return _shared(account, source, key, lambda: self._may(account, source, action, pattern))

    def _may(self, account: Account, source: User | Role, action: str, pattern: str) -> Answer:
        """Without a resource type, the action is asked for on `*`."""
        key = ("somewhere", action, pattern, self.given.service, self.given.region)
        return remember(source, key, lambda: self._look(account, source, action, pattern))

    def _look(self, account: Account, source: User | Role, action: str, pattern: str) -> Answer:
        """What serves one principal as an example serves all whose statements about the action are the same."""
        facts = self.given.facts(action, account.partition)
        if pattern == "*":
            return access.can(account, source, action, facts=facts)
        alike = signature(account, source, bit(action))
        if alike is None:
            return access.may(account, source, action, pattern, facts=facts)
        key = ("example", action, pattern, self.given.service, self.given.region, alike)
        known: list[str] = remember(account, key, list)
        if known:
            return access.can(account, source, action, known[0], facts=facts)
        found = access.may(account, source, action, pattern, facts=facts)
        known.append(found.request.resource)
        return found


def _of_crowd(account: Account, source: User | Role, claim: Somewhere, ask: Callable[[], bool | None]) -> bool | None:
    """The truth of a claim about actions by the way; asked once for all whose statements about such are the same."""
    among = crowd(account, source) if all(is_by_the_way(need) for need in claim.needs) else None
    return ask() if among is None else remember(account, (claim, among), ask)


def _shared(account: Account, source: User | Role, key: tuple[object, ...], ask: Callable[[], Answer]) -> bool | None:
    """The truth of the answer; asked once for all principals whose statements about the action are the same."""
    alike = signature(account, source, bit(str(key[0])))
    if alike is None:
        return ask().allowed
    return remember(account, ("shared", key, alike), lambda: ask().allowed)


class Everywhere(msgspec.Struct, frozen=True, eq=False):
    """One of some permissions on every resource there is."""

    actions: tuple[str, ...]

    def allowed(self, account: Account, source: User | Role) -> bool | None:
        """Whether one of the actions is allowed so widely."""
        return any_of(self._truth(account, source, action) for action in self.actions)

    def _truth(self, account: Account, source: User | Role, action: str) -> bool | None:
        bounds, mark = powers(account, source), bit(action)
        if bounds.sure & mark:
            return True
        if not (bounds.held & mark and any(self._grants(account, source, mark))):
            return False
        mask = catalog.universe().mask(action)
        if access.allowed_on_everything(account, source, sure=True) & mask:
            return True
        return None if access.allowed_on_everything(account, source, sure=False) & mask else False

    def _grants(self, account: Account, source: User | Role, mark: int) -> Iterator[int]:
        """What statements of the principal that speak of the action allow so widely: nothing, for most."""
        return (wide_part(s, account.partition) for m, s in statements_of(source) if m & mark and s.allows)

    def answers(self, account: Account, source: User | Role) -> tuple[Proof, ...]:
        """The best of the actions."""
        best = max(self.actions, key=lambda action: _rank(self._truth(account, source, action)))
        return (Proof(access.can(account, source, best)),)


class EitherOf(msgspec.Struct, frozen=True, eq=False):
    """One of some claims."""

    claims: tuple[Claim, ...]

    def allowed(self, account: Account, source: User | Role) -> bool | None:
        """Whether one holds."""
        return any_of(claim.allowed(account, source) for claim in self.claims)

    def answers(self, account: Account, source: User | Role) -> tuple[Proof, ...]:
        """Those of the best."""
        return max(self.claims, key=lambda claim: _rank(claim.allowed(account, source))).answers(account, source)


class AllOf(msgspec.Struct, frozen=True, eq=False):
    """Several claims as one."""

    claims: tuple[Claim, ...]

    def allowed(self, account: Account, source: User | Role) -> bool | None:
        """Whether all hold."""
        return decide(self.claims, account, source)

    def answers(self, account: Account, source: User | Role) -> tuple[Proof, ...]:
        """Those of each."""
        return tuple(proof for claim in self.claims for proof in claim.answers(account, source))


class Admission(msgspec.Struct, frozen=True, eq=False):
    """The role lets the caller assume it, or another role where one is given: by its trust and by their policies."""

    role: Role
    by: Role | None = None

    def allowed(self, account: Account, source: User | Role) -> bool | None:
        """As the engine says."""
        return self._ask(account, self.by or source).allowed

    def _ask(self, account: Account, source: User | Role) -> Answer:
        return remember(source, ("assumes", self.role), lambda: access.assume(account, source, self.role))

    def answers(self, account: Account, source: User | Role) -> tuple[Proof, ...]:
        """The one answer, which is a permission of the caller only where nobody else is let in."""
        return (Proof(self._ask(account, self.by or source), is_own=self.by is None),)


class ServiceTrust(msgspec.Struct, frozen=True, eq=False):
    """The role lets a service bear it."""

    role: Role
    service: str

    def allowed(self, account: Account, source: User | Role) -> bool | None:  # noqa: ARG002 - a claim's signature
        """As the engine says; the same for every caller."""
        return self.believes(account)

    def believes(self, account: Account) -> bool | None:
        """Whether the trust policy lets the service in."""
        return self._ask(account).allowed

    def _ask(self, account: Account) -> Answer:
        def ask() -> Answer:
            return access.trusts_service(account, self.role, self.service)

        return remember(self.role, ("trusts", self.service), ask)

    def answers(self, account: Account, source: User | Role) -> tuple[Proof, ...]:  # noqa: ARG002 - as above
        """The trust statement, which is no permission of the caller."""
        return (Proof(self._ask(account), is_own=False),)


def decide(claims: Sequence[Claim], account: Account, source: User | Role) -> bool | None:
    """Whether all claims hold. Stops at the first that does not."""
    return all_of(claim.allowed(account, source) for claim in claims)


def _strength(answer: Answer) -> int:
    return _rank(answer.allowed)


def _rank(truth: bool | None) -> int:  # noqa: FBT001 - a truth is the whole argument
    return {True: 2, None: 1, False: 0}[truth]
