"""Which actions documents together allow and deny: kept as lists, turned into bits where somebody asks for all.

Documents differ by the ARNs in them, action lists hardly do, and a number of twenty thousand bits for each of ten
thousand principals is what an audit would pay most for. The lists are few and shared.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise.policy.document import Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from leastwise.policy.document import Document, Statement
    from leastwise.policy.elements import Actions

Lists = tuple["Actions", ...]


class Granted(NamedTuple):
    """The action lists that documents may allow somewhere, and those that they surely deny everywhere."""

    allowed: Lists
    denied: Lists

    @property
    def at_most(self) -> int:
        """A number of actions that is no smaller than that of what is allowed: cheap, and often enough."""
        return sum(map(_number, self.allowed))

    def bits(self, bits_of: Callable[[Actions], int]) -> int:
        """What is left of the allowed, in the bits that the function gives for a list."""
        return union(self.allowed, bits_of) & ~union(self.denied, bits_of)


class _Plain(NamedTuple):
    """The lists of a policy that count under any condition, and the statements that set conditions."""

    allowed: Lists
    denied: Lists
    conditional: tuple[Statement, ...]


def granted(documents: Iterable[Document], holds: Callable[[Statement], bool | None]) -> Granted:
    """What the documents grant together. `holds` decides the conditions of a statement that sets some."""
    allowed: dict[Actions, None] = {}
    denied: dict[Actions, None] = {}
    for document in documents:
        plain = _plain(document.policy) if isinstance(document.policy, Policy) else _NOTHING
        allowed |= dict.fromkeys(plain.allowed)
        denied |= dict.fromkeys(plain.denied)
        for statement in plain.conditional:
            if statement.allows and holds(statement) is not False:
                allowed[statement.actions] = None
            elif statement.everywhere and not statement.allows and holds(statement):
                denied[statement.actions] = None
    return Granted(tuple(allowed), tuple(denied))


def together(documents: Iterable[Document]) -> int:
    """The actions that some statement of the documents allows somewhere, whatever its conditions, as bits."""
    lists = dict.fromkeys(s.actions for d in documents for s in d.statements if s.allows)
    return union(lists, mask_of)


def union(lists: Iterable[Actions], bits_of: Callable[[Actions], int]) -> int:
    """The bits of all the lists."""
    out = 0
    for actions in lists:
        out |= bits_of(actions)
    return out


def mask_of(actions: Actions) -> int:
    """The catalogue's bits of a list."""
    return actions.mask


@lru_cache(maxsize=1 << 14)
def _number(actions: Actions) -> int:
    return actions.mask.bit_count()


_NOTHING = _Plain((), (), ())


@lru_cache(maxsize=1 << 17)
def _plain(policy: Policy) -> _Plain:
    """Sorted out once for a policy. A deny of some resources only takes no action away."""
    allowed: list[Actions] = []
    denied: list[Actions] = []
    conditional: list[Statement] = []
    for statement in policy.statements:
        if statement.conditions.tests:
            conditional.append(statement)
        elif statement.allows:
            allowed.append(statement.actions)
        elif statement.everywhere:
            denied.append(statement.actions)
    return _Plain(tuple(allowed), tuple(denied), tuple(conditional))
