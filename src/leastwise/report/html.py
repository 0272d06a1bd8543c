"""The page: one file that a browser opens from a disk, with everything in it and nothing asked of any network.

What names, tags and policies say is up to whoever wrote them. In the markup jinja2 escapes it; the script reads it from
a block that is no markup and puts it on the page as text; and the policy of the page lets no script and no style run
but these, known by their hashes. https://www.w3.org/TR/CSP3/
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from leastwise.report.difference import difference
from leastwise.report.page.chain import chains, described
from leastwise.report.page.cuts import Cuts
from leastwise.report.page.data import embed
from leastwise.report.words import count, listed, moment, named, safe, short_arn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jinja2 import Environment

    from leastwise.results import Path, Report
    from leastwise.unseen import Unassessed

FOLDER = files("leastwise.report") / "page"
SCRIPTS = (
    "dom", "words", "data", "policy", "graph", "windowed", "filters", "findings", "finding", "remedy", "paths", "path",
    "principals", "principal", "main",
)  # fmt: skip
PICTURES = 5  # paths that are drawn without script
SHOWN = 6  # calls and subjects that are named at once
RUN = ("script-src", "style-src")  # what the page's policy calls those who may


def render(report: Report) -> Iterator[bytes]:
    """The text of the file, in pieces."""
    script, style = _script(), _text("page.css")
    data, cuts = embed(report), Cuts(report.fixes)
    muted = sum(one.muted for one in report.suppressed)
    stream = (
        _environment()
        .get_template("page.html.jinja")
        .generate(
            report=report,
            script=script,
            style=style,
            policy=_policy(script, style),
            data=data,
            muted=muted,
            exempt=len(report.suppressed) - muted,
            pictures=[
                {"path": path, "chains": chains(path, cuts), "words": described(path)} for path in _worst(report)
            ],
            escalations=[path for path in report.paths if path.escalates],
            gaps=_together((gap.reason, gap.call) for gap in report.gaps),
            unassessed=_together((each.reason, _unjudged(each)) for each in report.unassessed),
        )
    )
    return (piece.encode("utf-8", "backslashreplace") for piece in stream)


def _policy(script: str, style: str) -> str:
    """What the page may do: run this script, use this style."""
    hashed = (base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (script, style))
    allowed = "; ".join(f"{what} 'sha256-{one}'" for what, one in zip(RUN, hashed, strict=True))
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


@cache
def _script() -> str:
    """All of the script: the library with its licence, then ours, in which no name is known outside."""
    licence = _text("vendor/LICENSE.dagre")
    ours = "\n".join(_text(f"{name}.js") for name in SCRIPTS)
    return f"/*\ndagre\n\n{licence}*/\n{_text('vendor/dagre.min.js')}\n(() => {{\n{ours}}})();\n"


@cache
def _text(name: str) -> str:
    return FOLDER.joinpath(name).read_text("utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415  only for a page

    made = Environment(
        loader=FunctionLoader(_text),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(moment=moment, named=named, listed=listed)
    made.globals.update(count=count, difference=difference, SHOWN=SHOWN)
    return made


def _shown(value: Any) -> Any:
    """What stands on the page shows what it is: nothing in it hides, or turns the direction of what follows."""
    return safe(value) if type(value) is str else value


def _together(entries: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """The names by what is said of them, each with the number of its targets where it has several."""
    counts = Counter(entries)
    found: dict[str, list[str]] = {}
    for (said, name), number in sorted(counts.items()):
        found.setdefault(said, []).append(f"{name} ({number} targets)" if number > 1 else name)
    return list(found.items())


def _unjudged(each: Unassessed) -> str:
    return f"{each.check} for {short_arn(each.target)}" if each.target else each.check


def _worst(report: Report) -> list[Path]:
    """The first path of each principal, those from outside after those from within."""
    first: dict[str, Path] = {}
    for path in (*report.paths, *report.external):
        if path.escalates:
            first.setdefault(path.source.arn, path)
    return list(first.values())[:PICTURES]
