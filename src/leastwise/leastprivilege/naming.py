"""Names for new managed policies that nothing in the account has yet.

A name is given once in an account, whatever the path and the case of its letters.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING

from leastwise.account.model import remember

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from leastwise.account.model import Account

PREFIX = "leastwise"
LONGEST_NAME = 128


def policy_names(account: Account) -> frozenset[str]:
    """The names of the managed policies that are there, in lower case."""
    return remember(account, "policy names", lambda: frozenset(p.name.lower() for p in account.policies.values()))


def free_names(name: str, *taken: Container[str], bare: bool = True) -> Iterator[str]:
    """The name, numbered from 2 on, or if not `bare` from 1: not longer than AWS allows, and none that is `taken`.

    What is taken is in lower case.
    """
    tails = chain(("" if bare else "-1",), (f"-{number}" for number in count(2)))
    names = (name[: LONGEST_NAME - len(tail)] + tail for tail in tails)
    return (each for each in names if not any(each.lower() in known for known in taken))
