"""The values of conditions, read from their text: numbers, times, address ranges, booleans, bytes, ARNs.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html

Each reader answers None for a text that is no such value; the operators make that a false test, also a
negated one.
"""

from __future__ import annotations

import re
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from ipaddress import ip_network
from typing import NamedTuple

from leastwise.arn import parse_arn

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,9})?", re.ASCII | re.IGNORECASE)
_EPOCH = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_TIME = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(?P<fraction>\.\d+)?)?"
    r"(Z|(?P<zone>[+-]\d\d:?\d\d))?)?)?)?",
    re.ASCII,
)
_START = datetime(1970, 1, 1, tzinfo=UTC)
_MASKED = re.compile(r"[^/]+(/\d+)?", re.ASCII)


@lru_cache(maxsize=4096)
def number(text: str) -> Decimal | None:
    """An integer or decimal number, by value: `10` is `10.0`."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=4096)
def moment(text: str) -> Decimal | None:
    """A time in seconds since 1970: one of the W3C forms of ISO 8601 (four digits are a year), or such
    seconds.

    A time without a zone is taken as UTC.
    """
    found = _TIME.fullmatch(text)
    if found is None:
        return Decimal(text) if _EPOCH.fullmatch(text) else None
    part = found.groupdict(default="")
    try:
        whole = datetime(
            int(part["year"]),
            int(part["month"] or 1),
            int(part["day"] or 1),
            int(part["hour"] or 0),
            int(part["minute"] or 0),
            int(part["second"] or 0),
            tzinfo=UTC,
        )
    except ValueError:
        return None
    seconds = (whole - _START) // timedelta(seconds=1) - _offset(part["zone"])
    return seconds + Decimal(part["fraction"] or 0)


def _offset(zone: str) -> int:
    """Seconds east of Greenwich of `+05:30` or `+0530`."""
    minutes = int(zone[1:3]) * 60 + int(zone[-2:]) if zone else 0
    return -60 * minutes if zone.startswith("-") else 60 * minutes


class Range(NamedTuple):
    """The addresses of a network, as numbers; one address is the smallest network."""

    version: int
    first: int
    last: int

    def holds(self, other: Range) -> bool:
        """Whether the other lies within. Networks of different IP versions never do."""
        return self.version == other.version and self.first <= other.first and other.last <= self.last


@lru_cache(maxsize=4096)
def addresses(text: str) -> Range | None:
    """An IPv4 or IPv6 address, or a range in CIDR notation (`10.0.0.0/8`)."""
    if not _MASKED.fullmatch(text):
        return None
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return None
    return Range(network.version, int(network.network_address), int(network.broadcast_address))


def boolean(text: str) -> bool | None:
    """`true` or `false`, in any case."""
    return {"true": True, "false": False}.get(text.lower())


def binary(text: str) -> bytes | None:
    """Bytes from base64, in which binary values are written."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return None


def resource_name(text: str) -> str | None:
    """The text itself, where it is an ARN."""
    return text if parse_arn(text) else None
