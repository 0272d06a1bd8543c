"""A stand-in for Access Advisor, which moto lacks: jobs that take a while, pages, and whatever goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from servers import Fault, Reply

if TYPE_CHECKING:
    from servers import Request

DONE_AT = "2026-01-31T08:59:00Z"
GENERATE, GET = "GenerateServiceLastAccessedDetails", "GetServiceLastAccessedDetails"
_NS = 'xmlns="https://iam.amazonaws.com/doc/2010-05-08/"'


def service(name: str, last: str = "", **actions: str) -> str:
    """A service as AWS lists it; an action whose time is "" is tracked and was not used."""
    tracked = "".join(
        f"<member><ActionName>{action}</ActionName>{_if('LastAccessedTime', when)}</member>"
        for action, when in actions.items()
    )
    return (
        f"<member><ServiceName>Amazon {name.upper()}</ServiceName><ServiceNamespace>{name}</ServiceNamespace>"
        f"{_if('LastAuthenticated', last)}<TotalAuthenticatedEntities>{int(bool(last))}</TotalAuthenticatedEntities>"
        f"{_if('TrackedActionsLastAccessed', tracked)}</member>"
    )


def _if(tag: str, text: str) -> str:
    return f"<{tag}>{text}</{tag}>" if text else ""


def _refused(status: int, code: str, message: str) -> Reply:
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return Reply(status, f"<ErrorResponse {_NS}>{error}<RequestId>f00d</RequestId></ErrorResponse>".encode())


@dataclass
class Advisor:
    """What it tells of principals by name: pages of services. `state` is what a job ends in, by name.

    Each job is under way for so many questions; `denied` may not be asked about.
    """

    pages: dict[str, list[list[str]]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()
    rounds: int = 1
    begun: list[str] = field(default_factory=list)
    most: int = 0
    _left: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def plan(self) -> list[Fault]:
        """For the proxy."""
        return [Fault(GENERATE, "reply", reply=self._generate), Fault(GET, "reply", reply=self._get)]

    def _generate(self, request: Request, _: Reply) -> Reply:
        arn = request.parameters["Arn"]
        assert request.parameters["Granularity"] == "ACTION_LEVEL"
        name = arn.rpartition("/")[2]
        if name in self.denied:
            return _refused(403, "AccessDenied", f"not authorized to perform: iam:{GENERATE} on resource: {arn}")
        with self._lock:
            self.begun.append(arn)
            self._left[name] = self.rounds
            self.most = max(self.most, len(self._left))
        return _answer(GENERATE, f"<JobId>job-{len(self.begun):032}-{name}</JobId>")

    def _get(self, request: Request, _: Reply) -> Reply:
        name = request.parameters["JobId"].rpartition("-")[2]
        state = self.states.get(name, "COMPLETED")
        page = int(request.parameters.get("Marker", "0"))
        with self._lock:
            if state == "IN_PROGRESS" or self._left.get(name, 0) > 0:
                self._left[name] -= 1
                return _answer(GET, "<JobStatus>IN_PROGRESS</JobStatus><ServicesLastAccessed/>")
            self._left.pop(name, None)
        if state == "FAILED":
            error = "<Error><Code>InternalFailure</Code><Message>could not make it</Message></Error>"
            return _answer(GET, f"<JobStatus>FAILED</JobStatus>{_done()}{error}<ServicesLastAccessed/>")
        pages = self.pages.get(name, [[]])
        more = page + 1 < len(pages)
        marker = f"<IsTruncated>{str(more).lower()}</IsTruncated>{_if('Marker', str(page + 1) if more else '')}"
        listed = f"<ServicesLastAccessed>{''.join(pages[page])}</ServicesLastAccessed>"
        return _answer(GET, f"<JobStatus>{state}</JobStatus><JobType>ACTION_LEVEL</JobType>{_done()}{listed}{marker}")


def _done() -> str:
    return f"<JobCreationDate>{DONE_AT}</JobCreationDate><JobCompletionDate>{DONE_AT}</JobCompletionDate>"


def _answer(action: str, body: str) -> Reply:
    meta = "<ResponseMetadata><RequestId>f00d</RequestId></ResponseMetadata>"
    return Reply(
        200, f"<{action}Response {_NS}><{action}Result>{body}</{action}Result>{meta}</{action}Response>".encode()
    )
