"""Which rows are open to whom, by what they hold: a look at a few bits, before anything is asked."""

from __future__ import annotations

from functools import cache, lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from leastwise.account.model import Role
from leastwise.escalation.method import PASS_ROLE, SHAPES, Method, of_shape
from leastwise.escalation.powers import bit, bits, powers

if TYPE_CHECKING:
    from leastwise.account.model import Account, User

Rows = dict[str, tuple[Method, ...]]  # by shape


class Asked(NamedTuple):
    """What a row asks for, as bits: `each` of these, and of `others`, masks of actions that would do, one of each."""

    each: int
    others: tuple[int, ...]

    def is_within(self, marks: int) -> bool:
        """Whether these bits are enough."""
        return marks & self.each == self.each and all(marks & mark for mark in self.others)


@cache
def asked_by(method: Method) -> Asked:
    """The permissions that the row names."""
    marks = [bits(need.actions) for need in method.needs]
    return Asked(sum({m for m in marks if m.bit_count() == 1}), tuple(m for m in marks if m.bit_count() > 1))


@cache
def _rows(shape: str) -> tuple[tuple[Method, Asked], ...]:
    """With what each asks for. Whoever passes a role needs that permission, whatever else the row names."""
    shared = bit(PASS_ROLE) if shape == "pass_role" else 0
    asked = ((row, asked_by(row)) for row in of_shape(shape))
    return tuple((row, one._replace(each=one.each | shared)) for row, one in asked)


def open_to(account: Account, holder: User | Role, shape: str) -> tuple[Method, ...]:
    """The rows of a shape for principals of this kind that hold something for each need."""
    return open_rows(account, holder).get(shape, ())


def open_rows(account: Account, holder: User | Role) -> Rows:
    """As `open_to`, by shape; none for most. Of shapes whose rows have needs: all but `assume`."""
    held = powers(account, holder).held & row_marks()
    return _open_rows(_sort_of(holder), held) if held else {}


def _sort_of(holder: User | Role) -> str:
    """What kind of caller the principal is, in the words of the rows."""
    return "permission-set" if isinstance(holder, Role) and holder.is_reserved else holder.kind.value


@cache
def row_marks() -> int:
    """The bits of the actions that rows ask for; holders of the same ones find the same rows open."""
    return reduce(or_, map(_marks_of, SHAPES))


@cache
def _marks_of(shape: str) -> int:
    return reduce(or_, (mark for _, asked in _rows(shape) for mark in (asked.each, *asked.others)), 0)


@lru_cache(maxsize=1 << 14)
def _open_rows(kind: str, held: int) -> Rows:
    found = {shape: _open_of(shape, kind, held & _marks_of(shape)) for shape in SHAPES if shape != "assume"}
    return {shape: rows for shape, rows in found.items() if rows}


@lru_cache(maxsize=1 << 14)
def _open_of(shape: str, kind: str, held: int) -> tuple[Method, ...]:
    return tuple([row for row, asked in _rows(shape) if row.caller in {"", kind} and asked.is_within(held)])
