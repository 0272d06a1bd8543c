"""When each user, group and role last used which service and action, as AWS keeps it (*Access Advisor*).

AWS makes a report for each principal on request: a job is started, asked for until it is done, and read page by page.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateServiceLastAccessedDetails.html
No rate of jobs is published, so only so many are under way at a time, and the pauses follow how fast they finish.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from leastwise.account.build import DETAILS, build
from leastwise.account.last_accessed import CALL, COMPLETED
from leastwise.collect.clock import stamp
from leastwise.collect.failure import Failure
from leastwise.collect.query import IAM_PAGES, Part, Query, fetch
from leastwise.collect.session import WORKERS
from leastwise.parallel import threads
from leastwise.scope import exemption
from leastwise.snapshot import Snapshot, raw

if TYPE_CHECKING:
    from leastwise.arn import Arn
    from leastwise.collect.session import Aws

GENERATE = "iam:GenerateServiceLastAccessedDetails"
REPORT = Query(
    CALL,
    lists=("ServicesLastAccessed",),
    singles=("JobStatus", "JobType", "JobCompletionDate", "Error"),
    parameters={"MaxItems": 1000},
    paging=IAM_PAGES,
)
RUNNING, FAILED = "IN_PROGRESS", "FAILED"
STAGE = "last use"
AT_ONCE = 100  # jobs under way
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 8.0  # seconds between two rounds
STALLED = timedelta(minutes=2)  # without a job that finished: the rest is given up
PATIENCE = timedelta(minutes=10)  # over all, and for each principal as much as follows
EACH = timedelta(seconds=1)


@dataclass(slots=True)
class _Round:
    """Where the jobs stand: not begun, under way by their ids, and what came of the others."""

    waiting: deque[str]
    jobs: dict[str, str] = field(default_factory=dict)
    said: dict[str, dict[str, Any] | Failure] = field(default_factory=dict)

    @property
    def room(self) -> int:
        """How many may be begun. The first goes alone: an endpoint without this call is asked once."""
        most = AT_ONCE if self.jobs or self.said else 1
        return min(most - len(self.jobs), len(self.waiting))

    @property
    def unsupported(self) -> Failure | None:
        """The failure that says that asking for another is of no use."""
        failures = [f for f in self.said.values() if isinstance(f, Failure) and f.reason == "Unsupported"]
        return failures[0] if failures and len(failures) == len(self.said) else None


def last_accessed(aws: Aws, owner: Arn, details: dict[str, Any] | None) -> Part:
    """The report of each user, group and role by its ARN, as AWS gives it; what is missing is a failure of its own.

    Service-linked roles and whoever else is exempt are not asked about: nothing is recommended for them.
    """
    if details is None:
        return Part(failures=(Failure(CALL, "NotCollected", f"{DETAILS} was not available"),))
    snapshot = Snapshot(
        account=owner.account,
        partition=owner.partition,
        taken_at=stamp(aws.clock.now()),
        calls={DETAILS: raw(details)},
    )
    return reports(aws, [holder.arn for holder in build(snapshot).holders if not exemption(holder)])


def reports(aws: Aws, arns: list[str]) -> Part:
    """The reports of these principals, and why the others have none; one failure without a target if all are alike."""
    state = _Round(deque(arns))
    _finish(aws, state, len(arns))
    if failure := state.unsupported:
        return Part(failures=(failure.of(None, call=CALL),))
    given_up = Failure(CALL, "Unfinished", "AWS did not finish the report in time: try again later")
    said = {arn: state.said.get(arn, given_up) for arn in arns}
    failures = [failed.of(arn, call=CALL) for arn, failed in said.items() if isinstance(failed, Failure)]
    if len(failures) == len(arns) > 1 and len({failure.reason for failure in failures}) == 1:
        every = f"none of the {len(arns)} reports could be had; the first: {failures[0].detail or failures[0].reason}"
        return Part(failures=(replace(failures[0], target=None, detail=every),))
    return Part({CALL: {arn: seen for arn, seen in said.items() if not isinstance(seen, Failure)}}, tuple(failures))


def _finish(aws: Aws, state: _Round, total: int) -> None:
    """Begin, pause and ask, until all are done or patience is at an end; fewer pauses while jobs finish."""
    now, pause = aws.clock.now, SHORTEST_PAUSE
    moved, end = now(), now() + PATIENCE + total * EACH
    while (state.waiting or state.jobs) and now() < min(moved + STALLED, end):
        done = len(state.said)
        _begin(aws, state, total)
        if state.unsupported:
            return
        if state.jobs:
            aws.clock.sleep(pause)
            _ask(aws, state, total)
        if len(state.said) > done:
            pause, moved = max(pause / 2, SHORTEST_PAUSE), now()
        else:
            pause = min(pause * 2, LONGEST_PAUSE)


def _begin(aws: Aws, state: _Round, total: int) -> None:
    """As many new jobs as there is room for."""
    arns = [state.waiting.popleft() for _ in range(state.room)]
    for arn, made in zip(arns, threads(WORKERS)(lambda arn: _start(aws, arn), arns), strict=True):
        if isinstance(made, Failure):
            state.said[arn] = made
            aws.reporter.step(STAGE, total)
        else:
            state.jobs[arn] = made


def _start(aws: Aws, arn: str) -> str | Failure:
    made = aws.ask(GENERATE, Arn=arn, Granularity="ACTION_LEVEL")
    if isinstance(made, Failure):
        return made
    return str(made["JobId"]) if made.get("JobId") else Failure(CALL, "Garbled", "AWS named no job")


def _ask(aws: Aws, state: _Round, total: int) -> None:
    """Each job that is under way: those that are done are taken."""
    arns = list(state.jobs)
    found = threads(WORKERS)(lambda arn: fetch(aws, REPORT, JobId=state.jobs[arn]), arns)
    for arn, seen in list(zip(arns, found, strict=True)):
        if isinstance(seen, Failure) or seen["JobStatus"] != RUNNING:
            state.said[arn] = _judged(seen)
            del state.jobs[arn]
            aws.reporter.step(STAGE, total)


def _judged(seen: dict[str, Any] | Failure) -> dict[str, Any] | Failure:
    """The report of a job that is over, or why there is none."""
    if isinstance(seen, Failure):
        return seen
    error = seen.pop("Error") or {}
    if seen["JobStatus"] == COMPLETED and seen["JobCompletionDate"]:
        return seen
    if seen["JobStatus"] == FAILED:
        return Failure(CALL, error.get("Code") or "Failed", error.get("Message") or "AWS could not make the report")
    return Failure(CALL, "Garbled", f"the job has the state {seen['JobStatus']}")
