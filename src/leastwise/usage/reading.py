"""One event, understood: which actions it used on what, or why it is no use of anything."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

from leastwise.catalog import codes
from leastwise.usage import gateway
from leastwise.usage.meaning import HINTS, Meaning, actions_of, asks_parameters, meaning, tagging
from leastwise.usage.names import PARTS
from leastwise.usage.parameters import EMPTY
from leastwise.usage.passing import PASS_ROLE, passed
from leastwise.usage.places import ANYTHING, Scene, object_at, resources
from leastwise.usage.records import Known

if TYPE_CHECKING:
    from leastwise.usage.event import Event

_AWS = ".amazonaws.com"
_DATA = "Data"
_CLIENT = "Client."
_REMEMBERED = 1 << 14
_LARGE = 4096  # bytes of parameters that are not worth the memory
_LONGEST = 128  # characters of a name of a source or an event
_REFUSED = codes.DENIED_BY_SERVICE | codes.CREDENTIALS


class Verdict(Enum):
    """What an event is to least privilege."""

    USE = "use"
    DENIED = "denied"
    FREE = "free"
    UNMAPPED = "unmapped"


class Use(Struct, frozen=True, gc=False):
    """An action on a resource; of a passed role also to whom, and which instance profile named it."""

    action: str
    resource: str
    known: Known
    passed_to: str = ""
    profile: str = ""
    inferred: bool = False


class Told(Struct, frozen=True, gc=False):
    """What an event says, whoever called."""

    verdict: Verdict
    uses: tuple[Use, ...] = ()
    weak: bool = False
    """The call was throttled: it was tried, no more."""
    unnamed: tuple[str, ...] = ()
    """Actions that may pass a role, without one in the parameters."""


class Teller:
    """Understands events, each kind once: most are alike but for the time and the caller."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._memo: dict[object, Told] = {}

    def __call__(self, event: Event) -> Told:
        """What an event says. For events alike it is mostly the same object."""
        parameters, resources = bytes(event.request_parameters), bytes(event.resources)
        if len(parameters) + len(resources) > _LARGE:
            return told(event)
        key = (
            event.event_name,
            event.event_source,
            event.aws_region,
            event.recipient_account_id,
            event.error_code,
            parameters,
            resources,
        )
        known = self._memo.get(key)
        if known is None:
            known = told(event)
            if len(self._memo) >= _REMEMBERED:
                self._memo.clear()
            self._memo[key] = known
        return known


def told(event: Event) -> Told:
    """What one event says. Denied calls are no use; of throttled ones the attempt is kept, as weak use."""
    if len(event.event_source) > _LONGEST or len(event.event_name) > _LONGEST:
        return Told(Verdict.UNMAPPED)
    meant = meaning(event.event_source, event.event_name)
    if meant.free:
        return Told(Verdict.FREE)
    code = (event.error_code or "").removeprefix(_CLIENT)
    if code in _REFUSED:
        return Told(Verdict.DENIED)
    scene = Scene(event)
    asked = asks_parameters(meant) and any(hint in scene.raw for hint in HINTS)
    actions = actions_of(meant, scene.parameters if asked else EMPTY)
    return _used(meant, actions, scene, weak=code in codes.THROTTLED) if actions else Told(Verdict.UNMAPPED)


def via(event: Event) -> str:
    """The service that made the call in the caller's name, or ""."""
    invoked = event.user_identity.invoked_by if event.user_identity else None
    address = event.source_ip_address or ""
    return invoked or (address if address.endswith(_AWS) else "")


def is_data(event: Event) -> bool:
    """Whether an event is of the kind that a trail leaves out unless it is told otherwise."""
    return event.event_category == _DATA or (event.event_category is None and event.management_event is False)


def _used(meant: Meaning, actions: tuple[str, ...], scene: Scene, *, weak: bool) -> Told:
    uses: list[Use] = []
    unnamed: list[str] = []
    for action in actions:
        uses += [Use(action, resource, known) for resource, known in _resources(meant, action, scene)]
        roles = passed(action, scene)
        if roles is not None:
            uses += [Use(PASS_ROLE, *role, inferred=True) for role in roles]
            unnamed += [] if roles else [action]
    for action in tagging(actions, scene):
        uses += [Use(action, *anything, inferred=True) for anything in ANYTHING]  # what is made has no name yet
    return Told(Verdict.USE, tuple(uses), weak, tuple(unnamed))


def _resources(meant: Meaning, action: str, scene: Scene) -> tuple[tuple[str, Known], ...]:
    if meant.event.startswith(gateway.SERVICE) and action.startswith(gateway.SERVICE):
        return gateway.paths(meant.event, scene)
    source = PARTS.get((meant.event, action))
    return object_at(scene.parameters.first(source), scene) if source else resources(action, scene)
