"""The credential report: ask for it, wait for it, take it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html: AWS makes a new one
only when the last is older than four hours, and takes from seconds to minutes for a large account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leastwise.collect.failure import Failure
from leastwise.collect.query import Part, Query, fetch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.collect.session import Aws

CALL = "iam:GetCredentialReport"
GENERATE = "iam:GenerateCredentialReport"
REPORT = Query(CALL, singles=("GeneratedTime", "Content"))
HEADING = "user,arn,"
NOT_YET = frozenset({"ReportNotPresent", "ReportExpired", "ReportInProgress"})
LONGEST_WAIT = 120.0  # seconds, over all
LONGEST_PAUSE = 15.0


def credential_report(aws: Aws) -> Part:
    """The report as text, or why there is none.

    Being denied the generation is no gap by itself: somebody else's report may be less than four hours old.
    """
    last: Failure | None = None
    for pause in _pauses():
        made = aws.ask(GENERATE)
        if isinstance(made, Failure) or made.get("State") == "COMPLETE":
            report = fetch(aws, REPORT)
            if not isinstance(report, Failure):
                return _part(report)
            last = report
            if isinstance(made, Failure):
                return Part(failures=(_blame(report, made),))
            if report.reason not in NOT_YET:
                return Part(failures=(report,))
        aws.clock.sleep(pause)
    waited = f"AWS did not finish the credential report within {LONGEST_WAIT:.0f} seconds"
    return Part(failures=(Failure(CALL, last.reason if last else "ReportInProgress", waited),))


def _blame(report: Failure, made: Failure) -> Failure:
    """No report, because none could be made: say the second where the first only says "none"."""
    return made.of(None, call=CALL) if report.reason in NOT_YET else report


def _pauses() -> Iterator[float]:
    pause, waited = 0.1, 0.0
    while waited < LONGEST_WAIT:
        yield pause
        waited += pause
        pause = min(pause * 2, LONGEST_PAUSE)


def _part(report: dict[str, Any]) -> Part:
    text = (report["Content"] or b"").decode("utf-8", errors="replace")
    if not text.startswith(HEADING):
        return Part(failures=(Failure(CALL, "Garbled", "the credential report has no heading"),))
    return Part({CALL: {**report, "Content": text}})
