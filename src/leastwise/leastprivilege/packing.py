"""Drafts made into documents again: what changed is printed anew, within AWS's quotas; the rest stays as it was.

Sizes are AWS's: characters without whitespace. Inline policies share one quota per principal; those that outgrow it
become managed policies. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from leastwise.results import AdvisedPolicy, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.access import Holder
    from leastwise.leastprivilege.draft import Bound, Clause, Draft, Refusal
    from leastwise.policy.document import Document

MANAGED_QUOTA = 6_144
INLINE_QUOTA = {Kind.USER: 2_048, Kind.GROUP: 5_120, Kind.ROLE: 10_240}
LONGEST_NAME = 128
PREFIX = "leastwise"
_SID = re.compile(r"[^0-9A-Za-z]")

Body = dict[str, Any]


class Held(NamedTuple):
    """A policy of the principal's own and the place its draft has; `alone` tells that nobody else holds it."""

    document: Document
    place: int
    alone: bool


def size_of(body: Body) -> int:
    """Characters as AWS counts them."""
    return sum(map(len, msgspec.json.encode(body).decode().split()))


def body_of(draft: Draft, place: int) -> Body:
    """The document of one policy as the draft leaves it: denies untouched, order kept."""
    policy = draft.policies[place]
    statements: list[Body] = []
    sids = {s.sid for s in policy.statements if s.sid}
    for origin in policy.statements:
        if not origin.allows:
            statements.append(origin.source)
            continue
        parts = [c for c in draft.of(place) if c.origin is origin]
        for number, clause in enumerate(parts):
            sid = _sid(origin.sid, number, sids) if number else origin.sid
            statements.append(_statement(clause, sid))
    statements.extend(_refusal(r) for r in draft.refusals if r.place == place)
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


def pack(holder: Holder, draft: Draft, held: Iterable[Held]) -> tuple[AdvisedPolicy, ...]:
    """The policies to put in place of those that changed. One of which nothing is left has no successor."""
    edited = draft.edited()
    changed = [h for h in held if h.place in edited]
    bodies = {h.place: body_of(draft, h.place) for h in changed}
    gone = {h.document for h in changed}
    unchanged = [d for d in holder.inline if d not in gone]
    inline = [h for h in changed if h.document.kind == "inline"]
    used = sum(map(_size_as_is, unchanged)) + sum(size_of(bodies[h.place]) for h in inline)
    quota = INLINE_QUOTA[holder.kind]
    out: list[AdvisedPolicy] = []
    for each in changed:
        if not draft.is_empty(each.place):
            fits = each.document.kind == "inline" and used <= quota
            out.extend(
                [_inline(each, bodies[each.place], quota)] if fits else _managed(holder, each, bodies[each.place])
            )
    return tuple(out)


def _size_as_is(document: Document) -> int:
    return size_of(getattr(document.policy, "source", {}))


def _inline(held: Held, body: Body, quota: int) -> AdvisedPolicy:
    name = held.document.name
    return AdvisedPolicy(
        name=name, replaces=replaced(held.document), kind="inline", document=body, size=size_of(body), quota=quota
    )


def replaced(document: Document) -> str:
    """The policy a document is, in one line: the ARN of a managed one, else whose inline policy it is."""
    return document.arn if document.is_managed else f"{document.arn} inline policy {document.name}"


def _managed(holder: Holder, held: Held, body: Body) -> Iterator[AdvisedPolicy]:
    """One managed policy, or several where it is too long for one."""
    own = held.document.is_managed and held.alone
    name = held.document.name if own else f"{PREFIX}-{holder.name}-{held.document.name}"
    parts = list(_split(body))
    for number, part in enumerate(parts, start=1):
        tail = f"-{number}" if number > 1 or (len(parts) > 1 and not own) else ""
        yield AdvisedPolicy(
            name=name[: LONGEST_NAME - len(tail)] + tail,
            replaces=replaced(held.document),
            kind="managed",
            document=part,
            size=size_of(part),
            quota=MANAGED_QUOTA,
        )


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
