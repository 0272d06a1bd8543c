"""Which paths belong to a finding: those from a principal that can escalate, and from outside those that it lets in."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from leastwise.results import ESCALATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.results import Finding, Path, Report


class Ways:
    """The paths of a report that escalate, to be asked for by finding."""

    def __init__(self, report: Report) -> None:
        """Sort them by whom they start at, and those from outside by the statements that let them in."""
        self._from: dict[str, list[Path]] = defaultdict(list)
        self._through: dict[tuple[str, str], list[Path]] = defaultdict(list)
        for path in filter(_escalates, report.paths):
            self._from[path.source.arn].append(path)
        for path in filter(_escalates, report.external):
            for entry in path.edges[0].trust:
                self._through[entry.document, entry.pointer].append(path)

    def of(self, finding: Finding) -> list[Path]:
        """In the order of the report."""
        if finding.check == ESCALATION:
            return self._from.get(finding.subject.arn, [])
        return list(dict.fromkeys(self._let_in(finding)))

    def _let_in(self, finding: Finding) -> Iterator[Path]:
        for one in finding.evidence:
            yield from self._through.get((one.document, one.pointer), ())


def _escalates(path: Path) -> bool:
    return path.escalates
