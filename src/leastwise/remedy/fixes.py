"""What to fix first: the few changes that end most escalation paths, then the worst single findings."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from leastwise.awscli import line
from leastwise.behind import Rewrite
from leastwise.escalation import within_reach
from leastwise.remedy.commands import commands_of, warnings_of
from leastwise.remedy.plan import Extent, plan
from leastwise.remedy.sites import holders, is_spared
from leastwise.remedy.wording import id_of, sentence
from leastwise.results import ESCALATION, Fix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from leastwise.account.model import Account
    from leastwise.remedy.amendment import Amendment
    from leastwise.results import Finding, Path

MOST = 10  # changes that are named; where they are fewer than ENOUGH, findings follow
ENOUGH = 5
CONSIDERED = 400  # paths, the shortest: what is longer often goes with them
FEW = 200  # principals within an administrator's reach; of more an audit does not judge the account again
ROUNDS = 8  # of judging it again, fewer where more principals are concerned


def fix_first(account: Account, findings: Sequence[Finding], paths: Iterable[Path]) -> tuple[Fix, ...]:
    """Up to ten changes that end the most paths together, each with what it adds; if few, the worst findings, too."""
    escalations = [path for path in paths if path.escalates]
    fixes = [*_cuts(account, findings, escalations)]
    return (*fixes, *_singles(account, findings, ENOUGH - len(fixes), covered=bool(fixes)))


def _cuts(account: Account, findings: Sequence[Finding], paths: list[Path]) -> Iterator[Fix]:
    """Changes of documents, judged again on paper: all together where few are concerned, else path by path."""
    concerned = len(within_reach(account))
    rounds = min(FEW // max(concerned, 1), ROUNDS)
    worst = sorted(paths, key=lambda p: (len(p.edges), -p.risk))[:CONSIDERED]
    found = plan(account, worst, lambda _: True, Extent(most=MOST, rounds=rounds or 1, judged=rounds > 0))
    left, so_far = {p.fingerprint: p.source.arn for p in paths}, 0
    raised = Counter(f.subject.arn for f in findings if f.check == ESCALATION)
    for fix in found.fixes:
        before = set(left.values())
        for path in fix.ends:
            left.pop(path.fingerprint, None)
        freed = (before - set(left.values())) & set(found.consequence.freed)
        so_far += len(fix.ends)
        yield Fix(
            id=id_of(fix.amendment.site),
            text=sentence(fix),
            ends_paths=len(fix.ends),
            ends_so_far=so_far,
            ends_of=len(paths),
            ends_findings=sum(raised[arn] for arn in freed),
            subjects=tuple(sorted({path.source.arn for path in fix.ends})),
            verified=found.judged,
            statements=fix.statements,
            paths=tuple(path.fingerprint for path in fix.ends),
            rewrite=_rewrite(account, fix.amendment),
        )


def _rewrite(account: Account, made: Amendment) -> Rewrite:
    """The change itself, ready to be shown and made."""
    commands = commands_of(account, made)
    return Rewrite(
        document=f"{made.site.place.value} {(made.site.policy or made.name).rpartition('/')[2]}".strip(),
        before=made.before,
        after=made.after,
        apply=tuple(map(line, commands.apply)),
        rollback=tuple(map(line, commands.rollback)),
        mind=(*commands.notes, *warnings_of(account, made)),
    )


def _singles(account: Account, findings: Sequence[Finding], room: int, *, covered: bool) -> Iterator[Fix]:
    """The riskiest findings, one fix each; escalations only where no change was found that ends them."""
    if room <= 0:
        return
    known = holders(account)
    rest = [f for f in findings if f.fix and not (covered and f.check == ESCALATION)]
    rest.sort(key=lambda f: (-f.risk, -f.severity, f.check, f.subject.arn, f.fingerprint))
    ours = (f for f in rest if not (f.subject.arn in known and is_spared(known[f.subject.arn])))
    for finding in islice(ours, room):
        yield Fix(
            text=f"{finding.fix[0].rstrip('.')}: {finding.subject.kind.value} {finding.subject.name}",
            ends_findings=1,
            subjects=(finding.subject.arn,),
        )
