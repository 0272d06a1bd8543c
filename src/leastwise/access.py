"""Which policies bear on a principal, and what they let it do: the one translator between accounts and the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from leastwise import catalog
from leastwise.account.granted import Granted, common, granted
from leastwise.account.model import Account, Group, Role, User, remember
from leastwise.account.owners import on_resource
from leastwise.catalog import AccessLevel
from leastwise.policy.breadth import wide_part
from leastwise.policy.condition import Context
from leastwise.policy.derived import About, derived_context
from leastwise.policy.document import Policy, Unparsed
from leastwise.policy.evaluate import Answer, Layer, Layers, evaluate
from leastwise.policy.examples import best, examples
from leastwise.policy.request import Caller, Request
from leastwise.results import Evidence

if TYPE_CHECKING:
    from leastwise.account.model import Levels
    from leastwise.policy.condition import Conditions
    from leastwise.policy.document import Document, Statement

Holder = User | Role | Group
Facts = Mapping[str, str | Sequence[str]]  # condition keys and their values; no values: the key is absent
TOKEN_ISSUED = "aws:TokenIssueTime"  # noqa: S105 - a condition key

ASSUME_ROLE = "sts:AssumeRole"
WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
PROBE = "leastwise:anythingatall"  # an action no service has: what allows it allows whatever AWS adds next


def own_layers(holder: Holder) -> Layers:
    """The identity-based side: own, attached and groups' policies, and the boundary."""
    return remember(holder, "own layers", lambda: _own_layers(holder))


def _own_layers(holder: Holder) -> Layers:
    boundary = None if isinstance(holder, Group) else holder.boundary
    return Layers(
        identity=Layer.of(holder.documents),
        boundaries=(Layer.of((boundary,)),) if boundary else (),
    )


def layers_of(account: Account, holder: Holder) -> Layers:
    """All that bears on the principal in its own account: its identity-based side, SCPs and RCPs."""
    return remember(holder, "layers", lambda: _layers(account, holder))


def _layers(account: Account, holder: Holder) -> Layers:
    scps = tuple(map(Layer.of, scps_of(account, holder)))
    return msgspec.structs.replace(own_layers(holder), scps=scps, rcps=tuple(map(Layer.of, account.guards)))


def scps_of(account: Account, holder: Holder) -> Levels:
    """The SCPs that limit the principal, level by level."""
    limits = account.limits
    return () if limits and isinstance(holder, Role) and holder.is_service_linked else limits


def guards_of(account: Account, role: Role) -> tuple[Layer, ...]:
    """The RCPs that guard the role. Whom they spare as callers the engine knows."""
    return () if role.is_service_linked else tuple(map(Layer.of, account.guards))


def must_allow(layers: Layers) -> tuple[Layer, ...]:
    """The layers each of which must allow what a principal is to be allowed by its own policies."""
    return (*filter(None, (layers.identity,)), *layers.boundaries, *layers.scps)


def caller_of(account: Account, holder: Holder) -> Caller:
    """The principal as one who asks. A group cannot ask; it stands for a member that has nothing else."""
    return Caller(
        arn=holder.arn,
        account=account.id,
        is_role=isinstance(holder, Role),
        service_linked=isinstance(holder, Role) and holder.is_service_linked,
    )


def context_of(account: Account, holder: Holder) -> Context:
    """What AWS itself fills in for every request of the principal (rule 17). All else is unknown.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    return remember(holder, "context", lambda: _context(account, holder))


def _context(account: Account, holder: Holder) -> Context:
    outside = "" if account.in_organization is False else None
    about = About(
        id=holder.id,
        tags=None if isinstance(holder, Group) else holder.tags,
        organization=account.organization.id if account.organization else outside,
        now=account.now,
    )
    derived = derived_context(caller_of(account, holder), about)
    return derived.with_(dict(holder.shows)) if holder.shows else derived


def alike_context(account: Account, holder: Holder) -> Context:
    """The context of one of its kind, for conditions that do not ask who the principal is."""
    return remember(account, ("context", holder.kind), lambda: context_of(account, holder))


def _context_on(account: Account, holder: Holder, action: str, resource: str) -> Context:
    """As `context_of`, for a request about this resource."""
    return on_resource(account, context_of(account, holder), action, resource)


def home_context(account: Account, holder: Holder) -> Context:
    """What AWS fills in for every request of the principal about what the account owns."""
    return remember(holder, "home context", lambda: on_resource(account, context_of(account, holder), "", account.arn))


def request(
    account: Account, holder: Holder, action: str, resource: str = "*", *, facts: Facts | None = None
) -> Request:
    """The principal asking for the action. `facts` are further condition keys that are known."""
    context = _context_on(account, holder, action, resource)
    return Request(
        action=action,
        resource=resource,
        context=context.with_(facts) if facts else context,
        caller=caller_of(account, holder),
        resource_account=account.id,
    )


def can(account: Account, holder: Holder, action: str, resource: str = "*", *, facts: Facts | None = None) -> Answer:
    """May the principal do this to that, by its own policies, within what the organization leaves?

    `resource` is a concrete ARN, or `*` for actions that take none. Resource-based policies are asked by `assume`
    and by the checks of resources.
    """
    return settled(request(account, holder, action, resource, facts=facts), layers_of(account, holder))


def probe(account: Account, holder: Holder) -> Answer:
    """May the principal do anything at all, by its own policies and boundary alone?"""
    return settled(request(account, holder, PROBE), own_layers(holder))


def settled(asked: Request, layers: Layers) -> Answer:
    """The answer. A user's request carries no token, or one issued of late: where both agree, nothing is open."""
    answer = evaluate(asked, layers)
    if answer.allowed is not None or asked.caller.is_role:
        return answer
    now = asked.context.known.get("aws:currenttime", ())
    contexts = asked.context.with_({TOKEN_ISSUED: now}), asked.context.with_(absent=(TOKEN_ISSUED,))
    late, none = (evaluate(msgspec.structs.replace(asked, context=c), layers) for c in contexts)
    return late if late.outcome is none.outcome else answer


def without_mfa(account: Account, holder: Holder, action: str, resource: str = "*") -> Answer:
    """As `can`, for one who has shown no MFA device: with an access key the keys of MFA are absent.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent
    """
    asked = request(account, holder, action, resource)
    context = asked.context.with_(absent=("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"))
    return evaluate(msgspec.structs.replace(asked, context=context), layers_of(account, holder))


def may(account: Account, holder: Holder, action: str, within: str, *, facts: Facts | None = None) -> Answer:
    """May the principal do this to anything within the pattern? The answer's resource is an example, also of a no."""
    asked, layers = request(account, holder, action, facts=facts), layers_of(account, holder)
    return best(can(account, holder, action, example, facts=facts) for example in examples(asked, layers, within))


def assume(account: Account, source: User | Role, role: Role) -> Answer:
    """May the principal assume the role? Identity-based policies, SCPs, RCPs and the role's trust, by rule 7."""
    layers = msgspec.structs.replace(
        layers_of(account, source),
        rcps=guards_of(account, role),
        resource=trust_layer(role),
    )
    return settled(request(account, source, ASSUME_ROLE, role.arn), layers)


def trusts_service(account: Account, role: Role, service: str) -> Answer:
    """Does the role let the service in, on behalf of a resource of this account?

    A service that vouches for people, as Cognito does, is an identity provider to the role; the keys that it fills in
    are then unknown.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html
    """
    known = {"aws:SourceAccount": account.id, "aws:PrincipalIsAWSService": "true"}
    if account.organization:
        known["aws:SourceOrgID"] = account.organization.id
    vouches = service in _let_in(role.trust.policy)[1]
    asked = Request(
        action=WEB_IDENTITY if vouches else ASSUME_ROLE,
        resource=role.arn,
        context=on_resource(account, Context({} if vouches else known), ASSUME_ROLE, role.arn),
        caller=Caller(provider=service) if vouches else Caller(service=service),
        resource_account=account.id,
    )
    return evaluate(asked, Layers(resource=trust_layer(role), rcps=guards_of(account, role)))


def trust_layer(role: Role) -> Layer:
    """The role's trust policy as a layer."""
    return remember(role, "trust", lambda: Layer.of((role.trust,)))


def trusted_services(role: Role) -> tuple[str, ...]:
    """The AWS services that an allow of the trust policy names, also as identity providers, sorted."""
    return _let_in(role.trust.policy)[0]


@lru_cache(maxsize=1 << 15)
def _let_in(trust: Policy | Unparsed) -> tuple[tuple[str, ...], frozenset[str]]:
    """The AWS services that a trust policy names, and those of them whose word about people the role takes."""
    statements = trust.statements if isinstance(trust, Policy) else ()
    named = [s.principals for s in statements if s.allows and s.principals and not s.principals.negated]
    vouching = frozenset(name for one in named for name in one.federated if name.endswith(".amazonaws.com"))
    return tuple(sorted({*(name for one in named for name in one.services), *vouching})), vouching


def full_administrator(account: Account, holder: Holder) -> bool | None:
    """Allowed every action on every resource after denies and boundary; None where it hangs on a condition.

    An administrator stays one under SCPs that leave a way to change permissions: see the decision record on them.
    """
    return remember(holder, "full", lambda: _full(account, holder))


def _full(account: Account, holder: Holder) -> bool | None:
    if not any(map(_allows_anything, holder.documents)):
        return False  # spares nearly everyone the arithmetic below
    layers = layers_of(account, holder)
    context = home_context(account, holder)
    for sure in (True, False):
        if all(_opens_everything(layer, context, sure=sure) for layer in must_allow(own_layers(holder))):
            return (True if sure else None) if _leave_administration(layers.scps, context) else False
    return False


def _allows_anything(document: Document) -> bool:
    return any(s.allows and s.actions.match(PROBE) for s in document.statements)


def _leave_administration(levels: tuple[Layer, ...], context: Context) -> bool:
    """Whether all levels may allow, on everything, one of IAM's actions that change permissions."""
    universe = catalog.universe()
    left = universe.mask("iam:*") & universe.level_mask(AccessLevel.PERMISSIONS_MANAGEMENT)
    for level in levels:
        left &= open_actions(level, context, sure=False) & ~denied_everywhere(level, context)
    return bool(left)


def _opens_everything(layer: Layer, context: Context, *, sure: bool) -> bool:
    """Whether the layer allows all actions on all resources: surely, or if what is open turns out well."""
    return (
        not (sure and layer.unparsed)
        and open_actions(layer, context, sure=sure) == catalog.universe().everything
        and _opens(layer.bearing(PROBE).allows, context, sure=sure)
        and not denied_somewhere(layer, context, sure=sure)
    )


def _opens(bearings: tuple[tuple[Document, Statement], ...], context: Context, *, sure: bool) -> bool:
    return any(s.everywhere and _holds(s, context, sure=sure) for _, s in bearings)


def _holds(statement: Statement, context: Context, *, sure: bool) -> bool:
    truth = statement.conditions.evaluate(context)
    return truth is True or (truth is None and not sure)


def open_actions(layer: Layer, context: Context, *, sure: bool = True, within: str = "") -> int:
    """The catalogue's actions that the layer allows on every resource, denies not counted, as bits.

    With a partition to stay `within`, patterns count too that leave out nothing an action takes there.
    """
    union = 0
    for document in layer.documents:
        for s in document.statements:
            if s.allows and _holds(s, context, sure=sure):
                union |= s.actions.mask if s.everywhere else wide_part(s, within) if within and not s.spares else 0
    return union


def denied_somewhere(layer: Layer, context: Context, *, sure: bool) -> bool:
    """Whether a deny applies to anything: if `sure` is asked, also one whose conditions are undecided."""
    return any(
        not s.allows and _holds(s, context, sure=not sure) for document in layer.documents for s in document.statements
    )


def denied_everywhere(layer: Layer, context: Context) -> int:
    """The catalogue's actions that the layer surely denies on every resource, as bits."""
    union = 0
    for document in layer.documents:
        for s in document.statements:
            if not s.allows and s.everywhere and _holds(s, context, sure=True):
                union |= s.actions.mask
    return union


def allowed_on_everything(account: Account, holder: Holder, *, sure: bool = True) -> int:
    """The catalogue's actions allowed on all that they take, less those surely denied everywhere, as bits.

    `arn:*` counts like `*` for actions that take a resource. Without an open condition, or, unless `sure` is asked,
    also where one may turn out well.
    """
    context = home_context(account, holder)
    layers = layers_of(account, holder)
    mask = catalog.universe().everything if layers.identity else 0
    for layer in must_allow(layers):
        opened = open_actions(layer, context, sure=sure, within=account.partition)
        mask &= opened & ~denied_everywhere(layer, context)
    return mask


def possible_actions(account: Account, holder: Holder) -> int:
    """The catalogue's actions the principal may be allowed on some resource under some condition, as bits.

    Conditions that are surely false are left out; an upper bound on what its own policies give within the SCPs.
    """
    return common(granted_to(account, holder))


def limits_of(account: Account, holder: Holder) -> Levels:
    """What limits the principal's own policies: its boundary, and the SCPs level by level."""
    boundary = None if isinstance(holder, Group) else holder.boundary
    return ((boundary,), *scps_of(account, holder)) if boundary else scps_of(account, holder)


def granted_to(account: Account, holder: Holder) -> tuple[Granted, ...]:
    """What its policies, its boundary and each level of SCPs grant, each of which must. Unreadable limits are none."""
    return remember(holder, "granted", lambda: _granted_to(account, holder))


def _granted_to(account: Account, holder: Holder) -> tuple[Granted, ...]:
    def holds(statement: Statement) -> bool | None:
        return _shared_truth(account, holder, statement.conditions)

    readable = (limit for limit in limits_of(account, holder) if all(isinstance(d.policy, Policy) for d in limit))
    return tuple([granted(documents, holds) for documents in (holder.documents, *readable)])


def _shared_truth(account: Account, holder: Holder, conditions: Conditions) -> bool | None:
    """Whether the conditions hold for the principal: asked once for all of its kind where they do not ask who it is."""
    if conditions.is_personal or holder.shows:
        return conditions.evaluate(context_of(account, holder))
    known: dict[Conditions, bool | None] = remember(account, ("truths", holder.kind), dict)
    if conditions not in known:
        known[conditions] = conditions.evaluate(alike_context(account, holder))
    return known[conditions]


def unreadable(holder: Holder) -> tuple[Document, ...]:
    """The documents of the principal that could not be understood, its boundary included."""
    bearing = holder.documents
    if not isinstance(holder, Group) and holder.boundary:
        bearing = (*bearing, holder.boundary)
    return tuple([d for d in bearing if not isinstance(d.policy, Policy)])


@lru_cache(maxsize=1 << 15)
def cite(document: Document, statement: Statement | None = None, note: str = "") -> Evidence:
    """The pointer to a document, or to one of its statements: the same statement is cited again and again."""
    return Evidence(
        document=document.arn,
        pointer=document.at + (statement.pointer if statement else ""),
        source=document.source,
        name=document.name,
        sid=statement.sid if statement else "",
        note=note,
    )


def held_through(holder: Holder | None, document: Document) -> str:
    """How a document comes to the principal: "through group …", or "" where it is its own or attached to it."""
    if not isinstance(holder, User) or document in (*holder.inline, *holder.attached):
        return ""
    return next((f"through group {group.name}" for group in holder.groups if document in group.documents), "")


def cite_held(holder: Holder | None, document: Document, statement: Statement | None = None) -> Evidence:
    """As `cite`, with the group through which the principal holds the document."""
    return cite(document, statement, held_through(holder, document))


def evidence_of(answer: Answer, *layers: str) -> tuple[Evidence, ...]:
    """The statements that grant what was asked, as pointers; of these layers only, where some are named."""
    grants = (r for r in answer.grants if not layers or r.layer in layers)
    return tuple(dict.fromkeys(cite(r.document, r.statement) for r in grants))
