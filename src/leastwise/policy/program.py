"""One test of a condition block, compiled to a function from what is known of a request to its truth.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from leastwise.policy.context import Context
from leastwise.policy.glob import Glob
from leastwise.policy.operators import NULL, OPERATORS, Judge, Operator, judge
from leastwise.policy.truth import UNKNOWN, all_of, any_of
from leastwise.policy.variables import Filled, Template, template

if TYPE_CHECKING:
    from leastwise.policy.condition import Test

FOR_ALL = "ForAllValues"
FOR_ANY = "ForAnyValue"
Program = Callable[[Context], bool | None]
_NOWHERE = Context()
_Values = tuple[str, ...]
_OpenJudge = Callable[[str], bool | None]  # None: depends on a variable whose key is unknown


def compiled(test: Test) -> Program:
    """The program of a test. Of an operator that nobody knows, nothing is ever known."""
    operator = OPERATORS.get(test.operator.lower())
    if operator is None:
        return lambda _: None
    if operator.name == NULL:
        return _null(test, operator)
    templates = _templates(test, operator)
    if templates is None:
        return _fixed(test, judge(operator, tuple(map(operator.value, test.values))))
    if all(one.is_fixed for one in templates):
        return _fixed(test, _judged(operator, [one.fill(_NOWHERE) for one in templates]))
    return _variable(test, operator, templates)


def _templates(test: Test, operator: Operator) -> tuple[Template, ...] | None:
    """The values as templates, where they hold variables and the operator takes them."""
    if test.variables and operator.variables:
        return tuple(template(text, wildcards=operator.wildcards) for text in test.values)
    return None


def _null(test: Test, operator: Operator) -> Program:
    """`true`: the key is absent or its values are empty; `false`: it is there and they are not."""
    key = test.lower_key
    decide = judge(operator, tuple(map(Glob.literal, test.values)))
    if_null, if_not = decide("true"), decide("false")

    def run(context: Context) -> bool | None:
        found = context.known.get(key)
        if found is None and not context.lacks(key):
            return None
        return if_not if found and any(found) else if_null

    return run


def _absent(test: Test) -> bool:
    """The truth of a test whose key the request does not have.

    `ForAnyValue` finds no value then, with `IfExists` neither: https://repost.aws/questions/QU9HFmDzP0QGuU-fd7rS6B7w
    """
    return test.quantifier == FOR_ALL or (test.quantifier != FOR_ANY and (test.if_exists or test.negated))


def _fixed(test: Test, passes: Judge) -> Program:
    """The program of a test whose values are the same for every request: the common case, hence unrolled."""
    key, absent, quantified = test.lower_key, _absent(test), _quantified(test.quantifier)

    def run(context: Context) -> bool | None:
        found = context.known.get(key)
        if found is None:
            return absent if context.lacks(key) else None
        return quantified(passes, found)

    def run_single(context: Context) -> bool | None:
        found = context.known.get(key)
        if found is None:
            return absent if context.lacks(key) else None
        return passes(found[0]) if len(found) == 1 else False

    return run if test.quantifier else run_single


def _variable(test: Test, operator: Operator, templates: tuple[Template, ...]) -> Program:
    """The program of a test whose values hold variables: they are filled in for each context."""
    key, absent, quantified = test.lower_key, _absent(test), _quantified(test.quantifier)

    def run(context: Context) -> bool | None:
        found = context.known.get(key)
        if found is None:
            return absent if context.lacks(key) else None
        return quantified(_open_judge(operator, templates, context), found)

    return run


def _open_judge(operator: Operator, templates: tuple[Template, ...], context: Context) -> _OpenJudge:
    """The judge for the values of this context.

    While a value is unknown, only what the known ones settle is settled: a match makes a positive operator
    true and a negated one false, whatever the unknown value is.
    """
    filled = [one.fill(context) for one in templates]
    passes = _judged(operator, filled)
    if UNKNOWN not in filled:
        return passes

    def open_judge(text: str) -> bool | None:
        result = passes(text)
        return None if result is operator.negated else result

    return open_judge


def _judged(operator: Operator, filled: list[Filled]) -> Judge:
    """The judge for the values that could be resolved; what could not matches nothing (rule 15)."""
    return judge(operator, tuple(value for value in filled if isinstance(value, Glob)))


def _quantified(quantifier: str) -> Callable[[_OpenJudge, _Values], bool | None]:
    return {FOR_ALL: _for_all, FOR_ANY: _for_any}.get(quantifier, _single)


def _for_all(passes: _OpenJudge, found: _Values) -> bool | None:
    """Every request value passes; also when there is none to speak of (only empty texts)."""
    return all_of(map(passes, found)) if any(found) else True


def _for_any(passes: _OpenJudge, found: _Values) -> bool | None:
    """Some request value passes; never when there is none to speak of."""
    return any_of(map(passes, found)) if any(found) else False


def _single(passes: _OpenJudge, found: _Values) -> bool | None:
    """Several values under an operator without a quantifier are false, also for negated ones (field)."""
    return passes(found[0]) if len(found) == 1 else False
