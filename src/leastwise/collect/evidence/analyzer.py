"""What IAM Access Analyzer has found unused: whole roles, services and actions, over the window of its analyzer.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html
It speaks of users and roles that are older than its window, and of nobody else: who is not named may have used
everything, be too young, or be excluded. An analyzer is paid for by the principal, so most accounts have none.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from leastwise.collect.calls import permission
from leastwise.collect.failure import Failure, Kind
from leastwise.collect.inventory import enabled_regions
from leastwise.collect.query import Paging, Query, fetch
from leastwise.collect.session import WORKERS
from leastwise.parallel import threads
from leastwise.usage.records import Coverage, Evidence, Unused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from leastwise.collect.session import Aws

SOURCE = "IAM Access Analyzer"
STAGE = "unused access"
PAGES = Paging("nextToken", "nextToken")
ANALYZERS = Query("accessanalyzer:ListAnalyzers", lists=("analyzers",), paging=PAGES)
FINDINGS = Query("accessanalyzer:ListFindingsV2", lists=("findings",), paging=PAGES)
FINDING = Query("accessanalyzer:GetFindingV2", lists=("findingDetails",), paging=PAGES, stage=STAGE)
TYPES = ("ACCOUNT_UNUSED_ACCESS", "ORGANIZATION_UNUSED_ACCESS")
PERMISSIONS, ROLE = "UnusedPermission", "UnusedIAMRole"
CREDENTIALS = ("UnusedIAMUserAccessKey", "UnusedIAMUserPassword")


class _Analyzer(NamedTuple):
    arn: str
    region: str
    days: int
    analyzed: datetime | None


def unused_access(aws: Aws, account: str, regions: tuple[str, ...] = ()) -> Evidence:
    """What the analyzers of these regions, or of every enabled one, say of this account's users and roles."""
    asked = enabled_regions(aws, regions).asked
    listed = [one for several in threads(WORKERS)(lambda region: _analyzers(aws, region), asked) for one in several]
    analyzers = [one for one in listed if isinstance(one, _Analyzer)]
    if analyzers:
        return _evidence(aws, account, max(analyzers, key=lambda one: (one.days, one.arn)))
    failed = [_why(one) for one in listed if isinstance(one, Failure)]
    none = "no analyzer of unused access is active in the account: nothing is known of it"
    return Evidence(observations=(), unused=(), coverage=Coverage(source=SOURCE, remarks=tuple(failed[:1]) or (none,)))


def _analyzers(aws: Aws, region: str) -> list[_Analyzer | Failure]:
    found: list[_Analyzer | Failure] = []
    for kind in TYPES:
        said = fetch(aws, ANALYZERS, region, type=kind)
        if isinstance(said, Failure):
            return [said]
        for row in said["analyzers"]:
            days = int(((row.get("configuration") or {}).get("unusedAccess") or {}).get("unusedAccessAge") or 0)
            if row.get("status") == "ACTIVE" and days:
                found.append(_Analyzer(row["arn"], region, days, row.get("lastResourceAnalyzedAt")))
    return found


def _evidence(aws: Aws, account: str, analyzer: _Analyzer) -> Evidence:
    """The active findings of one analyzer."""
    wanted = {
        "status": {"eq": ["ACTIVE"]},
        "findingType": {"eq": [PERMISSIONS, ROLE, *CREDENTIALS]},
        **({"resourceOwnerAccount": {"eq": [account]}} if account else {}),
    }
    listed = fetch(aws, FINDINGS, analyzer.region, analyzerArn=analyzer.arn, filter=wanted)
    rows = [] if isinstance(listed, Failure) else listed["findings"]
    asked = [row for row in rows if row.get("findingType") == PERMISSIONS and not row.get("error")]
    details = list(
        threads(WORKERS)(
            lambda row: fetch(aws, FINDING, analyzer.region, analyzerArn=analyzer.arn, id=row["id"]), asked
        )
    )
    failed = [one for one in (listed, *details) if isinstance(one, Failure)]
    found = [Unused(principal=row["resource"], actions="*") for row in rows if row.get("findingType") == ROLE]
    for row, said in zip(asked, details, strict=True):
        if not isinstance(said, Failure):
            found += _unused(row["resource"], said["findingDetails"])
    return Evidence(
        observations=(),
        coverage=_coverage(analyzer, account, (*_credentials(rows), *map(_why, failed[:1]))),
        unused=tuple(sorted(found, key=lambda one: (one.principal, one.actions))),
    )


def _unused(principal: str, details: list[dict[str, Any]]) -> Iterator[Unused]:
    """The unused actions of services that were used, and the services that were not."""
    for detail in details:
        service = detail.get("unusedPermissionDetails") or {}
        prefix, actions = service.get("serviceNamespace"), service.get("actions") or ()
        if prefix and not actions:
            yield Unused(principal=principal, actions=f"{prefix}:*", last=service.get("lastAccessed"))
        for one in actions if prefix else ():
            name = one["action"].rpartition(":")[2]
            yield Unused(principal=principal, actions=f"{prefix}:{name}", last=one.get("lastAccessed"))


def _coverage(analyzer: _Analyzer, account: str, remarks: tuple[str, ...]) -> Coverage:
    last = analyzer.analyzed
    return Coverage(
        source=SOURCE,
        first=last - timedelta(days=analyzer.days) if last else None,
        last=last,
        days=analyzer.days,
        accounts=(account,) if account else (),
        remarks=remarks,
    )


def _credentials(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    idle = sorted({str(row["resource"]) for row in rows if row.get("findingType") in CREDENTIALS})
    return (f"a password or an access key is unused of {', '.join(idle)}",) if idle else ()


def _why(failure: Failure) -> str:
    todo = f"allow {permission(failure.call)}" if failure.kind is Kind.DENIED else "nothing is known of it"
    return f"what Access Analyzer has found could not be had ({failure.call}: {failure.reason}): {todo}"
