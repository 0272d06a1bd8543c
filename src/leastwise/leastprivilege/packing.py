"""Drafts made into documents again: what changed is printed anew, within AWS's quotas; the rest stays as it was.

Sizes are AWS's: characters without whitespace. Inline policies share one quota per principal; those that outgrow it
become managed policies. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from leastwise.leastprivilege.naming import PREFIX, free_names
from leastwise.policy.document import Policy
from leastwise.results import AdvisedPolicy, Kind

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from leastwise.access import Holder
    from leastwise.leastprivilege.draft import Bound, Clause, Draft, Page, Refusal
    from leastwise.policy.document import Document

MANAGED_QUOTA = 6_144
INLINE_QUOTA = {Kind.USER: 2_048, Kind.GROUP: 5_120, Kind.ROLE: 10_240}
TRUST_QUOTA = 2_048  # the default
_SID = re.compile(r"[^0-9A-Za-z]")

Body = dict[str, Any]


class Held(NamedTuple):
    """A policy of the principal's own and the place its draft has; `alone` tells that nobody else holds it."""

    document: Document
    place: int
    alone: bool


def size_of(body: Body) -> int:
    """Characters as AWS counts them."""
    text = msgspec.json.encode(body)
    return len(text) - text.count(b" ") if text.isascii() else sum(map(len, text.decode().split()))


@lru_cache(maxsize=1 << 14)
def body_of(page: Page) -> Body:
    """The document of a policy as the page leaves it: denies untouched, order kept."""
    policy = page.policy
    statements: list[Body] = []
    sids = {s.sid for s in policy.statements if s.sid}
    for origin in policy.statements:
        if not origin.allows:
            statements.append(origin.source)
            continue
        parts = [c for c in page.clauses if c.origin is origin]
        for number, clause in enumerate(parts):
            sid = _sid(origin.sid, number, sids) if number else origin.sid
            statements.append(_statement(clause, sid))
    statements.extend(map(_refusal, page.refusals))
    return {"Version": policy.version, "Statement": statements}


def _sid(sid: str, number: int, known: set[str]) -> str:
    """A further statement's id, unlike all others; none where the first has none."""
    if not sid:
        return ""
    found = next(name for n in range(number + 1, 10_000) if (name := f"{_SID.sub('', sid)}{n}") not in known)
    known.add(found)
    return found


def _statement(clause: Clause, sid: str) -> Body:
    source = clause.origin.source
    if not clause.is_changed:
        return source
    body: Body = {"Sid": sid} if sid else {}
    body["Effect"] = "Allow"
    body["NotAction" if clause.actions.negated else "Action"] = _texts(clause.actions.patterns)
    body["NotResource" if clause.resources.negated else "Resource"] = _texts(clause.resources.patterns)
    conditions = _conditions(source.get("Condition"), clause.bounds)
    return {**body, "Condition": conditions} if conditions else body


def _texts(patterns: tuple[str, ...]) -> str | list[str]:
    return patterns[0] if len(patterns) == 1 else list(patterns)


def _conditions(source: Body | None, bounds: Iterable[Bound]) -> Body:
    """The statement's own conditions and the added ones; both must hold."""
    block = {operator: dict(keys) for operator, keys in (source or {}).items()}
    for operator, key, value in bounds:
        block.setdefault(operator, {})[key] = value
    return block


def _refusal(refusal: Refusal) -> Body:
    return {"Effect": "Deny", "Action": refusal.action, "Resource": _texts(refusal.resources)}


def pack(holder: Holder, draft: Draft, held: Iterable[Held], *, taken: Container[str]) -> tuple[AdvisedPolicy, ...]:
    """The policies to put in place of those that changed. One of which nothing is left has no successor.

    `taken` are the names that a new managed policy cannot have, in lower case.
    """
    edited = draft.edited()
    changed = [h for h in held if h.place in edited]
    sizes = {h.place: size_on(draft.pages[h.place]) for h in changed}
    gone = {h.document for h in changed}
    unchanged = [d for d in holder.inline if d not in gone]
    inline = [h for h in changed if h.document.kind == "inline"]
    used = sum(map(_size_as_is, unchanged)) + sum(sizes[h.place] for h in inline)
    quota = INLINE_QUOTA[holder.kind]
    out: list[AdvisedPolicy] = []
    for each in changed:
        page = draft.pages[each.place]
        if not page.is_empty:
            fits = each.document.kind == "inline" and used <= quota
            given = [p.name.lower() for p in out if p.kind == "managed"]
            out.extend([_inline(each, page, quota)] if fits else _managed(holder, each, page, taken=(taken, given)))
    return tuple(out)


@lru_cache(maxsize=1 << 14)
def size_on(page: Page) -> int:
    """Characters of the document as the page leaves it, as AWS counts them."""
    return size_of(body_of(page))


def _size_as_is(document: Document) -> int:
    return size_as_is(document.policy) if isinstance(document.policy, Policy) else size_of({})


@lru_cache(maxsize=1 << 14)
def size_as_is(policy: Policy) -> int:
    """Characters of a policy as it stands, as AWS counts them."""
    return size_of(policy.source)


def _inline(held: Held, page: Page, quota: int) -> AdvisedPolicy:
    name, instead = held.document.name, replaced(held.document)
    return AdvisedPolicy(
        name=name, replaces=instead, kind="inline", document=body_of(page), size=size_on(page), quota=quota
    )


def replaced(document: Document) -> str:
    """The policy a document is, in one line: the ARN of a managed one, else whose inline policy it is."""
    return document.arn if document.is_managed else f"{document.arn} inline policy {document.name}"


def _managed(holder: Holder, held: Held, page: Page, *, taken: Iterable[Container[str]]) -> Iterable[AdvisedPolicy]:
    """One managed policy, or several where it is too long for one. The principal's own keeps its name."""
    own = held.document.is_managed and held.alone
    parts = _parts(page)
    name = held.document.name if own else f"{PREFIX}-{holder.name}-{held.document.name}"
    names = free_names(name, *taken, bare=own or len(parts) == 1)
    return [
        AdvisedPolicy(
            name=free,
            replaces=replaced(held.document),
            kind="managed",
            document=part,
            size=size,
            quota=MANAGED_QUOTA,
        )
        for free, (part, size) in zip(chain([name] if own else [], names), parts, strict=False)
    ]


@lru_cache(maxsize=1 << 14)
def _parts(page: Page) -> tuple[tuple[Body, int], ...]:
    """The document as the page leaves it, or what it is split into, with the sizes."""
    body, size = body_of(page), size_on(page)
    return ((body, size),) if size <= MANAGED_QUOTA else tuple((part, size_of(part)) for part in _split(body))


def _split(body: Body) -> Iterator[Body]:
    """Bodies that fit, filled in order; a statement too long for one is halved by its actions."""
    if size_of(body) <= MANAGED_QUOTA:
        yield body
        return
    frame = size_of({**body, "Statement": []})
    room: list[Body] = []
    size = frame
    for statement, length in _fitting(body["Statement"], MANAGED_QUOTA - frame):
        if room and size + len(",") + length > MANAGED_QUOTA:
            yield {**body, "Statement": room}
            room, size = [], frame
        size += length + (len(",") if room else 0)
        room.append(statement)
    yield {**body, "Statement": room}


def _fitting(statements: Iterable[Body], most: int) -> Iterator[tuple[Body, int]]:
    """The statements, with their sizes, or their parts where they are too long."""
    for statement in statements:
        size = size_of(statement)
        halves = _halves(statement) if size > most else None
        if halves is None:
            yield statement, size
        else:
            yield from _fitting(halves, most)


def _halves(statement: Body) -> tuple[Body, Body] | None:
    """The statement cut in two along its longest list that means the same in two: actions, else resources."""
    lists = [(len(str(statement[k])), k) for k in ("Action", "Resource") if isinstance(statement.get(k), list)]
    lists = [(length, key) for length, key in lists if len(statement[key]) > 1]
    if not lists:
        return None
    key = max(lists)[1]
    middle = len(statement[key]) // 2
    first, second = statement[key][:middle], statement[key][middle:]
    numbered = {"Sid": f"{statement['Sid']}b"} if statement.get("Sid") else {}
    return {**statement, key: first}, {**statement, **numbered, key: second}
