"""The exact IAM policy that a live collection needs, derived from the table of calls."""

from __future__ import annotations

from typing import Any

from leastwise.collect.calls import EVIDENCE_CALLS, INVENTORY_CALLS, LAST_ACCESSED_CALLS, READ_CALLS


def required_policy(
    *, inventory: bool = False, last_accessed: bool = False, evidence: tuple[str, ...] = ()
) -> dict[str, Any]:
    """An identity policy that allows every call of the table, with those made on request where asked, and nothing else.

    Most of these actions take no resource; the others are asked of every bucket and policy there is, so
    the resource is `*` (and the policy works in every partition).
    """
    more = (*(INVENTORY_CALLS if inventory else ()), *(LAST_ACCESSED_CALLS if last_accessed else ()))
    calls = (*READ_CALLS, *more, *(call for kind in evidence for call in EVIDENCE_CALLS[kind]))
    actions = sorted({call.action for call in calls if call.action is not None})
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "LeastwiseReadOnly", "Effect": "Allow", "Action": actions, "Resource": "*"}],
    }
