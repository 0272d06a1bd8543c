"""Policy documents: JSON in, compiled statements out. Tolerant of shape, strict about meaning.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html

Documents are interned by their bytes and their parts by content, so that an account with ten thousand principals
compiles each distinct action list and condition block once, and a resource list when somebody looks into it. A
document in the spelling that nearly all have is read in one go, any other element by element.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from leastwise.policy.condition import ALWAYS, ConditionError, Conditions, parse_conditions
from leastwise.policy.elements import Principals, Resources, Values, actions_of, is_everything, several
from leastwise.policy.spoken import Spoken
from leastwise.policy.written import (
    ALONE,
    NONE,
    Fault,
    Maybe,
    Origin,
    Written,
    WrittenPolicy,
    unusual,
    usual,
)

if TYPE_CHECKING:
    from leastwise.policy.condition import Context

VERSION_WITH_VARIABLES = "2012-10-17"
_ACTIONS = frozenset({"Action", "NotAction"})
_RESOURCES = frozenset({"Resource", "NotResource"})


class Statement:
    """One compiled statement. `pointer` is the JSON pointer to it within its document.

    `everywhere` tells whether it means every resource, whatever the request.
    """

    __slots__ = (
        "_listed", "_origin", "actions", "allows", "conditions", "everywhere", "pointer", "principals", "resources",
        "sid",
    )  # fmt: skip

    resources: Resources

    def __init__(self, written: Written, pointer: str, origin: Origin, *, variables: bool) -> None:
        """Compile. Raises Fault."""
        self._origin = origin
        self.pointer = pointer
        self.sid = written.sid
        self.allows = written.effect == "Allow"
        values, negated = written.action, False
        if values is NONE or written.not_action is not NONE:
            values, negated = _either(values, written.not_action, pointer, "Action")
        self.actions = actions_of(values, negated)
        values, negated = written.resource, False
        if values is NONE or written.not_resource is not NONE:
            values, negated = _either(values, written.not_resource, pointer, "Resource")
        self._listed = values, negated, variables
        self.everywhere = not negated and is_everything(values)
        self.principals = None if written.principal is written.not_principal else _principals(written, pointer)
        self.conditions = ALWAYS if written.condition is NONE else _conditions(written.condition, pointer, variables)

    def __getattr__(self, name: str) -> Any:
        """The resource list, made when first asked for: the resources of most statements never matter."""
        if name != "resources":
            raise AttributeError(name)
        values, negated, variables = self._listed
        self.resources = Resources.of(several(values), negated=negated, variables=variables)
        return self.resources

    @property
    def spares(self) -> bool:
        """Whether the resource list says what is not meant: NotResource."""
        return self._listed[1]

    @property
    def patterns(self) -> tuple[str, ...]:
        """The resource list as written."""
        return several(self._listed[0])

    @property
    def source(self) -> dict[str, Any]:
        """The JSON object it was made from, its keys in their usual case."""
        return self._origin.statement(self.pointer)

    def applies(self, resource: str, context: Context) -> bool | None:
        """Whether resource and circumstances are meant, None where it cannot be told; action and caller are."""
        covered = self.resources.match(resource, context)
        if covered is False or not self.conditions.tests:
            return covered
        holds = self.conditions.evaluate(context)
        return holds if covered or holds is False else None

    @property
    def is_whole(self) -> bool:
        """Whether it says what may be done and to what. In a key policy one that does not has no effect (rule 8)."""
        return bool(self.source.keys() & _ACTIONS) and bool(self.source.keys() & _RESOURCES)

    def to_json(self) -> dict[str, object]:
        """The statement in normal form: elements in their usual order and case, each list a list of texts."""
        out: dict[str, object] = {"Sid": self.sid} if "Sid" in self.source else {}
        out["Effect"] = "Allow" if self.allows else "Deny"
        if self.principals:
            out["NotPrincipal" if self.principals.negated else "Principal"] = self.principals.to_json()
        if self.source.keys() & _ACTIONS:
            out["NotAction" if self.actions.negated else "Action"] = list(self.actions.patterns)
        if self.source.keys() & _RESOURCES:
            out["NotResource" if self.resources.negated else "Resource"] = list(self.resources.patterns)
        if self.conditions.tests:
            out["Condition"] = self.conditions.to_json()
        return out

    def __repr__(self) -> str:
        """For people who debug."""
        return f"<{'Allow' if self.allows else 'Deny'} {self.pointer} {self.sid}>"


class Policy(msgspec.Struct, frozen=True, eq=False, kw_only=True, dict=True):
    """A document that was understood."""

    version: str
    statements: tuple[Statement, ...]
    origin: Origin

    @property
    def source(self) -> dict[str, Any]:
        """The JSON object it was made from."""
        return self.origin.value

    @cached_property
    def spoken(self) -> Spoken:
        """Which actions the statements speak of."""
        return Spoken(self.statements)

    def to_json(self) -> dict[str, object]:
        """The document in normal form. To parse it gives a policy that means the same and prints the same."""
        return {"Version": self.version, "Statement": [statement.to_json() for statement in self.statements]}


class Unparsed(msgspec.Struct, frozen=True, kw_only=True):
    """A document that could not be understood, with a pointer to the fault. Never taken for an empty one."""

    pointer: str
    reason: str


class Document(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """A policy where it stands.

    `arn` is the ARN of the managed policy, or of the principal or bucket that carries the document; `name` the
    policy's name; `kind` one of inline, managed, trust, resource; `at` the JSON pointer to the document within
    the answer of `source`, the call that showed it.
    """

    arn: str
    name: str
    kind: str
    policy: Policy | Unparsed
    at: str = ""
    source: str = "iam:GetAccountAuthorizationDetails"

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements, none where the document could not be understood."""
        policy = self.policy
        return policy.statements if type(policy) is Policy else ()

    @property
    def is_managed(self) -> bool:
        """Whether the document is a managed policy, shared by whoever it is attached to."""
        return self.kind == "managed"


MISSING = Unparsed(pointer="", reason="the document was not in the snapshot, and the catalogue has none of that name")


@lru_cache(maxsize=1 << 17)
def parse(text: bytes) -> Policy | Unparsed:
    """A policy from its JSON text: an object, or a string holding the object, URL-encoded or not.

    The same bytes give the same Policy. Of duplicate keys the last wins, as in AWS.
    """
    try:
        return _compiled(usual(text), Origin(text))
    except (msgspec.DecodeError, Fault, RecursionError):
        return _by_element(text)


def _by_element(text: bytes) -> Policy | Unparsed:
    try:
        return parse_value(msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError) as error:
        return Unparsed(pointer="", reason=f"not JSON: {error}")


def parse_value(value: object) -> Policy | Unparsed:
    """A policy from decoded JSON."""
    try:
        return _compiled(*unusual(value))
    except Fault as fault:
        return Unparsed(pointer=fault.pointer, reason=fault.reason)
    except RecursionError:
        return Unparsed(pointer="", reason="nested too deeply")


def _compiled(written: WrittenPolicy, origin: Origin) -> Policy:
    variables = written.version == VERSION_WITH_VARIABLES
    if isinstance(written.statement, Written):
        statements = [Statement(written.statement, ALONE, origin, variables=variables)]
    else:
        statements = [Statement(s, _pointer(i), origin, variables=variables) for i, s in enumerate(written.statement)]
    return Policy(version=written.version, statements=tuple(statements), origin=origin)


@lru_cache(maxsize=1024)
def _pointer(place: int) -> str:
    return f"{ALONE}/{place}"


def _either(named: Maybe, others: Maybe, pointer: str, name: str) -> tuple[Values, bool]:
    """The values of one of two elements, and whether it is the negated one. Neither may be there.

    Without actions nothing is meant; trust policies have no resources: what they are attached to is meant.
    """
    if isinstance(others, msgspec.UnsetType):
        return (() if name == "Action" else "*"), False
    if named is not NONE:
        raise Fault(pointer, f"a statement has {name} or Not{name}, not both")
    return others, True


def _principals(written: Written, pointer: str) -> Principals:
    raw, negated = written.principal, False
    if isinstance(raw, msgspec.UnsetType):
        raw, negated = written.not_principal, True
    try:
        return _shared_principals(bytes(raw), negated)  # type: ignore[arg-type]  # one of the two is there
    except ValueError as error:
        raise Fault(f"{pointer}/{'NotPrincipal' if negated else 'Principal'}", str(error)) from error


@lru_cache(maxsize=1 << 14)
def _shared_principals(text: bytes, negated: bool) -> Principals:  # noqa: FBT001 - a cache is quicker without keywords
    return Principals.of(msgspec.json.decode(text), negated=negated)


def _conditions(raw: msgspec.Raw, pointer: str, variables: bool) -> Conditions:  # noqa: FBT001 - as above
    try:
        return _shared_conditions(bytes(raw), variables)
    except ConditionError as error:
        raise Fault(f"{pointer}/Condition{error.pointer}", str(error)) from error


@lru_cache(maxsize=1 << 14)
def _shared_conditions(text: bytes, variables: bool) -> Conditions:  # noqa: FBT001 - as above
    return parse_conditions(msgspec.json.decode(text), variables=variables)
