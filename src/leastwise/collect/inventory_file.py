"""An inventory given as a file, put into a snapshot as if it had been collected with it.

A file is a snapshot that was collected with `--inventory`, or just its part: `{"calls": {CALL: {REGION: ROWS}}}`. ROWS
are the listed resources, or the whole answer as the AWS CLI prints it; what is never kept is dropped here too.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from leastwise.account.kinds import REGIONS, dig, kept
from leastwise.collect.calls import KEPT_INVENTORY, ORDER
from leastwise.collect.file import plain_text
from leastwise.collect.inventory_calls import ASKS
from leastwise.errors import SnapshotError, UsageError
from leastwise.snapshot import Gap, Snapshot, raw

if TYPE_CHECKING:
    from collections.abc import Iterator

MAKE_ONE = "`leastwise collect --inventory` makes one"
_ROWS = {ask.call: ask.rows for ask in ASKS}
_LISTED = dict[str, Any]


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a file that tells what runs. `account` and `taken_at` are "" where the file does not say."""

    calls: dict[str, msgspec.Raw]
    account: str = ""
    taken_at: str = ""
    gaps: list[Gap] = []


def read_inventory(path: str) -> Inventory:
    """The inventory in a file. Raises UsageError for the path, SnapshotError for what is in it."""
    try:
        data = plain_text(Path(path).read_bytes())
        found = msgspec.json.decode(data, type=Inventory)
    except FileNotFoundError as error:
        raise UsageError(f"--inventory: there is no file {path}: {MAKE_ONE}") from error
    except OSError as error:
        raise UsageError(f"--inventory: {path} cannot be read: {error.strerror or error}") from error
    except (SnapshotError, msgspec.DecodeError) as error:
        raise SnapshotError(f"{path}: it is no inventory ({error}): {MAKE_ONE}") from error
    if not found.calls.keys() & {*KEPT_INVENTORY[1:]}:
        raise SnapshotError(f"{path}: it holds no answer that tells what runs: {MAKE_ONE}")
    return found


def with_inventory(snapshot: Snapshot, given: Inventory) -> Snapshot:
    """The snapshot with this inventory instead of what was collected; its notes say so.

    Raises SnapshotError when it is of another account.
    """
    if given.account not in {"", snapshot.account}:
        raise SnapshotError(f"the inventory is of account {given.account}, and the audited one is {snapshot.account}")
    calls, gaps = dict(snapshot.calls), [gap for gap in snapshot.gaps if gap.call not in KEPT_INVENTORY]
    gaps += [gap for gap in given.gaps if gap.call in KEPT_INVENTORY]
    for call in KEPT_INVENTORY:
        calls.pop(call, None)
        if call in given.calls:
            try:
                calls[call] = _answer(call, given.calls[call])
            except msgspec.DecodeError as error:
                gaps.append(Gap(call=call, reason="Garbled", detail=str(error)))
    return msgspec.structs.replace(snapshot, calls=calls, gaps=gaps, notes=[*snapshot.notes, *_notes(given)])


def _answer(call: str, answer: msgspec.Raw) -> msgspec.Raw:
    listed = msgspec.json.decode(answer, type=_LISTED)
    if call == REGIONS:
        return raw({"Regions": [{"RegionName": name} for name in dig(listed, "Regions.RegionName")]})
    return raw({region: [kept(call, row) for row in _rows(call, said)] for region, said in listed.items()})


def _rows(call: str, said: object) -> list[Any]:
    """The rows, also where they stand inside the whole answer, as the AWS CLI prints it."""
    if not isinstance(said, dict):
        return said if isinstance(said, list) else [said]
    return dig(said, _ROWS[call]) if _ROWS[call] else [said]


def _notes(given: Inventory) -> Iterator[str]:
    yield f"the inventory comes from a file{f', taken {given.taken_at}' if given.taken_at else ''}"
    strange = [call for call in given.calls if call not in ORDER]
    if strange:
        yield f"the file with the inventory also holds what is no part of one: {', '.join(strange)}"
