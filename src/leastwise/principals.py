"""Principals by what people call them: an ARN, `user/ann`, a name that only one has, or a pattern of any of these."""

from __future__ import annotations

import difflib
import fnmatch
import re
from itertools import islice
from typing import TYPE_CHECKING

from leastwise.account.model import remember
from leastwise.arn import parse_arn
from leastwise.errors import UsageError
from leastwise.scope import spared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.access import Holder
    from leastwise.account.model import Account

SHOWN = 5  # of the principals that may be meant
_PATTERN = re.compile(r"[*?\[]")


def pick(account: Account, texts: Iterable[str]) -> tuple[Holder, ...]:
    """Those whom the words name and whose policies may be changed, each once, in the account's order.

    Raises UsageError for a word that names nobody, several, or one whose policies are not to be changed; a pattern
    passes over these.
    """
    wanted = {holder.arn for text in texts for holder in _picked(account, text)}
    return tuple(holder for holder in account.holders if holder.arn in wanted)


def _picked(account: Account, text: str) -> list[Holder]:
    found = named(account, text)
    if not found and _PATTERN.search(text):
        pattern = re.compile(fnmatch.translate(text))
        alike = [h for h in account.holders if any(map(pattern.match, _names(h)))]
        found = [holder for holder in alike if not spared(holder)]
        if found:
            return found
        if alike:
            raise UsageError(f"{text!r}: {name_of(alike[0])} is left alone ({spared(alike[0])})")
    if not found:
        raise nobody(account, text)
    if len(found) > 1:
        raise several(text, sorted(map(name_of, found), key=len))
    if reason := spared(found[0]):
        raise UsageError(f"{name_of(found[0])} is left alone ({reason})")
    return found


def several(text: str, names: Iterable[str]) -> UsageError:
    """The error for a name that more than one has."""
    return UsageError(f"{text!r} may be {' or '.join(islice(names, SHOWN))}: name one of them")


def name_of(holder: Holder) -> str:
    """`user/ann`, without the path: names are unique among the users, the roles or the groups of an account."""
    return f"{holder.kind.value}/{holder.name}"


def is_session(text: str) -> bool:
    """Whether it is the ARN of a role's session."""
    arn = parse_arn(text)
    return arn is not None and arn.service == "sts" and arn.resource.startswith("assumed-role/")


def named(account: Account, text: str) -> list[Holder]:
    """The users, roles and groups that people call so; a session is its role's."""
    wanted = f"role/{text.split('/')[1]}" if is_session(text) else text
    return _called(account).get(wanted, [])


def _called(account: Account) -> dict[str, list[Holder]]:
    """All holders, by each of the names that people call them."""
    return remember(account, "called", lambda: _by_name(account))


def _by_name(account: Account) -> dict[str, list[Holder]]:
    found: dict[str, list[Holder]] = {}
    for holder in account.holders:
        for name in dict.fromkeys(_names(holder)):
            found.setdefault(name, []).append(holder)
    return found


def _names(holder: Holder) -> tuple[str, ...]:
    resource = holder.arn.split(":", 5)[-1]
    return holder.arn, resource, name_of(holder), holder.name


def nobody(account: Account, text: str) -> UsageError:
    """The error for a name that the account does not have, with the nearest that it has."""
    tail = text.rpartition("/")[2].lower()
    near = dict(_near(account, tail))
    hint = f"did you mean {', '.join(near.values())}?" if near else "name it as in user/ann, role/x, group/g, or root"
    return UsageError(f"the account has no principal {text!r}: {hint}")


def _near(account: Account, tail: str) -> Iterator[tuple[str, str]]:
    names = {holder.name.lower(): name_of(holder) for holder in account.holders}
    yield from ((name, names[name]) for name in difflib.get_close_matches(tail, names, n=3))
