"""An AWS account, as it says it is: boto3 → Snapshot.

Each question runs beside the others; what fails is a gap, and only when nothing at all could be seen is
there an error.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from leastwise._version import __version__
from leastwise.arn import Arn, is_account_id, parse_arn
from leastwise.collect import iam, s3
from leastwise.collect.calls import ORDER
from leastwise.collect.clock import stamp
from leastwise.collect.credential_report import credential_report
from leastwise.collect.explain import explain, worst
from leastwise.collect.failure import Failure, Kind
from leastwise.collect.inventory import inventory as running
from leastwise.collect.last_accessed import last_accessed as used
from leastwise.collect.options import Options
from leastwise.collect.organizations import guardrails, organization
from leastwise.collect.query import Part, Query, answer
from leastwise.collect.session import Aws, opened
from leastwise.errors import CollectError
from leastwise.parallel import threads
from leastwise.snapshot import Snapshot, raw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from leastwise.collect.progress import Progress

IDENTITY = Query("sts:GetCallerIdentity", singles=("UserId", "Account", "Arn"))
HOPELESS = frozenset({Kind.CREDENTIALS, Kind.ENDPOINT})
QUESTIONS: tuple[Callable[[Aws], Part], ...] = (
    iam.details,
    credential_report,
    s3.buckets,
    organization,
    *(partial(answer, query=query) for query in iam.QUERIES),
)


def collect_live(  # noqa: PLR0913 - the face of the library, all named
    region: str | None = None,
    *,
    profile: str | None = None,
    endpoint_url: str | None = None,
    session: Any = None,
    progress: Callable[[Progress], None] | None = None,
    inventory: bool = False,
    regions: tuple[str, ...] = (),
    last_accessed: bool = False,
) -> Snapshot:
    """The account that boto3's own credential chain leads to.

    `session` is a boto3.Session of the caller's. `progress` is called once for each step, from any thread
    but never twice at once. With `inventory` it also asks what runs, in `regions` or in every enabled one;
    with `last_accessed` when each principal last used which service, at two calls for each or more.
    Raises CollectError when nothing could be seen, UsageError for a region that is not enabled.
    """
    return collect(Options(region, profile, endpoint_url, session, progress, inventory, regions, last_accessed))


def collect(options: Options) -> Snapshot:
    """As `collect_live`, with everything that may be chosen in one value."""
    with opened(options) as aws:
        return _collect(aws, options)


def _collect(aws: Aws, options: Options) -> Snapshot:
    profile = aws.profile
    identity = _identity(aws)
    whole = _join([identity, *_ask_all(aws)])
    _refuse_nothing(whole, profile)
    self_arn = _whose(whole)
    last: tuple[Callable[[], Part], ...] = (
        partial(s3.account_block, aws, self_arn.account),
        partial(iam.missing_documents, aws, whole.calls.get(iam.DETAILS.call)),
        partial(guardrails, aws, self_arn.account, whole.calls),
        *((partial(running, aws, options.regions),) if options.inventory else ()),
        *((partial(used, aws, self_arn, whole.calls.get(iam.DETAILS.call)),) if options.last_accessed else ()),
    )
    return _snapshot(aws, self_arn, _join([whole, *threads(len(last))(lambda ask: ask(), last)]))


def caller_account(aws: Aws) -> str:
    """The account of the credentials, "" where AWS does not say. Raises CollectError where they lead nowhere."""
    return str(_identity(aws).calls.get(IDENTITY.call, {}).get("Account") or "")


def _identity(aws: Aws) -> Part:
    """Who asks. Raises CollectError where credentials or endpoint lead nowhere."""
    identity = answer(aws, IDENTITY)
    for failure in identity.failures:
        if failure.kind in HOPELESS:
            raise CollectError(explain(failure, aws.profile))
    return identity


def _ask_all(aws: Aws) -> list[Part]:
    """Every question that needs no other's answer, side by side; the answers in the order of the table."""

    def ask(question: Callable[[Aws], Part]) -> Part:
        part = question(aws)
        aws.reporter.step("questions", len(QUESTIONS))
        return part

    return list(threads(len(QUESTIONS))(ask, QUESTIONS))


def _join(parts: Iterable[Part]) -> Part:
    calls: dict[str, Any] = {}
    failures: list[Failure] = []
    for part in parts:
        calls.update(part.calls)
        failures.extend(part.failures)
    return Part(calls, tuple(failures))


def _refuse_nothing(whole: Part, profile: str | None) -> None:
    """A snapshot must show something of the account: one's own name, which AWS never denies, does not."""
    if not any(name.startswith(("iam:", "s3:")) for name in whole.calls):
        raise CollectError(explain(worst(whole.failures), profile))


def _whose(whole: Part) -> Arn:
    """An ARN of this account: the caller's, or any that an answer holds.

    The partition too is learned from it, since a region may be made up and an endpoint be anything.
    """
    found = parse_arn(_caller(whole) or iam.first_identity(whole.calls) or "")
    if found is None or not is_account_id(found.account):
        raise CollectError(
            "no answer says which account this is: allow sts:GetCallerIdentity or "
            "iam:GetAccountAuthorizationDetails, and try again"
        )
    return found


def _caller(whole: Part) -> str:
    return whole.calls.get(IDENTITY.call, {}).get("Arn") or ""


def _snapshot(aws: Aws, self_arn: Arn, whole: Part) -> Snapshot:
    gaps = {failure.gap() for failure in whole.failures}
    return Snapshot(
        account=self_arn.account,
        partition=self_arn.partition,
        taken_at=stamp(aws.clock.now()),
        tool=f"leastwise {__version__}",
        caller=_caller(whole),
        calls={name: raw(whole.calls[name]) for name in ORDER if name in whole.calls},
        gaps=sorted(gaps, key=lambda gap: (ORDER.index(gap.call), gap.target or "", gap.reason)),
    )
