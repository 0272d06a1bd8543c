"""Condition blocks: tests of context keys, compiled once, answered in three values.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html

This is also the one door through which the rest of the engine reaches contexts, variables and truth.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from leastwise.policy.context import Context
from leastwise.policy.glob import Glob
from leastwise.policy.operators import EQUALITIES, NULL, OPERATORS
from leastwise.policy.program import FOR_ALL, Program, compiled
from leastwise.policy.truth import ABSENT, UNKNOWN, Missing, all_of, any_of, negate
from leastwise.policy.variables import substitute, template

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ABSENT",
    "ALWAYS",
    "UNKNOWN",
    "ConditionError",
    "Conditions",
    "Context",
    "Missing",
    "Test",
    "all_of",
    "any_of",
    "negate",
    "parse_conditions",
    "substitute",
]

_NAME = re.compile(
    r"((?P<quantifier>ForAllValues|ForAnyValue):)?(?P<base>\w+?)(?P<if_exists>IfExists)?",
    re.ASCII | re.IGNORECASE,
)
_PERSONAL = ("aws:principal", "aws:user", "aws:tokenissuetime", "aws:sourceidentity")
_QUANTIFIERS = {"forallvalues": "ForAllValues", "foranyvalue": "ForAnyValue", "": ""}


class ConditionError(ValueError):
    """A condition block that is none. `pointer` is a JSON pointer within the block."""

    def __init__(self, pointer: str, reason: str) -> None:
        """`reason` is the message."""
        super().__init__(reason)
        self.pointer = pointer


class Test(msgspec.Struct, frozen=True, kw_only=True):
    """One operator on one key.

    `operator` is the base name in its usual case, or, where nobody knows it, the whole name as written;
    `quantifier` is "", "ForAllValues" or "ForAnyValue"; `key` is as written. `variables` tells whether `${…}`
    in the values are policy variables. `index` is the place among the block's tests and `pointer` the JSON
    pointer to the key within the block.
    """

    __test__ = False  # pytest: this is not one of yours

    operator: str
    quantifier: str
    if_exists: bool
    key: str
    lower_key: str
    values: tuple[str, ...]
    variables: bool
    index: int
    pointer: str

    @property
    def name(self) -> str:
        """The operator as AWS writes it, whole: `ForAnyValue:StringLikeIfExists`."""
        prefix = f"{self.quantifier}:" if self.quantifier else ""
        return f"{prefix}{self.operator}{'IfExists' if self.if_exists else ''}"

    @property
    def is_known(self) -> bool:
        """Whether the operator is one that AWS has. If not, the test is always unknown."""
        return self.operator.lower() in OPERATORS

    @property
    def negated(self) -> bool:
        """Whether the operator asks that nothing matches: StringNotEquals, NotIpAddress, …"""
        operator = OPERATORS.get(self.operator.lower())
        return operator is not None and operator.negated

    @property
    def patterns(self) -> tuple[Glob, ...] | None:
        """The patterns one of which a value of the key must match for the test to hold; None: no such demand.

        Only for tests that hold *only* when the key is present and matches: StringEquals,
        StringEqualsIgnoreCase, StringLike, ArnEquals and ArnLike, plain or with ForAnyValue (then some value
        matches); never IfExists nor ForAllValues, which absent keys pass, and never where a variable would
        have to be filled in. The values of StringEqualsIgnoreCase are as written: compare both sides in lower
        case. ARN patterns are stricter than their globs (a `*` there keeps within its segment).
        """
        if self.operator not in EQUALITIES or self.if_exists or self.quantifier == FOR_ALL:
            return None
        operator = OPERATORS[self.operator.lower()]
        if not self.variables:
            return tuple(map(operator.value, self.values))
        filled = [template(value, wildcards=operator.wildcards) for value in self.values]
        if not all(one.is_fixed for one in filled):
            return None
        globs = (one.fill(_NOTHING_KNOWN) for one in filled)
        return tuple(glob for glob in globs if isinstance(glob, Glob))

    @property
    def pinned(self) -> tuple[str, ...] | None:
        """The texts one of which the key must have for the test to hold; None: no such demand.

        As `patterns`, where all of them are free of wildcards. An empty tuple is a test that never holds.
        """
        globs = self.patterns
        if globs is None or not all(glob.is_literal for glob in globs):
            return None
        return tuple(glob.prefix for glob in globs)

    def __str__(self) -> str:
        """For people: `StringEquals aws:PrincipalOrgID = o-123`."""
        return f"{self.name} {self.key} = {' or '.join(self.values)}"


class Conditions:
    """All tests of a block: each must hold. Immutable, hashable, compiled when first asked.

    `evaluate(context)` is True, False, or None where it cannot be told. It is an attribute that holds the
    compiled program itself, since the engine asks more often than it does anything else.
    """

    __slots__ = ("_hash", "_programs", "evaluate", "is_personal", "tests")

    tests: tuple[Test, ...]
    evaluate: Program

    def __init__(self, tests: tuple[Test, ...]) -> None:
        """Use `parse_conditions`, which shares equal blocks."""
        self.tests = tests
        self._programs: tuple[Program, ...] | None = None
        self._hash = hash(self._meaning())
        # Whether it asks who the caller is. Others come out alike for all users, and for all roles, of an account.
        self.is_personal = any(test.variables or test.lower_key.startswith(_PERSONAL) for test in tests)
        self.evaluate = self._compile_and_evaluate if tests else _always

    def and_(self, test: Test) -> Conditions:
        """The block with one more test."""
        return _shared((*self.tests, test))

    def undecided(self, context: Context) -> tuple[Test, ...]:
        """The tests on which the answer hangs: those unknown, while none is false. None are left when decided."""
        truths = [program(context) for program in self._compiled()]
        if False in truths:
            return ()
        return tuple(test for test, truth in zip(self.tests, truths, strict=True) if truth is None)

    def failed(self, context: Context) -> tuple[Test, ...]:
        """The tests that are false."""
        return tuple(t for t, program in zip(self.tests, self._compiled(), strict=True) if program(context) is False)

    def to_json(self) -> dict[str, dict[str, list[str]]]:
        """The block in normal form: operators in their usual case, each value a string, each list a list.

        Only where the block has one operator in several spellings, two of which JSON needs to keep apart, do
        all stay as they were.
        """
        spellings = {(test.name, _spelling(test)) for test in self.tests}
        names = [name for name, _ in spellings]
        block: dict[str, dict[str, list[str]]] = {}
        for test in self.tests:
            name = test.name if names.count(test.name) == 1 else _spelling(test)
            block.setdefault(name, {})[test.key] = list(test.values)
        return block

    def _compile_and_evaluate(self, context: Context) -> bool | None:
        programs = self._compiled()
        self.evaluate = programs[0] if len(programs) == 1 else _conjunction(programs)
        return self.evaluate(context)

    def _compiled(self) -> tuple[Program, ...]:
        if self._programs is None:
            self._programs = tuple(map(compiled, self.tests))
        return self._programs

    def _meaning(self) -> tuple[tuple[str, str, tuple[str, ...], bool], ...]:
        return tuple((test.name, test.lower_key, test.values, test.variables) for test in self.tests)

    def __eq__(self, other: object) -> bool:
        """Whether both make the same tests in the same order, however they were spelt."""
        return self is other or (isinstance(other, Conditions) and self._meaning() == other._meaning())

    def __hash__(self) -> int:
        """Computed once."""
        return self._hash

    def __reduce__(self) -> tuple[Callable[[tuple[Test, ...]], Conditions], tuple[tuple[Test, ...]]]:
        """Travels between processes as its tests, since programs are closures."""
        return _shared, (self.tests,)

    def __repr__(self) -> str:
        """For people who debug."""
        return f"Conditions({' and '.join(map(str, self.tests))})"


def _always(_: Context) -> bool | None:
    return True


def _conjunction(programs: tuple[Program, ...]) -> Program:
    def run(context: Context) -> bool | None:
        result: bool | None = True
        for program in programs:
            truth = program(context)
            if truth is False:
                return False
            if truth is None:
                result = None
        return result

    return run


@lru_cache(maxsize=1 << 16)
def _shared(tests: tuple[Test, ...]) -> Conditions:
    return Conditions(tests)


_NOTHING_KNOWN = Context()
ALWAYS = _shared(())


def parse_conditions(block: object, *, variables: bool) -> Conditions:
    """The conditions of a `Condition` element. An empty block always holds.

    `variables`: whether `${…}` are policy variables, as in documents of version 2012-10-17; in others they
    are plain text. Raises ConditionError where the block has no legal shape; an operator that nobody knows is
    legal, and its test always unknown.
    """
    if not isinstance(block, dict):
        raise ConditionError("", "a condition block is an object")
    tests: list[Test] = []
    for operator, keys in block.items():
        at = f"/{_escaped(operator)}"
        if not isinstance(keys, dict):
            raise ConditionError(at, f"{operator} needs an object of keys and values")
        for key, value in keys.items():
            tests.append(_test(operator, key, value, variables=variables, index=len(tests)))
    return _shared(tuple(tests))


def _test(operator: str, key: str, value: object, *, variables: bool, index: int) -> Test:
    quantifier, base, if_exists = _taken_apart(operator)
    pointer = f"/{_escaped(operator)}/{_escaped(key)}"
    values = _texts(value, pointer)
    return Test(
        operator=base,
        quantifier=quantifier,
        if_exists=if_exists,
        key=key,
        lower_key=key.lower(),
        values=values,
        variables=variables and any("${" in text for text in values),
        index=index,
        pointer=pointer,
    )


@lru_cache(maxsize=1024)
def _taken_apart(name: str) -> tuple[str, str, bool]:
    """Quantifier, base name and IfExists of an operator. What AWS does not have stays whole."""
    found = _NAME.fullmatch(name)
    quantifier, base, if_exists = found.group("quantifier", "base", "if_exists") if found else ("", "", "")
    operator = OPERATORS.get(base.lower())
    if operator is None or (operator.name == NULL and (quantifier or if_exists)):
        return "", name, False
    return _QUANTIFIERS[(quantifier or "").lower()], operator.name, bool(if_exists)


def _texts(value: object, pointer: str) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_text(one, f"{pointer}/{place}") for place, one in enumerate(value))
    return (_text(value, pointer),)


def _text(value: object, pointer: str) -> str:
    """A value as the text it stands for: JSON's `true` is `"true"`, `1` is `"1"`."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise ConditionError(pointer, "a condition's value is a string, a number, a boolean, or a list of them")


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _spelling(test: Test) -> str:
    """The operator as written. Only AWS's own have several, and in those a pointer escapes nothing."""
    return test.pointer.split("/")[1]
