"""Which files are CloudTrail's by their names, among the others that AWS delivers to the same bucket."""

from __future__ import annotations

ENDINGS = (".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
_NO_LOG = f"it was not read: its name ends in none of {', '.join(ENDINGS)}"
_DELIVERED = "AWSLogs"
_BESIDE = frozenset({"CloudTrail-Aggregated", "CloudTrail-Digest", "CloudTrail-Insight"})
_OTHERS = frozenset({
    "Config", "GuardDuty", "WAFLogs", "elasticloadbalancing", "network-firewall", "vpc-lattice", "vpcdnsquerylogs",
    "vpcflowlogs",
})  # fmt: skip
"""The folders of other services below that of the account."""


def why_not(path: str) -> str | None:
    """Why a file is not to be read; None if it is, and "" if that needs no word: a digest, or another service's.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
    """
    folders = path.split("/")[:-1]
    if _BESIDE.intersection(folders) or (_DELIVERED in folders and _OTHERS.intersection(folders)):
        return ""
    return None if path.endswith(ENDINGS) else _NO_LOG
