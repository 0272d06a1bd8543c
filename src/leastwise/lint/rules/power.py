"""What the policy gives whoever has it: everything, a way to become administrator, or writing on every resource."""

from __future__ import annotations

from functools import cache, lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING

from leastwise import catalog
from leastwise.escalation import Level, Standing, escalations, methods, standing
from leastwise.escalation.method import IMPLIED
from leastwise.lint.rule import Say, rule
from leastwise.lint.stage import stage
from leastwise.policy.document import Policy
from leastwise.results import Confidence, Severity, Verdict
from leastwise.wide import Harm, examples, harm_of, identity_writing, wide_alone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.lint.stage import Stage
    from leastwise.lint.subject import Part, Subject
    from leastwise.lint.tree import Node
    from leastwise.results import Path

_MOST = 4  # methods named
_BEST = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"
_SEVERITY = {Harm.PERMISSIONS: Severity.HIGH, Harm.WRITE: Severity.MEDIUM, Harm.DATA: Severity.MEDIUM}
_STRENGTH = {
    Verdict.PROVEN: (Severity.HIGH, Confidence.CERTAIN),
    Verdict.CONDITIONAL: (Severity.MEDIUM, Confidence.CONDITIONAL),
}


@rule(
    title="Administrator",
    severity=Severity.HIGH,
    fix="Allow the actions and resources that the work needs.",
    docs=_BEST,
)
def grants_administrator(subject: Subject) -> Iterator[Say]:
    """Whoever has the policy is administrator, outright or because it can write all identity.

    The check `principal_with_admin_access` says the same of an account.
    """
    stands = _standing(subject)
    if stands.is_administrator:
        sure = stands.certain
        yield Say(
            _widest(subject),
            "whoever has this policy is administrator of the account" + ("" if sure else ", if its conditions are met"),
            confidence=None if sure else Confidence.CONDITIONAL,
        )


@lru_cache(maxsize=1)  # several rules in a row ask about one policy
def _standing(subject: Subject) -> Standing:
    if not _may_matter(subject):
        return Standing(Level.NONE)
    scene = stage(subject)
    return standing(scene.account, scene.user)


@rule(
    title="Privilege escalation",
    severity=Severity.HIGH,
    fix="`leastwise explain METHOD` tells what stops each method.",
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
)
def privilege_escalation(subject: Subject) -> Iterator[Say]:
    """Whoever has the policy can become administrator, if there is one of the kind that the method needs.

    The policy is attached to a user and to a role in an account on paper, which has administrators of every kind:
    users, a group, a role for people and one that every service may bear. The engine is asked which methods become
    open; the surest are named. What takes a fact that no policy shows (a running function that bears such a role) is
    conditional, and of medium severity.
    """
    if not _may_matter(subject):
        return
    if _standing(subject).is_administrator:
        return
    scene = stage(subject)
    for number, found in sorted(_by_statement(scene).items()):
        verdict = min((path.verdict for path in found), key=lambda v: v is not Verdict.PROVEN)
        severity, confidence = _STRENGTH[verdict]
        named = list(dict.fromkeys(f"{edge.method} ({edge.title})" for path in found for edge in path.edges[:1]))
        more = f" and {len(named) - _MOST} more" if len(named) > _MOST else ""
        message = f"whoever has this can become administrator: {', '.join(named[:_MOST])}{more}"
        first = next(path.edges[0].method for path in found)
        fix = f"`leastwise explain {first}` tells what stops it."
        yield Say(_action(subject, number), message, fix, severity, confidence)


def _by_statement(scene: Stage) -> dict[int, list[Path]]:
    """The paths by the statement of the policy that their first hop rests on."""
    found: dict[int, list[Path]] = {}
    for path in escalations(scene.account):
        if path.source.arn in {scene.user.arn, scene.role.arn}:
            cited = [
                e.pointer
                for used in path.edges[0].permissions
                for e in used.evidence
                if e.document == scene.document.arn
            ]
            number = int(cited[0].rpartition("/")[2]) if cited and cited[0][-1].isdecimal() else 0
            found.setdefault(number, []).append(path)
    return found


def _may_matter(subject: Subject) -> bool:
    """Whether it allows any action that some method takes: most policies do not, and need no account on paper."""
    policy = subject.policy
    return subject.is_identity and isinstance(policy, Policy) and bool(policy.spoken.allowed & _of_methods())


@cache
def _of_methods() -> int:
    universe = catalog.universe()
    named = {action for method in methods() for need in method.needs for action in need.actions} | set(IMPLIED)
    return reduce(or_, map(universe.mask, named))


def _action(subject: Subject, number: int) -> Node:
    node = subject.statements[min(number, len(subject.statements) - 1)]
    return node.get("Action") or node.get("NotAction") or node


def _widest(subject: Subject) -> Node:
    """The statement that allows most, of IAM first."""

    def weight(part: Part) -> tuple[int, int]:
        mask = part.statement.actions.mask
        return (mask & identity_writing()).bit_count(), mask.bit_count()

    widest = max((part for part in subject.parts if part.statement.allows), key=weight)
    return widest.node.get("Action") or widest.node.get("NotAction") or widest.node


@rule(
    title="Writes on every resource",
    severity=Severity.MEDIUM,
    fix="Name the resources that the work needs; where that cannot be done, demand a tag, an account or a region.",
    docs=_BEST,
)
def wildcard_resource(subject: Subject) -> Iterator[Say]:
    """A statement allows actions that write, change permissions or read data on every resource there is.

    Only actions that could be scoped count, after the policy's own denies, and no statement with a condition that
    bounds it. `arn:aws:s3:::*` is every resource of S3, too. Policies of administrators are reported as such.
    """
    if not subject.is_identity or _standing(subject).is_administrator:
        return
    places = {part.statement: part for part in subject.parts}
    for grant in wide_alone(stage(subject).account, subject.document):
        part, harm = places[grant.statement], harm_of(grant.actions)
        if harm in _SEVERITY and not part.is_open:
            node = part.node.get("Resource") or part.node.get("NotResource") or part.node
            yield Say(node, f"{examples(grant.actions)} on every resource: {harm.value}", severity=_SEVERITY[harm])


@rule(
    title="Allow of all but some",
    severity=Severity.MEDIUM,
    fix="Allow what is needed with Action, and Deny what must never be.",
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
)
def allow_not_action(subject: Subject) -> Iterator[Say]:
    """NotAction with Allow allows every action that is not named, also those that AWS will add.

    Administrators' policies are reported as such, and SCPs are written so.
    """
    if _standing(subject).is_administrator:
        return
    for part in subject.parts:
        node = part.node.get("NotAction")
        if node and part.statement.allows and not subject.is_guardrail:
            yield Say(node, f"NotAction with Allow allows {part.statement.actions.mask.bit_count():,} actions")


@rule(
    title="Allow on all but some",
    severity=Severity.MEDIUM,
    fix="Name the resources with Resource.",
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html",
)
def allow_not_resource(subject: Subject) -> Iterator[Say]:
    """NotResource with Allow allows the actions on every resource that is not named, also those made later."""
    for part in subject.parts:
        node = part.node.get("NotResource")
        if node and part.statement.allows and not subject.is_guardrail:
            yield Say(node, "NotResource with Allow allows the actions on all but the named resources")
