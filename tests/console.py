"""The console blocks of the documents, read as a person reads them: a command, and what is shown of its answer.

    ```console
    $ leastwise paths --snapshot snapshot.json.gz    # a comment
    1 path
    ...
    $ echo $?
    0
    ```

A line that is `...` stands for any number of lines, `...` within a line for any text.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROMPT = "$ "
EXIT_CODE = "echo $?"


@dataclass(frozen=True, slots=True)
class Step:
    """A line after a prompt, and what the page shows below it: nothing, where that is left out."""

    line: str
    shown: str

    @property
    def words(self) -> list[str]:
        """The words of the command, without its comment; redirections are words."""
        return shlex.split(self.line, comments=True)

    def told_in(self, said: str) -> bool:
        """Whether what was said is what is shown."""
        return re.fullmatch(_pattern(self.shown), _trimmed(said)) is not None


def steps(page: Path) -> Iterator[Step]:
    """All commands of a page, in its order."""
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        assert block.startswith(PROMPT), f"{page.name}: a console block begins with a prompt"
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            yield Step(line, _trimmed(shown))


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def _pattern(shown: str) -> str:
    """Line by line, so that `...` alone may stand for no line at all."""
    lines = []
    for line in shown.splitlines():
        if line.strip() == "...":
            lines.append(r"(?:[^\n]*(?:\n|\Z))*?")
        else:
            lines.append(r"[^\n]*".join(map(re.escape, line.split("..."))) + r"(?:\n|\Z)")
    return "".join(lines)
