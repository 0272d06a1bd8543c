"""Every source of evidence that was asked for, by the words in which users ask: `cloudtrail=PATH`.

What cannot be had of a source is named in its coverage, and the others are used. Only words that nobody can follow, and
credentials or an endpoint that lead nowhere, end it.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise.collect.evidence.logs import is_object, read_logs
from leastwise.collect.options import Options
from leastwise.errors import UsageError
from leastwise.parallel import Mapper, serial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.collect.session import Aws
    from leastwise.usage.records import Evidence

LOGS, TRAILS, HISTORY, ANALYZER = "cloudtrail", "trails", "lookup-events", "access-analyzer"
KINDS = {LOGS: "PATH", TRAILS: "", HISTORY: "", ANALYZER: ""}
"""The kinds of evidence, and what each wants after `=`; "" where that is nothing. PATH may be s3://BUCKET/PREFIX."""


class Spec(NamedTuple):
    """One source as it was asked for: `kind=place`."""

    kind: str
    place: str = ""


def parse(text: str) -> Spec:
    """`kind` or `kind=place`. Raises UsageError, with the kinds there are, for anything else."""
    spec = Spec(*map(str.strip, text.split("=", 1)))
    if spec.kind not in KINDS:
        raise UsageError(f"--evidence: {spec.kind!r} is no kind of evidence: write {', '.join(_forms())}")
    if KINDS[spec.kind] and not spec.place:
        raise UsageError(f"--evidence {spec.kind} does not say where: write {spec.kind}={KINDS[spec.kind]}")
    if spec.place and not KINDS[spec.kind]:
        raise UsageError(f"--evidence {spec.kind} asks the account, so nothing follows: leave out ={spec.place}")
    return spec


def gather(
    specs: Iterable[str | Spec], options: Options | None = None, *, mapper: Mapper = serial
) -> tuple[Evidence, ...]:
    """The evidence of every source, in the order of `KINDS`; places of one kind are one source.

    `options` say which account is asked and who hears of the progress, `mapper` runs what needs cores. Raises
    UsageError for a kind or a place that there is not, CollectError where credentials or endpoint lead nowhere.
    """
    asked = [parse(spec) if isinstance(spec, str) else spec for spec in specs]
    kinds = tuple(dict.fromkeys(spec.kind for spec in asked))
    places = tuple(spec.place for spec in asked if spec.kind == LOGS)
    if TRAILS in kinds and not places:
        raise UsageError(f"--evidence {TRAILS} tells what logs could show: give {LOGS}=PATH, too")
    chosen = replace(options or Options(), evidence=kinds)
    with _account(chosen) if _is_live(asked) else nullcontext() as aws:
        logs = (_logs(places, aws, mapper, chosen),) if places else ()
        return (*logs, *(_asked(aws, kinds, chosen) if aws else ()))


def _is_live(asked: Iterable[Spec]) -> bool:
    return any(spec.kind != LOGS or is_object(spec.place) for spec in asked)


def _logs(places: tuple[str, ...], aws: Aws | None, mapper: Mapper, options: Options) -> Evidence:
    """The logs, and what their trails could see."""
    found = read_logs(places, mapper=mapper, progress=options.progress, aws=aws)
    if aws is None:
        return found
    from leastwise.collect.evidence.trails import known  # noqa: PLC0415  files need no boto3

    trails = known(aws, places)
    coverage = msgspec.structs.replace(found.coverage, trails=trails.alone, remarks=trails.remarks)
    return msgspec.structs.replace(found, coverage=coverage)


def _asked(aws: Aws, kinds: tuple[str, ...], options: Options) -> tuple[Evidence, ...]:
    """What only the account can tell."""
    from leastwise.collect.evidence.analyzer import unused_access  # noqa: PLC0415  files need no boto3
    from leastwise.collect.evidence.history import event_history  # noqa: PLC0415  as above
    from leastwise.collect.live import caller_account  # noqa: PLC0415  as above

    asks = {HISTORY: event_history, ANALYZER: unused_access}
    wanted = [ask for kind, ask in asks.items() if kind in kinds]
    account = caller_account(aws) if wanted else ""
    return tuple(ask(aws, account, options.regions) for ask in wanted)


@contextmanager
def _account(options: Options) -> Iterator[Aws]:
    """The account that is asked. Raises CollectError where the configuration itself is unusable."""
    from leastwise.collect.session import opened  # noqa: PLC0415  files need no boto3

    with opened(options) as aws:
        yield aws


def _forms() -> list[str]:
    return [f"{kind}={place}" if place else kind for kind, place in KINDS.items()]
