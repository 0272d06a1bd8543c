"""The snapshot's answers, decoded on demand. What cannot be decoded becomes a gap and takes nothing else with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

import msgspec

from leastwise.snapshot import Gap

if TYPE_CHECKING:
    from leastwise.snapshot import Snapshot

T = TypeVar("T")
NULL = b"null"


class Reader:
    """One pass over a snapshot; `gaps` grows by what turns out to be missing or garbled."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Reads nothing yet."""
        self.calls = snapshot.calls
        self.gaps = list(snapshot.gaps)

    def one(self, call: str, shape: type[T]) -> T | None:
        """The answer of a call, or None where there is none; a call neither answered nor a gap becomes one."""
        answer = self.calls.get(call)
        if answer is None:
            if not any(gap.call == call for gap in self.gaps):
                self.gaps.append(Gap(call=call, reason="NotCollected", detail="the snapshot does not hold it"))
            return None
        return self._decode(call, None, answer, shape)

    def each(self, call: str, shape: type[T]) -> dict[str, T | None]:
        """The answers of a call made per target; None is AWS's own "there is none". Garbled ones are left out."""
        out: dict[str, T | None] = {}
        for target, answer in (self.one(call, dict[str, msgspec.Raw]) or {}).items():
            if bytes(answer) == NULL:
                out[target] = None
            elif (value := self._decode(call, target, answer, shape)) is not None:
                out[target] = value
        return out

    def _decode(self, call: str, target: str | None, answer: msgspec.Raw, shape: type[T]) -> T | None:
        try:
            return msgspec.json.decode(answer, type=shape)
        except (msgspec.DecodeError, RecursionError) as error:
            if target is None and (lists := _lists(shape)):
                return self._salvage(call, answer, shape, lists)
            self._garbled(call, target, error)
            return None

    def _salvage(self, call: str, answer: msgspec.Raw, shape: type[T], lists: dict[str, Any]) -> T | None:
        """Decode an answer made of lists entry by entry; each entry that cannot be read is a gap of its own."""
        try:
            whole = msgspec.json.decode(answer, type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, RecursionError) as error:
            self._garbled(call, None, error)
            return None
        return shape(**{name: self._entries(call, name, whole, entry) for name, entry in lists.items()})

    def _entries(self, call: str, name: str, whole: dict[str, msgspec.Raw], entry: Any) -> list[Any]:
        field = "".join(word.capitalize() for word in name.split("_"))
        out: list[Any] = []
        try:
            raws = msgspec.json.decode(whole.get(field, msgspec.Raw(NULL)), type=list[msgspec.Raw] | None) or []
        except (msgspec.DecodeError, RecursionError) as error:
            self._garbled(call, f"/{field}", error)
            return out
        for index, item in enumerate(raws):
            try:
                out.append(_without_nulls(item, entry))
            except (msgspec.DecodeError, RecursionError) as error:
                self._garbled(call, f"/{field}/{index}", error)
                out.append(None)  # keeps the places of the others, which evidence points to
        return out

    def _garbled(self, call: str, target: str | None, error: Exception) -> None:
        self.gaps.append(Gap(call=call, target=target, reason="Garbled", detail=str(error)[:200]))


def _without_nulls(item: msgspec.Raw, entry: Any) -> object:
    """The entry; fields that are null count as absent, for some tools print them so."""
    fields = msgspec.json.decode(item, type=dict[str, msgspec.Raw])
    present = {name: value for name, value in fields.items() if bytes(value) != NULL}
    return msgspec.json.decode(msgspec.json.encode(present), type=entry)


def _lists(shape: type) -> dict[str, Any]:
    """The fields of a shape all of whose fields are lists with holes, with what they list; else nothing."""
    if not (isinstance(shape, type) and issubclass(shape, msgspec.Struct)):
        return {}
    hints = get_type_hints(shape)
    lists = {
        name: entry[0] for name, hint in hints.items() if (entry := get_args(hint)) and type(None) in get_args(entry[0])
    }
    return lists if len(lists) == len(hints) else {}
