"""A stand-in for what moto lacks: answers in JSON to calls by their names, given by functions of the request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from servers import Fault, Reply, Request

if TYPE_CHECKING:
    from collections.abc import Callable


def answers(action: str, answer: Callable[[Request], Any], times: int | None = None) -> Fault:
    """The plan for a proxy: this call is answered so; an answer of three digits is a refusal."""

    def reply(request: Request, _: Reply) -> Reply:
        said = answer(request)
        if isinstance(said, int):
            body = {"__type": "AccessDeniedException", "message": "not authorized"}
            return Reply(said, json.dumps(body).encode(), "application/x-amz-json-1.1")
        return Reply(200, json.dumps(said).encode(), "application/x-amz-json-1.1")

    return Fault(action, "reply", times, reply=reply)
