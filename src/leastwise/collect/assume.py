"""A session that goes further than the credentials that were found: through MFA, and into a role.

MFA first makes a session of the user's own (sts:GetSessionToken), and the role is assumed from there. So the token is
asked for once, also where the role's credentials, which last for an hour, have to be renewed in the middle of a run.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.session import Session

from leastwise.collect import hooks
from leastwise.collect.explain import explain
from leastwise.collect.failure import Failure, Kind, clean, from_boto_error, from_client_error
from leastwise.collect.session import resolve_region
from leastwise.errors import CollectError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from leastwise.collect.options import Way

SESSION, ROLE = "sts:GetSessionToken", "sts:AssumeRole"
NAME = "leastwise"  # of the role's session, as CloudTrail shows it; AWS_ROLE_SESSION_NAME is the SDKs' word for another
ADVICE = {
    SESSION: "AWS gave no session for the MFA token ({said}): give a fresh token, check --mfa-serial, and start from a "
    "user's own access key",
    ROLE: "the role cannot be assumed ({said}): check --role-arn, that its trust policy names you, and --external-id "
    "and --mfa-serial where it asks for them",
}


def assumed(way: Way) -> Any:
    """The boto3.Session at the end of the way. Raises CollectError where it leads nowhere, UsageError for bad words."""
    try:
        session = boto3.Session(profile_name=way.profile)
        if way.mfa_serial:
            session = _with(session, way, SESSION, SerialNumber=way.mfa_serial, TokenCode=way.mfa_token)
        if way.role_arn:
            session = _with(session, way, ROLE, **_role(way))
    except ParamValidationError as error:  # which tells lengths, and no values
        said = clean(str(error))
        raise UsageError(f"AWS has no such role, external id or device ({said}): check what was given") from error
    except BotoCoreError as error:
        raise CollectError(explain(from_boto_error("", error), way.profile)) from error
    return session


def _role(way: Way) -> dict[str, str]:
    environment = os.environ  # noqa: TID251  collect reads the environment: boto3 reads this only for profiles
    name = environment.get("AWS_ROLE_SESSION_NAME") or NAME
    asked = {"RoleArn": way.role_arn, "RoleSessionName": name, "ExternalId": way.external_id}
    return {key: value for key, value in asked.items() if value}


def _with(session: Any, way: Way, call: str, **parameters: Any) -> Any:
    """A session with what the call gives, asked for again when that runs out. Raises CollectError for a refusal.

    In the middle of a run a refusal is what botocore makes of it: a gap, and what was seen before is kept.
    """
    client = _client(session, way)
    ask = client.assume_role if call == ROLE else client.get_session_token
    again = partial(_credentials, ask, parameters)
    try:
        first = again()
    except ClientError as error:
        raise CollectError(_refused(from_client_error(call, error), way.profile)) from error
    core = Session(profile=way.profile)
    core._credentials = RefreshableCredentials.create_from_metadata(  # noqa: SLF001  botocore has no other way in
        metadata=first, refresh_using=again, method=call
    )
    return boto3.Session(botocore_session=core)


def _client(session: Any, way: Way) -> Any:
    """One that makes these two calls and no other."""
    region = resolve_region(way.region, session, os.environ)  # noqa: TID251  as in `session`
    endpoint = {"endpoint_url": way.endpoint_url} if way.endpoint_url else {}
    patience = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=10, read_timeout=30)
    try:
        client = session.client("sts", region_name=region, config=patience, **endpoint)
    except ValueError as error:  # "Invalid endpoint: ..."
        raise CollectError(explain(Failure("", "InvalidEndpoint", clean(str(error)), Kind.ENDPOINT))) from error
    hooks.install(client, frozenset({SESSION, ROLE}))
    return client


def _credentials(ask: Callable[..., dict[str, Any]], parameters: dict[str, Any]) -> dict[str, str]:
    """What AWS gives, in botocore's words."""
    given = ask(**parameters)["Credentials"]
    return {
        "access_key": given["AccessKeyId"],
        "secret_key": given["SecretAccessKey"],
        "token": given["SessionToken"],
        "expiry_time": given["Expiration"].isoformat(),
    }


def _refused(failure: Failure, profile: str | None) -> str:
    """What to do about it: mend the words, or else the credentials or the wire."""
    if failure.kind in {Kind.DENIED, Kind.OTHER}:
        return ADVICE[failure.call].format(said=f"{failure.reason}: {failure.detail}")
    return explain(failure, profile)
