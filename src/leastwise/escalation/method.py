"""The techniques, written in `methods/*.toml`: one file per shape, one row per technique.

They are read from `methods.json`, which `make docs` makes of these files: parsing TOML would take 15 ms of each scan.
A row holds data only: which permissions are needed on what, what must be so in the account, what is won. How a
shape works is code, shared by all its rows. A row that names an action which the catalogue does not know still
works, since the engine decides unknown actions too; the house test refuses it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from leastwise import catalog

FOLDER = Path(__file__).with_name("methods")
SHAPES = (
    "rewrite_self",
    "assume",
    "take_over",
    "pass_role",
    "bend_resource",
    "find_credentials",
)  # the order of preference
ENTER = "enter"  # no shape of a principal's hop: the ways in from outside

PASS_ROLE = "iam:PassRole"  # noqa: S105 - an action
ASSUME_ROLE = "sts:AssumeRole"
DELETE_VERSION = "iam:DeletePolicyVersion"
DEACTIVATE_MFA = "iam:DeactivateMFADevice"
IMPLIED = (PASS_ROLE, ASSUME_ROLE, DELETE_VERSION, DEACTIVATE_MFA)

Category = Literal["self-escalation", "principal-access", "new-passrole", "existing-passrole", "credential-access"]
Change = Literal[
    "",
    "inline",
    "attached",
    "version",
    "default-version",
    "group-inline",
    "group-attached",
    "joins",
    "inline-deny",
    "attached-deny",
    "group-inline-deny",
    "group-attached-deny",
    "leaves",
    "boundary",
    "own-boundary",
    "tags",
    "no-tag",
    "mfa",
]
SHOWING = frozenset({"tags", "no-tag", "mfa"})
"""Changes that write no policy: all they do is to meet conditions."""

Access = Literal[
    "",
    "key",
    "rotated-key",
    "known-key",
    "new-login",
    "changed-login",
    "known-login",
    "service-credential",
    "trust",
    "new-trust",
    "member",
    "assigned",
]


class Need(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"others": "or"}):
    """A permission. `others` are actions that would do in its place.

    `on` says on what: `any` resource of the action's kind, or of the kind given as an ARN pattern; `all` of them; the
    caller `self`, the `target`, the `group`, `policy` or instance `profile` that is changed, the new MFA `device`.
    """

    action: str
    others: tuple[str, ...] = ()
    on: str = "any"

    @property
    def actions(self) -> tuple[str, ...]:
        """The action and those that would do in its place."""
        return (self.action, *self.others)


class Supposed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fact that the authorization details cannot show.

    `kind` is what an inventory would list it under, "" where none can show it; `bears` says that the listed resource
    bears the very role that is won.
    """

    text: str
    kind: str = ""
    bears: bool = False


class Method(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, eq=False):
    """One technique, known by being itself: nothing is looked up by more often.

    `caller` is the kind of principal that can use it, "" for all: "role" leaves out the roles of Identity Center, which
    AWS guards, and "permission-set" means them alone. `change` says what of the caller (or, when taking over, of
    the target) is changed, `access` how the target is entered, `makes` that the target is
    newly made, `trusts` the service that will bear the role, `profile` where the instance profile comes from,
    `supposes` the facts which leave the hop conditional, `wins` in words what is gained.

    `helper` is a service that must be handed a role of its own, however weak; where `trusts` is empty, the target
    trusts that role instead of a service. `passed_as` are the names by which `iam:PassedToService` may call the
    service, where they are not the one that roles trust. `within` are the actions in which alone the target's power
    is won; such a hop makes nobody an administrator. Where credentials are to be found, `target` is whose.
    """

    id: str
    title: str
    category: Category
    wins: str
    attack: str
    commands: tuple[str, ...]
    fix: tuple[str, ...]
    sources: tuple[str, ...]
    shape: str = ""
    rank: int = 0
    needs: tuple[Need, ...] = ()
    caller: Literal["", "user", "role", "permission-set"] = ""
    target: Literal["", "user", "role", "group"] = ""
    change: Change = ""
    access: Access = ""
    makes: bool = False
    trusts: str = ""
    helper: str = ""
    passed_as: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    profile: Literal["", "existing", "new", "swapped"] = ""
    supposes: tuple[Supposed, ...] = ()
    pathfinding_id: str = ""
    end_of_life: bool = False

    @property
    def receivers(self) -> tuple[str, ...]:
        """The names of the service that is handed the role which the row passes."""
        return self.passed_as or (self.trusts or self.helper,)

    @property
    def actions(self) -> tuple[str, ...]:
        """Every action the row names."""
        return tuple(action for need in self.needs for action in need.actions)


@cache
def methods() -> tuple[Method, ...]:
    """All techniques, in the order in which they are preferred: shape by shape, row by row."""
    return tuple([method for method in _every() if method.shape != ENTER])


@cache
def entries() -> dict[str, Method]:
    """The ways into an account from outside, which no principal of it goes, by id."""
    return {method.id: method for method in _every() if method.shape == ENTER}


@cache
def _every() -> tuple[Method, ...]:
    return parse(FOLDER.with_suffix(".json").read_bytes())


def parse(rows: bytes) -> tuple[Method, ...]:
    """The techniques from JSON, ranked as they stand there. Raises msgspec.ValidationError for what is none."""
    found = msgspec.json.decode(rows, type=list[Method])
    return tuple([msgspec.structs.replace(row, rank=rank) for rank, row in enumerate(found)])


@cache
def of_shape(shape: str) -> tuple[Method, ...]:
    """The techniques of one shape."""
    return tuple(method for method in methods() if method.shape == shape)


def unknown_actions() -> tuple[tuple[str, str], ...]:
    """The rows that name an action the catalogue does not know, with the action. The house test wants none.

    The catalogue forgets a service that AWS has closed, so a row that is marked may name what is gone with it.
    """
    universe = catalog.universe()
    return tuple(
        (method.id, action)
        for method in methods()
        for action in method.actions
        if universe.index(action) is None and not (method.end_of_life and _is_gone(action))
    )


def _is_gone(action: str) -> bool:
    """Whether the catalogue knows nothing of the action's service."""
    return not catalog.universe().mask(action.partition(":")[0] + ":*")
