"""A case: what is supposed of the circumstances of all requests in it, finer step by step.

A case starts with nothing known. It is split by the cells of a key (absent, one of a few values, several), or, where
a test hangs on a policy variable or cannot be seen through, by its truth. Each statement is true, false or undecided
in a case, by the same programs as in a concrete request.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise.policy.cells import cells, program_of, takes_many
from leastwise.policy.condition import Context, all_of, negate
from leastwise.policy.glob import Glob
from leastwise.policy.operators import OPERATORS
from leastwise.policy.regions import symbols
from leastwise.policy.truth import ABSENT, UNKNOWN, Missing
from leastwise.policy.variables import template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.policy.cells import Cells, Value
    from leastwise.policy.condition import Test
    from leastwise.policy.document import Statement
    from leastwise.policy.elements import Resources
    from leastwise.policy.form import Statements

SAMPLE = "x"
"""The value of a variable's key of which nothing else is asked."""

Atom = tuple[str, str, tuple[str, ...], bool]


class Case(NamedTuple):
    """What is supposed.

    `context` is what the tests see; in `fills`, which resources see, a symbol stands for the value of a variable's
    key; `absent` knows only which keys there are none of; `assumed` are the tests that were split by their truth.
    """

    context: Context
    fills: Context
    absent: Context
    assumed: dict[Atom, bool]

    def with_value(self, key: str, value: Value, sign: str) -> Case:
        """The key has this value; for a variable's key with one value, resources see the sign instead."""
        if isinstance(value, Missing):
            context, fills, absent = (one.with_(absent=(key,)) for one in (self.context, self.fills, self.absent))
            return Case(context, fills, absent, self.assumed)
        seen = (sign,) if sign and len(value) == 1 else value
        return self._replace(context=self.context.with_({key: value}), fills=self.fills.with_({key: seen}))

    def with_fill(self, key: str, value: Value, sign: str) -> Case:
        """As `with_value`, but tests of the key stay undecided unless it is absent."""
        told = self.with_value(key, value, sign)
        return told if isinstance(value, Missing) else self._replace(fills=told.fills)

    def assuming(self, atom: Atom, *, truth: bool) -> Case:
        """The test comes out like this."""
        return self._replace(assumed={**self.assumed, atom: truth})


START = Case(Context(), Context(), Context(), {})


class Circumstances:
    """The tests and variables of some statements, and how cases of them are split."""

    def __init__(self, statements: Statements) -> None:
        """Of all statements that have a say."""
        self._tests = tuple(dict.fromkeys(test for s in statements for test in s.conditions.tests))
        self._by_key: dict[str, tuple[Test, ...]] = {}
        for test in self._tests:
            if not _is_opaque(test):
                self._by_key[test.lower_key] = (*self._by_key.get(test.lower_key, ()), test)
        keys = sorted({key for statement in statements for key in _keys_of(statement.resources)})
        self._apart = {*keys, *(test.lower_key for test in self._tests if _is_opaque(test))}
        written = {letter for s in statements for pattern in s.resources.patterns for letter in pattern}
        self.symbols = dict(zip(keys, (sign for sign in symbols() if sign not in written), strict=False))

    def truth(self, test: Test, case: Case) -> bool | None:
        """Of one test, None while undecided."""
        found = program_of(test)(case.absent if _is_opaque(test) else case.context)
        if found is not None:
            return found
        atom, same = _atom(test)
        truth = case.assumed.get(atom)
        return truth if same else negate(truth)

    def applies(self, statement: Statement, case: Case) -> bool | None:
        """Whether the conditions of a statement hold, None while undecided."""
        return all_of(self.truth(test, case) for test in statement.conditions.tests)

    def is_filled(self, statement: Statement, case: Case) -> bool:
        """Whether the case tells of all variables of the statement's resources what stands for them."""
        return self._open_variable(statement, case) is None

    def _open_variable(self, statement: Statement, case: Case) -> str | None:
        return next((key for key in _keys_of(statement.resources) if case.fills.find(key) is UNKNOWN), None)

    def split(self, statements: Statements, case: Case) -> list[Case]:
        """Finer cases that together are the case; none where all is decided."""
        for statement in statements:
            applies = self.applies(statement, case)
            if applies is None:
                test = next(t for t in statement.conditions.tests if self.truth(t, case) is None)
                return self._finer(test, case)
            key = self._open_variable(statement, case) if applies else None
            if key is not None:
                return list(self._by_cells(case, key))
        return []

    def _finer(self, test: Test, case: Case) -> list[Case]:
        if not _is_opaque(test) and self._cells(test.lower_key).complete:
            return list(self._by_cells(case, test.lower_key))
        atom, _ = _atom(test)
        return [case.assuming(atom, truth=truth) for truth in (True, False)]

    def _cells(self, key: str) -> Cells:
        return cells(key, self._by_key.get(key, ()), apart=key in self._apart)

    def _by_cells(self, case: Case, key: str) -> Iterator[Case]:
        """One case for each cell. Where the tests of a variable's key cannot be seen through, they stay undecided."""
        found = self._cells(key)
        sign = self.symbols.get(key, "")
        if found.complete:
            return (case.with_value(key, value, sign) for value in found.values)
        return (case.with_fill(key, value, sign) for value in cells(key, (), apart=True).values)

    # from a case to a request

    def example(self, case: Case, resource: str) -> tuple[str, Context]:
        """A resource and a context that fit the case, as far as one can be found: whoever asks tries it."""
        known = dict(case.context.known)
        assumed = [test for test in self._tests if _atom(test)[0] in case.assumed]
        for key in (key for test in assumed for value in test.values for key in template(value).keys):
            if not case.context.lacks(key):
                known.setdefault(key, (SAMPLE,))
        for key in dict.fromkeys(test.lower_key for test in assumed):
            self._suit(key, case, known)
        for key, sign in self.symbols.items():
            if sign in resource:
                resource = resource.replace(sign, known.setdefault(key, (SAMPLE,))[0])
        return resource, Context(known, strict=True)

    def _suit(self, key: str, case: Case, known: dict[str, tuple[str, ...]]) -> None:
        """Give the key a value under which its tests come out as the case has them, if one is found."""
        wanted = [(t, self.truth(t, case)) for t in self._tests if t.lower_key == key and t.is_known]
        tried = [known.get(key, ABSENT), *self._cells(key).values, *_filled([t for t, _ in wanted], known)]
        for value in tried:
            others = {one: values for one, values in known.items() if one != key}
            context = Context(others if isinstance(value, Missing) else {**others, key: value}, strict=True)
            if all(truth is None or program_of(test)(context) is truth for test, truth in wanted):
                known.pop(key, None)
                known.update({one: values for one, values in context.known.items() if one == key})
                return


def _filled(tests: list[Test], known: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Values that the tests name once their variables are filled in, and one that they do not."""
    for test in tests:
        wildcards = OPERATORS[test.operator.lower()].wildcards
        for value in test.values:
            glob = template(value, wildcards=wildcards).fill(Context(known, strict=True))
            if isinstance(glob, Glob):
                yield (glob.text.replace("*", SAMPLE).replace("?", SAMPLE),)
    yield (SAMPLE + SAMPLE,)


@lru_cache(maxsize=1 << 14)
def _keys_of(resources: Resources) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for pattern in resources.patterns for key in template(pattern).keys))


def _is_opaque(test: Test) -> bool:
    """Whether the test cannot be settled by the values of its key alone."""
    return test.variables or not test.is_known


@lru_cache(maxsize=1 << 14)
def _atom(test: Test) -> tuple[Atom, bool]:
    """What two tests must share to come out alike; False with it: to come out opposite.

    `StringNotEquals` is the opposite of `StringEquals`, absent keys included, where a key has one value at most.
    """
    values = tuple(sorted(set(test.values)))
    opposite = test.negated and test.operator.startswith("String") and not (test.quantifier or test.if_exists)
    if opposite and not takes_many(test.lower_key):
        return (test.name.replace("Not", "", 1), test.lower_key, values, test.variables), False
    return (test.name, test.lower_key, values, test.variables), True
