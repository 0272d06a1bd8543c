"""The audit in short for people who read a job's summary or a pull request: what is worst, and what to do first.

GitHub takes 65,536 characters for a comment. What does not fit is left out from the least bad end, and the last line
says how much. Names are shown as they are: no link, mention, reference or markup comes of them.
https://github.github.com/gfm/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.report import FILES
from leastwise.report.coverage import unseen
from leastwise.report.words import count, moment, named, safe, short_arn
from leastwise.results import Confidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.results import Finding, Fix, Path, Report, Severity

LIMIT = 65_000  # characters
KEPT = 500  # of them for what closes a part and for the last line
SHOWN = 10  # paths, fixes and lines about what was not seen
WIDTH = 240  # characters of one text: names may have thousands
# What Markdown and GitHub act upon; the empty comment keeps mentions, references and addresses from being recognised.
_INERT = {ord(sign): f"&#{ord(sign)};" for sign in "\\`*_[]<>|~&$"} | {
    ord(sign): f"&#{ord(sign)};<!-- -->" for sign in "@#"
}


def render(report: Report) -> Iterator[bytes]:
    """The text of the file."""
    page = _Page()
    for part in _head(report):
        page.put(part)
    page.listing("Worst paths to administrator", map(_path, _worst(report)))
    page.listing("Fix first", map(_fix, report.fixes))
    for severity in report.counts:
        page.table(severity, [finding for finding in report.fresh if finding.severity is severity])
    if page.left_out:
        page.parts.append(f"{count(page.left_out, 'findings')} left out here. All of it is in {FILES[0].name}.\n")
    yield "\n".join(page.parts).encode()


class _Page:
    """The parts so far, and how many findings had no room."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left_out = 0
        self._room = LIMIT - KEPT

    def put(self, part: str) -> bool:
        """Take the part if there is room for it, and for the line break after it."""
        fits = len(part) < self._room
        if fits:
            self.parts.append(part)
            self._room -= len(part) + 1
        return fits

    def listing(self, title: str, lines: Iterable[str]) -> None:
        """A numbered list under a title; what is more than a few is counted."""
        every = [f"{number}. {line}" for number, line in enumerate(lines, start=1)]
        if every and self.put(f"### {title}\n"):
            shown = sum(self.put(line) for line in every[:SHOWN])
            self.put(f"\n{len(every) - shown:,} more: see {FILES[0].name}\n" if shown < len(every) else "")

    def table(self, severity: Severity, findings: list[Finding]) -> None:
        """The findings of one severity, folded."""
        summary = count(len(findings), f"{severity.label} findings")
        head = f"<details><summary>{summary}</summary>\n\n| risk | principal | issue | id |\n| ---: | --- | --- | --- |"
        if not findings or not self.put(head):
            self.left_out += len(findings)
            return
        shown = 0
        while shown < len(findings) and self.put(_row(findings[shown])):
            shown += 1
        self.left_out += len(findings) - shown
        self.parts.append("\n</details>\n")


def _head(report: Report) -> Iterator[str]:
    aliases = f" ({_text(', '.join(report.aliases))})" if report.aliases else ""
    yield f"## leastwise: account {_text(report.account)}{aliases}\n"
    counts = ", ".join(f"{number:,} {severity.label}" for severity, number in report.counts.items() if number)
    aside = f"; {len(report.suppressed):,} set aside" if report.suppressed else ""
    seen = moment(report.taken_at)
    yield f"**Risk {report.scores.risk} of 100.** Findings: {counts or 'none'}{aside}. Seen {seen}.\n"
    if report.baseline:
        yield f"Since {moment(report.baseline.taken_at)}: {report.baseline}. What was known then is not listed.\n"
    if missing := unseen(report):
        told = "".join(f"\n> - {_text(line)}" for line in missing[:SHOWN])
        more = f"\n> - and {len(missing) - SHOWN:,} more" if len(missing) > SHOWN else ""
        yield f"> [!WARNING]\n> Not everything was seen, and nothing unseen is a pass:{told}{more}\n"


def _worst(report: Report) -> list[Path]:
    """The first path of each principal, those from outside after those from within."""
    first: dict[str, Path] = {}
    for path in (*report.paths, *report.external):
        if path.escalates:
            first.setdefault(path.source.arn, path)
    return list(first.values())


def _path(path: Path) -> str:
    ends = " → ".join(map(_code, (named(path.source), *(short_arn(edge.target) for edge in path.edges))))
    return f"**{path.verdict}** {ends}: {_text('; then '.join(edge.title for edge in path.edges))}"


def _fix(fix: Fix) -> str:
    ends = (
        f"ends {count(fix.ends_paths, 'paths')}" if fix.ends_paths else f"ends {count(fix.ends_findings, 'findings')}"
    )
    return f"{_text(fix.text)} ({ends})"


def _row(finding: Finding) -> str:
    unsure = "?" if finding.confidence is Confidence.CONDITIONAL else ""
    cells = (f"{finding.risk}{unsure}", _code(named(finding.subject)), _text(finding.message), _code(finding.id))
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"


def _text(text: str) -> str:
    """The text on one line and not too long, in which nothing is markup."""
    shown = safe(text)
    if len(shown) > WIDTH:
        shown = f"{shown[: WIDTH // 2]}…{shown[-WIDTH // 2 :]}"
    return shown.translate(_INERT).replace("://", "&#58;//").replace("www.", "www&#46;")
