"""One line for the case that nothing could be seen: what happened, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.collect.failure import EXPIRED_CODES, Failure, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

_ORDER = tuple(Kind)


def worst(failures: Iterable[Failure]) -> Failure:
    """The failure that explains the others best: credentials before endpoints before denials."""
    return min(failures, key=lambda failure: _ORDER.index(failure.kind))


def explain(failure: Failure, profile: str | None = None) -> str:
    """What to tell the user about a failure that ended the collection."""
    said = f"{failure.reason}: {failure.detail}" if failure.detail else failure.reason
    first = f"{failure.call}: {said}"
    match failure.kind:
        case Kind.CREDENTIALS:
            return _credentials(failure.reason, said, profile)
        case Kind.ENDPOINT:
            why = failure.detail
            return f"the endpoint is unusable ({why}): check --endpoint-url, AWS_ENDPOINT_URL and region"
        case Kind.UNREACHABLE:
            return f"AWS did not answer ({failure.detail}): check the network, --region and --endpoint-url"
        case Kind.DENIED:
            return f"AWS denied every call ({first}): attach the policy that `leastwise permissions` prints"
        case _:
            return f"no call to AWS succeeded ({first}): check --endpoint-url and --region, then try again"


_ADVICE = {
    "NoCredentialsError": ("no AWS credentials were found: set AWS_PROFILE, pass --profile, or run `aws configure`"),
    "ProfileNotFound": "{said}: `aws configure list-profiles` lists the profiles there are",
    "PartialCredentialsError": "the AWS credentials are incomplete ({said}): set the missing part",
    "RequestTimeTooSkewed": "AWS refused the request's time ({said}): set this machine's clock",
    **dict.fromkeys(
        ("ConfigNotFound", "ConfigParseError", "InvalidConfigError", "UnknownCredentialError"),
        "the AWS configuration cannot be used ({said}): mend ~/.aws/config, or pass --profile",
    ),
    **dict.fromkeys(
        EXPIRED_CODES, "the AWS credentials have expired ({said}): run `{login}`, or renew the session token"
    ),
    **dict.fromkeys(
        (
            "SSOTokenLoadError",
            "UnauthorizedSSOTokenError",
            "TokenRetrievalError",
            "NoAuthTokenError",
            "SSOError",
        ),
        "the AWS sign-in is missing or has expired ({said}): run `{login}`",
    ),
    **dict.fromkeys(
        ("LoginError", "LoginRefreshRequired", "LoginTokenLoadError", "LoginAuthorizationCodeError"),
        "the AWS sign-in is missing or has expired ({said}): run `aws login`",
    ),
}
_OTHERWISE = "AWS does not accept the credentials ({said}): check the access key, or pass another --profile"


def _credentials(reason: str, said: str, profile: str | None) -> str:
    login = f"aws sso login --profile {profile}" if profile else "aws sso login"
    return _ADVICE.get(reason, _OTHERWISE).format(said=said, login=login)
