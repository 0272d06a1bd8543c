"""A role's trust policy, narrowed: strangers bring an ExternalId, services act for this account, tokens name a subject.

Each statement keeps its conditions and gets one more, or loses principals that are proven not to use it. What only the
owner can know (the ExternalId, the repository) stands as a placeholder that matches nobody until it is chosen.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from leastwise import awscli
from leastwise.access import ASSUME_ROLE, trust_layer
from leastwise.advised import Proof, Step, Tri
from leastwise.arn import parse_arn
from leastwise.evidence import Verdict
from leastwise.exposure import ANYONE, ENTRY, role_exposures
from leastwise.leastprivilege.draft import short
from leastwise.leastprivilege.packing import TRUST_QUOTA, size_of
from leastwise.leastprivilege.proof import ADVISED, narrower
from leastwise.policy.document import Document, Policy, parse
from leastwise.policy.entries import is_wild
from leastwise.policy.layers import Layer, Layers
from leastwise.results import AdvisedTrust, Change, Confidence
from leastwise.scope import spared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.account.model import Account, Role, User
    from leastwise.evidence import Knowledge
    from leastwise.policy.document import Statement

Body = dict[str, Any]
NARROWED = "trust narrowed"
EXTERNAL_ID = "EXTERNAL-ID-TO-BE-CHOSEN"
SUBJECT = "SUBJECT-TO-BE-CHOSEN"
SOURCES = frozenset({"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"})
# Services whose guides tell to put aws:SourceAccount or aws:SourceArn into the trust policy of the role that they
# assume. Those that do not send these keys, as Lambda and EC2, would be shut out.
TELLING = frozenset(
    f"{name}.amazonaws.com"
    for name in (
        "bedrock", "codebuild", "datasync", "ecs-tasks", "events", "pipes", "sagemaker", "scheduler", "ssm", "states",
        "transfer", "vpc-flow-logs",
    )
)  # fmt: skip
OPEN = "whether those who come in today meet what is added is not known"
WATCH = "watch for denied sts:AssumeRole* calls on {}, and take the change back if one is needed"


class Bound(NamedTuple):
    """A condition for some principals of a statement; without a key they are left out instead."""

    kind: str
    entries: tuple[str, ...]
    key: str
    value: str
    reason: str
    choice: str = ""


def advise_trust(account: Account, role: Role, knowledge: Knowledge | None = None) -> AdvisedTrust | None:
    """The narrower trust policy; None where nothing is to be said, or it is not ours to change, or proven wider."""
    policy = role.trust.policy
    if not isinstance(policy, Policy) or spared(role):
        return None
    found = {s: tuple(_bounds(account, role, s, knowledge)) for s in policy.statements}
    if not any(found.values()):
        return None
    body: Body = {"Version": policy.version, "Statement": [b for s in policy.statements for b in _bodies(s, found[s])]}
    proof = _proof(role, body)
    if proof.subset_of_current is Tri.NO or not body["Statement"] or size_of(body) > TRUST_QUOTA:
        return None
    choices = tuple(dict.fromkeys(b.choice for bounds in found.values() for b in bounds if b.choice))
    return AdvisedTrust(
        name=role.trust.name,
        replaces=f"{role.arn} trust policy",
        kind="trust",
        document=body,
        size=size_of(body),
        quota=TRUST_QUOTA,
        changes=tuple(_change(role, s, b) for s in policy.statements for b in found[s]),
        choices=choices,
        proof=proof,
        plan=tuple(_steps(role, body, choices)),
    )


def _bounds(account: Account, role: Role, statement: Statement, knowledge: Knowledge | None) -> Iterator[Bound]:
    """What is to be asked of whom, of one statement."""
    principals = statement.principals
    if not statement.allows or principals is None or principals.negated:
        return
    yield from _of_strangers(account, role, statement)
    keys = {test.lower_key for test in statement.conditions.tests}
    services = tuple(s for s in principals.services if s in TELLING)
    if services and not keys & SOURCES:
        reason = f"{short(services)} may act for another account's resources: the confused deputy"
        yield Bound("Service", services, "aws:SourceAccount", account.id, reason)
    for provider in principals.federated:
        key = f"{provider.partition(':oidc-provider/')[2]}:sub"
        if ":oidc-provider/" in provider and key.lower() not in keys:
            reason = f"any token of {provider} is taken, whoever its subject is"
            choice = f"{SUBJECT}: the subject of the tokens that may come in, as repo:owner/name:ref:refs/heads/main"
            yield Bound("Federated", (provider,), key, SUBJECT, reason, choice)
    unused = _unused(account, statement, knowledge)
    if unused:
        yield Bound("AWS", unused, "", "", f"{short(unused)}: proven not to have assumed a role")


def _of_strangers(account: Account, role: Role, statement: Statement) -> Iterator[Bound]:
    """Whoever is not of the account or its organization, as the check on such trust sees it."""
    found = [e for e in role_exposures(account, role) if e.statement is statement]
    aws = statement.principals.aws if statement.principals else ()
    if any(e.is_public for e in found):
        organization = account.organization.id if account.organization else ""
        key, value = ("aws:PrincipalOrgID", organization) if organization else ("aws:PrincipalAccount", account.id)
        yield Bound("AWS", tuple(e for e in aws if e == ANYONE), key, value, "anyone may come in")
    names = {e.outsider.name for e in found if not e.is_public}
    entries = tuple(entry for entry in aws if entry in names or _account_of(entry) in names)
    if names and (entries or not aws):
        who = short(entries) or "anyone"
        choice = f"{EXTERNAL_ID}: a random value that only you and {who} know, sent with each sts:AssumeRole"
        yield Bound("AWS", entries, "sts:ExternalId", EXTERNAL_ID, f"{who}: no ExternalId is asked", choice)


def _account_of(entry: str) -> str:
    """The account whose root an entry names; "" for any other entry."""
    arn = parse_arn(entry)
    return arn.account if arn and arn.resource == "root" else ""


def _unused(account: Account, statement: Statement, knowledge: Knowledge | None) -> tuple[str, ...]:
    """The own principals that are named and proven never to have assumed a role; none where all who are named are."""
    named = statement.principals.aws if statement.principals else ()
    holders = {h.arn: h for h in account.principals} if knowledge and named else {}
    unused = [e for e in named if knowledge and e in holders and _never_assumed(knowledge, holders[e])]
    return tuple(unused) if len(unused) < len(named) else ()


def _never_assumed(knowledge: Knowledge, holder: User | Role) -> bool:
    return knowledge.use(holder, ASSUME_ROLE).verdict is Verdict.UNUSED


def _bodies(statement: Statement, bounds: tuple[Bound, ...]) -> Iterator[Body]:
    """The statement, taken apart where its principals are to meet different conditions."""
    source = statement.source
    if not bounds:
        yield source
        return
    if not bounds[0].entries:  # `"Principal": "*"`, which names nobody else
        yield _under(source, bounds[0])
        return
    rest = _rest(statement, bounds)
    parts: list[tuple[Body, Bound | None]] = [(rest, None)] if rest else []
    parts += [({b.kind: list(b.entries)}, b) for b in bounds if b.key]
    for number, (principal, bound) in enumerate(parts):
        body = source if len(parts) == 1 and not _is_left_out(bounds) else {**source, "Principal": principal}
        if number and source.get("Sid"):
            body["Sid"] = f"{source['Sid']}{number + 1}"
        yield from _split(statement, body, bound) if bound else (body,)


def _is_left_out(bounds: Iterable[Bound]) -> bool:
    return any(not bound.key for bound in bounds)


def _rest(statement: Statement, bounds: Iterable[Bound]) -> Body:
    """The principals of whom nothing more is asked."""
    principals = statement.principals
    named = principals.to_json() if principals else {}
    gone = {entry for bound in bounds for entry in bound.entries}
    kinds = named.items() if isinstance(named, dict) else ()
    return {kind: left for kind, entries in kinds if (left := [e for e in entries if e not in gone])}


def _split(statement: Statement, body: Body, bound: Bound) -> Iterator[Body]:
    """Only sts:AssumeRole comes with an ExternalId: what else is allowed by name, as tagging the session, stays."""
    listed = statement.actions.patterns
    others = [action for action in listed if action.lower() != ENTRY.lower()]
    if bound.key != "sts:ExternalId" or not others or statement.actions.negated or any(map(is_wild, listed)):
        yield _under(body, bound)
        return
    if len(others) < len(listed):
        yield _under({**body, "Action": ENTRY}, bound)
    yield {key: value for key, value in body.items() if key != "Sid"} | {"Action": others}


def _under(body: Body, bound: Bound) -> Body:
    """The statement under one condition more: what is asked of the key already is asked by its own operator."""
    block = {operator: dict(keys) for operator, keys in body.get("Condition", {}).items()}
    taken = {operator for operator, keys in block.items() if bound.key.lower() in map(str.lower, keys)}
    operator = next(name for name in ("StringEquals", "StringLike", "ForAnyValue:StringEquals") if name not in taken)
    block.setdefault(operator, {})[bound.key] = bound.value
    return {**body, "Condition": block}


def _proof(role: Role, body: Body) -> Proof:
    paper = Document(
        arn=role.arn, name=role.trust.name, kind="trust", policy=parse(msgspec.json.encode(body)), source=ADVISED
    )
    proof = narrower(Layers(resource=trust_layer(role)), Layers(resource=Layer.of((paper,))))
    return msgspec.structs.replace(proof, reasons=(*proof.reasons, OPEN))


def _change(role: Role, statement: Statement, bound: Bound) -> Change:
    return Change(
        kind=NARROWED,
        document=role.arn,
        pointer=role.trust.at + statement.pointer,
        reason=bound.reason,
        confidence=Confidence.CONDITIONAL,
        before=f"{short(bound.entries) or 'anyone'} may assume the role",
        after=f"only if {bound.key} = {bound.value}" if bound.key else "left out",
    )


def _steps(role: Role, body: Body, choices: Iterable[str]) -> Iterator[Step]:
    """What is to be chosen, the change, and what to look at. The command holds the placeholders until then."""
    for choice in choices:
        yield Step(text=f"choose, and write in place of {choice}")
    if not awscli.is_writable([role.name]):
        yield Step(text=f"put the trust policy of the role in place by hand: {awscli.UNWRITABLE}")
        return
    before = role.trust.policy.source if isinstance(role.trust.policy, Policy) else None
    after, back = (awscli.line(awscli.update_trust(role, one)) for one in (body, before))
    yield Step(text=f"put the narrower trust policy of {role.name} in force", command=after, rollback=back)
    yield Step(text=WATCH.format(role.name))
