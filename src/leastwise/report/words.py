"""Names made fit for a terminal: what they contain is up to whoever named the thing, and may be hostile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.results import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leastwise.results import Edge, Evidence, Subject, Used

GAP = "..."


def safe(text: str) -> str:
    """The text with everything a terminal would act upon, or that would not show, written as an escape.

    Control characters, direction marks, zero-width characters, line breaks and lone surrogates all count as not
    printable in Python's sense; an ordinary space does not.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shorten(text: str, width: int) -> str:
    """The text in so many terminal cells: what is too long loses its middle, since names differ at their ends."""
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415  only when something is shown

    if cell_len(text) <= width:
        return text
    room = width - len(GAP)
    head = room // 2
    return set_cell_size(text, head).rstrip() + GAP + set_cell_size(text[::-1], room - head).rstrip()[::-1]


def fit(text: str, width: int) -> str:
    """The sentence, with each word that would not fit on a line of its own shortened."""
    return " ".join(shorten(word, width) for word in safe(text).split(" "))


def short_arn(arn: str) -> str:
    """The end of an ARN that tells it from the others of its account: `role/admin`."""
    resource = arn.split(":", 5)[-1]
    kind, slash, name = resource.partition("/")
    return safe(f"{kind}/{name.rpartition('/')[2]}" if slash else resource)


def named(subject: Subject) -> str:
    """What people call it: `role/admin`, `account 999988887777`, `anyone`, a provider and its subject."""
    if subject.kind in {Kind.ANYONE, Kind.PROVIDER}:
        return safe(subject.name)
    inside = subject.kind in {Kind.USER, Kind.ROLE, Kind.GROUP}
    return short_arn(subject.arn) if inside else safe(f"{subject.kind.value} {subject.name}")


def place(evidence: Evidence) -> str:
    """Where a statement stands: `policy/Deploy /Statement/0 (AllowPass): what stands there`."""
    carrier = short_arn(evidence.document)
    name = "" if carrier.endswith(safe(evidence.name)) else evidence.name
    sid = f"({evidence.sid})" if evidence.sid else ""
    where = " ".join(filter(None, (carrier, name, evidence.pointer, sid)))
    return f"{where}: {evidence.note}" if evidence.note else where


def stops(edge: Edge) -> tuple[str, ...]:
    """What would stop a hop, any one of them: without one of its permissions, or without the trust, it cannot be made.

    Where several statements allow a permission, taking one away stops nothing; a deny does.
    """
    return tuple(dict.fromkeys((*map(_without, filter(_is_own, edge.permissions)), *map(_narrow, _sole(edge.trust)))))


def _is_own(used: Used) -> bool:
    return bool(used.evidence)


def _without(used: Used) -> str:
    sole = _sole(used.evidence)
    return f"remove or scope {used.action} in {place(sole[0])}" if sole else f"deny {used}"


def _narrow(trust: Evidence) -> str:
    return f"narrow whom {place(trust)} lets in"


def _sole(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return evidence if len(evidence) == 1 else ()


def count(number: int, nouns: str) -> str:
    """The number with its noun, which is given in the plural: `1 policy`, `1,200 policies`."""
    if number == 1:
        stem = nouns.removesuffix("s")
        return f"1 {stem.removesuffix('ie')}y" if stem.endswith("ie") else f"1 {stem}"
    return f"{number:,} {nouns}"


def listed(words: Sequence[str]) -> str:
    """The words as a sentence has them: `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def moment(stamp: str) -> str:
    """An ISO time as people read it: `2026-01-01 09:30 UTC`."""
    day, mark, clock = safe(stamp).partition("T")
    return f"{day} {clock[:5]} UTC" if mark else day


def wrap(text: str, width: int) -> list[str]:
    """The sentence in lines of so many cells, broken between words only."""
    from rich.cells import cell_len  # noqa: PLC0415  only when something is shown

    lines = [""]
    for word in fit(text, width).split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def clamp(text: str, width: int, *, lines: int) -> str:
    """The wrapped sentence in at most so many lines; what was cut off is shown by dots."""
    wrapped = wrap(text, width)
    if len(wrapped) <= lines:
        return "\n".join(wrapped)
    last = wrapped[lines - 1]
    while " " in last and len(wrap(f"{last} {GAP}", width)) > 1:
        last = last.rpartition(" ")[0]
    return "\n".join([*wrapped[: lines - 1], f"{shorten(last, width - len(GAP) - 1)} {GAP}"])
