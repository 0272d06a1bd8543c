"""What conditions ask about a caller that it may change itself: its tags, and whether it has shown an MFA device.

Only statements that bear on the principal are looked at: its own, its boundary's, the SCPs', and the trust policies of
roles. A change is worth trying where one of their conditions comes out otherwise after it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain, combinations, islice, product
from typing import TYPE_CHECKING

from leastwise import access
from leastwise.account.model import remember
from leastwise.policy.document import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.account.model import Account, Role, User
    from leastwise.escalation.paper import Variant
    from leastwise.policy.condition import Conditions, Test
    from leastwise.policy.document import Document

TAG = "aws:principaltag/"
MFA = "aws:multifactorauth"
TRIED = 64  # sets of tags that are tried for one principal
TOLD = 8  # of them, those that are followed
OTHER = "other"  # a value that hardly any condition names
_EXAMPLE = str.maketrans("*?", "xx")  # of a pattern
_LEGAL = re.compile(r"[\w\s.:/=+@-]{0,256}")  # https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html


def asked(account: Account, holder: User | Role, beginning: str) -> tuple[Conditions, ...]:
    """The distinct conditions that ask for keys with this beginning, those of the principal's own statements first."""
    limits = (holder.boundary,) if holder.boundary else ()
    above = (document for level in access.scps_of(account, holder) for document in level)
    trusts = remember(account, ("asked by trusts", beginning), lambda: _of_trusts(account, beginning))
    return tuple(dict.fromkeys((*_of_all((*holder.documents, *limits, *above), beginning), *trusts)))


def _of_trusts(account: Account, beginning: str) -> tuple[Conditions, ...]:
    return tuple(dict.fromkeys(_of_all([role.trust for role in account.roles], beginning)))


def _of_all(documents: Iterable[Document], beginning: str) -> Iterator[Conditions]:
    policies = dict.fromkeys([document.policy for document in documents])  # roles share few trust policies
    return chain.from_iterable([_of_policy(policy, beginning) for policy in policies if isinstance(policy, Policy)])


@lru_cache(maxsize=1 << 15)
def _of_policy(policy: Policy, beginning: str) -> tuple[Conditions, ...]:
    blocks = (statement.conditions for statement in policy.statements)
    return tuple(block for block in blocks if any(test.lower_key.startswith(beginning) for test in block.tests))


def telling(
    account: Account, holder: User | Role, blocks: tuple[Conditions, ...], changed: Iterable[Variant]
) -> Iterator[Variant]:
    """The changes after which some of the conditions come out otherwise, of those alike the first; not too many."""
    seen = {_truths(account, holder, blocks)}
    for variant in changed:
        truths = _truths(account, variant.after, blocks)
        if truths not in seen and len(seen) <= TOLD:
            seen.add(truths)
            yield variant


def _truths(account: Account, holder: User | Role, blocks: tuple[Conditions, ...]) -> tuple[bool | None, ...]:
    context = access.context_of(account, holder)
    return tuple(block.evaluate(context) for block in blocks)


def tags_asked_for(blocks: tuple[Conditions, ...]) -> Iterator[dict[str, str]]:
    """Sets of tags that may change how the conditions come out: for each of them, then for two at once.

    Values are those that a condition names, of a pattern an example, and one that none names.
    """
    single = [tags for block in blocks for tags in islice(_for_one(block), TRIED)]
    double = ({**b, **a} for a, b in combinations(single, 2))
    return islice(chain(single, double), TRIED)


def _for_one(block: Conditions) -> Iterator[dict[str, str]]:
    tests = tuple(_tests((block,)))
    names = {test.lower_key: test.key[len(TAG) :] for test in tests}
    values = ([v for test in tests if test.lower_key == key for v in _values(test)] for key in names)
    for chosen in product(*values):
        yield dict(zip(names.values(), chosen, strict=True))


def _values(test: Test) -> tuple[str, ...]:
    named = () if test.variables or test.operator == "Null" else test.values
    return (*filter(_LEGAL.fullmatch, (value.translate(_EXAMPLE) for value in named)), OTHER)


def _tests(blocks: Iterable[Conditions]) -> Iterator[Test]:
    return (test for block in blocks for test in block.tests if test.lower_key.startswith(TAG))


def tags_named(blocks: tuple[Conditions, ...]) -> frozenset[str]:
    """The names of the tags that the conditions ask for, in lower case."""
    return frozenset(test.lower_key[len(TAG) :] for test in _tests(blocks))
