"""Several accounts at the command line: looked at together, and their principals called so that they are told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.account.build import build
from leastwise.arn import account_of
from leastwise.cli.asking import Line
from leastwise.escalation.realm import Realm
from leastwise.report.words import named, safe
from leastwise.results import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leastwise.cli.source import Sources
    from leastwise.results import Subject

SHOWN = 5
INSIDE = frozenset({Kind.USER, Kind.ROLE, Kind.GROUP})


def look(sources: Sources) -> Realm:
    """The accounts as the sources show them."""
    return Realm(tuple(map(build, sources.look())))


def called(realm: Realm, subject: Subject) -> str:
    """What people call it, with its account where that is not clear."""
    clear = len(realm.accounts) == 1 and realm.home_of(subject.arn) is not None
    plain = clear or subject.kind not in INSIDE
    return named(subject) if plain else f"{account_of(subject.arn)}:{named(subject)}"


def called_by_arn(realm: Realm, arn: str) -> str:
    """As `called`, for whom the accounts may have."""
    holder = realm.holder(arn)
    return called(realm, holder.subject) if holder else safe(arn.split(":", 5)[-1])


def doubts(blind: Sequence[str]) -> list[Line]:
    """What could not be read, some of it."""
    more = [f"and {len(blind) - SHOWN:,} more"] if len(blind) > SHOWN else []
    return [Line("not judged", why) for why in (*blind[:SHOWN], *more)]


def record(realm: Realm) -> list[dict[str, str]]:
    """The accounts, for programs."""
    accounts = realm.accounts.values()
    return [{"id": one.id, "taken_at": one.now.strftime("%Y-%m-%dT%H:%M:%SZ")} for one in accounts]
