"""`leastwise doctor`: whether an audit would work here, and what to do where it would not."""

from __future__ import annotations

import json
import os
import platform
import shutil
from datetime import UTC, date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leastwise import catalog
from leastwise._version import __version__
from leastwise.cli import asking, options
from leastwise.cli.source import Account
from leastwise.collect.clock import Clock
from leastwise.collect.diagnosis import Point, State
from leastwise.errors import CollectError

if TYPE_CHECKING:
    from collections.abc import Iterator

COULD_NOT = 3  # see `contract`, *Exit codes*
OLD = 180  # days after which the catalogue lacks what AWS has added since
ROOM = 100  # megabytes
LIBRARIES = ("boto3", "botocore", "click", "msgspec", "rich", "jinja2")
STYLES = {State.OK: "green", State.WARN: "yellow", State.FAIL: "bold red"}


@click.command("doctor")
@options.live
@options.form
def command(*, form: str, **connection: Any) -> int:
    """Tell whether an audit would work here, and what to do where not.

    Looks at the versions, the current directory, the credentials and as whom they ask, the endpoint, the clock, and
    tries each call that an audit makes in its cheapest form. Nothing is changed or kept. Exits with 3 when something
    must be mended first; what is only missing is a warning, as an audit goes on without it.
    """
    account = Account(**connection)
    account.agree()
    asked, missing = _asked(account)
    points = (*_here(), *asked)
    policy = _policy(missing) if missing else None
    worst = next(state for state in reversed(State) if state in {point.state for point in points})
    if form == "json":
        asking.publish(outcome=worst, points=[point._asdict() for point in points], policy=policy)
    else:
        _print(points, policy)
    return COULD_NOT if worst is State.FAIL else 0


def _asked(account: Account) -> tuple[tuple[Point, ...], tuple[str, ...]]:
    """What the account says, and the actions that the caller lacks."""
    from leastwise.collect.doctor import examine  # noqa: PLC0415  boto3, after the words were understood
    from leastwise.collect.options import Options  # noqa: PLC0415  as above

    try:
        session = account.session
    except CollectError as error:
        said, _, what = str(error).rpartition(": ")
        return (Point("credentials", State.FAIL, said, what),), ()
    found = examine(
        Options(region=account.region, profile=account.profile, endpoint_url=account.endpoint_url, session=session)
    )
    return found.points, found.missing


def _here() -> Iterator[Point]:
    """What there is to say of this machine."""
    yield Point("leastwise", State.OK, f"{__version__}, on Python {platform.python_version()}")
    yield Point("libraries", State.OK, ", ".join(f"{name} {version(name)}" for name in LIBRARIES))
    yield _catalogue()
    yield _disk(Path.cwd())


def _catalogue() -> Point:
    age = (Clock().now().astimezone(UTC).date() - date.fromisoformat(catalog.version())).days
    said = f"actions of AWS as of {catalog.version()}, {age} days old"
    if age <= OLD:
        return Point("catalogue", State.OK, said)
    return Point("catalogue", State.WARN, said, "update leastwise: what AWS has added since is unknown to it")


def _disk(place: Path) -> Point:
    if not os.access(place, os.W_OK | os.X_OK):
        return Point("disk", State.FAIL, f"{place} may not be written into", "go elsewhere, or choose with -o")
    free = shutil.disk_usage(place).free // 1_000_000
    if free < ROOM:
        return Point("disk", State.WARN, f"{free:,} MB are left in {place}", "make room, or choose with -o")
    return Point("disk", State.OK, f"{place} can be written into, {free:,} MB are left")


def _policy(missing: tuple[str, ...]) -> dict[str, Any]:
    statement = {"Sid": "LeastwiseMissing", "Effect": "Allow", "Action": list(missing), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _print(points: tuple[Point, ...], policy: dict[str, Any] | None) -> None:
    from leastwise.cli.screen import look  # noqa: PLC0415  drawing costs
    from leastwise.report import view  # noqa: PLC0415  as above
    from leastwise.report.view import Row, Section  # noqa: PLC0415  as above

    rows = [
        Row(label, text, STYLES[point.state])
        for point in points
        for label, text in ((point.state.value, f"{point.name}: {point.said}"), ("", point.do))
        if text
    ]
    seen = look()
    print(view.text(view.draw([Section("", tuple(rows))], seen.columns, lines=view.ALL_LINES), seen).rstrip())
    if policy:
        print(json.dumps(policy, indent=2))
