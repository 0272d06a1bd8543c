"""Names that the catalogue does not know: services, actions, condition keys, operators.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.catalog.global_keys import GLOBAL_KEYS
from leastwise.lint.rule import Say, rule
from leastwise.lint.rules.grammar import nearest
from leastwise.policy import values
from leastwise.policy.bounds import is_demand
from leastwise.policy.operators import NULL, OPERATORS
from leastwise.policy.points import family
from leastwise.policy.program import FOR_ALL
from leastwise.results import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from leastwise.lint.subject import Part, Subject
    from leastwise.lint.tree import Node
    from leastwise.policy.condition import Test

_ACTIONS = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"
_KEYS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"
_OPERATORS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"


# actions


@cache
def _services() -> dict[str, tuple[str, ...]]:
    """Service → its actions' names."""
    found: dict[str, list[str]] = {}
    for name in catalog.universe().names:
        service, _, action = name.partition(":")
        found.setdefault(service.lower(), []).append(action)
    return {service: tuple(actions) for service, actions in found.items()}


@cache
def _said_by_aws() -> bytes:
    """The managed policies of AWS, which name actions that the reference has forgotten, in lower case."""
    named = filter(None, map(catalog.managed_policy, catalog.managed_policy_names()))
    return b"\n".join(named).lower()


@rule(
    title="Unknown action",
    severity=Severity.MEDIUM,
    fix="Look the action up in the Service Authorization Reference.",
    docs=_ACTIONS,
    confidence=Confidence.CONDITIONAL,
)
def unknown_action(subject: Subject) -> Iterator[Say]:
    """An action, or a pattern of actions, that names nothing in the catalogue: mostly a slip of the pen.

    What AWS itself writes in a managed policy counts as known, though the reference lacks it. The catalogue has a
    date, so an action that is newer than it is reported too: hence the finding is conditional.
    """
    for node in subject.statements:
        for name in ("Action", "NotAction"):
            entries = node.get(name) if node.sort == "object" else None
            for entry in entries.each() if entries else ():
                if entry.sort == "text":
                    yield from _unknown_entry(entry)


def _unknown_entry(entry: Node) -> Iterator[Say]:
    text = str(entry.value)
    if not text.strip("*") or catalog.universe().mask(text) or f'"{text.lower()}"'.encode() in _said_by_aws():
        return
    service, colon, action = text.partition(":")
    if not colon:
        yield Say(entry, f"{text} is no action: it has the form service:Action", severity=Severity.HIGH)
    elif "*" in service or "?" in service:
        yield Say(entry, f"no action matches {text}")
    elif service.lower() not in _services():
        hint = nearest(service, _services(), "Look the prefix up in the Service Authorization Reference.")
        yield Say(entry, f"the catalogue of {catalog.version()} knows no service {service}", hint)
    else:
        what = "no action of it matches" if "*" in action or "?" in action else "it has no action"
        hint = nearest(action.strip("*"), _services()[service.lower()]).replace("mean ", f"mean {service}:")
        yield Say(entry, f"the catalogue of {catalog.version()} knows {service}, and {what} {action}", hint)


# conditions


class _Tested(NamedTuple):
    """One test of a statement, and where its key stands."""

    part: Part
    test: Test
    key: Node
    value: Node


def _tested(subject: Subject) -> Iterator[_Tested]:
    for part in subject.parts:
        block = part.node.get("Condition") if part.node.sort == "object" else None
        for test in part.statement.conditions.tests if block else ():
            _, operator, key = (name.replace("~1", "/").replace("~0", "~") for name in test.pointer.split("/"))
            operators = block.members.get(operator) if block else None
            member = operators.value.members.get(key) if operators else None
            if member:
                yield _Tested(part, test, member.key, member.value)


@rule(
    title="Unknown condition operator",
    severity=Severity.HIGH,
    fix="Write an operator that AWS has.",
    docs=_OPERATORS,
)
def unknown_operator(subject: Subject) -> Iterator[Say]:
    """An operator that AWS does not have. It refuses such a policy."""
    for node in subject.statements:
        block = node.get("Condition") if node.sort == "object" else None
        for name, member in block.members.items() if block and block.sort == "object" else ():
            bare = name.partition(":")[2] or name
            base = bare[: -len("IfExists")] if bare.lower().endswith("ifexists") else bare
            prefix = name[: -len(bare)].lower()
            if base.lower() not in OPERATORS or prefix not in {"", "forallvalues:", "foranyvalue:"}:
                known = [operator.name for operator in OPERATORS.values()]
                yield Say(member.key, f"there is no condition operator {name}", nearest(base, known))


@rule(
    title="Unknown condition key",
    severity=Severity.MEDIUM,
    fix="Look the key up in the Service Authorization Reference.",
    docs=_KEYS,
    confidence=Confidence.CONDITIONAL,
)
def unknown_condition_key(subject: Subject) -> Iterator[Say]:
    """A condition on a key that AWS, or the service that it names, does not have: it is absent from every request.

    Keys of identity providers are named by them, and are not judged.
    """
    for one in _tested(subject):
        key = one.test.key
        service = key.partition(":")[0].lower()
        if catalog.universe().condition_key_type(key) or f'"{key.lower()}"'.encode() in _said_by_aws():
            continue
        if ":" not in key:
            yield Say(
                one.key, f"{key} is no condition key: it has the form service:key", nearest(f"aws:{key}", GLOBAL_KEYS)
            )
        elif service == "aws" or service in _services():
            hint = nearest(key, _keys_of(service), "Look the key up in the reference of the service.")
            yield Say(one.key, f"the catalogue of {catalog.version()} knows no condition key {key}", hint)


@cache
def _keys_of(service: str) -> tuple[str, ...]:
    if service == "aws":
        return tuple(GLOBAL_KEYS)
    universe = catalog.universe()
    mask = universe.mask(f"{service}:*")
    return tuple(sorted({key for action in universe.names_of(mask) for key in universe.condition_keys(action)}))


@rule(
    title="Condition key that these actions do not have",
    severity=Severity.LOW,
    fix="Put the condition into a statement with the actions that have the key.",
    docs=_KEYS,
    confidence=Confidence.CONDITIONAL,
)
def key_never_sent(subject: Subject) -> Iterator[Say]:
    """A condition demands a key that AWS lists for other actions of the service and for none of these: it is absent."""
    for one in _tested(subject):
        key, actions = one.test.lower_key, one.part.statement.actions
        service = key.partition(":")[0]
        if service not in _services() or not is_demand(one.test) or one.part.is_open or not _is_sent(service, key):
            continue
        known = catalog.universe().names_of(actions.mask) if actions.mask.bit_count() <= _FEW else []
        if known and all(map(_is_listed, actions.patterns)) and not any(_sends(action, key) for action in known):
            yield Say(one.key, f"none of these actions has the key {one.test.key}: the statement never applies")


_FEW = 200  # of more actions one will have the key


def _is_listed(pattern: str) -> bool:
    return bool(catalog.universe().mask(pattern))


@lru_cache(maxsize=1 << 14)
def _sends(action: str, key: str) -> bool:
    return catalog.universe().sends(action, key)


@lru_cache(maxsize=1 << 10)
def _is_sent(service: str, key: str) -> bool:
    """Whether AWS lists the key for some action of the service: those that it lists for none come with all."""
    universe = catalog.universe()
    return any(_sends(action, key) for action in universe.names_of(universe.mask(f"{service}:*")))


_FAMILIES = {
    "Text": ("String", "ARN"),
    "Numeric": ("Numeric",),
    "Date": ("Date", "Numeric"),
    "Bool": ("Bool",),
    "Address": ("IPAddress",),
    "Binary": ("Binary", "String"),
}
_USUAL = {
    "Numeric": "NumericEquals or the like",
    "Date": "DateLessThan or the like",
    "Bool": "Bool",
    "IPAddress": "IpAddress",
    "ARN": "ArnLike",
    "String": "StringEquals or the like",
}


@rule(
    title="Operator does not fit the key",
    severity=Severity.MEDIUM,
    fix="Use an operator of the key's type.",
    docs=_OPERATORS,
)
def operator_type_mismatch(subject: Subject) -> Iterator[Say]:
    """An operator reads values of one type, and the key has another, so that the test does not do what it says.

    Comparing a boolean, a number or a date as text works where it is written as AWS sends it, and is not reported.
    """
    for one in _tested(subject):
        kind = (catalog.universe().condition_key_type(one.test.key) or "").removeprefix("ArrayOf")
        if not kind or not one.test.is_known or one.test.operator == NULL:
            continue
        reads = family(one.test.operator)
        addresses_as_text = reads == "Text" and kind == "IPAddress"
        arn_of_text = one.test.operator.startswith("Arn") and kind not in {"ARN", "String"}
        if addresses_as_text or arn_of_text or (reads != "Text" and kind not in _FAMILIES[reads]):
            what = {"ARN": "an ARN", "IPAddress": "an IP address"}.get(kind, f"a {kind.lower()}")
            yield Say(
                one.key,
                f"{one.test.key} is {what}, which {one.test.operator} does not compare",
                f"Use {_USUAL.get(kind, 'another operator')}.",
            )


_READERS: dict[str, Callable[[str], object]] = {
    "Numeric": values.number,
    "Date": values.moment,
    "Address": values.addresses,
    "Bool": values.boolean,
    "Binary": values.binary,
}


@rule(
    title="Value that the operator cannot read",
    severity=Severity.HIGH,
    fix="Write the value as the operator reads it.",
    docs=_OPERATORS,
)
def unreadable_value(subject: Subject) -> Iterator[Say]:
    """A value that is no number, date, address or boolean under an operator that compares such: it never matches."""
    for one in _tested(subject):
        kind = "Bool" if one.test.operator == NULL else family(one.test.operator)
        reads = _READERS.get(kind) if one.test.is_known else None
        for item in one.value.each() if reads else ():
            text = str(item.plain()).lower() if item.sort == "word" else str(item.value)
            if reads and item.sort in {"text", "number", "word"} and "${" not in text and reads(text) is None:
                yield Say(item, f"{text!r} is no value that {one.test.operator} can read, so it never matches")


@rule(
    title="Quantifier that lets everything pass",
    severity=Severity.MEDIUM,
    fix='Demand the key as well: "Null": {"<key>": "false"}; or use ForAnyValue.',
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html",
)
def forallvalues_lets_absent_pass(subject: Subject) -> Iterator[Say]:
    """An Allow under ForAllValues holds also for requests that do not have the key at all.

    Keys that tell what a request brings, such as the tags it sets, are left out: without any there is nothing to bound.
    """
    for one in _tested(subject):
        test, statement = one.test, one.part.statement
        others = {t.lower_key for t in statement.conditions.tests if t.quantifier != test.quantifier}
        lets_pass = test.quantifier == FOR_ALL and not test.negated and test.lower_key not in others
        if statement.allows and lets_pass and _tells_who(test.lower_key):
            yield Say(one.key, f"ForAllValues holds also where the request has no {test.key}")


def _tells_who(key: str) -> bool:
    """Whether the key says who asks, or about what, so that its absence should not let anything pass."""
    service = key.partition(":")[0]
    brought = key == "aws:tagkeys" or key.startswith("aws:requesttag/")
    return not brought and (service == "aws" or service not in _services())
