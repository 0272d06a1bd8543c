"""One event, understood: who used which actions on what, or why it is no use of anything."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from leastwise.catalog import codes
from leastwise.usage.identity import credit
from leastwise.usage.meaning import Meaning, actions_of, asks_parameters, meaning, tagging
from leastwise.usage.names import PARTS
from leastwise.usage.parameters import EMPTY
from leastwise.usage.passing import PASS_ROLE, passed
from leastwise.usage.places import ANYTHING, Scene, object_at, resources

if TYPE_CHECKING:
    from leastwise.usage.event import Event
    from leastwise.usage.records import Known

_AWS = ".amazonaws.com"
_CLIENT = "Client."
_REFUSED = codes.DENIED_BY_SERVICE | codes.CREDENTIALS


class Verdict(Enum):
    """What an event is to least privilege."""

    USE = "use"
    DENIED = "denied"
    FREE = "free"
    NOBODY = "nobody"
    UNMAPPED = "unmapped"


class Use(NamedTuple):
    """An action on a resource; of a passed role also to whom, and which instance profile named it."""

    action: str
    resource: str
    known: Known
    passed_to: str = ""
    profile: str = ""
    inferred: bool = False


class Reading(NamedTuple):
    """What one event says."""

    verdict: Verdict
    principal: str = ""
    uses: tuple[Use, ...] = ()
    weak: bool = False
    reason: str = ""
    unnamed: tuple[str, ...] = ()
    """Actions that may pass a role, without one in the parameters."""


def read(event: Event) -> Reading:
    """What one event says. Denied calls are no use; of throttled ones the attempt is kept, as weak use."""
    principal, reason = credit(event.user_identity, event.event_type)
    if not principal:
        return Reading(Verdict.NOBODY, reason=reason)
    meant = meaning(event.event_source, event.event_name)
    if meant.free:
        return Reading(Verdict.FREE, principal)
    code = (event.error_code or "").removeprefix(_CLIENT)
    if code in _REFUSED:
        return Reading(Verdict.DENIED, principal)
    scene = Scene(event)
    actions = actions_of(meant, scene.parameters if asks_parameters(meant) else EMPTY)
    if not actions:
        return Reading(Verdict.UNMAPPED, principal)
    return _used(principal, meant, actions, scene)._replace(weak=code in codes.THROTTLED)


def via(event: Event) -> str:
    """The service that made the call in the caller's name, or ""."""
    invoked = event.user_identity.invoked_by if event.user_identity else None
    address = event.source_ip_address or ""
    return invoked or (address if address.endswith(_AWS) else "")


def _used(principal: str, meant: Meaning, actions: tuple[str, ...], scene: Scene) -> Reading:
    uses: list[Use] = []
    unnamed: list[str] = []
    for action in actions:
        uses += [Use(action, resource, known) for resource, known in _resources(meant, action, scene)]
        roles = passed(action, scene)
        if roles is None:
            continue
        uses += [Use(PASS_ROLE, *role, inferred=True) for role in roles]
        unnamed += [] if roles else [action]
    for action in tagging(actions, scene):
        uses += [Use(action, *anything, inferred=True) for anything in ANYTHING]  # what is made has no name yet
    return Reading(Verdict.USE, principal, tuple(uses), unnamed=tuple(unnamed))


def _resources(meant: Meaning, action: str, scene: Scene) -> tuple[tuple[str, Known], ...]:
    source = PARTS.get((meant.event, action))
    return object_at(scene.parameters.first(source), scene) if source else resources(action, scene)
