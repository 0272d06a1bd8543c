"""The one place that writes to AWS: findings sent to Security Hub, by a client that makes this call and no other.

Sending a finding again updates it, so a push that stopped half-way is simply made again.
https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from leastwise.collect.explain import explain
from leastwise.collect.failure import Failure, Kind
from leastwise.collect.session import opened
from leastwise.errors import CollectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from leastwise.collect.options import Options

IMPORT = "securityhub:BatchImportFindings"
NOT_ENABLED = "InvalidAccessException"


class Refused(NamedTuple):
    """A finding that Security Hub did not take."""

    id: str
    reason: str


class Pushed(NamedTuple):
    """What became of the findings."""

    region: str
    sent: int
    taken: int
    refused: tuple[Refused, ...]


def push(batches: Callable[[str], Iterable[Sequence[dict[str, Any]]]], options: Options) -> Pushed:
    """Send the batches that are made for the region. Raises CollectError when one is refused as a whole."""
    sent = taken = 0
    refused: list[Refused] = []
    with opened(options, calls=frozenset({IMPORT})) as aws:
        for batch in batches(aws.region):
            answer = aws.ask(IMPORT, Findings=list(batch))
            if isinstance(answer, Failure):
                raise CollectError(_why(answer, aws.region, options.profile) + _before(taken))
            sent += len(batch)
            taken += answer.get("SuccessCount", 0)
            refused.extend(map(_refused, answer.get("FailedFindings", ())))
        return Pushed(aws.region, sent, taken, tuple(refused))


def _refused(told: dict[str, Any]) -> Refused:
    return Refused(told.get("Id", "?"), f"{told.get('ErrorCode', '?')}: {told.get('ErrorMessage', '?')}")


def _why(failure: Failure, region: str, profile: str | None) -> str:
    said = f"{failure.reason}: {failure.detail}"
    if failure.reason == NOT_ENABLED:
        return f"Security Hub is not to be used in {region} ({said}): enable it there, or give another --region"
    if failure.kind is Kind.DENIED:
        return f"AWS denied {IMPORT} ({said}): allow it, and ask as the account that the audit is of"
    if failure.kind is Kind.OTHER:
        return f"Security Hub in {region} took none of a batch ({said}): mend that, then push again"
    return explain(failure, profile)


def _before(taken: int) -> str:
    return f"; {taken} findings were imported before, and pushing again does not double them" if taken else ""
