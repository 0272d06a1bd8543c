"""`leastwise what-can`: what may this principal do?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from leastwise import catalog
from leastwise.catalog import AccessLevel
from leastwise.cli import asking, options
from leastwise.cli.asking import Line
from leastwise.cli.source import Source
from leastwise.questions import what_can
from leastwise.questions.what import CONDITIONAL, EVERYWHERE, SOMEWHERE
from leastwise.report.words import count, listed
from leastwise.wide import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.questions import What

REACHES = (EVERYWHERE, SOMEWHERE, CONDITIONAL)
STRONGEST_FIRST = (
    AccessLevel.PERMISSIONS_MANAGEMENT,
    AccessLevel.WRITE,
    AccessLevel.TAGGING,
    AccessLevel.READ,
    AccessLevel.LIST,
)
SHOWN = 5  # conditions; all are in the JSON form


@click.command("what-can")
@click.argument("principal")
@options.circumstances
@options.form
@options.source
def command(principal: str, *, form: str, **given: Any) -> None:
    """Sum up what a principal may do.

    By service and access level: on everything, on some resources, and under conditions. PRINCIPAL is as for
    `leastwise can`.
    """
    said = asking.circumstances(given.pop("context"), given.pop("absent"), strict=given.pop("strict_context"))
    account = asking.look(Source(**given))
    found = what_can(account, principal, said)
    if form == "json":
        asking.publish_about(
            account,
            principal=found.principal,
            principal_arn=found.arn,
            question=asking.circumstances_record(said),
            administrator=found.administrator,
            may=list(records(found)),
            not_in_catalogue=list(found.unlisted),
            notes=list(found.notes),
            not_considered=list(found.unseen),
        )
    else:
        asking.say(headline(found), list(lines(found)))


def headline(found: What) -> str:
    """The answer in one sentence."""
    if found.administrator:
        return f"{found.principal} is a full administrator: it may do everything on everything"
    parts = [f"{count(mask.bit_count(), 'actions')} {reach}" for reach in REACHES if (mask := found.reaching(reach))]
    return f"{found.principal} may do {listed(parts) if parts else 'nothing that the catalogue knows'}"


def lines(found: What) -> Iterator[Line]:
    """By reach and service, how many actions of which level, and some of them."""
    for reach in REACHES:
        services = by_service(found.reaching(reach))
        if services:
            yield Line("", "")
            yield Line(reach, f"{count(len(services), 'services')}")
        for service, mask in services.items():
            yield Line(service, f"{_levels(mask)}: {examples(mask)}{_example(found, reach, mask)}")
    conditions = list(dict.fromkeys(c for share in found.shares for c in share.conditions))
    yield from (Line("if", condition) for condition in conditions[:SHOWN])
    if len(conditions) > SHOWN:
        yield Line("", f"and {len(conditions) - SHOWN:,} more")
    if found.unlisted:
        yield Line("unknown", f"not in the catalogue of {catalog.version()}: {', '.join(found.unlisted)}")
    yield from asking.remarks(found.notes, found.unseen)


def _example(found: What, reach: str, mask: int) -> str:
    """A resource for those that do not reach everything."""
    shown = (s.example for s in found.shares if s.reach == reach != EVERYWHERE and s.actions & mask)
    example = next((one for one in shown if one != "*"), "")
    return f" (such as {example})" if example else ""


def by_service(mask: int) -> dict[str, int]:
    """The actions of each service, as bits."""
    universe = catalog.universe()
    services = dict.fromkeys(name.partition(":")[0] for name in universe.names_of(mask))
    return {service: mask & universe.mask(f"{service}:*") for service in services}


def _levels(mask: int) -> str:
    return ", ".join(f"{number:,} {level.value.lower()}" for level, number in levels(mask).items())


def levels(mask: int) -> Counter[AccessLevel]:
    """How many of the actions are of each level, the strongest first; those without any are left out."""
    universe = catalog.universe()
    numbers = {level: (mask & universe.level_mask(level)).bit_count() for level in STRONGEST_FIRST}
    return Counter({level: number for level, number in numbers.items() if number})


def records(found: What) -> Iterator[dict[str, Any]]:
    """All actions, those together that share their terms."""
    universe = catalog.universe()
    for share in found.shares:
        yield {
            "reach": share.reach,
            "actions": universe.names_of(share.actions),
            "levels": {level.value: number for level, number in levels(share.actions).items()},
            "example": share.example,
            "conditions": list(share.conditions),
        }
