"""Every source of evidence that was asked for, by the words in which users ask: `cloudtrail=PATH`.

What cannot be had of a source is named in its coverage, and the others are used. Only words that nobody can follow, and
credentials or an endpoint that lead nowhere, end it.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from leastwise.collect.evidence.logs import read_logs
from leastwise.collect.evidence.spec import ANALYZER, HISTORY, LOGS, TRAILS, Spec, agree, is_object
from leastwise.collect.options import Options
from leastwise.parallel import Mapper, serial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.collect.session import Aws
    from leastwise.usage.records import Evidence


def gather(
    specs: Iterable[str | Spec], options: Options | None = None, *, mapper: Mapper = serial
) -> tuple[Evidence, ...]:
    """The evidence of every source, in the order of `KINDS`; places of one kind are one source.

    `options` say which account is asked and who hears of the progress, `mapper` runs what needs cores. Raises
    UsageError for a kind or a place that there is not, CollectError where credentials or endpoint lead nowhere.
    """
    asked = agree(specs)
    kinds = tuple(dict.fromkeys(spec.kind for spec in asked))
    places = tuple(spec.place for spec in asked if spec.kind == LOGS)
    chosen = replace(options or Options(), evidence=kinds)
    with _account(chosen) if any(spec.live for spec in asked) else nullcontext() as aws:
        logs: tuple[Evidence, ...] = (
            (read_logs(places, mapper=mapper, progress=chosen.progress, aws=aws),) if places else ()
        )
        if aws is None:
            return logs
        if TRAILS in kinds or any(map(is_object, places)):
            logs = tuple(_with_trails(one, aws, places) for one in logs)
        return (*logs, *_asked(aws, kinds, chosen))


def _with_trails(found: Evidence, aws: Aws, places: tuple[str, ...]) -> Evidence:
    """The logs, and what their trails could see."""
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
