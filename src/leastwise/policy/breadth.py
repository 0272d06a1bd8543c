"""How much a Resource list leaves out: nothing, for which actions?

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

`arn:aws:s3:::*` is all of S3 and scopes nothing, though it is not `*`. A list is *wide* for an action when it covers
every resource that each of the action's required types can have, whatever account and region; where AWS names
alternatives only, one of them under a pattern whose name is nothing but wildcards. An ARN that gives the account or
the region is not wide.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.policy.pattern import Glob, covers

if TYPE_CHECKING:
    from leastwise.policy.document import Statement
    from leastwise.policy.elements import Resources

ARN_PARTS = 6
_WILD = re.compile(r"[*?]")


class Kinds(NamedTuple):
    """The resource types that some actions share, as ARN patterns without their partition. `alternatives` are all."""

    required: frozenset[str]
    alternatives: frozenset[str]


@lru_cache(maxsize=1 << 16)
def wide_actions(resources: Resources, partition: str) -> int:
    """The catalogue's actions for which the list leaves nothing out, under NotResource not much, as bits."""
    everything = catalog.universe().everything
    if resources.is_any:
        return everything
    every: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()
    for text in resources.entries:
        found = _covered(text, partition) if "*" in text and "${" not in text else frozenset()
        every |= found
        bare |= found if _is_bare(text) else frozenset()
    covered = _taken_whole(every, bare) if every else 0
    return everything & ~covered if resources.negated else covered


def wide_part(statement: Statement, partition: str) -> int:
    """The statement's actions for which its resources leave nothing out, under NotResource not much, as bits."""
    if statement.everywhere:
        return statement.actions.mask
    return (
        statement.actions.mask & wide_actions(statement.resources, partition)
        if may_be_wide(statement, partition)
        else 0
    )


def may_be_wide(statement: Statement, partition: str) -> bool:
    """Whether there may be such actions: a quick no for nearly all that name their resources."""
    if statement.everywhere or statement.spares:
        return True
    start = f"arn:{partition}:"
    for pattern in statement.patterns:  # noqa: SIM110 - asked of most statements, and a generator for each is dear
        if _may_cover(pattern, start):
            return True
    return False


def _may_cover(pattern: str, start: str) -> bool:
    """Whether the pattern may cover all resources of a type: most begin as no type does, after the same start."""
    if not pattern.startswith(start):
        return True
    if "*" not in pattern and pattern.count(":") >= ARN_PARTS - 1:
        return False
    head = pattern.partition("*")[0].partition("?")[0][len(start) - 1 :]
    owner_ends = head.find(":", 1) + 1
    return not owner_ends or head in _beginnings(head[:owner_ends])


@lru_cache(maxsize=1024)
def _beginnings(owner: str) -> frozenset[str]:
    """All that comes after the partition, down to `:service:` itself, with which a type of the service begins."""
    starts = {kind.partition("*")[0] for kind in _types(owner.strip(":"))}
    return frozenset(start[:end] for start in starts for end in range(len(owner), len(start) + 1))


def _taken_whole(every: frozenset[str], bare: frozenset[str]) -> int:
    union = 0
    owners = {kind.split(":", 2)[1] for kind in every}
    for service in {taker for owner in owners for taker in catalog.universe().takers(owner)}:
        for kinds, actions in _actions_by_kinds(service):
            if kinds.required <= every if kinds.required else kinds.alternatives & bare:
                union |= actions
    return union


def _is_bare(text: str) -> bool:
    return not text.split(":", ARN_PARTS - 1)[-1].strip("*?/:")


@lru_cache(maxsize=1 << 12)
def _covered(text: str, partition: str) -> frozenset[str]:
    """The types all of whose ARNs the pattern matches. Its plain parts, which they have too, spare most of the work."""
    start = f"arn:{partition}"
    head, *parts = _WILD.split(text)
    if not head.startswith(start) and not start.startswith(head):
        return frozenset()
    owner = head.split(":")[2] if head.count(":") > 2 else ""
    rest, glob = head[len(start) :], Glob.parse(text)
    part = max(parts, key=len, default="")
    some = (t for t in _types(owner) if t.startswith(rest) and part in start + t)
    return frozenset(t for t in some if covers(glob, Glob.parse(start + t)))


@lru_cache(maxsize=1024)
def _types(owner: str) -> tuple[str, ...]:
    """The resource types of a service, all for "", sorted."""
    return tuple(sorted(map(_without_partition, catalog.universe().resources_of(owner))))


@lru_cache(maxsize=1024)
def _actions_by_kinds(service: str) -> tuple[tuple[Kinds, int], ...]:
    """The actions of a service by the types that they take."""
    universe = catalog.universe()
    return tuple([(_kinds(action), alike) for action, alike in universe.alike(service)])


def _kinds(action: str) -> Kinds:
    universe = catalog.universe()
    required, every = universe.required_resource_patterns(action), universe.resource_patterns(action)
    return Kinds(frozenset(map(_without_partition, required)), frozenset(map(_without_partition, every)))


def _without_partition(pattern: str) -> str:
    """`:s3:::*` of `arn:*:s3:::*`."""
    return pattern.removeprefix("arn:*")
