"""Questions to bare policy documents: does one allow more than the other, and does it allow this at all?

A policy with principals is a resource's. What it gives is asked for callers who have every permission of their own,
so that nothing but the policy decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise.errors import UsageError
from leastwise.policy import algebra
from leastwise.policy.algebra import Granted
from leastwise.policy.callers import everyone
from leastwise.policy.document import Document, parse_value
from leastwise.policy.evaluate import Layer, Layers, evaluate
from leastwise.questions.asker import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.policy.algebra import Containment


_EMPTY = Document(arn="", name="", kind="file", policy=parse_value({"Version": "2012-10-17", "Statement": []}))


class Grants(msgspec.Struct, frozen=True, kw_only=True):
    """What one document grants of what was asked. `granted` is None where it could not be decided: `reason`."""

    document: Document
    granted: bool | None
    found: tuple[Granted, ...] = ()
    reason: str = ""


def compare(old: Document, new: Document) -> Containment:
    """Is everything that the new policy allows allowed by the old one?

    Raises UsageError when one is a principal's policy and the other a resource's.
    """
    kinds = {has for document in (old, new) for has in (_has_principals(document),) if document.statements}
    if len(kinds) > 1:
        raise UsageError("one policy names principals and the other does not: compare policies of the same kind")
    of_resource = True in kinds
    return algebra.contains(_layers(old, of_resource=of_resource), _layers(new, of_resource=of_resource))


def grants(document: Document, action: str, resource: str) -> Grants:
    """Whether the document allows any of these actions on any of these resources; both may be patterns."""
    found = tuple(_granted(document, action, resource))
    yes = tuple(one for one in found if one.request)
    if yes:
        return Grants(document=document, granted=True, found=yes)
    reason = "; ".join(dict.fromkeys(one.reason for one in found))
    return Grants(document=document, granted=None if reason else False, reason=reason)


def _granted(document: Document, action: str, resource: str) -> Iterator[Granted]:
    """What the document gives, caller by caller; not what AWS gives without any policy, as to root or to everybody."""
    of_resource = _has_principals(document)
    layers, bare = (_layers(one, of_resource=of_resource) for one in (document, _EMPTY))
    seen: set[tuple[object, ...]] = set()
    for who in everyone(layers):
        for one in algebra.granted(layers, action, resource, who=who):
            key = (one.names, who.caller, one.reason)
            anyway = one.request is not None and evaluate(one.request, bare).allowed is True
            if key not in seen and not anyway:
                seen.add(key)
                yield one


def _has_principals(document: Document) -> bool:
    return any(statement.principals for statement in document.statements)


def _layers(document: Document, *, of_resource: bool) -> Layers:
    layer = Layer.of((document,))
    if of_resource:
        return Layers(identity=ALL, resource=layer, resource_must_allow=True)
    return Layers(identity=layer)
