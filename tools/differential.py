"""Compare the engine with an independent evaluator on random cases, and explain every kind of difference.

    python -m tools.differential [--cases 100000] [--seed 1] [--keep FOLDER]

The other evaluator is npm's @cloud-copilot/iam-simulate, which is under the AGPL: it is installed into a temporary
folder (or into --keep, to have it the next time) and runs as a program of its own, to which cases are sent and which
answers. Nothing of it is imported, copied or shipped. Needs Node 20, npm and its registry, so it is no part of
`make test`.

Each difference between allowed and not allowed is shrunk until nothing can be taken away, and what is left tells its
kind. Exit 1 when it is of none that tools/differential_kinds.py explains, or when a case was refused.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tools.differential_cases import case_of
from tools.differential_kinds import KINDS, words_of
from tools.differential_shrink import shrinking
from tools.differential_sides import PACKAGE, REFUSED, VERSION, Other, ours

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from tools.differential_cases import Case
    from tools.differential_kinds import Kind

BATCH = 2000
ALLOWED = "allowed"
Answers = tuple[str, str]


class Difference(NamedTuple):
    """A shrunk case, the two answers, and the kind, if one covers it."""

    case: Case
    answers: Answers
    kind: Kind | None

    @property
    def name(self) -> str:
        """Of its kind, and which side is right."""
        return f"{self.kind.name} (right: {self.kind.right})" if self.kind else ""

    @property
    def settled(self) -> tuple[str, ...]:
        """Why, and the page that says so."""
        return (self.kind.reason, self.kind.page) if self.kind else ()


def main() -> int:
    """Ask, compare, shrink, tell."""
    options = _options()
    with ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        other = Other(folder)
        stack.callback(other.close)
        counts: Counter[Answers] = Counter()
        found: list[Difference] = []
        for start in range(0, options.cases, BATCH):
            cases = [case_of(options.seed, n) for n in range(start, min(start + BATCH, options.cases))]
            both = asked(other, cases)
            counts.update((here, there.partition("{")[0]) for here, there in both)
            found += shrunk(other, [(case, told) for case, told in zip(cases, both, strict=True) if differ(told)])
    return told(counts, found)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="install the other evaluator here, and leave it")
    return parser.parse_args()


def asked(other: Other, cases: Sequence[Case]) -> list[Answers]:
    """Both answers for each case."""
    return list(zip(map(ours, cases), other.answers(cases), strict=True))


def differ(answers: Answers) -> bool:
    """Whether one allows and the other does not; a refusal counts as a difference."""
    here, there = answers
    return there.startswith(REFUSED) or (here == ALLOWED) is not (there == ALLOWED)


Live = tuple["Generator[Case, bool, Case]", "Case", Answers]


def shrunk(other: Other, differences: Sequence[tuple[Case, Answers]]) -> Iterator[Difference]:
    """All of them, side by side, so that the other evaluator is asked about many at once."""
    live: list[Live] = []
    for case, answers in differences:
        work = shrinking(case)
        live.append((work, next(work), answers))
    while live:
        both = asked(other, [tried for _, tried, _ in live])
        going: list[Live] = []
        for (work, _, answers), now in zip(live, both, strict=True):
            try:
                going.append((work, work.send(now == answers), answers))
            except StopIteration as done:
                yield explained(done.value, answers)
        live = going


def explained(case: Case, answers: Answers) -> Difference:
    """The difference with the first kind that covers it."""
    words, here = words_of(case), "allows" if answers[0] == ALLOWED else "denies"
    return Difference(case, answers, next((kind for kind in KINDS if kind.covers(words, here)), None))


def told(counts: Counter[Answers], found: Sequence[Difference]) -> int:
    """The figures on standard output. The exit code."""
    print(f"{counts.total():,} cases against {PACKAGE} {VERSION}; this engine, the other:")
    for (here, there), number in counts.most_common():
        print(f"{number:9,}  {here:18} {there}")
    print(f"\n{len(found):,} differences between allowed and not allowed:")
    for name, number in Counter(difference.name for difference in found if difference.kind).most_common():
        smallest = min((difference for difference in found if difference.name == name), key=_size)
        print(f"\n{number:6,}  {smallest.name}\n        {' '.join(smallest.settled)}")
        print(f"        {' / '.join(smallest.answers)}: {_text(smallest.case)}")
    strange = [difference for difference in found if difference.kind is None]
    for difference in sorted(strange, key=_size)[:50]:
        print(f"\nNOT EXPLAINED {sorted(words_of(difference.case))}")
        print(f"        {' / '.join(difference.answers)}: {_text(difference.case)}")
    print(f"\n{len(strange):,} not explained")
    return 1 if strange else 0


def _size(difference: Difference) -> int:
    return len(_text(difference.case))


def _text(case: Case) -> str:
    return json.dumps({key: value for key, value in case.items() if value})


if __name__ == "__main__":
    sys.exit(main())
