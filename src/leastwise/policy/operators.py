"""The condition operators as a table, and for each the judge of a single request value.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html

A judge is compiled once from the policy's values, dates and networks already read, and says whether one
request value passes. Keys that are absent, unknown or many-valued are the business of `condition`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from leastwise.policy import values
from leastwise.policy.glob import Glob, Wild

Judge = Callable[[str], bool]
_Reader = Callable[[str], Any]
_Tester = Callable[[Glob], Callable[[Any], bool] | None]
_ARN_SEGMENTS = 6


class Operator(NamedTuple):
    """One row of the table. `judges` makes a judge from the policy's values and from whether it is negated."""

    name: str
    judges: Callable[[tuple[Glob, ...], bool], Judge]
    negated: bool = False
    wildcards: bool = False
    variables: bool = False

    def value(self, text: str) -> Glob:
        """A policy value without variables, as this operator reads it."""
        return Glob.parse(text) if self.wildcards else Glob.literal(text)


def _equals(wanted: tuple[Glob, ...], negated: bool) -> Judge:  # noqa: FBT001 - as Operator.judges
    texts = frozenset(glob.prefix for glob in wanted)
    return (lambda text: text not in texts) if negated else texts.__contains__


def _equals_ignoring_case(wanted: tuple[Glob, ...], negated: bool) -> Judge:  # noqa: FBT001 - as Operator.judges
    texts = frozenset(glob.prefix.lower() for glob in wanted)
    return lambda text: (text.lower() in texts) is not negated


def _like(wanted: tuple[Glob, ...], negated: bool) -> Judge:  # noqa: FBT001 - as Operator.judges
    texts = frozenset(glob.prefix for glob in wanted if glob.is_literal)
    tests = tuple(glob.matches for glob in wanted if not glob.is_literal)
    if len(tests) == 1 and not texts and not negated:
        return tests[0]
    return _remembering(lambda text: (text in texts or any(test(text) for test in tests)) is not negated)


def _typed(read: _Reader, tester: _Tester) -> Callable[[tuple[Glob, ...], bool], Judge]:
    """Judges of values that can be malformed.

    A request value that cannot be read is false under every operator; a policy value that cannot be read
    matches nothing, and makes a negated test false too (both as public simulators have it: AWS documents
    neither).
    """

    def judges(wanted: tuple[Glob, ...], negated: bool) -> Judge:  # noqa: FBT001 - as Operator.judges
        read_ones = [tester(glob) for glob in wanted]
        tests = tuple(test for test in read_ones if test is not None)
        if negated and None in read_ones:
            return lambda _: False

        def judge(text: str) -> bool:
            value = read(text)
            return value is not None and any(test(value) for test in tests) is not negated

        return _remembering(judge)

    return judges


def _remembering(judge: Judge) -> Judge:
    """The same judge with a short memory: one principal's few values are asked about again and again."""
    return lru_cache(maxsize=32)(judge)


def _compared(read: _Reader, compare: Callable[[Any, Any], bool]) -> Callable[[tuple[Glob, ...], bool], Judge]:
    """Judges that read both sides alike; `compare(request value, policy value)`."""

    def tester(glob: Glob) -> Callable[[Any], bool] | None:
        wanted = read(glob.prefix)
        return None if wanted is None else lambda value: compare(value, wanted)

    return _typed(read, tester)


def _arn_tester(glob: Glob) -> Callable[[str], bool] | None:
    """Six segments compared apart, each with its wildcards; none when the pattern has fewer.

    A lone `*` takes every ARN: policies are written so, and to read it as "nothing" would call a public one closed.
    """
    if glob.is_any:
        return glob.matches
    segments = _segments(glob)
    if len(segments) < _ARN_SEGMENTS:
        return None
    if all(segment.is_literal for segment in segments[:-1]):
        return glob.matches

    def test(text: str) -> bool:
        parts = text.split(":", _ARN_SEGMENTS - 1)
        return all(segment.matches(part) for segment, part in zip(segments, parts, strict=True))

    return test


def _segments(glob: Glob) -> list[Glob]:
    """The pattern parted at its first five plain colons."""
    segments: list[list[str | Wild]] = [[]]
    for piece in glob.pieces:
        first, *others = [piece] if isinstance(piece, Wild) else piece.split(":", _ARN_SEGMENTS - len(segments))
        segments[-1].append(first)
        segments.extend([other] for other in others)
    return [Glob.of(pieces) for pieces in segments]


def _ordered(kind: str, read: _Reader) -> list[Operator]:
    return [
        Operator(f"{kind}Equals", _compared(read, lambda value, wanted: value == wanted)),
        Operator(f"{kind}NotEquals", _compared(read, lambda value, wanted: value == wanted), negated=True),
        Operator(f"{kind}LessThan", _compared(read, lambda value, wanted: value < wanted)),
        Operator(f"{kind}LessThanEquals", _compared(read, lambda value, wanted: value <= wanted)),
        Operator(f"{kind}GreaterThan", _compared(read, lambda value, wanted: value > wanted)),
        Operator(f"{kind}GreaterThanEquals", _compared(read, lambda value, wanted: value >= wanted)),
    ]


def _textual(
    name: str, judges: Callable[[tuple[Glob, ...], bool], Judge], *, wildcards: bool = False
) -> list[Operator]:
    """An operator on texts and its opposite: `StringLike`, `StringNotLike`."""
    kind = "Arn" if name.startswith("Arn") else "String"
    opposite = f"{kind}Not{name.removeprefix(kind)}"
    return [
        Operator(name, judges, wildcards=wildcards, variables=True),
        Operator(opposite, judges, negated=True, wildcards=wildcards, variables=True),
    ]


_arn = _typed(values.resource_name, _arn_tester)
_address = _compared(values.addresses, lambda value, wanted: wanted.holds(value))
_same: Callable[[Any, Any], bool] = lambda value, wanted: value == wanted  # noqa: E731 - a row of the table below

NULL = "Null"
OPERATORS: dict[str, Operator] = {
    operator.name.lower(): operator
    for operator in (
        *_textual("StringEquals", _equals),
        *_textual("StringEqualsIgnoreCase", _equals_ignoring_case),
        *_textual("StringLike", _like, wildcards=True),
        *_textual("ArnEquals", _arn, wildcards=True),
        *_textual("ArnLike", _arn, wildcards=True),
        *_ordered("Numeric", values.number),
        *_ordered("Date", values.moment),
        Operator("Bool", _compared(values.boolean, _same), variables=True),
        Operator("BinaryEquals", _compared(values.binary, _same)),
        Operator("IpAddress", _address),
        Operator("NotIpAddress", _address, negated=True),
        Operator(NULL, _compared(values.boolean, _same)),
    )
}
EQUALITIES = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"})


@lru_cache(maxsize=1 << 14)
def judge(operator: Operator, wanted: tuple[Glob, ...]) -> Judge:
    """The judge of one request value against these policy values. Shared, since the same lists recur."""
    return operator.judges(wanted, operator.negated)
