"""Where a file has policies: it is one itself, or it is a template, a plan, or an answer of AWS that holds some."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from leastwise.lint.embedded import read_embedded
from leastwise.lint.json_text import Broken
from leastwise.lint.template import is_call, resolved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.lint.tree import Node, Source


class Kind(StrEnum):
    """What a policy is attached to."""

    IDENTITY = "identity"
    RESOURCE = "resource"
    TRUST = "trust"
    SCP = "scp"
    RCP = "rcp"


class Place(NamedTuple):
    """A policy, or what should be one. `where` names the resource of the template or plan that has it.

    `kind` is None where only the policy itself can tell; `holder` is the type of that resource.
    """

    node: Node
    where: str = ""
    kind: Kind | None = None
    holder: str = ""


class Unknown(NamedTuple):
    """A policy that cannot be judged before it is deployed."""

    node: Node
    where: str
    reason: str


class Unreadable(NamedTuple):
    """A string that should hold a policy, and is no JSON."""

    fault: Broken
    where: str


Found = Place | Unknown | Unreadable

_VERSIONS = ("2012-10-17", "2008-10-17")
_TRUST_KEYS = frozenset({"assumerolepolicydocument", "assume_role_policy"})
_GUARDRAILS = {"SERVICE_CONTROL_POLICY": Kind.SCP, "RESOURCE_CONTROL_POLICY": Kind.RCP}
_ORGANIZATIONS = frozenset({"AWS::Organizations::Policy", "aws_organizations_policy"})
_IDENTITY = (
    "AWS::IAM::", "AWS::SSO::PermissionSet", "AWS::Serverless::", "aws_iam_policy", "aws_iam_role", "aws_iam_user",
    "aws_iam_group", "aws_ssoadmin_permission_set",
)  # fmt: skip
_POLICY_ARGUMENTS = frozenset(
    {"policy", "assume_role_policy", "inline_policy", "access_policy", "access_policies", "resource_policy", "content"}
)


def places(root: Node, source: Source) -> Iterator[Found]:
    """The policies of a file, in its order."""
    if _is_plan(root):
        yield from _in_plan(root, source)
    elif _is_template(root):
        yield from _in_template(root, source)
    elif _is_policy(root) or _should_be(root):
        yield Place(root)
    else:
        yield from _within(root, source, Place(root))


def _is_policy(node: Node) -> bool:
    statement = node.get("Statement") if node.sort == "object" else None
    return statement is not None and statement.sort in {"list", "object"}


def _should_be(node: Node) -> bool:
    """Whether somebody meant the whole file to be a policy: it has a policy's version, or is a statement alone."""
    version, effect = node.get("Version"), node.get("Effect")
    return (
        node.get("Statement") is not None
        or (version is not None and version.value in _VERSIONS)
        or (effect is not None and (node.get("Action") or node.get("NotAction")) is not None)
    )


def _within(node: Node, source: Source, about: Place) -> Iterator[Found]:
    """The policies somewhere within a value; `about` tells what is known of them."""
    waiting = [("", node)]
    while waiting:
        name, one = waiting.pop()
        kind = Kind.TRUST if name.lower() in _TRUST_KEYS else about.kind
        if _is_policy(one):
            yield about._replace(node=one, kind=kind)
        elif one.sort == "text" and _holds_policy(one):
            yield from _embedded(one, source, about._replace(kind=kind))
        else:
            waiting += [(name, item) for item in reversed(one.items)]
            waiting += [(key, member.value) for key, member in reversed(one.members.items())]


def _holds_policy(node: Node) -> bool:
    said = str(node.value)
    return '"Statement"' in said and said.lstrip().startswith("{")


def _embedded(node: Node, source: Source, about: Place) -> Iterator[Found]:
    try:
        found = read_embedded(node, source.text)
    except Broken as fault:
        yield Unreadable(fault, about.where)
        return
    if _is_policy(found):
        yield about._replace(node=found)


# CloudFormation


def _is_template(root: Node) -> bool:
    resources = root.get("Resources")
    if resources is None or resources.sort != "object":
        return False
    return "AWSTemplateFormatVersion" in root.members or any(
        member.value.get("Type") is not None for member in resources.members.values()
    )


def _in_template(root: Node, source: Source) -> Iterator[Found]:
    resources = root.get("Resources")
    for name, (_, resource) in resources.members.items() if resources else ():
        kind = resource.get("Type")
        properties = resource.get("Properties")
        if properties is None or kind is None:
            continue
        for found in _within(properties, source, _about(str(kind.value), name, properties)):
            yield found._replace(node=resolved(found.node)) if isinstance(found, Place) else found
        yield from _called(properties, name, source)


def _called(properties: Node, where: str, source: Source) -> Iterator[Unknown]:
    """Documents that a function makes, unless it only chooses among some that are there."""
    for key, (_, value) in properties.members.items():
        if key.endswith("PolicyDocument") and is_call(value) and not any(_within(value, source, Place(value))):
            yield Unknown(value, where, f"{key} is made by a function, so it is known only when deployed")


def _about(kind: str, where: str, values: Node) -> Place:
    """What the type of a resource tells of its policies."""
    if kind in _ORGANIZATIONS:
        told = values.get("Type")
        return Place(values, where, _GUARDRAILS.get(str(told.value) if told else "SERVICE_CONTROL_POLICY"), kind)
    return Place(values, where, Kind.IDENTITY if kind.startswith(_IDENTITY) else None, kind)


# Terraform


def _is_plan(root: Node) -> bool:
    return {"format_version", "terraform_version"} <= root.members.keys() and _state(root) is not None


def _state(root: Node) -> Node | None:
    """What a plan will make, or what a state has."""
    return root.get("planned_values") or root.get("values")


def _in_plan(root: Node, source: Source) -> Iterator[Found]:
    state = _state(root)
    module = state.get("root_module") if state else None
    for resource in _resources(module) if module else ():
        kind, address, values = resource.get("type"), resource.get("address"), resource.get("values")
        if kind and address and values:
            yield from _within(values, source, _about(str(kind.value), str(address.value), values))
    yield from _not_yet_known(root)


def _resources(module: Node) -> Iterator[Node]:
    """The resources of a module and of those within it."""
    waiting = [module]
    while waiting:
        one = waiting.pop()
        resources, children = one.get("resources"), one.get("child_modules")
        yield from resources.items if resources else ()
        waiting += reversed(children.items if children else [])


def _not_yet_known(root: Node) -> Iterator[Unknown]:
    changes = root.get("resource_changes")
    for resource in changes.items if changes else ():
        address, change = resource.get("address"), resource.get("change")
        unknown = change.get("after_unknown") if change else None
        for name, (_, value) in unknown.members.items() if unknown else ():
            if name in _POLICY_ARGUMENTS and value.value is True:
                where = str(address.value) if address else ""
                yield Unknown(value, where, f"{name} is known only after apply")
