"""Buckets: who may reach them, by policy, ACL, ownership and both levels of Block Public Access."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from leastwise.collect.failure import Failure
from leastwise.collect.query import Paging, Part, Query, answer, fetch
from leastwise.collect.session import WORKERS
from leastwise.parallel import threads

if TYPE_CHECKING:
    from leastwise.collect.session import Aws

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html: with a page size it names each region
BUCKETS = Query(
    "s3:ListBuckets",
    lists=("Buckets",),
    singles=("Owner",),
    parameters={"MaxBuckets": 1000},
    paging=Paging("ContinuationToken", "ContinuationToken"),
)

NO_BLOCK = frozenset({"NoSuchPublicAccessBlockConfiguration"})
OF_EACH_BUCKET: tuple[Query, ...] = (
    Query("s3:GetBucketPolicy", singles=("Policy",), absent=frozenset({"NoSuchBucketPolicy"})),
    Query("s3:GetBucketAcl", singles=("Owner", "Grants")),
    Query(
        "s3:GetBucketOwnershipControls",
        singles=("OwnershipControls",),
        absent=frozenset({"OwnershipControlsNotFoundError"}),
    ),
    Query("s3:GetPublicAccessBlock", singles=("PublicAccessBlockConfiguration",), absent=NO_BLOCK),
)
OF_THE_ACCOUNT = Query("s3control:GetPublicAccessBlock", singles=("PublicAccessBlockConfiguration",), absent=NO_BLOCK)


class _Job(NamedTuple):
    query: Query
    bucket: str
    region: str | None


def account_block(aws: Aws, account: str) -> Part:
    """Block Public Access of the whole account."""
    seen = fetch(aws, OF_THE_ACCOUNT, AccountId=account)
    return Part(failures=(seen,)) if isinstance(seen, Failure) else Part({OF_THE_ACCOUNT.call: seen})


def buckets(aws: Aws) -> Part:
    """The list of buckets, then four questions to each, many at a time, each in its bucket's own region."""
    listed = answer(aws, BUCKETS)
    if listed.failures:
        why = f"{BUCKETS.call} was not available"
        return Part(failures=(*listed.failures, *(Failure(q.call, "NotCollected", why) for q in OF_EACH_BUCKET)))
    rows = listed.calls[BUCKETS.call]["Buckets"]
    jobs = [_Job(query, row["Name"], row.get("BucketRegion")) for row in rows for query in OF_EACH_BUCKET]
    answers = list(threads(WORKERS)(lambda job: _ask(aws, job, len(jobs)), jobs))
    calls: dict[str, Any] = {**listed.calls, **{query.call: {} for query in OF_EACH_BUCKET}}
    failures: list[Failure] = []
    for job, seen in zip(jobs, answers, strict=True):
        if isinstance(seen, Failure):
            failures.append(seen)
        else:
            calls[job.query.call][job.bucket] = seen
    return Part(calls, tuple(failures))


def _ask(aws: Aws, job: _Job, total: int) -> dict[str, Any] | Failure | None:
    """One question to one bucket: its answer, None where the bucket has no such thing, or the failure.

    A policy that is no JSON never comes here: AWS stores none, so it was garbled on the way (`hooks`).
    """
    seen = fetch(aws, job.query, job.region, Bucket=job.bucket)
    aws.reporter.step("buckets", total)
    if isinstance(seen, Failure):
        return seen.of(job.bucket)
    if job.query.absent and all(value is None for value in seen.values()):
        return None
    return {"Policy": json.loads(seen["Policy"])} if "Policy" in seen else seen
