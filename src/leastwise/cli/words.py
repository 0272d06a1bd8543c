"""Words given on the command line: lists of them, and what to say about those that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click


def separate(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """`--x a,b --x c` as a, b, c: a list may be written either way. A click callback."""
    words = (word.strip() for text in given for word in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def unknown(kind: str, name: str, known: Iterable[str], *, listed_by: str, where: object = "") -> UsageError:
    """The error for a name that does not exist, with the nearest that do; `where` is the file that has it."""
    import difflib  # noqa: PLC0415  for whoever mistypes

    near = difflib.get_close_matches(name, list(known), n=3)
    hint = f"did you mean {', '.join(near)}?" if near else f"`{listed_by}` lists them"
    return UsageError(f"{f'{where}: ' if where else ''}there is no {kind} {name!r}: {hint}")


def one_line(text: str) -> str:
    """The text on one line, with everything a terminal would act upon written as an escape: files may be hostile."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in " ".join(text.split()))
