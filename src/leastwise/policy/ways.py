"""In which ways a caller can be allowed, and which denies stand against it: rules 3 to 12 and 19.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

Who asks, whose the resource is and which action is asked for settle which layers must allow together. What is left
to `evaluate` is to ask their statements about one resource under one context; the algebra asks them about all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise import catalog
from leastwise.policy.elements import Named
from leastwise.policy.layers import Layer, Layers
from leastwise.policy.naming import if_account_first, if_in_session
from leastwise.policy.reserved import RESERVED
from leastwise.policy.spoken import bit_of, shared, united

if TYPE_CHECKING:
    from leastwise.policy.document import Document, Statement
    from leastwise.policy.elements import Principals
    from leastwise.policy.request import Caller

UNCOUNTED = -1
"""As a mask, all actions: nothing is ruled out."""

NOBODY = Layer(())
"""What never allows: the identity side of one who has none."""


class Part(NamedTuple):
    """A layer and what it is to the request: identity, boundary, session, SCP, RCP, endpoint, resource, AWS."""

    name: str
    layer: Layer


Way = tuple[Part, ...]
"""Layers each of which must allow."""
Unread = tuple[str, "Document"]
"""A limit that could not be understood: of which kind, and the document."""


class Ways:
    """Allowed is what no deny covers and all layers of some way allow.

    Resource-based layers are cut down to the statements that name the caller. A policy of the caller or a limit that
    could not be read is in `unread`, since it may deny, a limit also in no way: with one of these no allow is sure.
    `mask` are the catalogue's actions about which there is anything to decide: all others are implicitly denied.
    """

    __slots__ = ("denies", "granting", "mask", "refusing", "unread", "ways")

    def __init__(self, ways: tuple[Way, ...], denies: tuple[Part, ...], unread: tuple[Unread, ...]) -> None:
        """`granting` and `refusing` are the layers alone, without ways that none can go and layers that deny nothing.

        The engine asks these more often than it does anything else.
        """
        self.ways = ways
        self.denies = denies
        self.unread = unread
        self.granting = tuple([tuple([p.layer for p in w]) for w in ways if all(p.layer.can_allow for p in w)])
        self.refusing = tuple([part.layer for part in denies if part.layer.can_deny])
        self.mask = UNCOUNTED

    def count(self) -> None:
        """Work out the mask."""
        union = 0
        for first, *others in filter(None, self.granting):
            common = first.allow_mask
            for layer in others:
                common &= layer.allow_mask
            union = united(union, common)
        for layer in self.refusing:
            union = united(union, layer.denied_mask)
        self.mask = shared(union) if all(self.granting) else catalog.universe().everything


_OPEN = Ways(((),), (), ())


class Case:
    """Who asks, whose the resource is (empty: the caller's), under which layers; these as parts, kind by kind."""

    __slots__ = (
        "_levels", "boundaries", "caller", "endpoints", "identity", "layers", "owner", "rcps", "scps", "sessions",
    )  # fmt: skip

    def __init__(self, layers: Layers, caller: Caller, owner: str, *, meets_rcps: bool) -> None:
        """SCPs are not for service-linked roles, nor for who is no principal of any account (rules 4, 10).

        RCPs are not for service-linked roles either (rule 11).
        """
        self.layers = layers
        self.caller = caller
        self.owner = owner
        self._levels: dict[Principals, Named] = {}
        member = (caller.has_identity or layers.identity) and not caller.service_linked
        self.identity = _parts("identity", (layers.identity,) if layers.identity else ())
        self.boundaries = _parts("boundary", layers.boundaries)
        self.sessions = _parts("session", layers.sessions)
        self.scps = _parts("SCP", layers.scps if member else ())
        self.rcps = _parts("RCP", layers.rcps if meets_rcps and not caller.service_linked else (), self.names)
        self.endpoints = _parts("endpoint", layers.endpoints, self.names)

    @property
    def is_abroad(self) -> bool:
        """Whether a principal asks for what belongs to another account (rule 4)."""
        return self.caller.has_identity and bool(self.owner) and self.caller.account != self.owner

    @property
    def by_identity(self) -> Way:
        """What identity-based policies grant within boundary and session policies. Root needs none (rule 9)."""
        return self.narrow if self.caller.is_root else (*(self.identity or (_NO_IDENTITY,)), *self.narrow)

    @property
    def narrow(self) -> Way:
        """Boundaries and session policies; a federated user without one has no permissions to narrow (rule 6)."""
        none = (_NO_SESSION,) if self.caller.is_federated and not self.sessions else ()
        return (*self.boundaries, *self.sessions, *none)

    def granted(self, *levels: Named) -> Way:
        """The resource policy's statements that name the caller, where levels are given, as directly as these say."""
        wanted = levels or _ANYHOW
        return _parts("resource", (self.layers.resource or NOBODY,), lambda s: self._naming(s, wanted))

    def names(self, statement: Statement) -> Statement | None:
        """A resource-based statement, if it names the caller at all."""
        return self._naming(statement, _ANYHOW)

    def _naming(self, statement: Statement, levels: tuple[Named, ...]) -> Statement | None:
        """The statement as far as it names the caller as directly as one of the levels says: surely, or perhaps.

        One without a Principal names nobody. A deny with NotPrincipal hits whoever has a boundary, spared or not (rule
        12).
        """
        principals = statement.principals
        if principals is None:
            return None
        if principals.negated and self.boundaries and not statement.allows:
            return statement
        if principals.may_spare(self.caller):
            return None if statement.allows else if_account_first(statement, self.caller)
        if self._level(principals) in levels:
            return statement
        return if_in_session(statement, self.caller) if Named.SESSION in levels else None

    def _level(self, principals: Principals) -> Named:
        """How directly they name the caller, told once: each kind of grant asks for it."""
        if principals not in self._levels:
            self._levels[principals] = principals.match(self.caller)
        return self._levels[principals]

    def ways(self, *grants: Way, spared_by_resource: bool = False) -> Ways:
        """The grants under what limits every one of them, and the denies."""
        limits = (*self.boundaries, *self.sessions, *self.scps, *self.rcps, *self.endpoints)
        resource = () if spared_by_resource else self.granted()
        reserved = () if self.caller.service_linked else (_AWS,)
        said = (*self.identity, *limits)
        unread = tuple([(part.name, document) for part in said for document in part.layer.unparsed])
        ways = tuple([(*grant, *self.scps, *self.endpoints) for grant in grants])
        if unread:
            ways = tuple([tuple([p for p in way if p not in limits or not p.layer.unparsed]) for way in ways])
        return Ways(ways, (*reserved, *self.identity, *limits, *resource), unread)


def _parts(name: str, layers: tuple[Layer, ...], pick: Callable[[Statement], Statement | None] | None = None) -> Way:
    return tuple([Part(name, layer.only(pick) if pick else layer) for layer in layers])


_ANYHOW = tuple(level for level in Named if level is not Named.NOT)
_NO_IDENTITY = Part("identity", NOBODY)
_NO_SESSION = Part("session", NOBODY)
_AWS = Part("AWS", RESERVED)


# how AWS decides, action by action


def _usual(case: Case) -> Ways:
    """Rules 3 to 6: identity or resource at home, both abroad."""
    return case.ways(*_grants(case, resource_must_allow=case.layers.resource_must_allow))


def _grants(case: Case, *, resource_must_allow: bool) -> tuple[Way, ...]:
    if case.layers.resource is None:
        return (case.by_identity,)
    if case.is_abroad:
        return ((*case.by_identity, *case.granted()),)
    narrow = case.narrow if case.caller.is_role or case.caller.is_federated else ()
    direct = (case.granted(Named.SESSION, Named.EVERYONE), (*case.granted(Named.PRINCIPAL), *narrow))
    if not case.caller.has_identity:
        return direct
    through_account = case.granted(Named.ACCOUNT) if resource_must_allow else ()
    return (*direct, (*case.by_identity, *through_account))


def _hard_wired(case: Case) -> Ways:
    """No policy has a say, but the call must be signed by somebody.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
    return _OPEN if case.caller.has_identity or case.caller.service else _usual(case)


def _own_session(case: Case) -> Ways:
    """A user needs no permission for it, and none can be taken away.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
    """
    alone = case.caller.has_identity and not case.caller.is_role and not case.caller.session
    return _OPEN if alone else _usual(case)


def _trust(case: Case) -> Ways:
    """Rule 7: the role's trust policy must always allow. The root user can assume no role (rule 9)."""
    return case.ways(*(() if case.caller.is_root else _grants(case, resource_must_allow=True)))


def _said_of_session(case: Case) -> Ways:
    """Session tags and source identity: the trust always, the caller's policies abroad and in role chaining too.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    if case.layers.resource is None:
        return _usual(case)
    both = case.is_abroad or case.caller.is_role
    return case.ways((*(case.by_identity if both else ()), *case.granted()))


def _key(case: Case) -> Ways:
    """Rule 8: identity-based policies count as far as the key policy lets the account in, root's power too.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
    """
    policy = case.layers.resource
    if policy:
        case.layers = msgspec.structs.replace(case.layers, resource=policy.only(lambda s: s if s.is_whole else None))
    return case.ways(*_grants(case, resource_must_allow=True))


def _bucket_policy(case: Case) -> Ways:
    """The owner's root can always mend a bucket policy that shuts everybody out (rule 9).

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
    """
    if case.caller.is_root and not case.is_abroad:
        return case.ways((), spared_by_resource=True)
    return _usual(case)


Course = Callable[[Case], Ways]
DEPARTURES: dict[str, Course] = {  # by action, else by service
    "kms": _key,
    "s3:deletebucketpolicy": _bucket_policy,
    "s3:getbucketpolicy": _bucket_policy,
    "s3:putbucketpolicy": _bucket_policy,
    "sts:assumerole": _trust,
    "sts:assumerolewithsaml": _trust,
    "sts:assumerolewithwebidentity": _trust,
    "sts:getcalleridentity": _hard_wired,
    "sts:getsessiontoken": _own_session,
    "sts:setsourceidentity": _said_of_session,
    "sts:tagsession": _said_of_session,
}
UNASKED = frozenset(action for action, course in DEPARTURES.items() if course in {_hard_wired, _own_session})
"""Actions that some may do without any policy."""
BEYOND_RCPS = frozenset({"kms:retiregrant"})
"""https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html"""


class Verb(NamedTuple):
    """An action: its name in lower case, its bit, how AWS decides about it, and whether RCPs reach it (rule 11)."""

    name: str
    bit: int
    course: Course
    meets_rcps: bool


@lru_cache(maxsize=1 << 16)
def verb_of(action: str) -> Verb:
    """What is known of an action, given in any case."""
    name = action.lower()
    service = name.partition(":")[0]
    course = DEPARTURES.get(name) or DEPARTURES.get(service, _usual)
    return Verb(name, bit_of(name), course, service in catalog.rcp_services() and name not in BEYOND_RCPS)


def ways_of(layers: Layers, caller: Caller, owner: str, verb: Verb) -> Ways:
    """The ways open to the caller for the action on a resource of the owner. Remembered with the layers."""
    key = (verb.course, verb.meets_rcps, caller, owner) if layers.rcps else (verb.course, caller, owner)
    found: Ways | None = layers.memo.get(key)
    if found is None:
        found = layers.memo[key] = verb.course(Case(layers, caller, owner, meets_rcps=verb.meets_rcps))
    elif found.mask < 0:  # asked again, so it is worth the while
        found.count()
    return found
