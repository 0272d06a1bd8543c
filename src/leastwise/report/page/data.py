"""The page's data: the report as its script reads it, where what many entries share stands once.

Findings name their check, their evidence and their document by place in a list; paths name their hops so. Ten thousand
findings are then a few megabytes, which a browser reads in a moment.
"""

from __future__ import annotations

import base64
import gzip
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from msgspec.structs import asdict

from leastwise.report import terraform
from leastwise.report.page.cuts import Cuts
from leastwise.report.published import inert
from leastwise.report.words import stops

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from leastwise.results import Edge, Evidence, Finding, Fix, Path, Report, Suppressed

LARGE = 1_000_000  # bytes from which the data is compressed
STATEMENT = "/Statement"
_ALONE = re.compile("[\ud800-\udfff]")


class Embedded(NamedTuple):
    """The data as it stands in the page: JSON, or JSON compressed and written as letters."""

    text: str
    packed: bool


def embed(report: Report) -> Embedded:
    """The data as text that no parser of markup acts upon, whatever the names in it are."""
    text = _encoded(_Tables(report).page())
    if len(text) < LARGE:
        return Embedded(inert(text).decode(), packed=False)
    return Embedded(base64.b64encode(gzip.compress(text, 6, mtime=0)).decode(), packed=True)


def _encoded(value: Any) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # a lone surrogate is a JSON string, but no UTF-8, and no address holds it
        import json  # noqa: PLC0415  seldom needed

        words = json.dumps(msgspec.to_builtins(value), ensure_ascii=False)
        return _ALONE.sub(lambda one: f"\\\\u{ord(one[0]):04x}", words).encode()


class _List:
    """Things that are kept once and named by their place."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self._places: dict[Hashable, int] = {}

    def place(self, key: Hashable, item: Any = None) -> int:
        """Where it stands: it is put at the end where it is new."""
        if key not in self._places:
            self._places[key] = len(self.items)
            self.items.append(key if item is None else item)
        return self._places[key]


def _aside(one: Suppressed) -> str:
    """Who set a finding aside: somebody, or the rule that spares exempt subjects."""
    return "muted" if one.muted else "suppressed"


class _Tables:
    """One report on its way into the page."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.abouts, self.evidence, self.edges = _List(), _List(), _List()
        texts = report.backdrop.documents if report.backdrop else ()
        self.documents = {(text.arn, text.at): place for place, text in enumerate(texts)}
        self.cuts = Cuts(report.fixes)

    def page(self) -> dict[str, Any]:
        """Everything. The lists that others point into come last, since they are filled on the way."""
        report = self.report
        return {
            "account": report.account,
            "partition": report.partition,
            "takenAt": report.taken_at,
            "hasBackdrop": report.backdrop is not None,
            "findings": [
                *(self._finding(finding, "open", "") for finding in report.findings),
                *(self._finding(one.finding, _aside(one), one.reason) for one in report.suppressed),
            ],
            "paths": [
                *(self._path(path, outside=False) for path in report.paths),
                *(self._path(path, outside=True) for path in report.external),
            ],
            "fixes": [self._fix(fix) for fix in report.fixes],
            "scores": report.scores.principals,
            "recommendations": [asdict(one) | {"terraform": terraform.render(one)} for one in report.recommendations],
            "portraits": report.backdrop.portraits if report.backdrop else (),
            "documents": report.backdrop.documents if report.backdrop else (),
            "abouts": self.abouts.items,
            "edges": self.edges.items,
            "evidence": self.evidence.items,
        }

    def _finding(self, finding: Finding, status: str, reason: str) -> dict[str, Any]:
        about = (finding.check, finding.title, finding.attack, finding.fix, finding.cites, finding.impact)
        return {
            "id": finding.fingerprint,
            "about": self.abouts.place(about),
            "arn": finding.subject.arn,
            "name": finding.subject.name,
            "kind": finding.subject.kind,
            "severity": finding.severity,
            "confidence": finding.confidence,
            "message": finding.message,
            "likelihood": finding.likelihood,
            "because": finding.severity_reason,
            "assumes": finding.assumes,
            "risk": finding.risk,
            "reasons": finding.risk_reasons,
            "evidence": self._refer(finding.evidence),
            "status": status,
            "reason": reason,
            "firstSeen": finding.first_seen,
        }

    def _fix(self, fix: Fix) -> dict[str, Any]:
        change = fix.rewrite
        argument = "assume_role_policy" if change and change.document.startswith("trust") else "policy"
        text = terraform.argument(argument, change.after) if change and change.after else ""
        return asdict(fix) | {"statements": self._refer(fix.statements), "terraform": text}

    def _path(self, path: Path, *, outside: bool) -> dict[str, Any]:
        return {
            "id": path.fingerprint,
            "source": path.source,
            "target": path.target,
            "verdict": path.verdict,
            "severity": path.severity,
            "risk": path.risk,
            "outside": outside,
            "edges": [self.edges.place(edge, self._edge(edge)) for edge in path.edges],
        }

    def _edge(self, edge: Edge) -> dict[str, Any]:
        return {
            **{name: getattr(edge, name) for name in edge.__struct_fields__},
            "permissions": [
                {"action": u.action, "resource": u.resource, "evidence": self._refer(u.evidence)}
                for u in edge.permissions
            ],
            "trust": self._refer(edge.trust),
            "running": self._refer(edge.running),
            "stops": stops(edge),
            "cuts": self.cuts.of(edge),
        }

    def _refer(self, pointers: Iterable[Evidence]) -> list[int]:
        return [self.evidence.place(e, self._pointer(e)) for e in pointers]

    def _pointer(self, e: Evidence) -> dict[str, Any]:
        at, mark, rest = e.pointer.partition(STATEMENT)
        return {
            **{name: getattr(e, name) for name in e.__struct_fields__},
            "text": self.documents.get((e.document, at)),
            "statement": mark + rest,
        }
