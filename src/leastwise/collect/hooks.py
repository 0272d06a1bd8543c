"""What hangs on each client's events: a guard, an inspector of bodies, an end to patience, a host mended."""

from __future__ import annotations

import json
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.loaders import Loader
from botocore.parsers import ResponseParserError

from leastwise.arn import is_account_id
from leastwise.collect.failure import THROTTLE_CODES, clean
from leastwise.collect.log import note

PATIENCE = 3  # attempts at an endpoint that does not answer, or that answers 500 without being AWS


def install(client: Any, allowed: frozenset[str]) -> None:
    """Hang everything on one client, which makes these calls; the caller's own session and clients are left alone."""
    service = client.meta.service_model.service_id.hyphenize()
    events = client.meta.events
    events.register_first("before-call", partial(refuse_others, allowed))
    events.register("before-parse", refuse_garbled)
    events.register_first(f"needs-retry.{service}", give_up)
    events.register_first(f"needs-retry.{service}", tell)
    events.register_first("before-sign.s3-control", strip_account_from_host)


def refuse_others(allowed: frozenset[str], model: Any, **_: Any) -> None:
    """Nothing but the calls that the client was made for leaves this program. A refusal here is a bug in leastwise."""
    call = f"{model.service_model.service_name}:{model.name}"
    if call not in allowed:
        raise PermissionError(f"leastwise only reads: {call} is not in its table of calls")


def refuse_garbled(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """A body that cannot be the answer: shorter than declared, empty, or not JSON where JSON is due.

    botocore checks none of these: it takes half a bucket policy for a policy, and broken JSON for an empty
    answer, which would be a list of no accounts.
    """
    if operation_model.http["method"] == "HEAD" or hasattr(response_dict["body"], "read"):
        return  # there is no body, or it is streamed, and whoever reads it counts
    body, headers = response_dict["body"], response_dict["headers"]
    declared = headers.get("Content-Length", "")
    encoded = headers.get("Content-Encoding") or headers.get("Transfer-Encoding")
    if declared.isdecimal() and not encoded and len(body) < int(declared):
        raise ResponseParserError(f"the body stops after {len(body)} of {declared} bytes")
    status = response_dict["status_code"]
    if not body and status < 300:
        raise ResponseParserError("the body is empty")
    speaks_json = operation_model.service_model.resolved_protocol in {"json", "rest-json"}
    due = status < 300 and (speaks_json or operation_model.name == "GetBucketPolicy")
    if due or (speaks_json and body.startswith(b"{")):
        _refuse_broken_json(body)


def _refuse_broken_json(body: bytes) -> None:
    try:
        json.loads(body)
    except ValueError as error:
        raise ResponseParserError(f"the body is not JSON: {error}") from error


def tell(
    attempts: int, operation: Any, response: Any = None, caught_exception: Exception | None = None, **_: Any
) -> None:
    """Note an attempt that may be made again: no answer, an error of the server, or a request to wait."""
    call = f"{operation.service_model.service_name}:{operation.name}" if operation else ""
    if caught_exception is not None:
        note("attempt failed", call=call, attempt=attempts, reason=type(caught_exception).__name__)
    elif response is not None:
        http, parsed = response
        code = str(parsed.get("Error", {}).get("Code") or "")
        if http.status_code >= 500 or http.status_code == 429 or code in THROTTLE_CODES:
            note("attempt failed", call=call, attempt=attempts, reason=clean(code) or None, status=http.status_code)


def give_up(
    attempts: int, operation: Any, response: Any = None, caught_exception: Exception | None = None, **_: Any
) -> None:
    """End the ten patient attempts early where patience buys nothing.

    Throttling, server errors of AWS and dropped connections deserve all ten. An endpoint that cannot be
    reached, or that answers 500 with no AWS error code because it does not know the call, would cost a
    minute for each service and answer the same.
    """
    if attempts < PATIENCE:
        return
    dropped = isinstance(caught_exception, ConnectionClosedError)
    if isinstance(caught_exception, (NoConnectionError, HTTPClientError)) and not dropped:
        raise caught_exception
    if response is None:
        return
    http, parsed = response
    nameless = parsed.get("Error", {}).get("Code") == str(http.status_code)
    if http.status_code >= 500 and nameless and not is_aws_host(urlsplit(http.url).hostname or ""):
        raise ClientError(parsed, operation.name)


def strip_account_from_host(request: Any, **_: Any) -> None:
    """Undo `123456789012.` in front of a host that is not AWS's.

    S3 Control puts the account before the host name. AWS's own names answer to that; an emulator at an
    address, at localhost or behind a plain name does not.
    """
    parts = urlsplit(request.url)
    account, _dot, rest = parts.netloc.rpartition("@")[2].partition(".")
    if is_account_id(account) and rest and not is_aws_host(parts.hostname or ""):
        request.url = urlunsplit(parts._replace(netloc=rest))


def is_aws_host(host: str) -> bool:
    """Whether a host lies under a DNS name of AWS, in any partition that botocore knows."""
    return host.lower().rstrip(".").endswith(_aws_suffixes())


@cache
def _aws_suffixes() -> tuple[str, ...]:
    partitions = Loader().load_data("partitions")["partitions"]
    keys = ("dnsSuffix", "dualStackDnsSuffix")
    return tuple(sorted({f".{partition['outputs'][key]}" for partition in partitions for key in keys}))
