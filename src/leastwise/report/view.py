"""How a report is looked at, and the one layout that the console screen is made of: titled rows with labels."""

from __future__ import annotations

import re
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leastwise.report.words import clamp
from leastwise.results import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType
    from rich.text import Text

NAME_SHARE = 0.3  # of the width, for the name of one principal
NARROWEST = 60  # below this the terminal wraps, which reads better than columns of single words
ALL_LINES = 10_000
SCREEN = 40  # lines of the first screen
INDENT = 2
SPACE = 2

STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
VERDICT_STYLES = {
    Verdict.PROVEN: "bold red",
    Verdict.CONDITIONAL: "yellow",
    Verdict.LATENT: "dim",
    Verdict.LATERAL: "dim",
}


class View(msgspec.Struct, frozen=True, kw_only=True):
    """How a report is looked at.

    `limit` is the most findings shown, None shows all; `files` are the paths of what was written.
    """

    width: int = 80
    colour: bool = False
    limit: int | None = 200
    verbose: bool = False
    files: tuple[str, ...] = ()

    @property
    def columns(self) -> int:
        """The width that lines are made for."""
        return max(self.width, NARROWEST)

    @property
    def name_width(self) -> int:
        """The most cells that the name of one principal gets."""
        return int(self.columns * NAME_SHARE)


class Row(NamedTuple):
    """One labelled statement."""

    label: str
    text: str
    style: str = "dim"


class Section(NamedTuple):
    """Rows under a title; an untitled section is just its rows. `least` is how many lines each row always has."""

    title: str
    rows: tuple[Row, ...]
    style: str = "bold"
    least: int = 1

    def draw(self, columns: int, *, label_width: int, lines: int) -> Sequence[Text]:
        """The section as wide as asked, each row in at most so many lines."""
        from rich.text import Text  # noqa: PLC0415  only when something is shown

        lines = max(lines, self.least)
        margin = INDENT + label_width + SPACE
        body = Text(no_wrap=True, overflow="ignore")  # broken into lines here: rich's tables are slow
        for number, row in enumerate(self.rows):
            first, *others = clamp(row.text, columns - margin, lines=lines).split("\n")
            body.append(f"\n{'':{INDENT}}" if number else f"{'':{INDENT}}").append(
                f"{row.label:{label_width}}", style=row.style
            )
            body.append(f"{'':{SPACE}}{first}")
            body.append("".join(f"\n{'':{margin}}{other}" for other in others))
        title = Text(clamp(self.title, columns, lines=1), style=self.style)
        return [*([title] if self.title else []), *([body] if self.rows else [])]


def draw(sections: Sequence[Section], columns: int, *, lines: int) -> list[Text]:
    """The sections one below the other, their labels in one column."""
    from rich.text import Text  # noqa: PLC0415  only when something is shown

    label_width = max((len(row.label) for section in sections for row in section.rows), default=0)
    drawn: list[Text] = []
    for section in sections:
        drawn += [*section.draw(columns, label_width=label_width, lines=lines), Text()]
    return drawn


def text(parts: Sequence[RenderableType], look: View) -> str:
    """The parts as rich draws them, reading nothing from the environment; no spaces at the ends of lines."""
    from rich.console import Console  # noqa: PLC0415  only when something is shown
    from rich.text import Text  # noqa: PLC0415  as above

    out = StringIO()
    console = Console(
        file=out,
        width=look.columns,
        height=SCREEN,
        force_terminal=look.colour,
        color_system="standard" if look.colour else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        force_jupyter=False,
        _environ={},
    )
    for part in parts:
        if isinstance(part, Text) and not look.colour:
            out.write(f"{part.plain}\n")  # its lines are made already, which rich would take long to find out
        else:
            console.print(part)
    return re.sub(r" +$", "", out.getvalue(), flags=re.MULTILINE)
