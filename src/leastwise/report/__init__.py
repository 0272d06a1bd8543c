"""Reports as text. A format is one row here and one module with `render`, which gives the text as pieces of UTF-8.

Renderers see `leastwise.results` and nothing else of leastwise; the order of things is settled in the report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leastwise.report import advice_json, audit_json, html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from leastwise.results import Report


class File(NamedTuple):
    """A file that can be written: its fixed name and what makes its text.

    `backdrop` tells that it shows the documents behind a report, where the report has them.
    """

    name: str
    render: Callable[[Report], Iterable[bytes]]
    backdrop: bool = False


FILES = (  # written by every scan
    File("iam_security_audit.json", audit_json.render),
    File("least_privilege_recommendations.json", advice_json.render),
)
FORMATS: dict[str, tuple[File, ...]] = {  # what `--format` may name; `json` adds nothing to what is written anyway
    "json": FILES,
    "html": (File("iam_security_audit.html", html.render, backdrop=True),),
}


def files_of(formats: tuple[str, ...]) -> tuple[File, ...]:
    """The files that a scan writes for these formats, each once."""
    return tuple(dict.fromkeys((*FILES, *(file for name in formats for file in FORMATS[name]))))
