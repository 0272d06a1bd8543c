"""What a trail was told to write down: its event selectors, of both forms, in one.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from leastwise.usage.records import Selector

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_EVERY = re.compile(r"arn:[\w-]+:(?:s3(?::::)?|lambda|dynamodb)")
_EVERYTHING = frozenset({"eventCategory", "readOnly", "resources.type"})
"""Fields that leave no event of a kind out but as `Selector` has it."""


def selectors(answer: dict[str, Any]) -> tuple[Selector, ...]:
    """The selectors in the answer of GetEventSelectors. A trail without any writes every management event."""
    found = [
        *(one for row in answer.get("EventSelectors") or () for one in _basic(row)),
        *(one for row in answer.get("AdvancedEventSelectors") or () for one in _advanced(row)),
    ]
    given = answer.get("EventSelectors") or answer.get("AdvancedEventSelectors")
    return tuple(found) if given else (Selector(),)


def _basic(row: dict[str, Any]) -> Iterator[Selector]:
    kind = row.get("ReadWriteType") or "All"
    reads, writes = kind != "WriteOnly", kind != "ReadOnly"
    if row.get("IncludeManagementEvents", True):
        without = tuple(sorted(row.get("ExcludeManagementEventSources") or ()))
        yield Selector(reads=reads, writes=writes, without=without)
    for chosen in row.get("DataResources") or ():
        values = chosen.get("Values") or ()
        if values:
            partly = not any(_EVERY.fullmatch(value) for value in values)
            yield Selector(type=chosen["Type"], reads=reads, writes=writes, partly=partly)


def _advanced(row: dict[str, Any]) -> Iterator[Selector]:
    fields = {field["Field"]: field for field in row.get("FieldSelectors") or ()}
    category = _equals(fields, "eventCategory")
    read_only = _equals(fields, "readOnly") or ["true", "false"]
    sources = fields.get("eventSource", {})
    without = tuple(sorted(sources.get("NotEquals") or ()))
    partly = bool(fields.keys() - _EVERYTHING - {"eventSource"}) or bool(sources.keys() - {"Field", "NotEquals"})
    types = {"Management": [""], "Data": _equals(fields, "resources.type")}
    for kind in (found for name in category for found in types.get(name, ())):
        reads, writes = "true" in read_only, "false" in read_only
        yield Selector(type=kind, reads=reads, writes=writes, without=without, partly=partly)


def _equals(fields: dict[str, dict[str, Any]], name: str) -> Iterable[str]:
    return list(fields.get(name, {}).get("Equals") or ())
