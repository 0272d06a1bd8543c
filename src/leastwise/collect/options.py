"""What a caller may choose about asking an account; it costs no boto3 to say so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from leastwise.collect.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from leastwise.collect.progress import Progress


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How to come to the credentials with which an account is asked. None leaves it to boto3's own chain."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    mfa_serial: str | None = None
    mfa_token: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller may choose about a live collection. None leaves it to boto3's own chain.

    `inventory` asks what runs, too, in `regions` or in every enabled one; `last_accessed` when each principal last
    used what; `evidence` names the kinds that are asked for besides.
    """

    region: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None
    session: Any = None
    progress: Callable[[Progress], None] | None = None
    inventory: bool = False
    regions: tuple[str, ...] = ()
    last_accessed: bool = False
    evidence: tuple[str, ...] = ()
    clock: Clock = field(default_factory=Clock)
