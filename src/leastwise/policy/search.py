"""Is there a request that one formula allows and another does not? An example, a proof that there is none, or neither.

Nothing is enumerated that need not be: what is undecided counts in favour of an example, and only where that leaves
room for one is a case split. So most proofs need no case at all.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.policy.circumstances import START, Circumstances
from leastwise.policy.form import Form, covered_by, left_by
from leastwise.policy.pattern import Glob
from leastwise.policy.regions import EVERYTHING, Region, TooMany, escape, meets
from leastwise.policy.truth import UNKNOWN
from leastwise.policy.words import IS_ARN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from leastwise.policy.circumstances import Case
    from leastwise.policy.condition import Context
    from leastwise.policy.document import Statement

CASES = 2048  # cases looked at for one class of actions; past it the answer is unknown
EXAMPLES = 8  # resources tried for one case
RESOURCES = (Region((IS_ARN,)), Region((Glob.literal("*"),)))
"""What a request can be about: something with a name, or nothing in particular."""
_PLAIN = {1: "aws", 3: "us-east-1", 4: "111122223333"}  # partition, region and account of an example


class Example(NamedTuple):
    """A resource and a context which whoever asked has accepted."""

    resource: str
    context: Context


class Outcome(NamedTuple):
    """The example; without one, why none could be excluded ("": there is none), and how many cases it took."""

    example: Example | None
    reason: str
    cases: int


class Question(NamedTuple):
    """What `more` allows and `less` does not, among these resources.

    `accepts` tries a concrete resource and context; without it an example is no answer, and only a proof counts.
    """

    more: Form
    less: Form
    within: tuple[Region, ...]
    accepts: Callable[[Example], bool] | None


def search(question: Question, action: str) -> Outcome:
    """Look for an example. `action` only makes it look like what AWS would send."""
    return _Search(question, action).outcome()


def _usual(action: str) -> tuple[Glob, ...]:
    """Patterns of what AWS would send with the action, the plainest first."""
    patterns = catalog.universe().resource_patterns(action)
    arns = [pattern.split(":", 5) for pattern in patterns if pattern.startswith("arn:")]
    plain = [[_PLAIN.get(place, part) if part == "*" else part for place, part in enumerate(arn)] for arn in arns]
    return tuple(map(Glob.parse, (*map(":".join, plain), *patterns)))


class _Search:
    def __init__(self, question: Question, action: str) -> None:
        self._question = question
        self._statements = tuple(dict.fromkeys((*question.more.statements, *question.less.statements)))
        self._circumstances = Circumstances(self._statements)
        self._usual = _usual(action)
        self._within = question.within if self._usual else question.within[::-1]  # most that take no type take `*`

    def outcome(self) -> Outcome:
        reason = ""
        cases = 0
        waiting = [START]
        while waiting:
            case = waiting.pop()
            cases += 1
            if cases > CASES:
                return Outcome(None, f"the conditions make more than {CASES} cases", cases)
            try:
                found = list(islice(self._escapes(case), EXAMPLES))
            except TooMany:
                return Outcome(None, "the resources make too many combinations", cases)
            finer = self._circumstances.split(self._statements, case) if found else []
            waiting += reversed(finer)
            if found and not finer:
                example = self._accepted(found, case)
                reason = reason or ("" if example else self._why(found))
                if example or self._question.accepts is None:
                    return Outcome(example, "" if example else reason, cases)
        return Outcome(None, reason, cases)

    def _why(self, found: list[tuple[Region, str | None]]) -> str:
        if any(text is None for _, text in found):
            return "the patterns of the resources are too entangled, or hang on policy variables"
        return "no concrete request could be made of what policy variables, conditions or principals leave open"

    def _accepted(self, found: list[tuple[Region, str | None]], case: Case) -> Example | None:
        accepts = self._question.accepts
        for region, text in found if accepts else ():
            for resource in (*self._looks(region), text):
                if resource is not None:
                    example = Example(*self._circumstances.example(case, resource))
                    if accepts and accepts(example):
                        return example
        return None

    def _looks(self, region: Region) -> Iterator[str]:
        """Resources of the region as the action's service names them."""
        for pattern in self._usual:
            for narrowed in meets((Region((pattern,)),), (region,)):
                text = escape(narrowed)
                if isinstance(text, str):
                    yield text

    def _escapes(self, case: Case) -> Iterator[tuple[Region, str | None]]:
        """Regions that may hold an example, with a resource of each where one was found."""
        for region in meets(self._within, self._differences(case)):
            text = escape(region)
            if text is not None:
                yield region, None if text is UNKNOWN else str(text)

    def _differences(self, case: Case) -> list[Region]:
        allowed = self._allowed(self._question.more, case)
        return meets(allowed, self._refused(self._question.less, case)) if allowed else []

    def _allowed(self, form: Form, case: Case) -> list[Region]:
        """What the form may allow: undecided allows count, undecided denies do not."""
        found: list[Region] = []
        for way in form.ways:
            regions = [EVERYTHING]
            for group in way:
                speaking = [r for s in group for r in self._covered(s, case)]
                regions = meets(regions, speaking)
            found += regions
        for deny in form.denies:
            if self._must(deny, case):
                found = meets(found, left_by(deny, case.fills))
        return found

    def _refused(self, form: Form, case: Case) -> list[Region]:
        """What the form may refuse: undecided allows do not count, undecided denies do."""
        found = [EVERYTHING]
        for way in form.ways:
            found = meets(found, [region for group in way for region in self._missed(group, case)])
        return [*found, *(region for deny in form.denies for region in self._covered(deny, case))]

    def _missed(self, group: tuple[Statement, ...], case: Case) -> list[Region]:
        regions = [EVERYTHING]
        for statement in group:
            if self._must(statement, case):
                regions = meets(regions, left_by(statement, case.fills))
        return regions

    def _covered(self, statement: Statement, case: Case) -> Iterable[Region]:
        """What the statement may speak of."""
        if self._circumstances.applies(statement, case) is False:
            return ()
        return covered_by(statement, case.fills, is_filled=self._circumstances.is_filled(statement, case))

    def _must(self, statement: Statement, case: Case) -> bool:
        circumstances = self._circumstances
        return circumstances.applies(statement, case) is True and circumstances.is_filled(statement, case)
