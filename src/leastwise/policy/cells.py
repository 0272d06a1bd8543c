"""What a condition key can be, as far as tests can tell: absent, one value, several; each once.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html

Nothing here knows what an operator means: candidate values come from `points`, and the tests' own programs say which
of them differ. Requests are taken to be as AWS makes them: a key that the catalogue lists with a single value has at
most one, and one of its type.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.policy.context import Context
from leastwise.policy.operators import NULL
from leastwise.policy.points import family, points, sent
from leastwise.policy.program import compiled
from leastwise.policy.truth import ABSENT, Missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from leastwise.policy.condition import Test
    from leastwise.policy.program import Program

LISTS = 64  # different lists of values looked at; with more the key is left open
_OWN = {"Numeric": "Numeric", "Date": "Date", "IPAddress": "Address", "Binary": "Binary"}  # type → its own family
_EMPTY = ""
_OTHER = "?"  # no number, date, address, boolean or base64

Value = tuple[str, ...] | Missing
_Vector = tuple[bool | None, ...]


class Cells(NamedTuple):
    """The values of a key that the tests tell apart, and whether these are all there are."""

    values: tuple[Value, ...]
    complete: bool


def program_of(test: Test) -> Program:
    """The test's program, made once."""
    return _program(test)


_program = lru_cache(maxsize=1 << 14)(compiled)


def takes_many(key: str) -> bool:
    """Whether a request may bring several values of the key, as it may of a key that the catalogue does not know."""
    return catalog.universe().takes_several(key) is not False


@lru_cache(maxsize=1 << 12)
def cells(key: str, tests: tuple[Test, ...], *, apart: bool = False) -> Cells:
    """The cells of a key under tests of known operators without variables.

    `apart`: one value and several are never taken for the same, since a variable can only stand for one.
    """
    kind = (catalog.universe().condition_key_type(key) or "").removeprefix("ArrayOf")
    texts, complete = _candidates(kind, tests)

    def vector(value: Value) -> _Vector:
        context = Context(absent=(key,)) if isinstance(value, Missing) else Context({key: value})
        return tuple(program_of(test)(context) for test in tests)

    found: list[Value] = [ABSENT, *((text,) for text in texts)]
    if takes_many(key):
        several = _several(texts, vector)
        complete = complete and several is not None
        found += several or ()
    different: dict[object, Value] = {}
    for value in found:
        different.setdefault((_size(value) if apart else 0, vector(value)), value)
    return Cells(tuple(different.values()), complete)


def _size(value: Value) -> int:
    return 0 if isinstance(value, Missing) else min(len(value), 2)


def _candidates(kind: str, tests: tuple[Test, ...]) -> tuple[tuple[str, ...], bool]:
    by_family: dict[str, list[Test]] = {}
    for test in tests:
        if test.operator != NULL:
            by_family.setdefault(family(test.operator), []).append(test)
    if kind == "Bool":
        return ("true", "false"), True
    own = _OWN.get(kind, "")
    names = set(by_family) or {own or "Text"}
    found = [points(name, tuple(by_family.get(name, ()))) for name in sorted(names)]
    odd = () if own else (_EMPTY, *(() if names == {"Text"} else (_OTHER,)))
    texts = dict.fromkeys((*(text for one in found for text in one.texts), *odd))
    alone = len(found) == 1 and found[0].complete and (not own or names == {own})
    return tuple(text for text in texts if sent(kind, text)), alone


def _several(texts: tuple[str, ...], vector: Callable[[Value], _Vector]) -> tuple[Value, ...] | None:
    """Lists of two and more values, one for each outcome; None where there are too many.

    To `ForAllValues` and `ForAnyValue` a list is what its values are together, so lists grow by one value at a time
    for as long as that makes a difference. Empty texts count only beside others, and so come last.
    """
    full = [text for text in texts if text]
    reached: dict[_Vector, tuple[str, ...]] = {}
    queue = [(text, text) for text in full]
    while queue:
        many: tuple[str, ...] = queue.pop()
        if reached.setdefault(vector(many), many) is many:
            queue += [(*many, text) for text in full]  # type: ignore[misc]  # lists of any length
        if len(reached) > LISTS:
            return None
    empty = [(*many, _EMPTY) for many in reached.values()] if _EMPTY in texts else []
    return (*reached.values(), *empty, *([(_EMPTY, _EMPTY)] if empty else []))
