"""Make a case of `tools/differential.py` as small as can be, while the evaluators still differ in the same way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tools.differential_cases import CALLERS, FOREIGN, OWN, needs_policy

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from tools.differential_cases import Case

Path = tuple[str | int, ...]
SINGLES = ("boundary", "session", "endpoint", "resource_policy")
LISTS = ("identity", "scps", "rcps")
_DROP = object()
_OPEN = ("Action", "Resource", "Principal")
_PLAIN = {"Version": "2012-10-17"}


def shrinking(case: Case) -> Generator[Case, bool, Case]:
    """Yields smaller cases, is sent whether each still differs, and returns the smallest that does."""
    again = True
    while again:
        again, at = False, 0
        while at < len(smaller := list(_smaller(case))):
            if smaller[at] != case and (yield smaller[at]):
                case, again = smaller[at], True
            else:
                at += 1
    return case


def _smaller(case: Case) -> Iterator[Case]:
    """Coarse to fine. What is yielded may be the case itself."""
    for name in SINGLES:
        if name != "resource_policy" or not needs_policy(case["action"]):
            yield {**case, name: None}
    for name in LISTS:
        for place in range(len(case[name])):
            yield _with(case, (name, place), _DROP)
    if CALLERS[case["caller"]].has_identity and not case["session"]:
        yield {**case, "caller": "user"}
    yield json.loads(json.dumps(case).replace(FOREIGN, OWN))
    for path, value in list(nodes(case)):
        for new in _instead(case, path, value):
            yield _with(case, path, new)


def _instead(case: Case, path: Path, value: Any) -> Iterator[Any]:
    """What could stand there instead and would be simpler: nothing, one for many, everything."""
    last = path[-1] if path else ""
    parent = _at(case, path[:-1])
    among = len(parent) > 1 and (isinstance(last, int) or "Condition" in path)
    if last == "Condition" or path[:1] == ("context",) != path or (len(path) > 2 and among):
        yield _DROP
    if "Statement" in path and isinstance(value, list) and len(value) == 1:
        yield value[0]
    if last in _OPEN and value != "*":
        yield "*"
    if isinstance(value, dict) and "Statement" in value and "Version" not in value:
        yield {**_PLAIN, **value}
    if last in _PLAIN and value != _PLAIN[str(last)]:
        yield _PLAIN[str(last)]


def nodes(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value within, each with the keys that lead to it."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from nodes(one, (*path, key))


def _at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def _with(value: Any, path: Path, new: Any) -> Any:
    """The value with what stands at the path replaced or dropped."""
    key, *rest = path
    here = _with(value[key], tuple(rest), new) if rest else new
    if isinstance(value, dict):
        return {k: here if k == key else v for k, v in value.items() if k != key or here is not _DROP}
    return [here if k == key else v for k, v in enumerate(value) if k != key or here is not _DROP]
