"""Accounts that are looked at together: joined by ARN, each keeping its own policies and its own organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from leastwise.account.model import remember
from leastwise.arn import account_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from leastwise.access import Holder
    from leastwise.account.model import Account

T = TypeVar("T")


class Realm:
    """The accounts by id, in that order. An account that is not among them is known only by what these say of it."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        """No account may be given twice."""
        self.accounts = {one.id: one for one in sorted(accounts, key=lambda one: one.id)}
        self._memo: dict[object, object] = {}

    def home_of(self, arn: str) -> Account | None:
        """The account that an ARN names, if it is among these."""
        return self.accounts.get(account_of(arn))

    def holder(self, arn: str) -> Holder | None:
        """The user, role or group of that ARN."""
        return self.once("holders", self._holders).get(arn)

    def _holders(self) -> dict[str, Holder]:
        return {holder.arn: holder for one in self.accounts.values() for holder in one.holders}

    def once(self, key: object, make: Callable[[], T]) -> T:
        """The value kept under the key, made on the first call."""
        if key not in self._memo:
            self._memo[key] = make()
        return self._memo[key]  # type: ignore[return-value]  # the key's one maker decides the type


def alone(account: Account) -> Realm:
    """The account by itself."""
    return remember(account, "realm", lambda: Realm((account,)))
