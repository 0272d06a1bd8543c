"""Two snapshots of one account: the demo account as it ships, and as it might look a week later."""

from __future__ import annotations

import gzip
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

WEEK_LATER = "2026-11-29T16:30:00Z"
ADMIN = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def demo() -> dict[str, Any]:
    """The demo account's snapshot, to be changed."""
    packed = files("leastwise").joinpath("demo/snapshot.json.gz").read_bytes()
    told: dict[str, Any] = json.loads(gzip.decompress(packed))
    return told


def a_week_later() -> dict[str, Any]:
    """`writer-everywhere` has become administrator, `self-putter` no longer can, and `power` is now for emergencies."""
    told = {**demo(), "taken_at": WEEK_LATER}
    user(told, "writer-everywhere")["UserPolicyList"] = [{"PolicyName": "all", "PolicyDocument": ADMIN}]
    user(told, "self-putter")["UserPolicyList"] = []
    user(told, "power")["Tags"] = [{"Key": "EmergencyAccess", "Value": "true"}]
    return told


def user(told: dict[str, Any], name: str) -> dict[str, Any]:
    """What the snapshot says of a user."""
    everybody = told["calls"]["iam:GetAccountAuthorizationDetails"]["UserDetailList"]
    found: dict[str, Any] = next(each for each in everybody if each["UserName"] == name)
    return found


def without(told: dict[str, Any], calls: Iterable[str]) -> dict[str, Any]:
    """The same, but these calls were denied."""
    gaps = [{"call": call, "target": None, "reason": "AccessDenied", "detail": ""} for call in calls]
    kept = {call: answer for call, answer in told["calls"].items() if call not in set(calls)}
    return {**told, "calls": kept, "gaps": [*told["gaps"], *gaps]}


def keep(told: dict[str, Any], file: Path) -> str:
    """The snapshot as a file; its path as text."""
    file.write_text(json.dumps(told), encoding="utf-8")
    return str(file)
