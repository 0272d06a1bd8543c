"""What a change does: the account is changed on paper and judged again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise.account.model import remember
from leastwise.escalation import escalations, find_paths, within_reach
from leastwise.remedy.paper import amended
from leastwise.results import STRENGTH, Path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from leastwise.account.model import Account
    from leastwise.remedy.amendment import Amendment

NO_EVIDENCE = "no usage evidence was given: whether a permission that is taken away is in use was not checked"


class Consequence(msgspec.Struct, frozen=True, kw_only=True):
    """The escalations before and after.

    `gone` and `remaining` are those that are listed today. `uncovered` are other ways of principals that have one
    today, too: an audit lists the best of each, and these were behind them. `new` would be those of principals that
    have none, or less sure ones: a change that brings any is never offered. `freed` are the principals that have no
    way left; `lost` the permissions seen in use that are taken away, as far as `evidence` tells.
    """

    gone: tuple[Path, ...]
    remaining: tuple[Path, ...]
    uncovered: tuple[Path, ...]
    new: tuple[Path, ...]
    freed: tuple[str, ...]
    lost: tuple[str, ...] = ()
    evidence: str = NO_EVIDENCE

    @property
    def ended(self) -> tuple[Path, ...]:
        """The paths that are gone without another way of the same principal coming to light in their place."""
        other = {path.source.arn for path in self.uncovered}
        return tuple(path for path in self.gone if path.source.arn not in other)

    @property
    def after(self) -> tuple[Path, ...]:
        """All that would be listed then."""
        return (*self.remaining, *self.uncovered, *self.new)


def today(account: Account) -> tuple[Path, ...]:
    """The escalations of the account as it is."""
    return remember(account, "escalations", lambda: tuple(p for p in find_paths(account) if p.escalates))


def what_if(account: Account, amendments: Iterable[Amendment]) -> Consequence:
    """The account after the changes, judged again.

    Who is neither an administrator nor can become one today cannot when something is taken away. Of the others nothing
    that they remember is believed.
    """
    return compare(account, amended(account, amendments, forget=within_reach(account)))


def compare(account: Account, paper: Account) -> Consequence:
    """What is different in an account that was changed on paper."""
    return _difference(today(account), escalations(paper))


def unchanged(account: Account) -> Consequence:
    """That of changing nothing."""
    return _difference(today(account), today(account))


def reckon(account: Account, has_ended: Callable[[Path], bool]) -> Consequence:
    """What must be said where the account is too large to be judged again: the listed paths, one by one."""
    return _difference(today(account), [path for path in today(account) if not has_ended(path)])


def _difference(before: Sequence[Path], after: Sequence[Path]) -> Consequence:
    listed = {path.fingerprint for path in before}
    left = {path.fingerprint for path in after}
    sources = {path.source.arn for path in after}
    best: dict[str, int] = {}
    for path in before:
        best[path.source.arn] = max(best.get(path.source.arn, 0), STRENGTH[path.verdict])
    new = tuple(path for path in after if STRENGTH[path.verdict] > best.get(path.source.arn, 0))
    worse = {path.fingerprint for path in new}
    old = [path for path in after if path.fingerprint not in worse]
    return Consequence(
        gone=tuple(path for path in before if path.fingerprint not in left),
        remaining=tuple(path for path in old if path.fingerprint in listed),
        uncovered=tuple(path for path in old if path.fingerprint not in listed),
        new=new,
        freed=tuple(sorted(best.keys() - sources)),
    )
