"""Reports as text. A format is one row here and one module with `render`, which gives the text as pieces of UTF-8.

Renderers see `leastwise.results` and nothing else of leastwise; the order of things is settled in the report.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.results import Report


class File(NamedTuple):
    """A file that can be written: its fixed name and the module that makes its text, imported when that is asked for.

    `backdrop` tells that it shows the documents behind a report, where the report has them.
    """

    name: str
    module: str
    backdrop: bool = False

    def render(self, report: Report) -> Iterable[bytes]:
        """The text of the file, in pieces."""
        pieces: Iterable[bytes] = import_module(f"{__name__}.{self.module}").render(report)
        return pieces


ADVICE = "least_privilege_recommendations.json"
FILES = (  # written by every scan
    File("iam_security_audit.json", "audit_json"),
    File(ADVICE, "advice_json"),
)
FORMATS: dict[str, tuple[File, ...]] = {  # what `--format` may name; `json` adds nothing to what is written anyway
    "json": FILES,
    "html": (File("iam_security_audit.html", "html", backdrop=True),),
    "sarif": (File("iam_security_audit.sarif", "sarif"),),
    "ocsf": (File("iam_security_audit.ocsf.json", "ocsf"),),
    "markdown": (File("iam_security_audit.md", "markdown"),),
    "github": (File("iam_security_audit.github.txt", "github"),),
    "csv": (File("iam_security_audit.csv", "csv"),),
    "junit": (File("iam_security_audit.junit.xml", "junit"),),
}


def files_of(formats: tuple[str, ...]) -> tuple[File, ...]:
    """The files that a scan writes for these formats, each once."""
    return tuple(dict.fromkeys((*FILES, *(file for name in formats for file in FORMATS[name]))))
