"""What to fix first: the few changes that end most escalation paths, then the worst single findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.arn import parse_arn
from leastwise.remedy.causes import TRUST, Cause, causes, is_reserved
from leastwise.results import Fix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from leastwise.account.model import Account
    from leastwise.leastprivilege.permission import Permission
    from leastwise.results import Finding, Path

MOST = 5
ESCALATION = "principal_can_escalate"


def fix_first(account: Account, findings: Sequence[Finding], paths: Iterable[Path]) -> tuple[Fix, ...]:
    """Up to five fixes. Each of the first ends the most paths that the ones before it left."""
    escalations = [path for path in paths if path.escalates]
    fixes = [*_cuts(account, findings, escalations)]
    return (*fixes, *_singles(account, findings, MOST - len(fixes), covered=bool(fixes)))


def _cuts(account: Account, findings: Sequence[Finding], paths: list[Path]) -> Iterator[Fix]:
    """Greedily the statement that most of the remaining paths hang on."""
    hang: dict[Cause, dict[int, Permission]] = {}
    for number, path in enumerate(paths):
        for cause, permission in causes(account, path).items():
            if not is_reserved(account, cause.on):
                hang.setdefault(cause, {})[number] = permission
    left = set(range(len(paths)))
    for _ in range(MOST):
        best = min(hang, key=lambda c: _rank(c, hang[c].keys() & left, paths), default=None)
        ended = hang[best].keys() & left if best else set()
        if best is None or not ended:
            return
        before = {paths[i].source.arn for i in left}
        left -= ended
        freed = before - {paths[i].source.arn for i in left}
        yield Fix(
            text=_sentence(best, _actions(hang[best], ended)),
            ends_paths=len(ended),
            ends_findings=sum(f.check == ESCALATION and f.subject.arn in freed for f in findings),
            subjects=tuple(sorted({paths[i].source.arn for i in ended})),
        )


def _rank(cause: Cause, ended: set[int], paths: list[Path]) -> tuple[int, int, int, Cause]:
    """Most paths first, then the riskiest; of equals a grant before a trust, then by name."""
    return -len(ended), -sum(paths[i].risk for i in ended), cause.kind == TRUST, cause


def _actions(hanging: dict[int, Permission], ended: Iterable[int]) -> tuple[str, ...]:
    return tuple(sorted({hanging[number].action for number in ended}))


def _sentence(cause: Cause, actions: tuple[str, ...]) -> str:
    """The change, as an order."""
    evidence = cause.evidence
    where = f"statement {evidence.sid or _number(evidence.pointer)}"
    if cause.kind == TRUST:
        return f"Narrow who may assume {_named(cause.on)}, in {where} of its trust policy"
    what = f"{', '.join(actions[:3])}{f' and {len(actions) - 3} more' if len(actions) > 3 else ''}"
    if ":iam::aws:" in evidence.document:
        return f"Replace the AWS-managed policy {evidence.name} on {_named(cause.on)} by one without {what}"
    whose = "managed policy" if cause.kind == "managed" else f"{_named(cause.on)}, inline policy"
    return f"Remove or scope {what} in {where} of {whose} {evidence.name}"


def _number(pointer: str) -> str:
    """`…/Statement/2` → `3`, as people count; a lone statement is the first."""
    last = pointer.rpartition("/")[2]
    return str(int(last) + 1) if last.isdigit() else "1"


def _named(arn: str) -> str:
    """`role deploy` for a role's ARN."""
    parsed = parse_arn(arn)
    return f"{parsed.resource.partition('/')[0]} {parsed.name}" if parsed else arn


def _singles(account: Account, findings: Sequence[Finding], room: int, *, covered: bool) -> Iterator[Fix]:
    """The riskiest findings, one fix each; escalations only where no statement was found that ends them."""
    rest = [
        f
        for f in findings
        if f.fix and not (covered and f.check == ESCALATION) and not is_reserved(account, f.subject.arn)
    ]
    for finding in sorted(rest, key=lambda f: (-f.risk, -f.severity, f.check, f.subject.arn, f.fingerprint))[:room]:
        yield Fix(
            text=f"{finding.fix[0].rstrip('.')}: {finding.subject.kind.value} {finding.subject.name}",
            ends_paths=0,
            ends_findings=1,
            subjects=(finding.subject.arn,),
        )
