"""A question to AWS as data: which call, which parts of the answer to keep, how it is paged.

Keeping only named parts is what removes ResponseMetadata and paging marks from the snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from leastwise.collect.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leastwise.collect.session import Aws

SECRETS = frozenset({"Base32StringSeed", "QRCodePNG", "ServicePassword", "ServiceCredentialSecret", "SecretAccessKey"})


class Paging(NamedTuple):
    """Which field of a page names the next, the parameter it goes into, and the flag that says there is one.

    IAM shortens pages of long documents, so only the flag tells the end.
    """

    received: str
    sent: str
    flag: str | None = None


IAM_PAGES = Paging("Marker", "Marker", "IsTruncated")


@dataclass(frozen=True, slots=True)
class Query:
    """One question. `lists` are joined over all pages, `singles` taken from the first.

    `absent` holds the error codes that are an answer: there is none. `drop` removes fields from each row.
    """

    call: str
    lists: tuple[str, ...] = ()
    singles: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    paging: Paging | None = None
    absent: frozenset[str] = frozenset()
    drop: frozenset[str] = SECRETS
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the snapshot: answers under their call's name, and what failed."""

    calls: dict[str, Any] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()


def answer(aws: Aws, query: Query) -> Part:
    """The answer under the query's own name, or its failure."""
    seen = fetch(aws, query)
    return Part(failures=(seen,)) if isinstance(seen, Failure) else Part({query.call: seen})


def fetch(aws: Aws, query: Query, region: str | None = None, **parameters: Any) -> dict[str, Any] | Failure:
    """All pages of one question joined, or the failure of any of them: half a list is no list."""
    pages: list[dict[str, Any]] = []
    marker: dict[str, Any] = {}
    while True:
        page = aws.ask(query.call, region, **query.parameters, **parameters, **marker)
        if isinstance(page, Failure):
            return _nothing(query) if page.reason in query.absent else page
        if not page.keys() & {*query.lists, *query.singles}:
            return Failure(query.call, "Garbled", "the answer holds nothing of what was asked")
        pages.append(page)
        if query.stage:
            aws.reporter.step(query.stage)
        following = _next(query.paging, page)
        if following is None:
            return _join(query, pages)
        if following == marker:
            return Failure(query.call, "Garbled", "AWS named the same page twice")
        marker = following


def _next(paging: Paging | None, page: dict[str, Any]) -> dict[str, Any] | None:
    if paging is None or (paging.flag and not page.get(paging.flag)) or not page.get(paging.received):
        return None
    return {paging.sent: page[paging.received]}


def _nothing(query: Query) -> dict[str, Any]:
    return {**dict.fromkeys(query.singles), **{name: [] for name in query.lists}}


def _join(query: Query, pages: list[dict[str, Any]]) -> dict[str, Any]:
    joined: dict[str, Any] = {name: pages[0].get(name) for name in query.singles}
    for name in query.lists:
        joined[name] = [_row(row, query.drop) for page in pages for row in page.get(name) or ()]
    return joined


def _row(row: Any, drop: Iterable[str]) -> Any:
    if isinstance(row, dict):
        for name in drop:
            row.pop(name, None)
    return row
