"""Whether an account could be asked: credentials, endpoint, clock, and each permission by its cheapest call.

Nothing here is kept; what goes wrong is the answer, and none of it is raised.
"""

from __future__ import annotations

from contextlib import closing
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from leastwise.arn import parse_arn
from leastwise.collect.calls import READ_CALLS, Call
from leastwise.collect.diagnosis import Point, State
from leastwise.collect.explain import explain
from leastwise.collect.failure import Failure, Kind, clean, from_boto_error, from_client_error
from leastwise.collect.hooks import is_aws_host
from leastwise.collect.organizations import ORGANIZATION
from leastwise.collect.session import Aws
from leastwise.parallel import threads

if TYPE_CHECKING:
    from datetime import datetime

    from leastwise.collect.options import Options

IDENTITY = "sts:GetCallerIdentity"
SKEW_NOTED, SKEW_REFUSED = 60, 300  # seconds; AWS refuses a signature that is five minutes off
ONE = {"MaxItems": 1}
BUCKETS = "s3:ListBuckets"
ANY_POLICY = "iam::aws:policy/ReadOnlyAccess"  # every account can read it
UNCLEAR = frozenset({"Throttled", "Garbled"})
FREE: dict[str, dict[str, Any]] = {  # of calls that need parameters, or that fewer rows make cheaper
    "iam:GetAccountAuthorizationDetails": {**ONE, "Filter": ["User"]},
    "iam:ListRoles": ONE,
    "iam:ListVirtualMFADevices": ONE,
    "iam:ListAccountAliases": ONE,
    "iam:ListServiceSpecificCredentials": {"AllUsers": True},
    BUCKETS: {"MaxBuckets": 1},
    "organizations:ListAccounts": {"MaxResults": 1},
    "organizations:DescribePolicy": {"PolicyId": "p-FullAWSAccess"},
}
OF_BUCKETS = frozenset(call.name for call in READ_CALLS if call.service == "s3" and call.name != BUCKETS)
OF_MANAGEMENT = frozenset(
    call.name for call in READ_CALLS if call.service == "organizations" and call.name != ORGANIZATION.call
)


class Permissions(NamedTuple):
    """What became of each call: its IAM action is denied, could not be told, or is allowed."""

    points: tuple[Point, ...]
    missing: tuple[str, ...] = ()


def examine(options: Options) -> Permissions:
    """What there is to say of the account, and the IAM actions that the caller lacks."""
    try:
        aws = Aws(options)
    except BotoCoreError as error:
        return Permissions((_failed("configuration", from_boto_error("", error), options.profile),))
    with closing(aws):
        return _examine(aws)


def _examine(aws: Aws) -> Permissions:
    where = _endpoint(aws)
    held = _credentials(aws)
    if State.FAIL in {where.state, held.state}:
        untried = Point("permissions", State.WARN, "not tried: nothing can be asked before that is mended")
        return Permissions((where, held, untried))
    watch = _Watch(aws)
    caller = aws.ask(IDENTITY)
    clock = watch.point()
    if isinstance(caller, Failure):
        return Permissions((where, held, _failed("identity", caller, aws.profile), *clock))
    allowed = _permissions(aws, str(caller.get("Account")), str(caller.get("Arn")))
    return Permissions((where, held, _identity(str(caller.get("Arn"))), *clock, *allowed.points), allowed.missing)


def _failed(name: str, failure: Failure, profile: str | None) -> Point:
    said, _, what = explain(failure, profile).rpartition(": ")
    return Point(name, State.FAIL, said, what)


def _endpoint(aws: Aws) -> Point:
    try:
        url = str(aws.client("sts").meta.endpoint_url)
    except BotoCoreError as error:
        return _failed("endpoint", from_boto_error(IDENTITY, error), aws.profile)
    except ValueError as error:  # "Invalid endpoint: ..."
        return _failed("endpoint", Failure(IDENTITY, "InvalidEndpoint", clean(str(error)), Kind.ENDPOINT), aws.profile)
    own = "" if is_aws_host(urlsplit(url).hostname or "") else ", which is not AWS's own"
    return Point("endpoint", State.OK, f"region {aws.region}, {clean(url)}{own}")


def _credentials(aws: Aws) -> Point:
    """Which they are, and from where; never more of them than the end of the key's id."""
    try:
        found = aws.session.get_credentials()
        frozen = found.get_frozen_credentials() if found else None
    except BotoCoreError as error:
        return _failed("credentials", from_boto_error("", error), aws.profile)
    except ClientError as error:
        return _failed("credentials", from_client_error("", error), aws.profile)
    if found is None or frozen is None or not frozen.access_key:
        return _failed("credentials", Failure("", "NoCredentialsError", kind=Kind.CREDENTIALS), aws.profile)
    kind = "temporary key" if frozen.token else "long-lived key"
    profile = f", profile {aws.profile}" if aws.profile else ""
    return Point("credentials", State.OK, f"{kind} …{frozen.access_key[-4:]} from {found.method}{profile}")


def _identity(arn: str) -> Point:
    found = parse_arn(arn)
    if found and found.resource == "root":
        return Point("identity", State.WARN, arn, "use a role or a user: the account's root should not be in daily use")
    return Point("identity", State.OK, arn)


class _Watch:
    """Compares this machine's clock with the Date of what STS answers, also where it refuses."""

    def __init__(self, aws: Aws) -> None:
        self._clock = aws.clock
        self._seen: list[tuple[str, datetime]] = []
        aws.client("sts").meta.events.register("before-parse", self._look)

    def _look(self, response_dict: dict[str, Any], **_: Any) -> None:
        self._seen.append((str(response_dict["headers"].get("Date") or ""), self._clock.now()))

    def point(self) -> tuple[Point, ...]:
        """How far they are apart; nothing where there was no answer."""
        try:
            ((said, now), *_) = self._seen
            off = round((now - parsedate_to_datetime(said)).total_seconds())
        except (ValueError, TypeError):  # no answer, or a time that is none, or has no zone
            return ()
        word = "ahead of" if off > 0 else "behind"
        apart = f"{abs(off)} s {word} AWS" if off else "as AWS's"
        if abs(off) <= SKEW_NOTED:
            return (Point("clock", State.OK, apart),)
        state = State.WARN if abs(off) < SKEW_REFUSED else State.FAIL
        return (Point("clock", state, apart, "set this machine's clock: AWS refuses what is signed at another time"),)


def _permissions(aws: Aws, account: str, arn: str) -> Permissions:
    """Each call that needs a permission, once."""
    found = parse_arn(arn)
    calls = [call for call in READ_CALLS if call.action]
    first = aws.ask(BUCKETS, **FREE[BUCKETS])
    rows = [] if isinstance(first, Failure) else first.get("Buckets") or []
    known = _Known(account, found.partition if found else "aws", rows[0]["Name"] if rows else "")
    tried = [call for call in calls if call.name != BUCKETS and (call.name not in OF_BUCKETS or known.bucket)]
    answers = dict(
        zip(
            (call.name for call in tried),
            threads(8)(lambda call: aws.ask(call.name, **known.parameters(call.name)), tried),
            strict=True,
        )
    )
    answers[BUCKETS] = first
    return Permissions(*_told(answers, [call for call in calls if call.name not in answers], account))


class _Known(NamedTuple):
    account: str
    partition: str
    bucket: str

    def parameters(self, call: str) -> dict[str, Any]:
        """With which the call costs least."""
        if call in OF_BUCKETS:
            return {"Bucket": self.bucket}
        return FREE.get(call) or {
            "iam:GetPolicy": {"PolicyArn": f"arn:{self.partition}:{ANY_POLICY}"},
            "iam:GetPolicyVersion": {"PolicyArn": f"arn:{self.partition}:{ANY_POLICY}", "VersionId": "v1"},
            "s3control:GetPublicAccessBlock": {"AccountId": self.account},
            "organizations:ListParents": {"ChildId": self.account},
            "organizations:ListPoliciesForTarget": {"TargetId": self.account, "Filter": "SERVICE_CONTROL_POLICY"},
        }.get(call, {})


def _told(answers: dict[str, Any], untried: list[Call], account: str) -> tuple[tuple[Point, ...], tuple[str, ...]]:
    failed = {name: answer for name, answer in answers.items() if isinstance(answer, Failure)}
    denied = {name for name, failure in failed.items() if failure.kind is Kind.DENIED}
    if denied == answers.keys():
        what = "attach the policy that `leastwise permissions` prints"
        return (Point("permissions", State.FAIL, "AWS denied every call", what),), _actions(denied)
    above = denied & OF_MANAGEMENT if _is_member(answers.get(ORGANIZATION.call), account) else set()
    missing = _actions(denied - above)
    odd = [failure for failure in failed.values() if _is_odd(failure)]
    said = f"{len(answers) - len(denied) - len(odd)} of {len(answers)} calls allowed"
    what = "add the statement below; without it the audit goes on, and says what it could not see" if missing else ""
    points = [Point("permissions", State.WARN if missing else State.OK, said, what)]
    if above:
        said = "AWS tells SCPs and RCPs only to the management account, or to those to which it delegates that"
        points.append(Point("organization", State.WARN, said, "give the policies as files, with --scp and --rcp"))
    if untried:
        names = ", ".join(sorted({str(call.action) for call in untried}))
        points.append(Point("buckets", State.OK, f"there is none, or none is listed, to try: {names}"))
    return (*points, *map(_odd, odd)), missing


def _actions(names: set[str]) -> tuple[str, ...]:
    return tuple(sorted({str(call.action) for call in READ_CALLS if call.name in names}))


def _is_member(answer: Any, account: str) -> bool:
    """Whether the organization has another account for its management account."""
    if isinstance(answer, dict):
        return bool((answer.get("Organization") or {}).get("MasterAccountId", account) != account)
    return False


def _is_odd(failure: Failure) -> bool:
    """What tells nothing of permissions. All other codes say that the thing asked for is not there: it was allowed."""
    return failure.kind not in {Kind.DENIED, Kind.OTHER} or failure.reason in {*UNCLEAR, "Unsupported"}


def _odd(failure: Failure) -> Point:
    said = f"{failure.call}: {failure.reason}: {failure.detail}"
    if failure.reason == "Unsupported":
        return Point("endpoint", State.WARN, said, "this endpoint does not know the call: the audit will have a gap")
    return Point("permissions", State.WARN, said, "try again, and check the network and --endpoint-url")
