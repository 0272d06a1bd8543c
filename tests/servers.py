"""Stand-ins for AWS: moto's server in this process, and a proxy in front of it that breaks things on order.

Both listen on the loopback address only, on a port of the system's choosing, so that tests may run side by
side.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

ACCOUNT = "123456789012"  # moto's own
LOOPBACK = "127.0.0.1"


def clean_aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fake credentials, and nothing of this machine's AWS configuration: no variable, file or metadata."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "BOTO_"))]:  # noqa: TID251  to clear it
        monkeypatch.delenv(name)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@contextmanager
def moto_server() -> Iterator[str]:
    """The URL of an empty moto server. Its backends are those of this process: tests may backdate in them."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer(LOOPBACK, 0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    try:
        reset(url)
        yield url
        reset(url)
    finally:
        server.stop()


def reset(url: str) -> None:
    """Forget every entity, and let everybody do everything again."""
    require_permissions(url, after=None)
    _post(f"{url}/moto-api/reset", b"")


def require_permissions(url: str, *, after: int | None = 0) -> None:
    """Make moto judge each call after so many more by its caller's policies; None switches that off.

    moto reads actions, resources and Deny, and ignores conditions and boundaries.
    """
    _post(f"{url}/moto-api/reset-auth", b"inf" if after is None else str(after).encode())


def _post(url: str, body: bytes) -> None:
    request = urllib.request.Request(url, body, {"Content-Type": "text/plain"}, method="POST")  # noqa: S310
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        answer.read()


class Reply(NamedTuple):
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: str = "text/xml"


class Request(NamedTuple):
    """A call as it passes the proxy: `action` is AWS's name of the operation, `region` the signature's."""

    action: str
    parameters: dict[str, str]
    host: str
    user_agent: str
    region: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What to do to a call named `action` (`*`: any), so many `times` (None: always).

    `kind`: throttle, error (500 without a code), html (as moto answers what it lacks), deny, expired,
    cut (the body stops before its length), truncate (it stops, and the length says so), garble, empty,
    reset (the connection drops), or `reply`: whatever the function makes of the call and the real answer.
    """

    action: str
    kind: str
    times: int | None = None
    reply: Callable[[Request, Reply], Reply] | None = None


@dataclass
class Proxy:
    """The running proxy, and what has passed it."""

    url: str
    seen: list[Request] = field(default_factory=list)

    @property
    def actions(self) -> list[str]:
        """The names of all calls, in order of arrival."""
        return [request.action for request in self.seen]


@contextmanager
def faulty(url: str, plan: list[Fault]) -> Iterator[Proxy]:
    """A proxy before an AWS-like server at `url` that injects faults into the first matching calls."""
    upstream = urlsplit(url)
    server = _Server((LOOPBACK, 0), _Handler)
    server.upstream = (upstream.hostname or LOOPBACK, upstream.port or 80)
    server.orders = _Orders(plan)
    server.proxy = Proxy(f"http://{LOOPBACK}:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Orders:
    """The plan, counting down; safe for many threads."""

    def __init__(self, plan: list[Fault]) -> None:
        self._lock = Lock()
        self._left: list[tuple[Fault, list[int | None]]] = [(fault, [fault.times]) for fault in plan]

    def take(self, action: str) -> Fault | None:
        with self._lock:
            for fault, left in self._left:
                if fault.action in {action, "*"} and left[0] != 0:
                    left[0] = None if left[0] is None else left[0] - 1
                    return fault
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    upstream: tuple[str, int]
    orders: _Orders
    proxy: Proxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the game."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: Any) -> None:
        """Silence."""

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        request = _request(self.command, self.path, dict(self.headers.items()), body)
        self.server.proxy.seen.append(request)
        fault = self.server.orders.take(request.action)
        kind = fault.kind if fault else "none"
        if kind == "reset":
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        reply = _MADE_UP[kind](request) if kind in _MADE_UP else self._forward(body)
        if fault and fault.reply:
            reply = fault.reply(request, reply)
        self._send(_damaged(kind, reply), len(reply.body) if kind == "cut" else None)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _handle  # noqa: N815  names of http.server

    def _forward(self, body: bytes) -> Reply:
        connection = HTTPConnection(*self.server.upstream, timeout=60)
        try:
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            return Reply(answer.status, answer.read(), answer.getheader("Content-Type") or "text/xml")
        finally:
            connection.close()

    def _send(self, reply: Reply, length: int | None) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body) if length is None else length))
        if length is not None:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(reply.body)


def _request(method: str, path: str, headers: dict[str, str], body: bytes) -> Request:
    parts = urlsplit(path)
    lower = {name.lower(): value for name, value in headers.items()}
    target = lower.get("x-amz-target", "")
    form = {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items()}
    query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    if target:
        action, parameters = target.rpartition(".")[2], json.loads(body or b"{}")
    elif "Action" in form:
        action, parameters = form["Action"], form
    else:
        document = json.loads(body) if body.startswith(b"{") else {}
        action, parameters = _rest_action(method, parts.path, query), {**query, **document, "Path": parts.path}
    region = (lower.get("authorization", "").split("/", 4) + [""] * 5)[2]
    return Request(action, parameters, lower.get("host", ""), lower.get("user-agent", ""), region)


REST = {"/analyzer": "ListAnalyzers", "/findingv2": "ListFindingsV2", "/findings/import": "BatchImportFindings"}


def _rest_action(method: str, path: str, query: dict[str, str]) -> str:
    if path in REST:
        return REST[path]
    if path.startswith("/findingv2/"):
        return "GetFindingV2"
    if path.endswith("/configuration/publicAccessBlock"):
        return "GetAccountPublicAccessBlock"
    if path == "/":
        return "ListBuckets"
    if path.rstrip("/").endswith("/functions"):
        return "ListFunctions"
    names = {
        "policy": "GetBucketPolicy",
        "acl": "GetBucketAcl",
        "ownershipControls": "GetBucketOwnershipControls",
        "publicAccessBlock": "GetPublicAccessBlock",
    }
    return next((names[name] for name in query if name in names), f"{method.title()}Bucket")


ORGANIZATIONS = {"DescribeOrganization", "DescribePolicy", "ListAccounts", "ListParents", "ListPoliciesForTarget"}


def _refusal(status: int, code: str, message: str) -> Callable[[Request], Reply]:
    """AWS's error in the language of the service: JSON, S3's XML, or the query protocol's."""

    def make(request: Request) -> Reply:
        if request.action in ORGANIZATIONS:
            body = json.dumps({"__type": code, "Message": message}).encode()
            return Reply(status, body, "application/x-amz-json-1.1")
        error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        if "Path" not in request.parameters:
            error = f"<ErrorResponse>{error}<RequestId>f00d</RequestId></ErrorResponse>"
        return Reply(status, error.encode())

    return make


_MADE_UP: dict[str, Callable[[Request], Reply]] = {
    "throttle": _refusal(400, "Throttling", "Rate exceeded"),
    "deny": _refusal(403, "AccessDenied", "User is not authorized to perform this"),
    "expired": _refusal(403, "ExpiredToken", "The security token included in the request is expired"),
    "error": lambda _: Reply(500, b""),
    "html": lambda _: Reply(500, b"<!doctype html>\n<html><title>500</title></html>", "text/html"),
    "empty": lambda _: Reply(200, b""),
}


def _damaged(kind: str, reply: Reply) -> Reply:
    if kind in {"cut", "truncate"}:
        return reply._replace(body=reply.body[: len(reply.body) * 2 // 3])
    if kind == "garble":
        return reply._replace(body=reply.body[:20] + b"\x00\xff<<<" + reply.body[25:])
    return reply
