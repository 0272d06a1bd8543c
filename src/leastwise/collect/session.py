"""Clients that can only read, unless told which call to make instead, and one way to ask them.

boto3's own credential and configuration chain does everything it can do: `AWS_ENDPOINT_URL`, its service
variants, profiles and the ignore switch are botocore's, so an endpoint is passed on only when the caller
gave one. https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
"""

from __future__ import annotations

import os
import time
from contextlib import closing, contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from leastwise._version import __version__
from leastwise.collect import hooks
from leastwise.collect.calls import allowed
from leastwise.collect.explain import explain
from leastwise.collect.failure import Failure, Kind, clean, from_boto_error, from_client_error, from_garbled
from leastwise.collect.log import DEBUG, note
from leastwise.collect.progress import Reporter
from leastwise.errors import CollectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from leastwise.collect.options import Options

DEFAULT_REGION = "us-east-1"
WORKERS = 16
# How botocore's parsers stumble over an answer that is no XML, and over one that is XML and not AWS's: a
# number, time or base64 text that is none, a wrapper that is missing, an element that comes twice.
UNREADABLE = (ResponseParserError, ValueError, LookupError, TypeError, AttributeError)
GARBLED_DELAYS = (0.03, 0.07, 0.25)  # seconds before the second, third and fourth try


def resolve_region(region: str | None, session: Any, environment: Mapping[str, str]) -> str:
    """Argument, AWS_DEFAULT_REGION, AWS_REGION, profile, us-east-1; empty counts as unset.

    boto3 ignores AWS_REGION, which every other SDK reads. A region that the caller built into a session of
    their own is an argument too.
    """
    core = session._session  # noqa: SLF001  boto3 does not tell where a region came from
    return str(
        region
        or core.instance_variables().get("region")
        or environment.get("AWS_DEFAULT_REGION")
        or environment.get("AWS_REGION")
        or core.get_scoped_config().get("region")
        or DEFAULT_REGION
    )


class Aws:
    """One account, seen through boto3. Safe to use from many threads."""

    def __init__(self, options: Options, *, calls: frozenset[str] | None = None) -> None:
        """Make those calls and no other; by default, those that read.

        Raises BotoCoreError when the configuration itself is unusable, as with an unknown profile.
        """
        self.session = options.session or boto3.Session(profile_name=options.profile or None)
        environment = os.environ  # noqa: TID251  collect reads the environment: boto3 ignores AWS_REGION
        self.region = resolve_region(options.region, self.session, environment)
        self.profile = options.profile or environment.get("AWS_PROFILE")
        self.clock = options.clock
        self.reporter = Reporter(options.progress)
        self._endpoint = {"endpoint_url": options.endpoint_url} if options.endpoint_url else {}
        self._config = Config(
            retries={"mode": "adaptive", "total_max_attempts": 10},
            connect_timeout=10,
            read_timeout=60,
            max_pool_connections=WORKERS,
            user_agent_extra=f"leastwise/{__version__}",
        )
        self._allowed = allowed(options.evidence) if calls is None else calls
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = Lock()

    def client(self, service: str, region: str | None = None) -> Any:
        """The one client of a service and region. Using clients is thread-safe, making them is not."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                client = self.session.client(service, region_name=key[1], config=self._config, **self._endpoint)
                hooks.install(client, self._allowed)
                self._clients[key] = client
            return self._clients[key]

    def lacks(self, service: str, region: str) -> bool:
        """Whether botocore's table of endpoints names regions of the service, and this is none of them."""
        known = self.session.get_available_regions(service, self.session.get_partition_for_region(region))
        return bool(known) and region not in known

    def close(self) -> None:
        """Give back all connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def ask(self, call: str, region: str | None = None, **parameters: Any) -> dict[str, Any] | Failure:
        """The answer to `service:Operation`, or what went wrong: neither AWS nor the wire makes it raise."""
        service, _, operation = call.partition(":")
        try:
            method = getattr(self.client(service, region), xform_name(operation))
        except BotoCoreError as error:
            return from_boto_error(call, error)
        except ValueError as error:  # "Invalid endpoint: ..."
            return Failure(call, "InvalidEndpoint", clean(str(error)), Kind.ENDPOINT)
        begun = time.perf_counter()
        told = self._persist(call, method, parameters)
        reason = told.reason if isinstance(told, Failure) else None
        note(
            "call", level=DEBUG, call=call, region=region, reason=reason, seconds=round(time.perf_counter() - begun, 3)
        )
        return told

    def _persist(
        self, call: str, method: Callable[..., dict[str, Any]], parameters: dict[str, Any]
    ) -> dict[str, Any] | Failure:
        """Ask again when the answer cannot be read, which botocore does not do for us."""
        for delay in (*GARBLED_DELAYS, None):
            try:
                return method(**parameters)
            except ClientError as error:
                return from_client_error(call, error)
            except BotoCoreError as error:
                return from_boto_error(call, error)
            except NotImplementedError as error:
                return Failure(call, "Unsupported", clean(str(error)))
            except UNREADABLE as error:
                if delay is None:
                    return from_garbled(call, error)
                self.clock.sleep(delay)
        raise AssertionError("the last try always returns")


@contextmanager
def opened(options: Options, *, calls: frozenset[str] | None = None) -> Iterator[Aws]:
    """One account, until it is no longer asked. Raises CollectError when the configuration itself is unusable."""
    try:
        aws = Aws(options, calls=calls)
    except BotoCoreError as error:
        raise CollectError(explain(from_boto_error("", error), options.profile)) from error
    with closing(aws):
        yield aws
