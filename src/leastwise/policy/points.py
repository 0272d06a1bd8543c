"""Values that stand for all values, family by family: texts, numbers, dates, addresses, booleans, bytes.

Each family's tests cut its values into a few pieces within which no test tells two values apart; one value of each
piece is enough. The pieces of texts are found in `words`, those of numbers between the values that policies name,
those of addresses at the edges of their networks.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from decimal import Context as Arithmetic
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from leastwise.policy import values
from leastwise.policy.operators import OPERATORS
from leastwise.policy.words import IS_ARN, Sign, arn_sign, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from leastwise.policy.condition import Test

_EXACT = Arithmetic(prec=60, traps=[])  # what cannot be said exactly shows as a point out of order
_START = datetime(1970, 1, 1, tzinfo=UTC)
_END = 253_402_300_800  # the year 10000
_HIGHEST = {4: 2**32 - 1, 6: 2**128 - 1}
_ADDRESS: dict[int, Callable[[int], IPv4Address | IPv6Address]] = {4: IPv4Address, 6: IPv6Address}


class Points(NamedTuple):
    """Texts of values, and whether every piece is sure to have one."""

    texts: tuple[str, ...]
    complete: bool


def family(operator: str) -> str:
    """Operators of one family read values alike."""
    for start in ("Numeric", "Date", "Bool", "Binary"):
        if operator.startswith(start):
            return start
    return "Address" if operator.endswith("IpAddress") else "Text"


def points(kind: str, tests: tuple[Test, ...]) -> Points:
    """The values of a family that its tests tell apart."""
    wanted = tuple(dict.fromkeys(value for test in tests for value in test.values))
    if kind == "Text":
        return _texts(tests)
    if kind == "Numeric":
        return _line(map(values.number, wanted), str)
    if kind == "Date":
        return _line(map(values.moment, wanted), _written)
    if kind == "Address":
        return Points(tuple(_addresses(tuple(filter(None, map(values.addresses, wanted))))), complete=True)
    if kind == "Bool":
        return Points(("true", "false"), complete=True)
    strangers = (b64encode(bytes([place])).decode() for place in range(min(len(wanted), 255) + 1))
    return Points((*wanted, *strangers), complete=len(wanted) < 256)


# texts


def _texts(tests: tuple[Test, ...]) -> Points:
    signs = frozenset(sign for test in tests for sign in _signs(test))
    literals = {sign.glob.prefix for sign in signs if sign.glob.is_literal and sign == Sign(sign.glob)}
    patterns = frozenset(sign for sign in signs if sign.glob.prefix not in literals or sign != Sign(sign.glob))
    found = words(patterns)
    if found is not None and literals.intersection(found):  # then that word does not stand for the others like it
        found = words(signs)
    known = tuple(sorted(literals))
    return Points((*known, "x"), complete=False) if found is None else Points(found + known, complete=True)


def _signs(test: Test) -> Iterator[Sign]:
    operator = OPERATORS[test.operator.lower()]
    for value in test.values:
        glob = operator.value(value)
        if test.operator.startswith("Arn"):
            sign = arn_sign(glob)
            yield from (sign,) if sign else ()
            yield Sign(IS_ARN, arn=True)
        else:
            yield Sign(glob, folded=test.operator.endswith("IgnoreCase"))


# numbers and dates


def _line(marks: Iterable[Decimal | None], write: Callable[[Decimal], str]) -> Points:
    """The marks, and something before, between and after them."""
    named = sorted({mark for mark in marks if mark is not None}) or [Decimal(0)]
    one, two = Decimal(1), Decimal(2)
    line = [_EXACT.subtract(named[0], one)]
    for here, following in pairwise(named):
        line += [here, _EXACT.divide(_EXACT.add(here, following), two)]
    line += [named[-1], _EXACT.add(named[-1], one)]
    exact = all(point.is_finite() for point in line)
    return Points(
        tuple(write(point) for point in (line if exact else named)),
        complete=exact and all(here < following for here, following in pairwise(line)),
    )


def _written(seconds: Decimal) -> str:
    if seconds == int(seconds) and 0 <= seconds < _END:
        return (_START + timedelta(seconds=int(seconds))).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = f"{seconds:f}"
    return text if "." in text else f"{text}.0"  # four digits alone would be a year


# addresses


def _addresses(networks: tuple[values.Range, ...]) -> Iterator[str]:
    """Single addresses at the edges of the networks, and networks, which a request may also bring."""
    for version, highest in _HIGHEST.items():
        spans = [span for span in networks if span.version == version]
        edges = {0, *(span.first for span in spans), *(span.last + 1 for span in spans)}
        yield from (str(_ADDRESS[version](edge)) for edge in sorted(edges) if edge <= highest)
        for span in sorted({values.Range(version, 0, highest), *spans}):
            bits = highest.bit_length() - (span.last - span.first).bit_length()
            yield f"{_ADDRESS[version](span.first)}/{bits}"


def sent(kind: str, text: str) -> bool:
    """Whether AWS would send such a text for a key whose values are of this type, by the catalogue.

    Texts and keys of no known type may hold anything.
    """
    if kind == "Numeric":
        return values.number(text) is not None
    if kind == "Date":
        return values.moment(text) is not None
    if kind == "IPAddress":
        return values.addresses(text) is not None and "/" not in text
    return True
