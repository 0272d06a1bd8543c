"""A policy as the rules see it: what it says, where it says so, and what of it is still open."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from leastwise.arn import is_account_id, parse_arn
from leastwise.lint.places import Kind
from leastwise.lint.template import HOME
from leastwise.policy.document import VERSION_WITH_VARIABLES, Document, Policy, Statement, Unparsed, parse_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.arn import Arn
    from leastwise.lint.places import Place
    from leastwise.lint.tree import Node, Source

ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
OPEN = "leastwise-open"
"""Stands in an Allow for what is known only when deployed: it matches nothing, so that nothing is claimed of it."""
_ENTERING = frozenset(
    {
        "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:tagsession",
        "sts:setsourceidentity", "sts:setcontext",
    }
)  # fmt: skip
_PARTITIONS = frozenset({"aws", "aws-cn", "aws-us-gov"})


class Part(NamedTuple):
    """A statement: as it is written, and as it is understood. `is_open` where some of it is known when deployed."""

    node: Node
    statement: Statement
    is_open: bool


class Subject:
    """One policy. `arn` is how the escalation engine and evidence know it."""

    def __init__(self, place: Place, source: Source, kind: Kind | None) -> None:
        """`kind` is what the user says it is, where he does."""
        self.source = source
        self.place = place
        self.node = place.node
        self.statements = _statements(place.node)
        self.opens = tuple(map(_has_open, self.statements))
        self.policy: Policy | Unparsed = parse_value(self._told())
        self.kind = place.kind or kind or self._detected()
        self.document = Document(arn="", name=place.where or source.name, kind="file", policy=self.policy, source="")

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The statements; none where the policy could not be understood."""
        compiled = self.policy.statements if isinstance(self.policy, Policy) else ()
        return tuple(Part(*row) for row in zip(self.statements, compiled, self.opens, strict=bool(compiled)))

    @property
    def is_identity(self) -> bool:
        """Whether it is held by users, groups or roles."""
        return self.kind is Kind.IDENTITY

    @property
    def is_guardrail(self) -> bool:
        """Whether it only limits what others allow."""
        return self.kind in {Kind.SCP, Kind.RCP}

    @property
    def account(self) -> str:
        """The account it is most likely meant for: the first that it names in an ARN of IAM."""
        return next((arn.account for arn in self._arns() if is_account_id(arn.account) and arn.service == "iam"), HOME)

    @property
    def partition(self) -> str:
        """As `account`, the partition."""
        return next((arn.partition for arn in self._arns() if arn.partition in _PARTITIONS), "aws")

    def _arns(self) -> Iterator[Arn]:
        for statement in self.policy.statements if isinstance(self.policy, Policy) else ():
            yield from filter(None, map(parse_arn, statement.patterns))

    def texts(self) -> Iterator[str]:
        """All texts of the statements."""
        waiting = list(self.statements)
        while waiting:
            node = waiting.pop()
            if node.sort == "text":
                yield str(node.value)
            waiting += node.items
            waiting += [member.value for member in node.members.values()]

    def _told(self) -> Any:
        """The policy as data, with texts for what is open."""
        if not _has_open(self.node):
            return self.node.plain()
        known = {name: value for name, (_, value) in self.node.members.items() if not _has_open(value)}
        told = {name: value.plain() for name, value in known.items() if name.lower() != "statement"}
        if (version := self.node.get("Version")) is not None:
            told["Version"] = VERSION_WITH_VARIABLES if version.sort == "open" else version.plain()
        rows = zip(self.statements, self.opens, strict=True)
        return {**told, "Statement": [_closed(one) if is_open else one.plain() for one, is_open in rows]}

    def _detected(self) -> Kind:
        if not any(node.get("Principal") or node.get("NotPrincipal") for node in self.statements):
            return Kind.IDENTITY
        actions = [str(a.value).lower() for node in self.statements for a in (node.get("Action") or node).each()]
        named = any(node.get("Resource") or node.get("NotResource") for node in self.statements)
        entering = _ENTERING if named else _ENTERING | {"*", "sts:*"}
        return Kind.TRUST if entering.issuperset(actions) else Kind.RESOURCE


def _statements(node: Node) -> tuple[Node, ...]:
    found = node.get("Statement") if node.sort == "object" else None
    return tuple(found.each()) if found else ()


def _has_open(node: Node) -> bool:
    return (
        node.sort == "open" or any(map(_has_open, node.items)) or any(_has_open(m.value) for m in node.members.values())
    )


def _closed(node: Node) -> Any:
    """An open statement so that it never claims too much: its Allow gives less than it may, its Deny takes more."""
    if node.sort == "open":
        return {"Effect": "Deny", "Action": [], "Resource": []}
    effect = node.get("Effect")
    allows = effect is not None and str(effect.value).lower() == "allow"
    told: dict[str, Any] = {}
    for name, (_, value) in node.members.items():
        if not _has_open(value):
            told[name] = value.plain()
        elif name.lower() == "effect":
            told[name] = "Deny"
        elif name.lower() in {"principal", "notprincipal"}:
            told[name] = _closed_principal(value)
        elif name.lower() == "condition":
            told[name] = _closed_conditions(value) if allows else {}
        elif name.lower() != "sid":
            told[name] = _closed_list(value, negated=name.lower().startswith("not"), allows=allows)
    return told


def _closed_list(node: Node, *, negated: bool, allows: bool) -> list[Any]:
    """`*` where the list must take all there could be, and what matches nothing where it must not."""
    filler = "*" if negated is allows else OPEN
    return [filler if item.sort == "open" else item.plain() for item in node.each()]


def _closed_principal(node: Node) -> Any:
    """Somebody of the own account: of whom nothing else is known, nothing is said."""
    root = f"arn:aws:iam::{HOME}:root"
    if node.sort != "object":
        return {"AWS": root}
    kinds = {name: member.value.each() for name, member in node.members.items()}
    return {kind: [root if item.sort == "open" else item.plain() for item in items] for kind, items in kinds.items()}


def _closed_conditions(node: Node) -> Any:
    if node.sort != "object":
        return {"StringEquals": {OPEN: OPEN}}
    return {
        operator: {
            key: [OPEN if item.sort == "open" else item.plain() for item in member.value.each()]
            for key, member in block.value.members.items()
        }
        for operator, block in node.members.items()
    }
