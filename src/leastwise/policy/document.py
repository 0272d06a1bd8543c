"""Policy documents: JSON in, compiled statements out. Tolerant of shape, strict about meaning.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html

Documents are interned by their bytes and their parts by content, so that an account with ten thousand principals
compiles each distinct action list, resource list and condition block once.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec

from leastwise.policy.condition import ALWAYS, ConditionError, Conditions, parse_conditions
from leastwise.policy.elements import Actions, Principals, Resources
from leastwise.policy.spoken import Spoken

if TYPE_CHECKING:
    from leastwise.policy.condition import Context

VERSION_WITH_VARIABLES = "2012-10-17"
VERSIONS = frozenset({VERSION_WITH_VARIABLES, "2008-10-17"})
_STATEMENT_KEYS = {
    key.lower(): key
    for key in (
        "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition",
    )
}  # fmt: skip
_USUAL_KEYS = frozenset(_STATEMENT_KEYS.values())
_ACTIONS = frozenset({"Action", "NotAction"})
_RESOURCES = frozenset({"Resource", "NotResource"})
_BOM = "\ufeff"


class Statement:
    """One compiled statement. `pointer` is the JSON pointer to it within its document."""

    __slots__ = ("actions", "allows", "conditions", "pointer", "principals", "resources", "sid", "source")

    def __init__(self, source: dict[str, Any], pointer: str, *, variables: bool) -> None:
        """Compile from a statement object whose keys have their usual case. Raises Fault."""
        self.source = source
        self.pointer = pointer
        self.sid = _scalar_text(source.get("Sid", ""))
        self.allows = _effect(source, pointer)
        self.actions = _actions(source, pointer)
        self.resources = _resources(source, pointer, variables=variables)
        self.principals = _principals(source, pointer)
        self.conditions = _conditions(source, pointer, variables=variables)

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


class Fault(ValueError):  # noqa: N818 - it never leaves this room: `parse` turns it into an Unparsed
    """What is wrong with a document, and where."""

    def __init__(self, pointer: str, reason: str) -> None:
        """`pointer` is a JSON pointer into the document."""
        super().__init__(reason)
        self.pointer = pointer
        self.reason = reason


class Policy(msgspec.Struct, frozen=True, eq=False, kw_only=True, dict=True):
    """A document that was understood. `source` is the JSON it was made from."""

    version: str
    statements: tuple[Statement, ...]
    source: dict[str, Any]

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
        return parse_value(msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError) as error:
        return Unparsed(pointer="", reason=f"not JSON: {error}")


def parse_value(value: object) -> Policy | Unparsed:
    """A policy from decoded JSON."""
    try:
        return _policy(_unwrap(value))
    except Fault as fault:
        return Unparsed(pointer=fault.pointer, reason=fault.reason)
    except RecursionError:
        return Unparsed(pointer="", reason="nested too deeply")


def _unwrap(value: object) -> dict[str, Any]:
    if isinstance(value, str):
        text = value.lstrip(_BOM).strip()
        if not text.startswith("{"):
            text = unquote(text).lstrip(_BOM).strip()
        try:
            value = msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise Fault("", f"the string holds no JSON: {error}") from error
    if not isinstance(value, dict):
        raise Fault("", f"a policy is an object, this is {_kind(value)}")
    return value


def _policy(source: dict[str, Any]) -> Policy:
    version = _scalar_text(_get(source, "Version", "2008-10-17"))
    if version not in VERSIONS:
        raise Fault("/Version", f"{version!r} is no policy version")
    statements = _get(source, "Statement", None)
    alone = isinstance(statements, dict)
    if alone:
        statements = [statements]
    if not isinstance(statements, list):
        raise Fault("/Statement", f"a list of statements is expected, this is {_kind(statements)}")
    variables = version == VERSION_WITH_VARIABLES
    compiled = tuple(
        _statement(s, "/Statement" if alone else f"/Statement/{i}", variables=variables)
        for i, s in enumerate(statements)
    )
    return Policy(version=version, statements=compiled, source=source)


def _statement(source: object, pointer: str, *, variables: bool) -> Statement:
    if not isinstance(source, dict):
        raise Fault(pointer, f"a statement is an object, this is {_kind(source)}")
    if not source.keys() <= _USUAL_KEYS:
        source = {_STATEMENT_KEYS.get(str(key).lower(), str(key)): value for key, value in source.items()}
    return Statement(source, pointer, variables=variables)


def _get(source: dict[str, Any], key: str, default: object) -> object:
    if key in source:
        return source[key]
    return next((value for name, value in source.items() if name.lower() == key.lower()), default)


def _effect(source: dict[str, Any], pointer: str) -> bool:
    effect = source.get("Effect")
    word = effect.strip().lower() if isinstance(effect, str) else ""
    if word not in {"allow", "deny"}:
        raise Fault(f"{pointer}/Effect", f"Effect is Allow or Deny, not {effect!r}")
    return word == "allow"


def _actions(source: dict[str, Any], pointer: str) -> Actions:
    name, values = _either(source, pointer, "Action", "NotAction")
    return Actions.of(values or (), negated=name == "NotAction")


def _resources(source: dict[str, Any], pointer: str, *, variables: bool) -> Resources:
    name, values = _either(source, pointer, "Resource", "NotResource")
    if values is None:  # trust policies have none: what they are attached to is meant
        return Resources.any()
    return Resources.of(values, negated=name == "NotResource", variables=variables)


def _either(source: dict[str, Any], pointer: str, yes: str, no: str) -> tuple[str, tuple[str, ...] | None]:
    if yes in source and no in source:
        raise Fault(pointer, f"a statement has {yes} or {no}, not both")
    name = no if no in source else yes
    if name not in source:
        return name, None
    return name, _texts(source[name], f"{pointer}/{name}")


def _texts(value: object, pointer: str) -> tuple[str, ...]:
    if type(value) is str:  # nearly all are this or the next, and there are very many
        return (value,)
    if type(value) is list and set(map(type, value)) <= {str}:
        return tuple(value)
    values = value if isinstance(value, list) else [value]
    return tuple(_text(v, f"{pointer}/{i}" if isinstance(value, list) else pointer) for i, v in enumerate(values))


def _text(value: object, pointer: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return _scalar_text(value)
    raise Fault(pointer, f"a string is expected, this is {_kind(value)}")


def _scalar_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def _principals(source: dict[str, Any], pointer: str) -> Principals | None:
    for name in ("Principal", "NotPrincipal"):
        if name in source:
            try:
                return Principals.of(source[name], negated=name == "NotPrincipal")
            except ValueError as error:
                raise Fault(f"{pointer}/{name}", str(error)) from error
    return None


def _conditions(source: dict[str, Any], pointer: str, *, variables: bool) -> Conditions:
    if "Condition" not in source:
        return ALWAYS
    try:
        return parse_conditions(source["Condition"], variables=variables)
    except ConditionError as error:
        raise Fault(f"{pointer}/Condition{error.pointer}", str(error)) from error


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "nothing"}
    return names.get(type(value), "a number")
