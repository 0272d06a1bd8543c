"""Statements about all requests at once: what is allowed, and is all of it allowed by others too?

This is the face of its rooms, for all circumstances: `allowed_set` and `granted` look at what layers allow, `contains`
and `difference` at two sets of layers. Where the circumstances are known, `examples` is quicker.
"""

from __future__ import annotations

from leastwise.policy.allowed import ActionClass, AllowedSet, Granted, allowed_set, granted
from leastwise.policy.containment import Containment, Verdict, contains, contains_on, difference

__all__ = [
    "ActionClass",
    "AllowedSet",
    "Containment",
    "Granted",
    "Verdict",
    "allowed_set",
    "contains",
    "contains_on",
    "difference",
    "granted",
]
