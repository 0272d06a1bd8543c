"""What holds for all conditions and contexts."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leastwise.policy.condition import Conditions, Context, all_of, negate, parse_conditions, substitute
from leastwise.policy.operators import NULL, OPERATORS
from leastwise.policy.pattern import Glob

laws = settings(deadline=None, max_examples=150)

KEYS = ["k", "t", "u"]
SAMPLES = [
    "", "a", "ab", "B", "a*", "*", "?", "5", "5.0", "7", "2026", "2026-01-01T00:00:00Z", "true", "FALSE", "10.0.0.1",
    "10.0.0.0/8", "::1", "QQ==", "arn:aws:s3:::b", "arn:aws:s3:::*", "arn:*:s3:*:*:b", "${t}", "x${u, 'a'}", "${*}",
]  # fmt: skip
POSITIVE = sorted(operator.name for operator in OPERATORS.values() if not operator.negated)
OPPOSITES = {
    "StringEquals": "StringNotEquals",
    "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "StringLike": "StringNotLike",
    "NumericEquals": "NumericNotEquals",
    "DateEquals": "DateNotEquals",
    "IpAddress": "NotIpAddress",
    "ArnEquals": "ArnNotEquals",
    "ArnLike": "ArnNotLike",
}
CAN_BE_MALFORMED = ("Numeric", "Date", "Ip", "Arn")

samples = st.sampled_from(SAMPLES)
known = st.dictionaries(st.sampled_from(KEYS), st.lists(samples, max_size=3), max_size=3)
names = st.one_of(
    st.sampled_from([operator.name for operator in OPERATORS.values()]),
    st.builds(
        lambda quantifier, operator, suffix: f"{quantifier}{operator.name}{suffix}",
        st.sampled_from(["", "ForAllValues:", "ForAnyValue:"]),
        st.sampled_from([operator for operator in OPERATORS.values() if operator.name != NULL]),
        st.sampled_from(["", "IfExists"]),
    ),
)
blocks = st.dictionaries(
    names, st.dictionaries(st.sampled_from(KEYS), st.lists(samples, max_size=3), min_size=1), max_size=3
)


def parsed(block: Any, *, variables: bool = True) -> Conditions:
    return parse_conditions(block, variables=variables)


@laws
@given(blocks, known)
def test_a_known_context_decides_every_operator_that_aws_has(block: dict[str, Any], given_: dict[str, Any]) -> None:
    assert parsed(block).evaluate(Context(given_, strict=True)) is not None


@laws
@given(blocks, known, known, st.lists(st.sampled_from(KEYS)))
def test_strict_answers_refine_open_ones(
    block: dict[str, Any], given_: dict[str, Any], more: dict[str, Any], absent: list[str]
) -> None:
    """Whatever turns out to be so of the keys not known yet, an open answer stands."""
    open_ = Context(given_, [key for key in absent if key not in given_])
    answer = parsed(block).evaluate(open_)
    if answer is not None:
        fitting = {key: values for key, values in more.items() if key not in given_ and key not in absent}
        completed = open_.with_(fitting)
        assert parsed(block).evaluate(completed) is answer
        assert parsed(block).evaluate(Context(dict(completed.known), strict=True)) is answer


@laws
@given(blocks, known)
def test_what_is_undecided_is_why_the_answer_is_unknown(block: dict[str, Any], given_: dict[str, Any]) -> None:
    conditions, context = parsed(block), Context(given_)
    assert bool(conditions.undecided(context)) == (conditions.evaluate(context) is None)


@laws
@given(blocks, known)
def test_a_block_is_the_conjunction_of_its_tests(block: dict[str, Any], given_: dict[str, Any]) -> None:
    context = Context(given_)
    parts = [parsed({test.name: {test.key: list(test.values)}}) for test in parsed(block).tests]
    assert parsed(block).evaluate(context) is all_of(part.evaluate(context) for part in parts)


@laws
@given(blocks, st.booleans())
def test_parse_after_print_is_the_identity(block: dict[str, Any], variables: bool) -> None:
    conditions = parsed(block, variables=variables)
    assert parsed(conditions.to_json(), variables=variables) == conditions


@laws
@given(st.sampled_from(sorted(OPPOSITES)), st.lists(samples, max_size=3), known)
def test_a_negated_operator_with_if_exists_is_the_opposite_where_the_key_is_known(
    operator: str, values: list[str], given_: dict[str, Any]
) -> None:
    """Of one request value that can be read. With IfExists both are true where the key is missing."""
    context = Context(given_, strict=True)
    yes = parsed({f"{operator}IfExists": {"k": values}}).evaluate(context)
    no = parsed({f"{OPPOSITES[operator]}IfExists": {"k": values}}).evaluate(context)
    size = len(given_.get("k", ()))
    if size == 0:
        assert yes is no is True
    elif size > 1:
        assert yes is no is False
    elif operator.startswith(CAN_BE_MALFORMED):
        assert not (yes and no)
    else:
        assert yes is negate(no)


@laws
@given(st.sampled_from(sorted(OPPOSITES)), st.lists(samples, max_size=3))
def test_a_missing_key_fails_an_operator_and_passes_its_opposite(operator: str, values: list[str]) -> None:
    for context in (Context(strict=True), Context(absent=["K"]), Context({"k": []})):
        assert parsed({operator: {"k": values}}).evaluate(context) is False
        assert parsed({OPPOSITES[operator]: {"k": values}}).evaluate(context) is True


@laws
@given(st.sampled_from(sorted(OPPOSITES)), st.lists(samples, max_size=3), known)
def test_all_values_and_any_value_are_dual(operator: str, values: list[str], given_: dict[str, Any]) -> None:
    """Not all match = some match nothing, for values that can be read."""
    if operator.startswith(CAN_BE_MALFORMED):
        return
    context = Context(given_, strict=True)
    every = parsed({f"ForAllValues:{operator}": {"k": values}}).evaluate(context)
    some = parsed({f"ForAnyValue:{OPPOSITES[operator]}": {"k": values}}).evaluate(context)
    assert every is negate(some)


@laws
@given(st.sampled_from(POSITIVE), st.lists(samples, max_size=3), samples, known)
def test_more_values_never_make_a_positive_operator_false(
    operator: str, values: list[str], more: str, given_: dict[str, Any]
) -> None:
    context = Context(given_, strict=True)
    if parsed({operator: {"k": values}}).evaluate(context):
        assert parsed({operator: {"k": [*values, more]}}).evaluate(context)


@laws
@given(blocks, known)
def test_the_order_of_values_never_matters(block: dict[str, Any], given_: dict[str, Any]) -> None:
    turned = {name: {key: values[::-1] for key, values in keys.items()} for name, keys in block.items()}
    context = Context({key: values[::-1] for key, values in given_.items()})
    assert parsed(block).evaluate(Context(given_)) is parsed(turned).evaluate(context)


@laws
@given(st.sampled_from(["", "ForAnyValue:"]), st.sampled_from(POSITIVE), st.lists(samples, max_size=3), known)
def test_a_test_holds_only_where_its_key_has_a_pinned_value(
    quantifier: str, operator: str, values: list[str], given_: dict[str, Any]
) -> None:
    block = parsed({f"{quantifier}{operator}": {"k": values}})
    test, context = block.tests[0], Context(given_, strict=True)
    if test.pinned is not None and block.evaluate(context):
        assert {value.lower() for value in given_["k"]} & {value.lower() for value in test.pinned}
    if test.patterns is not None and block.evaluate(context):
        lowered = [Glob.of(p.lower() if isinstance(p, str) else p for p in glob.pieces) for glob in test.patterns]
        assert any(glob.matches(value.lower()) for glob in lowered for value in given_["k"])


@laws
@given(st.text(max_size=8), st.text(alphabet="ab*?${}t", max_size=8))
def test_substitution_never_introduces_wildcards_or_variables(value: str, around: str) -> None:
    context = Context({"secret": value})
    filled = substitute(f"{around}/${{secret}}", context)
    plain = substitute(f"{around}/", context)
    if isinstance(plain, Glob):
        assert filled == plain + Glob.literal(value)
    else:
        assert filled is plain


@laws
@given(known, known)
def test_learning_is_the_same_as_having_known(given_: dict[str, Any], more: dict[str, Any]) -> None:
    learned, at_once = Context(given_).with_(more), Context({**given_, **more})
    assert learned == at_once
    assert hash(learned) == hash(at_once)
