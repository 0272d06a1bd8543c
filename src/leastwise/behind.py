"""What stands behind a report: changes of documents, the documents pointed into, and portraits of principals.

Records of `results`, in a file of their own.
"""

from __future__ import annotations

import msgspec


class Rewrite(msgspec.Struct, frozen=True, kw_only=True):
    """A policy document before and after a change (None: there is none), JSON-ready, and how the change is made.

    `apply` are the commands that make it, `rollback` those that take it back, in this order; `mind` says what to heed.
    """

    document: str
    before: dict[str, object] | None
    after: dict[str, object] | None
    apply: tuple[str, ...] = ()
    rollback: tuple[str, ...] = ()
    mind: tuple[str, ...] = ()


class PolicyText(msgspec.Struct, frozen=True, kw_only=True):
    """A policy document as it was seen. Evidence points into it: by `arn`, and by pointers that begin with `at`."""

    arn: str
    name: str
    kind: str
    at: str
    body: dict[str, object]


class Portrait(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one principal beside its findings.

    `used` are labelled times of last use, "" where none was recorded. `policies` are the names and ARNs of what it
    holds, with the group through which. `granted` counts the catalogue's actions that its policies allow somewhere,
    `bounded` those that its boundary leaves of them, `limited` those that the SCPs leave of these; None: no such limit.
    `idle` are services that AWS tells that it may use, and of which it recorded no use.
    """

    arn: str
    created: str = ""
    used: tuple[tuple[str, str], ...] = ()
    policies: tuple[tuple[str, str, str], ...] = ()
    boundary: str = ""
    granted: int = 0
    bounded: int | None = None
    limited: int | None = None
    idle: tuple[str, ...] = ()


class Backdrop(msgspec.Struct, frozen=True, kw_only=True):
    """What stands behind a report, for formats that show it: the documents pointed into, and portraits by ARN."""

    documents: tuple[PolicyText, ...]
    portraits: tuple[Portrait, ...]
