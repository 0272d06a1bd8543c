"""What went wrong with one call, as data: AWS's code where it has one, our word where it has none."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from botocore import exceptions as boto

from leastwise.catalog import codes
from leastwise.snapshot import Gap

DETAIL_LIMIT = 240


class Kind(Enum):
    """What a failure says about the whole collection, worst first."""

    CREDENTIALS = "credentials"
    ENDPOINT = "endpoint"
    UNREACHABLE = "unreachable"
    DENIED = "denied"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Failure:
    """One call that gave no answer, after all retries."""

    call: str
    reason: str
    detail: str = ""
    kind: Kind = Kind.OTHER
    target: str | None = None

    def of(self, target: str | None, *, call: str | None = None) -> Failure:
        """The same failure, laid at the door of one bucket or policy, or of the call it was made for."""
        return replace(self, target=target, call=call or self.call)

    def gap(self) -> Gap:
        """As the snapshot records it."""
        return Gap(call=self.call, target=self.target, reason=self.reason, detail=self.detail)


EXPIRED_CODES = codes.EXPIRED
CREDENTIAL_CODES = codes.CREDENTIALS
DENIED_CODES = codes.DENIED
THROTTLE_CODES = codes.THROTTLED | {"LimitExceededException", "PriorRequestNotComplete", "429"}
UNSUPPORTED_CODES = frozenset({
    "InvalidAction", "UnknownAction", "UnknownOperation", "UnknownOperationException", "NotImplemented",
    "UnsupportedOperation", "MethodNotAllowed", "404", "405", "501",
})  # fmt: skip
UNSUPPORTED_STATUS = frozenset({405, 501})

_CREDENTIAL_ERRORS = (
    boto.NoCredentialsError,
    boto.NoAuthTokenError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.TokenRetrievalError,
    boto.MetadataRetrievalError,
    boto.RefreshWithMFAUnsupportedError,
    boto.UnknownCredentialError,
    boto.SSOError,
    boto.LoginError,
    boto.ProfileNotFound,
    boto.ConfigNotFound,
    boto.ConfigParseError,
    boto.InvalidConfigError,
)
_ENDPOINT_ERRORS = (
    boto.BaseEndpointResolverError,
    boto.EndpointProviderError,
    boto.InvalidRegionError,
    boto.InvalidEndpointConfigurationError,
    boto.InvalidProxiesConfigError,
)


def from_client_error(call: str, error: boto.ClientError) -> Failure:
    """AWS answered, and the answer is no."""
    body = error.response.get("Error", {})
    code = str(body.get("Code") or "Unknown")
    detail = clean(str(body.get("Message") or ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if error.operation_name != call.partition(":")[2] or code in CREDENTIAL_CODES:
        # another operation than ours: the credential chain failed to assume its role or to renew itself
        return Failure(call, code, detail, Kind.CREDENTIALS)
    if code in DENIED_CODES:
        return Failure(call, "AccessDenied" if code == "403" else code, detail, Kind.DENIED)
    if code == str(status) and status >= 500:
        return _unreadable(call, detail, f"HTTP {status} without an AWS error code")
    if code in THROTTLE_CODES or status == 429:
        return Failure(call, "Throttled", detail or code)
    if code in UNSUPPORTED_CODES or status in UNSUPPORTED_STATUS:
        return Failure(call, "Unsupported", detail or code)
    return Failure(call, code, detail)


def from_boto_error(call: str, error: boto.BotoCoreError) -> Failure:
    """What botocore gave up on, before or after the wire."""
    detail = clean(str(error))
    if isinstance(error, _CREDENTIAL_ERRORS):
        return Failure(call, type(error).__name__, detail, Kind.CREDENTIALS)
    if isinstance(error, _ENDPOINT_ERRORS):
        return Failure(call, "InvalidEndpoint", detail, Kind.ENDPOINT)
    if isinstance(error, (boto.ConnectionError, boto.HTTPClientError)):
        return Failure(call, "Unreachable", detail, Kind.UNREACHABLE)
    if isinstance(error, boto.ParamValidationError):
        return Failure(call, "Unsupported", "the installed boto3 does not know this form of the call: update it")
    return Failure(call, type(error).__name__, detail)


def from_garbled(call: str, error: Exception) -> Failure:
    """The answer could not be read, again and again."""
    return _unreadable(call, str(error), "the answer was cut off or garbled on every try")


def _unreadable(call: str, text: str, otherwise: str) -> Failure:
    """A web page comes from a server, or a proxy before it, that does not know the call."""
    if "<!doctype html" in text.lower() or "<html" in text.lower():
        return Failure(call, "Unsupported", "the endpoint answered with a web page: it does not know this call")
    return Failure(call, "Garbled", otherwise)


_MESSAGE = re.compile(r"<Message>(.*?)</Message>", re.DOTALL)  # an error in XML to a service that speaks JSON
_USERINFO = re.compile(r"//[^/@\s]+@")
_REQUEST_ID = re.compile(r"[(;,]?\s*\b(?:request|host) ?-?id:?\s*[=:]?\s*[\w/+=-]+\)?", re.IGNORECASE)


def clean(text: str) -> str:
    """One short line without passwords in URLs and without request ids, which differ from run to run."""
    message = _MESSAGE.search(text)
    line = " ".join((message[1] if message else text).split())
    line = _REQUEST_ID.sub("", _USERINFO.sub("//", line)).strip()
    return line if len(line) <= DETAIL_LIMIT else f"{line[: DETAIL_LIMIT - 1]}…"
